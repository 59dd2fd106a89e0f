"""Release: what the flood guard held back goes through matching and routes after all."""

from dataclasses import replace
from typing import Protocol

from monitor.model.entry import Entry, Source
from monitor.model.feed import Feed, FeedState
from monitor.model.watch import Match
from monitor.pipeline.notice import Item, Notice
from monitor.ports import Clock, Database


class Matcher(Protocol):
    """An engine, as far as releasing needs it."""

    def match(self, entry: Entry, source: Source) -> list[Match]: ...


def release(database: Database, engine: Matcher, notice: Notice, clock: Clock, feed: Feed) -> int:
    """Entries let through; the feed is ok again."""
    with database.read() as records:
        held = records.entries.held(feed.id)
    items = [Item(replace(e, held=False), tuple(engine.match(e.entry, e.source))) for e in held]
    with database.write() as records:
        records.entries.release([entry.id for entry in held])
        notice(records, items, clock.now())
        if feed.state is FeedState.HELD:
            records.feeds.set_state(feed.id, FeedState.OK, clock.now())
    return len(held)
