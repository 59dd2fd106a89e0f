"""monitor mute, ack: what people set while the service runs."""

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, bad_usage, note, out_json, span_of_time, table

if TYPE_CHECKING:
    from monitor.app import Service
    from monitor.ports import Mute, Records


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

    if kind and not value.strip():
        raise bad_usage(f"name the {kind.value} to mute, or give no argument to list what is muted")
    with open_service(config) as service, service.database.write() as records:
        now = service.clock.now()
        if kind:
            _check(service, records, kind, value)
            until = now + span_of_time(for_)
            number = records.desk.add_mute(Mute(0, kind.value, value, until, _author(), note_))
            note(
                f"mute {number}: {kind.value} {value} until {until:%Y-%m-%d %H:%M} UTC; undo: monitor unmute {number}"
            )
            return
        mutes = records.desk.mutes(now)
    if json:
        out_json(
            [
                {
                    "id": m.id,
                    "kind": m.kind,
                    "value": m.value,
                    "until": m.until,
                    "author": m.author,
                    "note": m.note,
                }
                for m in mutes
            ]
        )
        return
    table(
        ("id", "kind", "value", "until", "by", "note"),
        ((m.id, m.kind, m.value, _until(m), m.author, m.note) for m in mutes),
        "nothing is muted",
    )


def unmute(
    number: Annotated[int, typer.Argument(help="As `monitor mute` lists it.")], config: Config = None
) -> None:
    """End a mute.

    Example: monitor unmute 3
    """
    from monitor.app import open_service
    from monitor.model.errors import NotFound

    with open_service(config) as service, service.database.write() as records:
        if number not in {mute.id for mute in records.desk.mutes(service.clock.now())}:
            raise NotFound(f"there is no mute {number}; `monitor mute` lists them")
        records.desk.remove_mute(number)
    note(f"mute {number} is over")


def ack(story: Annotated[int, typer.Argument(help="Story number.")], config: Config = None) -> None:
    """Say that somebody takes care of a story: it is not escalated.

    Example: monitor ack 12
    """
    from monitor.app import open_service

    with open_service(config) as service, service.database.write() as records:
        title = records.stories.get(story).title
        records.desk.ack(story, _author(), service.clock.now())
    note(f"story {story} is acknowledged: {title}")


def _check(service: "Service", records: "Records", kind: MuteKind, value: str) -> None:
    """A mute that could never silence anything is a mistake at the keyboard."""
    from monitor.model.errors import NotFound

    if kind is MuteKind.STORY:
        if not value.isdecimal():
            raise bad_usage(f"`{value}` is not a story number; `monitor stories list` shows them")
        records.stories.get(int(value))
    elif kind is MuteKind.WATCH:
        watches = [f"{one.watchlist}/{one.watch}" for one in service.steps.engine.watches]
        if value not in watches and not value.startswith("system/"):
            near = [one for one in watches if value in one] or watches
            raise NotFound(f"no watch is called `{value}`; there are: {', '.join(near[:10]) or 'none'}")
    else:
        part = value.strip().casefold()
        if not any(part in f"{feed.label}\n{feed.host}".casefold() for feed in records.feeds.all()):
            note(f"no feed's title or host holds “{value}” yet")


def _until(mute: "Mute") -> str:
    return f"{mute.until:%Y-%m-%d %H:%M} UTC" if mute.until else "for good"


def _author() -> str:
    """Empty in a container whose user has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
