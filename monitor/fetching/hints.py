"""Hints: what a server and its document say about how often to ask (polling.md P6, P7, P9), kept between polls."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.model.feed import FetchResult, ParsedFeed

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_HOLD = timedelta(days=7)  # no Retry-After is obeyed for longer (P9)
HOST_BUSY = "host-busy"
"""``error_kind`` of a request that was not sent because its host had just asked to be left alone (P9)."""

_MAX_AGE = re.compile(r"""\bmax-age\s*=\s*"?(\d{1,9})""", re.IGNORECASE)
_NO_STORE = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hints:
    """``fresh``: how long the answer stays so (RFC 9111 §4.2); ``ttl``: the document's own wish; hours are UTC.

    ``often``: since a gap (P19), how long the feed may go unpolled before entries leave its page unseen.
    """

    fresh: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()
    often: timedelta | None = None

    @property
    def least(self) -> timedelta:
        """Never ask again earlier than this after an answer."""
        return max(self.fresh or timedelta(0), self.ttl or timedelta(0))

    def skips(self, at: datetime) -> bool:
        return at.hour in self.skip_hours or DAYS[at.weekday()] in self.skip_days

    def write(self) -> str:
        """One line for the feed's row: ``fresh=3600 ttl=1800 hours=1,2 days=Saturday,Sunday``."""
        words = []
        if self.fresh:
            words.append(f"fresh={round(self.fresh.total_seconds())}")
        if self.ttl:
            words.append(f"ttl={round(self.ttl.total_seconds())}")
        if self.skip_hours:
            words.append("hours=" + ",".join(str(hour) for hour in sorted(self.skip_hours)))
        if self.skip_days:
            words.append("days=" + ",".join(day for day in DAYS if day in self.skip_days))
        if self.often:
            words.append(f"often={round(self.often.total_seconds())}")
        return " ".join(words)


def read_hints(line: str) -> Hints:
    """The inverse of ``Hints.write``."""
    words = dict(word.split("=", 1) for word in line.split())
    return Hints(
        fresh=timedelta(seconds=int(words["fresh"])) if "fresh" in words else None,
        ttl=timedelta(seconds=int(words["ttl"])) if "ttl" in words else None,
        skip_hours=frozenset(int(hour) for hour in words["hours"].split(",")) if "hours" in words else frozenset(),
        skip_days=frozenset(words["days"].split(",")) if "days" in words else frozenset(),
        often=timedelta(seconds=int(words["often"])) if "often" in words else None,
    )


def updated(before: Hints, headers: Mapping[str, str], parsed: ParsedFeed | None, now: datetime) -> Hints:
    """Hints after an answer: new cache headers replace old ones, a parsed document replaces what the last one said.

    A 304 without cache headers leaves those of the answer that it confirms (RFC 9111 §3.2).
    """
    speaks = parsed is not None or "cache-control" in headers or "expires" in headers
    fresh = freshness(headers, now) if speaks else before.fresh
    if parsed is None:
        return replace(before, fresh=fresh)
    return Hints(fresh, parsed.ttl, parsed.skip_hours, parsed.skip_days & frozenset(DAYS), before.often)


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """max-age minus Age, else Expires minus Date; None where the server says nothing or "always ask" (P7)."""
    control = headers.get("cache-control", "")
    if _NO_STORE.search(control):
        return None
    age = _MAX_AGE.search(control)
    if age is not None:
        elapsed = headers.get("age", "0").strip()
        seconds = int(age[1]) - (int(elapsed) if elapsed.isdecimal() and len(elapsed) < 10 else 0)
        return timedelta(seconds=seconds) if seconds > 0 else None
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    left = expires - (http_date(headers.get("date", "")) or now)
    return left if left > timedelta(0) else None


def wants_rest(result: FetchResult) -> bool:
    """Whether this answer is meant for the whole host (P9)."""
    told = result.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in result.headers
    return told or result.status == HTTPStatus.TOO_MANY_REQUESTS


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks to be left alone: seconds or a date, at most MAX_HOLD; None where it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), MAX_HOLD)
    until = http_date(text)
    if until is None:
        return None
    return min(max(until - now, timedelta(0)), MAX_HOLD)


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110 §5.6.7), aware UTC."""
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
