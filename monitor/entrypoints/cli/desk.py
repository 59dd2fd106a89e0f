"""monitor mute, ack: what people set while the service runs."""

import getpass
from enum import StrEnum
from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out_json, span_of_time, table


class MuteKind(StrEnum):
    STORY = "story"
    WATCH = "watch"
    SOURCE = "source"


def register(app: typer.Typer) -> None:
    app.command()(mute)
    app.command()(unmute)
    app.command()(ack)


def mute(
    kind: Annotated[MuteKind | None, typer.Argument(help="story, watch or source; none lists the mutes.")] = None,
    value: Annotated[
        str, typer.Argument(help="Story number, WATCHLIST/WATCH, or part of a feed's title or host.")
    ] = "",
    config: Config = None,
    for_: Annotated[str, typer.Option("--for", help="How long, as in 12h or 7d.")] = "7d",
    note_: Annotated[str, typer.Option("--note", help="Why, for the others.")] = "",
    json: Json = False,
) -> None:
    """Silence a story, a watch or a source for a time; without arguments, list what is silent.

    Example: monitor mute source "Sports Wire" --for 7d --note "cup final"
    """
    from monitor.app import open_service
    from monitor.ports import Mute

    with open_service(config) as service, service.database.write() as records:
        now = service.clock.now()
        if kind and value:
            until = now + span_of_time(for_)
            number = records.desk.add_mute(Mute(0, kind.value, value, until, getpass.getuser(), note_))
            note(
                f"mute {number}: {kind.value} {value} until {until:%Y-%m-%d %H:%M} UTC; undo: monitor unmute {number}"
            )
            return
        mutes = records.desk.mutes(now)
    if json:
        out_json([{"id": m.id, "kind": m.kind, "value": m.value, "until": m.until, "note": m.note} for m in mutes])
        return
    table(
        ("id", "kind", "value", "until", "by", "note"),
        ((m.id, m.kind, m.value, m.until or "for good", m.author, m.note) for m in mutes),
        "nothing is muted",
    )


def unmute(
    number: Annotated[int, typer.Argument(help="As `monitor mute` lists it.")], config: Config = None
) -> None:
    """End a mute.

    Example: monitor unmute 3
    """
    from monitor.app import open_service

    with open_service(config) as service, service.database.write() as records:
        records.desk.remove_mute(number)
    note(f"mute {number} is over")


def ack(story: Annotated[int, typer.Argument(help="Story number.")], config: Config = None) -> None:
    """Say that somebody takes care of a story: it is not escalated.

    Example: monitor ack 12
    """
    from monitor.app import open_service

    with open_service(config) as service, service.database.write() as records:
        title = records.stories.get(story).title
        records.desk.ack(story, getpass.getuser(), service.clock.now())
    note(f"story {story} is acknowledged: {title}")
