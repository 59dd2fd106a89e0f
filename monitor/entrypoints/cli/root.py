"""The command tree."""

import typer

from monitor import __version__
from monitor.entrypoints.cli import (
    channels,
    configuration,
    desk,
    digests,
    feeds,
    matching,
    outbox,
    searching,
    service,
    stories,
    storing,
)

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch news feeds, match keywords and entities in any language, and tell each person once, with the reason.\n\n"
    "Example: monitor demo",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    from monitor.telemetry import set_up_logging

    set_up_logging("warning", json=False)


for group in (service, matching, searching, stories, desk):
    group.register(app)
for name, sub in (
    ("feeds", feeds.app),
    ("digest", digests.app),
    ("schedule", digests.schedule),
    ("channels", channels.app),
    ("outbox", outbox.app),
    ("config", configuration.app),
    ("db", storing.app),
    ("entities", matching.entities),
):
    app.add_typer(sub, name=name, no_args_is_help=True)
