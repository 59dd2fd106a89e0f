"""Dates as feeds really write them, read without any locale and with time zones by name (polling.md §4)."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from monitor.model.entry import Entry
from monitor.parsing.datewords import MONTHS, ZONES

EARLIEST, LATEST = 1971, 2100  # years outside are a default value or a mistake; so is the first day of 1970
AHEAD = timedelta(days=1)  # further in the future than this is a mistake

# What nearly all feeds write; the searches below cost ten times as much.
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:([+-]\d\d)(\d\d)|([A-Z]{1,5}))"
)

_ISO = re.compile(
    r"(\d{4})-?(\d{2})(?:-?(\d{2}))?"
    r"(?:(?:\s*T\s*|\s+|,\s*)(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?(?:[.,](\d{1,9})\d*)?)?"
    r"\s*(.*)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*([ap])\.?m\b\.?)?", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?\b")
_NUMERIC = re.compile(r"\b(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\b")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_EAST_ASIAN = str.maketrans(
    {"年": "-", "년": "-", "月": "-", "월": "-", "日": " ", "일": " ", "時": ":", "时": ":"}
)
_MAX_LENGTH = 100


def parse_date(text: str) -> datetime | None:
    """The moment in UTC, or None when there is none or it cannot be true. No zone means UTC."""
    return _read(text) if len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=2048)  # every reader looks at a date twice: is it one, and which
def _read(text: str) -> datetime | None:
    text = " ".join(text.split())
    if not text:
        return None
    try:
        found = _usual(text) or _epoch(text) or _iso(text) or _words(text) or _numeric(text) or _east_asian(text)
        return _plausible(found.astimezone(UTC)) if found else None
    except (ValueError, OverflowError):
        return None


def usable(at: datetime | None, now: datetime) -> datetime | None:
    """``at``, or None for a time at which nothing can have been published: 1970, or more than a day ahead."""
    return at if at is not None and at.year >= EARLIEST and at <= now + AHEAD else None


def settle(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """Entries with dates in the future taken away: "seen at" counts for them."""
    return [
        replace(entry, published=usable(entry.published, now), updated=usable(entry.updated, now))
        if (entry.published, entry.updated) != (usable(entry.published, now), usable(entry.updated, now))
        else entry
        for entry in entries
    ]


def _plausible(found: datetime) -> datetime | None:
    return found if EARLIEST <= found.year < LATEST else None


def _usual(text: str) -> datetime | None:
    """RFC 3339 and RFC 822 to the letter."""
    if _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None  # a leap second, perhaps
    found = _RFC_822.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, hours, minutes, name = found.groups()
    number = MONTHS.get(month.lower())
    if number is None or hour == "24" or second == "60":
        return None
    east = ZONES.get(name, 0) if name else int(hours) * 60 + int(hours[0] + minutes)
    zone = timezone(timedelta(minutes=east)) if east else UTC
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=zone)


def _iso(text: str) -> datetime | None:
    """RFC 3339, W3C-DTF and ISO 8601 with their usual liberties."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, rest = found.groups()
    zone = _zone(rest)
    if zone is None:
        return None
    micros = int((fraction or "").ljust(6, "0")[:6] or 0)
    moment = _moment(
        int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), zone
    )
    return moment + timedelta(microseconds=micros)


def _words(text: str) -> datetime | None:
    """RFC 822 and its relatives: a day, a month by name, a year, maybe a clock and a zone, in many languages."""
    word = _month_word(text)
    if word is None:
        return None
    month, span = MONTHS[word[0].lower()], word.span()
    clock = _CLOCK.search(text)
    hour, minute, second, half = _clock(clock)
    start, end = clock.span() if clock else (len(text), len(text))
    zone_text = text[end:] if clock else ""
    outside = text[: span[0]] + " " + (text[span[1] :] if end <= span[1] else text[span[1] : start])
    numbers = [number[0] for number in _NUMBER.finditer(outside)]
    if len(numbers) < 2 and clock:  # "Nov 24 10:00:00 2026": the year stands behind the clock
        numbers += [number[0] for number in _NUMBER.finditer(_OFFSET.sub(" ", zone_text)) if len(number[0]) == 4]
        zone_text = re.sub(r"(?<![+-])\b\d{4}\b", " ", zone_text)
    day, year = _day_and_year(numbers)
    if not day:
        return None
    zone = _zone(zone_text)
    return _moment(year, month, day, _hour(hour, half), minute, second, UTC if zone is None else zone)


def _month_word(text: str) -> re.Match[str] | None:
    """The name of a month; of several ("mar. 24 nov.": mardi) the one behind the day."""
    words = [word for word in _WORD.finditer(text) if word[0].lower() in MONTHS]
    behind = [word for word in words if text[: word.start()].rstrip(" .-/")[-1:].isdigit()]
    return next(iter(behind or words), None)


def _day_and_year(numbers: list[str]) -> tuple[int, int]:
    """(0, 0) when they are not to be found."""
    if len(numbers) < 2:
        return 0, 0
    first, second = numbers[0], numbers[1]
    day, year = (second, first) if len(first) == 4 else (first, second)
    if len(year) == 2:
        return int(day), int(year) + (2000 if int(year) < 70 else 1900)
    return (int(day), int(year)) if len(year) == 4 else (0, 0)


def _numeric(text: str) -> datetime | None:
    """24.11.2026, 24/11/2026 and 11/24/2026 (American where it can be), 2026/11/24, each with a clock or not."""
    date = _NUMERIC.search(text)
    if date is None:
        return None
    first, mark, second, third = date.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        year = int(third) + (2000 if len(third) == 2 else 0)
        american = mark == "/" and int(first) <= 12
        month, day = (int(first), int(second)) if american else (int(second), int(first))
    rest = text[: date.start()] + " " + text[date.end() :]
    clock = _CLOCK.search(rest)
    hour, minute, second_, half = _clock(clock)
    zone = _zone(rest[clock.end() :]) if clock else UTC
    return _moment(year, month, day, _hour(hour, half), minute, second_, UTC if zone is None else zone)


def _east_asian(text: str) -> datetime | None:
    """2026年11月24日 and its Korean relative."""
    marked = text.translate(_EAST_ASIAN)
    return None if marked == text else _iso(re.sub(r"\s*-\s*", "-", " ".join(marked.split())))


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not text.isascii() or not text.isdecimal() or len(text) not in (9, 10, 13):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)


def _clock(found: re.Match[str] | None) -> tuple[int, int, int, str]:
    if found is None:
        return 0, 0, 0, ""
    hour, minute, second, half = found.groups()
    return int(hour), int(minute), int(second or 0), (half or "").lower()


def _hour(hour: int, half: str) -> int:
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half == "p" else 0)


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: timezone) -> datetime:
    """Leap seconds and 24:00 are times too."""
    extra = timedelta(0)
    if second == 60:
        second, extra = 59, timedelta(seconds=1)
    if hour == 24 and minute == 0:
        hour, extra = 0, timedelta(days=1)
    return datetime(year, month, day, hour, minute, second, tzinfo=zone) + extra


def _zone(text: str) -> timezone | None:
    """A zone by offset or name; UTC for none and for unknown abbreviations; None where the text is no zone at all."""
    text = text.strip(" ()[].,;")
    if not text or text in ("Z", "z"):
        return UTC
    offset = _OFFSET.search(text)
    if offset:
        sign, hours, minutes = offset.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if delta > timedelta(hours=18):
            return UTC
        named = next(
            (ZONES[word.upper()] for word in _WORD.findall(text[: offset.start()]) if word.upper() in ZONES), 0
        )
        return timezone(timedelta(minutes=named) + (delta if sign == "+" else -delta))
    for word in _WORD.findall(text):
        if word.upper() in ZONES:
            return timezone(timedelta(minutes=ZONES[word.upper()]))
    return UTC if len(text) <= 40 else None
