"""What every command shares: options, output on stdout, messages on stderr, durations and times in words."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration directory (default: $MONITOR_CONFIG or ./config)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def out(text: str) -> None:
    """Data."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A message for the person at the keyboard."""
    sys.stderr.write(text + "\n")


def out_json(value: Any) -> None:
    out(json.dumps(value, ensure_ascii=False, default=_plain))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table on stdout, or ``empty`` on stderr when there is nothing to show."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = list(rows)
    if not lines:
        note(empty)
        return
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for line in lines:
        shown.add_row(*(Text(str(cell)) for cell in line))
    console = Console()
    if not console.is_terminal:
        console.width = 200
    console.print(shown)


def bad_usage(text: str) -> typer.BadParameter:
    return typer.BadParameter(text)


def span_of_time(text: str) -> timedelta:
    """``30m``, ``12h``, ``7d``, ``2w`` as a duration."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not number.isdigit():
        raise bad_usage(f"`{text}` is not a duration; write it as in 30m, 12h, 7d or 2w")
    return timedelta(seconds=int(number) * _UNITS[unit])


def moment(text: str, zone: str) -> datetime:
    """An ISO date and time, in ``zone`` where it names none, as UTC."""
    from zoneinfo import ZoneInfo

    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise bad_usage(f"`{text}` is not a time; write it as in 2026-11-22T07:00") from None
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def ago(at: datetime | None, now: datetime) -> str:
    """ "3 h ago", "in 5 min", "never"."""
    if at is None:
        return "never"
    seconds = int((now - at).total_seconds())
    size = next((f"{abs(seconds) // step} {unit}" for step, unit in _STEPS if abs(seconds) >= step), "0 s")
    return f"{size} ago" if seconds >= 0 else f"in {size}"


_STEPS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
