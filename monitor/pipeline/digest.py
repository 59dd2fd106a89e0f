"""Digest: one message per route, recipient and local slot, holding everything that waited for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.alerting.digest import DigestItem, alert_story, build_digest
from monitor.alerting.slots import Slot, cron_words, due_slot
from monitor.delivering.payloads import to_payload
from monitor.model.alert import Delivery, Digest, Fate, FateState, Recipient, Route
from monitor.model.watch import Why
from monitor.pipeline.health import unwell
from monitor.ports import Clock, Database, Records

BAR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Digests:
    """Closes every slot that is due, exactly once, and puts its digest into the outbox."""

    database: Database
    routes: tuple[Route, ...]
    titles: Mapping[tuple[str, str], str]
    list_titles: Mapping[str, str]  # watchlist -> what people call it
    why_words: Callable[[Why], str]
    clock: Clock
    new_id: Callable[[], str]

    def __call__(self) -> int:
        """Digests put into the outbox."""
        return sum(self._due(route, recipient) for route in self.routes if route.digest for recipient in route.to)

    def _due(self, route: Route, recipient: Recipient) -> bool:
        now = self.clock.now()
        with self.database.read() as records:
            last = records.desk.last_slot(route.name, recipient)
        if last is None:  # a recipient never seen: the first window starts here
            with self.database.write() as records:
                records.desk.close_slot(route.name, recipient, "start", now)
            return False
        slot = due_slot(route.digest, recipient.timezone, last, now)
        return slot is not None and self.send(route, recipient, slot)

    def send_now(self, route: Route) -> int:
        """By command: a digest of everything that waits, for each recipient; returns how many were made."""
        now = self.clock.now()
        return sum(self.send(route, recipient, slot_at(recipient, now)) for recipient in route.to)

    def send(self, route: Route, recipient: Recipient, slot: Slot) -> bool:
        """Build, enqueue and mark in one transaction; False when the slot was done or had nothing to say."""
        now = self.clock.now()
        with self.database.write() as records:
            last = records.desk.last_slot(route.name, recipient) or now - timedelta(days=1)
            if not records.desk.close_slot(route.name, recipient, slot.local, slot.utc):
                return False
            fates = records.ledger.held(route.name, recipient.key)
            if not fates and not route.send_empty:
                return False
            digest = self.build(records, route, recipient, slot, last, fates)
            delivery = self._delivery(route, recipient, digest, now)
            records.outbox.enqueue([delivery])
            records.ledger.move(
                fates, FateState.IN_DIGEST, f"in the digest {route.name} of {slot.local}", now, delivery.id
            )
            records.desk.set_counts(route.name, recipient, _counts(digest))
        return True

    def preview(self, route: Route, recipient: Recipient, slot: Slot) -> Digest:
        """What `send` would send now; nothing is marked."""
        with self.database.read() as records:
            last = records.desk.last_slot(route.name, recipient) or slot.utc - timedelta(days=1)
            fates = records.ledger.held(route.name, recipient.key)
            return self.build(records, route, recipient, slot, last, fates)

    def build(
        self,
        records: Records,
        route: Route,
        recipient: Recipient,
        slot: Slot,
        start: datetime,
        fates: Sequence[Fate],
    ) -> Digest:
        feeds = records.feeds.all()
        watchlists = sorted({fate.watchlist for fate in fates})
        items = self._items(records, fates)
        before = records.desk.last_counts(route.name, recipient)
        if before is None:  # the first digest reaches back as far as the news that it holds
            start = min([start, *(item.story.at for item in items)])
        return build_digest(
            route,
            recipient,
            slot,
            min(start, slot.utc),
            slot.utc,
            items,
            titles=self.list_titles,
            bars={name: _bars(records, name, slot.utc, recipient.timezone) for name in watchlists},
            before=before,
            health=unwell(feeds, recipient.timezone),
            feeds_total=len(feeds),
            schedule=cron_words(route.digest) if route.digest else "on request",
        )

    def _items(self, records: Records, fates: Sequence[Fate]) -> list[DigestItem]:
        """One item a story: its first entry among the fates shows it."""
        by_story = sorted(
            (f for f in fates if f.story_id is not None), key=lambda f: (f.story_id or 0, f.entry_id)
        )
        stories = records.stories.get_many(sorted({f.story_id for f in by_story if f.story_id is not None}))
        entry_ids = sorted({fate.entry_id for fate in by_story})
        entries = records.entries.get_many(entry_ids)
        matches = records.entries.matches(entry_ids)
        items = []
        for story_id, group in groupby(by_story, key=lambda fate: fate.story_id or 0):
            rows = list(group)
            first = entries[rows[0].entry_id]
            wanted = {(row.watchlist, row.watch) for row in rows}
            shown = [m for m in matches.get(first.id, []) if (m.watchlist, m.watch) in wanted]
            previous = records.entries.previous(first.id) if first.version > 1 else None
            story = alert_story(stories[story_id], first, shown, self.titles, self.why_words, previous, "")
            items.append(DigestItem(story, tuple(rows)))
        return items

    def _delivery(self, route: Route, recipient: Recipient, digest: Digest, now: datetime) -> Delivery:
        return Delivery(
            id=self.new_id(),
            kind="digest.sent",
            channel=recipient.channel,
            recipient=recipient.key,
            address=recipient.address,
            route=route.name,
            dedup_key=f"digest:{route.name}:{recipient.key}:{digest.slot}",
            order_key=f"digest:{route.name}:{recipient.key}",
            payload=to_payload(digest),
            created_at=now,
        )


def slot_at(recipient: Recipient, now: datetime) -> Slot:
    """A slot outside the schedule, named by the recipient's wall clock to the second."""
    return Slot(now.astimezone(ZoneInfo(recipient.timezone)).strftime("%Y-%m-%dT%H:%M:%S"), now)


def _bars(records: Records, watchlist: str, end: datetime, zone: str) -> tuple[int, ...]:
    """Matched entries a local day, oldest first, the last bar being the day of ``end``."""
    today = end.astimezone(ZoneInfo(zone)).date()
    counts = records.entries.daily_counts(watchlist, end - timedelta(days=BAR_DAYS), zone)
    days = (today - timedelta(days=back) for back in range(BAR_DAYS - 1, -1, -1))
    return tuple(counts.get(day.isoformat(), 0) for day in days)


def _counts(digest: Digest) -> dict[str, int]:
    return {"mentions": digest.mentions.now, "stories": digest.stories.now, "high": digest.high.now}
