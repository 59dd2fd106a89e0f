"""monitor channels: list them, and try one."""

from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, table
from monitor.model.errors import DeliveryError

app = typer.Typer(help="Where messages go.\n\nExample: monitor channels test desk-slack")


@app.command("list")
def list_(config: Config = None, json: Json = False) -> None:
    """List the channels, without their secrets.

    Example: monitor channels list
    """
    from monitor.app import open_service

    with open_service(config) as service, service.database.read() as records:
        disabled = records.outbox.disabled()
        rows = [
            {
                "name": name,
                "type": channel.type,
                "target": channel.shown,
                "disabled": "; ".join(f"{who}: {why}" for (c, who), why in disabled.items() if c == name),
            }
            for name, channel in service.settings.channels.items()
        ]
    if json:
        for row in rows:
            out_json(row)
        return
    columns = ("name", "type", "target", "disabled")
    table(columns, ([row[c] for c in columns] for row in rows), "no channels in the configuration")


@app.command("test")
def try_out(
    name: Annotated[str, typer.Argument(help="Name of a channel.")],
    to: Annotated[str, typer.Option(help="E-mail address (default: the first person routed there).")] = "",
    config: Config = None,
) -> None:
    """Send a sample message and print what came back.

    Example: monitor channels test desk-mail --to me@example.org
    """
    from monitor.app import open_service
    from monitor.entrypoints.previews import send_sample

    with open_service(config) as service:
        try:
            reply = send_sample(service, name, to)
        except DeliveryError as error:
            note(f"{name} did not accept it: {error}")
            raise typer.Exit(1) from None
    out(f"{name} accepted it: {reply}")
