"""Health: what goes wrong with feeds and channels becomes entries of the built-in ``system`` watchlist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model.alert import Delivery, FeedHealth
from monitor.model.entry import Entry, Source, StoredEntry
from monitor.model.feed import Feed, FeedNotice, FeedSpec, FeedState
from monitor.model.watch import Match, Severity, Why
from monitor.pipeline.notice import Item, Notice
from monitor.ports import Records

SYSTEM = "system"
LIST_TITLE = "Feeds and channels"
TITLES = {
    (SYSTEM, "feed-failing"): "A feed fails",
    (SYSTEM, "feed-recovered"): "A feed is well again",
    (SYSTEM, "feed-gone"): "A feed is gone",
    (SYSTEM, "feed-gap"): "Entries may have been missed",
    (SYSTEM, "feed-moved"): "A feed moved",
    (SYSTEM, "feed-truncated"): "A feed arrives cut off",
    (SYSTEM, "feed-not-a-feed"): "A feed is no feed any more",
    (SYSTEM, "feed-silent"): "A feed is unusually silent",
    (SYSTEM, "feed-held"): "A flood of entries is held",
    (SYSTEM, "delivery-dead"): "A message could not be delivered",
}
_FEED_KEY = "system-feed"  # the desk remembers the id of the archived feed that carries our own notices


@dataclass(frozen=True, slots=True)
class HealthNotices:
    """Tells a feed's change of state through the same routes, ledger and outbox as news."""

    notice: Notice

    def __call__(self, records: Records, feed: Feed, told: FeedNotice, now: datetime) -> None:
        recovered = told.kind == "recovered"
        entry = Entry(
            identity=f"feed:{feed.id}:{told.kind}:{now.isoformat()}",
            title=f"{feed.label}: {told.words}",
            summary=feed.spec.url,  # no link: notices of one feed are news of their own, not copies
            published=now,
        )
        _announce(
            self.notice,
            records,
            entry,
            watch=f"feed-{told.kind}",
            severity=Severity.LOW if recovered else Severity.MEDIUM,
            kind="feed.recovered" if recovered else "feed.failing",
            now=now,
        )


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Tells a delivery that failed for good over the channels that still work."""

    notice: Notice

    def __call__(self, records: Records, delivery: Delivery, error: str, now: datetime) -> None:
        if _is_ours(delivery):
            return  # a notice about a dead notice would chase its own tail
        entry = Entry(
            identity=f"dead:{delivery.id}",
            title=f"A message to {delivery.recipient} could not be delivered",
            summary=f"{error}\nmonitor outbox show {delivery.id}",
            published=now,
        )
        _announce(
            self.notice,
            records,
            entry,
            watch="delivery-dead",
            severity=Severity.HIGH,
            kind="alert.created",
            now=now,
        )


def _is_ours(delivery: Delivery) -> bool:
    watches = delivery.payload.get("story", {}).get("watches", [])
    return any(watch["watchlist"] == SYSTEM for watch in watches)


def _announce(
    notice: Notice,
    records: Records,
    entry: Entry,
    *,
    watch: str,
    severity: Severity,
    kind: str,
    now: datetime,
) -> None:
    feed_id = _system_feed(records, now)
    entry_id = records.entries.add(feed_id, [entry], now)[0]
    stored = StoredEntry(entry_id, feed_id, entry, Source("monitor", "monitor"), now)
    match = Match(SYSTEM, watch, "system", severity, (), Why("system", watch, True, note=entry.title))
    notice(records, [Item(stored, (match,), kind=kind)], now)


def _system_feed(records: Records, now: datetime) -> int:
    known = records.desk.value(_FEED_KEY)
    if known:
        return int(known)
    feed, _ = records.feeds.add(FeedSpec("monitor:system", "monitor"), now)
    records.feeds.remove(feed.id)
    records.desk.set(_FEED_KEY, str(feed.id))
    return feed.id


def unwell(feeds: Sequence[Feed], zone: str = "UTC") -> tuple[FeedHealth, ...]:
    """Feeds that are not ok, in words, worst first; times on the wall clock of ``zone``."""
    order = (
        FeedState.GONE,
        FeedState.NOT_A_FEED,
        FeedState.FAILING,
        FeedState.GAP,
        FeedState.HELD,
        FeedState.TRUNCATED,
        FeedState.SILENT,
        FeedState.MOVED,
    )
    sick = [feed for feed in feeds if feed.state is not FeedState.OK and not feed.paused]
    sick.sort(key=lambda feed: (order.index(feed.state), feed.label))
    return tuple(FeedHealth(feed.label, feed.spec.url, feed.state.value, _words(feed, zone)) for feed in sick)


def _words(feed: Feed, zone: str) -> str:
    since = ""
    if feed.state_since:
        wall = feed.state_since.astimezone(ZoneInfo(zone))
        since = f" since {wall:%a} {wall.day} {wall:%b, %H:%M}"
    if feed.state is FeedState.GONE:
        return f"answers 410 Gone{since}; no longer polled"
    if feed.state is FeedState.MOVED:
        return f"moved{since}; the new address is {feed.spec.url}"
    return f"{feed.last_error or feed.state.value}{since}"
