"""What an XML feed says about polling it: ttl, sy:update*, skipHours, skipDays, prev-archive, hub (polling.md P6, P19)."""

import html
import re
from datetime import timedelta

from monitor.parsing.items import Hints

_FIRST_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>/]")
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(r"<(?:\w+:)?updatePeriod>\s*(\w{1,10})\s*</", re.IGNORECASE)
_FREQUENCY = re.compile(r"<(?:\w+:)?updateFrequency>\s*(\d{1,4})\s*</", re.IGNORECASE)
_SKIP_HOURS = re.compile(r"<skipHours>", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays>", re.IGNORECASE)
_END = re.compile(r"</skip", re.IGNORECASE)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*(\w{6,9})\s*<", re.IGNORECASE)
_LINK = re.compile(r"<(?:\w+:)?link\b([^<>]{0,4000})>", re.IGNORECASE)
_REL = re.compile(r"\brel\s*=\s*[\"'](prev-archive|hub)[\"']", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = frozenset(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))


def read_hints(text: str) -> Hints:
    """Hints of a document: only what stands outside of its items counts."""
    head = _outside_items(text)
    hours = {int(hour) for hour in _HOUR.findall(_inside(_SKIP_HOURS, head))}
    archive, hub = _links(head)
    return Hints(
        ttl=_interval(head),
        skip_hours=frozenset(hour % 24 for hour in hours if hour <= 24),
        skip_days=_DAYS & {day.capitalize() for day in _DAY.findall(_inside(_SKIP_DAYS, head))},
        prev_archive=archive,
        hub=hub,
    )


def _inside(opening: re.Pattern[str], head: str) -> str:
    """Between an element's tags, at most 2,000 characters."""
    found = opening.search(head)
    return _END.split(head[found.end() : found.end() + 2_000], maxsplit=1)[0] if found else ""


def _outside_items(text: str) -> str:
    """Head and tail of the document, each at most 64 K characters."""
    first = _FIRST_ITEM.search(text)
    if first is None:
        return text[:65_536]
    last = max(text.rfind("</item>"), text.rfind("</entry>"))
    return text[: first.start()][:65_536] + (text[last:][:65_536] if last > 0 else "")


def _interval(head: str) -> timedelta | None:
    """The longer of ttl (minutes) and sy:updatePeriod divided by sy:updateFrequency."""
    ttl, period, frequency = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    waits = [timedelta(minutes=int(ttl[1]))] if ttl else []
    if period and period[1].lower() in _PERIODS:
        waits.append(_PERIODS[period[1].lower()] / max(1, int(frequency[1]) if frequency else 1))
    longest = max(waits, default=timedelta())
    return longest or None


def _links(head: str) -> tuple[str, str]:
    found: dict[str, str] = {}
    for link in _LINK.finditer(head):
        rel, href = _REL.search(link[1]), _HREF.search(link[1])
        if rel and href:
            found.setdefault(rel[1].lower(), html.unescape(href[1]))
    return found.get("prev-archive", ""), found.get("hub", "")
