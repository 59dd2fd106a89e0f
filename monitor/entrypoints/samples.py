"""The sample feeds: where they lie, what the manifest says of them, and how their dates are kept fresh."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

import monitor

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC822 = re.compile(
    rf"(?P<day>(?:{'|'.join(_DAYS)}), )?(?P<date>\d\d?) (?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}})"
    r" (?P<time>\d\d:\d\d)(?P<seconds>:\d\d)?(?= (?:[A-Z]{2,4}|[+-]\d{4})\b)".encode()
)
_ISO = re.compile(rb"\b(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d)(?=(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))")
_ISO_DATE = re.compile(rb"(?<=>)(?P<stamp>\d{4}-\d\d-\d\d)(?=<)")


@dataclass(frozen=True, slots=True)
class Sample:
    """One feed of seeds/manifest.yaml."""

    name: str
    path: str
    title: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    what: str = ""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    target: str = ""  # path that a 301 points to
    delay: float = 0.0  # seconds before the answer
    entries: int = 0
    later: int | None = None  # entries after `advance`; None = the feed stays as it is
    listed: bool = True  # False: no subscription of its own
    feed: bool = True  # False: a page


def seeds_directory() -> Path:
    """The seeds: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(monitor.__file__).parent
    places = (package.parent / "seeds", package / "_data" / "seeds")
    for place in places:
        if (place / "manifest.yaml").is_file():
            return place
    raise FileNotFoundError(f"no sample feeds in {' or '.join(map(str, places))}")


def read_manifest(seeds: Path) -> tuple[datetime, list[Sample]]:
    """The instant that the dates in the files count from, and the feeds."""
    document = YAML(typ="safe").load((seeds / "manifest.yaml").read_text(encoding="utf-8"))
    samples = [Sample(**{**item, "tags": tuple(item["tags"])}) for item in document["feeds"]]
    return datetime.fromisoformat(document["reference"]), samples


def redate(body: bytes, shift: timedelta) -> bytes:
    """Every RFC 822 and ISO 8601 date moved by ``shift``; its zone, its form and all other bytes stay."""

    def rfc822(found: re.Match[bytes]) -> bytes:
        text = " ".join(found[part].decode() for part in ("date", "month", "year", "time"))
        date, month, year, time = text.split()
        hour, minute = time.split(":")
        moved = (
            datetime(int(year), _MONTHS.index(month) + 1, int(date), int(hour), int(minute), tzinfo=UTC) + shift
        )
        day = f"{_DAYS[moved.weekday()]}, " if found["day"] else ""
        stamp = f"{day}{moved.day:0{len(date)}} {_MONTHS[moved.month - 1]} {moved.year:04} {moved:%H:%M}"
        return stamp.encode() + (found["seconds"] or b"")

    def iso(found: re.Match[bytes]) -> bytes:
        stamp = found["stamp"].decode()
        moved = datetime.fromisoformat(stamp).replace(tzinfo=UTC) + shift
        return moved.strftime("%Y-%m-%dT%H:%M" if "T" in stamp else "%Y-%m-%d").encode()

    return _ISO_DATE.sub(iso, _ISO.sub(iso, _RFC822.sub(rfc822, body)))


def sample_config() -> Path:
    """The commented configuration: ``config/`` in a checkout, inside the package when installed."""
    package = Path(monitor.__file__).parent
    installed = package / "_data" / "config"
    return installed if installed.is_dir() else package.parent / "config"
