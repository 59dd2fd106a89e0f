"""News: what a page shows, compared with what was known: a gap (polling.md P19), a flood (§4), how fast it turns over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from monitor.model.feed import Feed, FetchResult, ParsedFeed

FLOOD_SHARE, FLOOD_COUNT = 0.8, 20  # more than both, new at once, is a flood


@dataclass(frozen=True, slots=True)
class News:
    """``new`` of ``shown`` entries were not known before."""

    shown: int = 0
    new: int = 0
    gap: bool = False  # none of the entries shown was known: some may have come and gone unseen
    flood: bool = False  # so much of the page is new that it is more likely an accident than news


def compare(feed: Feed, result: FetchResult, shown: int, new: int, *, walked: bool = False) -> News:
    """A first page, and a delta (P22), are nothing but news and neither a gap nor a flood.

    ``walked``: older pages are among what is shown. Where they lead to an entry that is known, all is news indeed.
    """
    if feed.first_polled_at is None or result.status == HTTPStatus.IM_USED:
        return News(shown, new)
    gap = 0 < shown == new
    return News(shown, new, gap, new > FLOOD_COUNT and new > FLOOD_SHARE * shown and (gap or not walked))


def probably_lost(before: Feed, feed: Feed, parsed: ParsedFeed, now: datetime) -> int | None:
    """How many entries came and went between the last look and the oldest entry shown; None = no idea.

    ``before`` knows when we looked last, ``feed`` the usual rhythm.
    """
    looked = before.failing_since or before.last_polled_at
    if not feed.cadence or looked is None:
        return None
    times = [entry.published for entry in parsed.entries if entry.published and entry.published <= now]
    oldest = min(times, default=now - len(parsed.entries) * feed.cadence)
    if looked > oldest and before.last_changed_at:
        looked = before.last_changed_at  # that look cannot have reached the feed: the line was down
    return max(0, round((oldest - looked) / feed.cadence))


def page_span(parsed: ParsedFeed) -> timedelta | None:
    """From the oldest to the newest entry: how long an entry stays on the page; None = it does not say."""
    times = [entry.published for entry in parsed.entries if entry.published]
    return max(times) - min(times) or None if times else None
