"""Feeds, entries, matches, fates and deliveries for the storage tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model.alert import Delivery, Fate, FateState, Recipient
from monitor.model.entry import Enclosure, Entry
from monitor.model.feed import FeedSpec
from monitor.model.watch import Match, Severity, Span, Why
from monitor.ports import Records

NOW = datetime(2026, 11, 22, 7, 0, 0, 123456, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OLENA = Recipient("desk-mail", "olena", "olena@example.org", "Europe/Kyiv")


def spec(number: int, **values: Any) -> FeedSpec:
    return FeedSpec(**{"url": f"https://outlet{number}.example/feed", "title": f"Outlet {number}", **values})


def add_feed(records: Records, number: int = 1, **values: Any) -> int:
    return records.feeds.add(spec(number, **values), NOW)[0].id


def entry(name: str, **values: Any) -> Entry:
    plain = {"identity": name, "title": f"Title of {name}", "url": f"https://outlet1.example/{name}"}
    return Entry(**{**plain, "content_hash": f"hash of {name}", **values})


def rich_entry() -> Entry:
    """Every field in use."""
    return Entry(
        identity="tag:outlet.example,2026:1",
        title="Київ нарощує випуск дронів",
        summary="A summary with 𝔘nicode and “quotes”",
        body="First line\nsecond line",
        url="https://outlet.example/1?a=b#c",
        author="Olena",
        tags=("defence", "дрони"),
        language="uk",
        published=NOW - HOUR,
        updated=NOW,
        enclosures=(
            Enclosure("https://outlet.example/1.mp3", "audio/mpeg", 12345),
            Enclosure("https://x.example"),
        ),
        content_hash="0123",
    )


def match(watch: str = "drones", watchlist: str = "ukraine", **values: Any) -> Match:
    span = Span("title", 0, 4, "Київ", "київ")
    why = Why(
        "and",
        "київ AND дрон*",
        True,
        (),
        (Why("term", "київ", True, (span,)), Why("wildcard", "дрон*", True)),
        "2 of 3",
    )
    return Match(**{"watchlist": watchlist, "watch": watch, "kind": "keyword", "severity": Severity.HIGH,
                    "spans": (span,), "why": why, "score": 0.5, **values})  # fmt: skip


def fate(entry_id: int, state: FateState = FateState.QUEUED, **values: Any) -> Fate:
    return Fate(**{"entry_id": entry_id, "watchlist": "ukraine", "watch": "drones", "recipient": OLENA.key,
                   "route": "breaking", "story_id": None, "state": state, "reason": "high severity",
                   "severity": Severity.HIGH, "at": NOW, **values})  # fmt: skip


def delivery(number: int, **values: Any) -> Delivery:
    return Delivery(**{"id": f"d{number}", "kind": "alert.created", "channel": "desk-mail", "recipient": OLENA.key,
                       "address": OLENA.address, "route": "breaking", "dedup_key": f"alert:{number}",
                       "order_key": f"{number}:olena", "payload": {"story": {"title": "Київ"}, "n": [1, None]},
                       "created_at": NOW, **values})  # fmt: skip


def add_entries(records: Records, names: Sequence[str], feed_id: int | None = None) -> list[int]:
    feed = add_feed(records) if feed_id is None else feed_id
    return records.entries.add(feed, [entry(name) for name in names], NOW)
