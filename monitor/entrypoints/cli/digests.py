"""monitor digest, schedule: what a digest would say, and when the next ones come."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, moment, note, out, out_json, table
from monitor.model.errors import NotFound

if TYPE_CHECKING:
    from monitor.app import Service
    from monitor.model.alert import Route

app = typer.Typer(
    help="See a digest before it is sent, or send it now.\n\nExample: monitor digest preview morning"
)
schedule = typer.Typer(help="When digests come.\n\nExample: monitor schedule next --count 3")


class Format(StrEnum):
    HTML = "html"
    TEXT = "text"
    EML = "eml"
    SLACK = "slack"


@app.command()
def preview(
    route: Annotated[str, typer.Argument(help="Name of a route.")],
    at: Annotated[str, typer.Option(help="As if it were this local time, as in 2026-11-22T07:00.")] = "",
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.TEXT,
    out_file: Annotated[Path | None, typer.Option("--out", "-o", help="File (default: stdout).")] = None,
    config: Config = None,
) -> None:
    """Write what the route's next digest would say; nothing is sent or marked.

    Example: monitor digest preview morning --format html -o digest.html
    """
    from monitor.app import open_service
    from monitor.entrypoints.previews import preview_digest

    with open_service(config) as service:
        chosen = _route(service, route)
        when = moment(at, chosen.to[0].timezone) if at else service.clock.now()
        data = preview_digest(service, chosen, when, format_.value)
    if out_file:
        out_file.write_bytes(data)
        note(f"wrote {out_file}")
    else:
        sys.stdout.buffer.write(data)


@app.command()
def send(route: Annotated[str, typer.Argument(help="Name of a route.")], config: Config = None) -> None:
    """Send the route's digest now instead of at its time; what it holds will not be in the next one.

    Example: monitor digest send morning
    """
    from monitor.app import open_service

    with open_service(config) as service:
        made = service.steps.digests.send_now(_route(service, route))
        sent = service.steps.cycle.send()
    if not made:
        note(f"{route} has nothing to say; no digest was made")
    elif sent.retry or sent.dead:
        note(f"{sent.sent} sent, {sent.retry + sent.dead} not accepted: see `monitor outbox list`")
        raise typer.Exit(1)
    else:
        out(f"sent {made}")


@schedule.command("next")
def next_(
    count: Annotated[int, typer.Option(min=1, max=1000)] = 5, config: Config = None, json: Json = False
) -> None:
    """The next digests for each recipient, in local time and UTC.

    Example: monitor schedule next --count 3
    """
    from monitor.alerting.slots import cron_words, next_slots
    from monitor.app import open_service

    with open_service(config) as service:
        now, routes = service.clock.now(), service.settings.routes
    rows = [
        {
            "route": route.name,
            "recipient": recipient.key,
            "local": slot.local,
            "timezone": recipient.timezone,
            "utc": slot.utc.isoformat(),
            "schedule": cron_words(route.digest),
        }
        for route in routes
        if route.digest
        for recipient in route.to
        for slot in next_slots(route.digest, recipient.timezone, now, count)
    ]
    rows.sort(key=lambda row: (row["utc"], row["route"], row["recipient"]))
    if json:
        for row in rows:
            out_json(row)
        return
    columns = ("route", "recipient", "local", "timezone", "utc", "schedule")
    table(columns, ([row[c] for c in columns] for row in rows), "no route has a digest")


@schedule.callback()
def _schedule() -> None:
    pass


def _route(service: "Service", name: str) -> "Route":
    for route in service.settings.routes:
        if route.name == name:
            if not route.digest:
                raise NotFound(f"route `{name}` tells at once: it has no digest")
            return route
    names = ", ".join(route.name for route in service.settings.routes) or "none"
    raise NotFound(f"no route is called `{name}`; there are: {names}")
