"""Health: what goes wrong with feeds and channels becomes entries of the built-in ``system`` watchlist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerting.routes import route_matches
from monitor.model.alert import Delivery, FeedHealth, Recipient, Route
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
        severity = Severity.LOW if recovered else Severity.MEDIUM
        kind = "feed.recovered" if recovered else "feed.failing"
        match = _match(f"feed-{told.kind}", severity, entry.title)
        self.notice(records, [Item(_stored(records, entry, now), (match,), kind=kind)], now)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Tells deliveries to one recipient that failed for good over the channels that still work."""

    notice: Notice

    def __call__(self, records: Records, dead: Sequence[Delivery], error: str, now: datetime) -> None:
        """Call it after a target that is gone was disabled."""
        strange = [delivery for delivery in dead if not _is_ours(delivery)]
        if not strange:
            return  # a notice about a dead notice would chase its own tail
        first, more = strange[0], len(strange) - 1
        entry = Entry(
            identity=f"dead:{first.id}",
            title=f"A message to {first.recipient} could not be delivered",
            summary=f"{error}\nmonitor outbox show {first.id}" + (f" (and {more} more)" if more else ""),
            published=now,
        )
        match = _match("delivery-dead", Severity.HIGH, entry.title)
        stored = _stored(records, entry, now)
        around = routes_around(
            self.notice.routes,
            lambda route: bool(route_matches(route, match, match.severity, stored)),
            Recipient(first.channel, first.recipient.partition(":")[2]),
            records.outbox.disabled(),
        )
        replace(self.notice, routes=around)(records, [Item(stored, (match,))], now)


def disabled_reason(channel: str, recipient: str, disabled: Mapping[tuple[str, str], str]) -> str | None:
    """Why this recipient, or its whole channel, gets nothing any more."""
    return disabled.get((channel, recipient)) or disabled.get((channel, "*"))


def routes_around(
    routes: Sequence[Route],
    takes: Callable[[Route], bool],
    dead: Recipient,
    disabled: Mapping[tuple[str, str], str],
) -> tuple[Route, ...]:
    """The routes by which to tell that ``dead`` could not be reached; ``takes``: a route meant for such news.

    Nobody is told whom we cannot reach. When that leaves nobody on another channel, the first one whom any route
    tells there hears of it as well; when it leaves nobody at all, the routes stay as they are.
    """

    def reached(person: Recipient) -> bool:
        return person.key != dead.key and not disabled_reason(person.channel, person.key, disabled)

    meant = [route for route in routes if takes(route)]
    kept = {route.name: tuple(filter(reached, route.to)) for route in meant}
    if meant and not any(person.channel != dead.channel for to in kept.values() for person in to):
        others = (person for route in routes for person in route.to if reached(person))
        other = next((person for person in others if person.channel != dead.channel), None)
        kept[meant[0].name] += (other,) if other else ()
    if not any(kept.values()):
        return tuple(routes)
    around = (replace(route, to=kept.get(route.name, route.to)) for route in routes)
    return tuple(route for route in around if route.to)


def _is_ours(delivery: Delivery) -> bool:
    watches = delivery.payload.get("story", {}).get("watches", [])
    return any(watch["watchlist"] == SYSTEM for watch in watches)


def _match(watch: str, severity: Severity, words: str) -> Match:
    return Match(SYSTEM, watch, "system", severity, (), Why("system", watch, True, note=words))


def _stored(records: Records, entry: Entry, now: datetime) -> StoredEntry:
    feed_id = _system_feed(records, now)
    entry_id = records.entries.add(feed_id, [entry], now)[0]
    return StoredEntry(entry_id, feed_id, entry, Source("monitor", "monitor"), now)


def own_feed(records: Records) -> int | None:
    """The feed under which the service's own notices are stored; None: there was none yet."""
    known = records.desk.value(_FEED_KEY)
    return int(known) if known else None


def _system_feed(records: Records, now: datetime) -> int:
    known = own_feed(records)
    if known is not None:
        return known
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
