"""Notice: from matched entries to stories, decisions and outbox rows, inside the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import telemetry
from monitor.alerting.budget import day_start
from monitor.alerting.decide import Decision, NewAlert, decide
from monitor.alerting.digest import alert_story
from monitor.delivering.payloads import to_payload
from monitor.model.alert import Alert, Delivery, Fate, FateState, Route
from monitor.model.entry import Entry, StoredEntry
from monitor.model.story import Story
from monitor.model.watch import Match, Why
from monitor.pipeline.group import group
from monitor.ports import Records


@dataclass(frozen=True, slots=True)
class Item:
    """An entry that was just stored, with what it matched."""

    stored: StoredEntry
    matches: tuple[Match, ...]
    first_poll: bool = False
    previous: Entry | None = None  # the text before an update
    kind: str = "alert.created"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Counts of one call."""

    matches: int = 0
    stories: int = 0  # new ones


@dataclass(frozen=True, slots=True)
class Notice:
    """Marks entries matched if and only if their alerts are in the outbox: both happen in one transaction."""

    routes: tuple[Route, ...]
    titles: Mapping[tuple[str, str], str]  # (watchlist, watch) -> what people call it
    why_words: Callable[[Why], str]
    first_poll_max_age: timedelta
    new_id: Callable[[], str]

    def __call__(self, records: Records, items: Sequence[Item], now: datetime) -> Noticed:
        records.entries.add_matches({item.stored.id: item.matches for item in items})
        matched = [item for item in items if item.matches]
        new_stories = sum(self._one(records, item, now) for item in matched)
        telemetry.matches_total.inc(sum(len(item.matches) for item in matched))
        return Noticed(sum(len(item.matches) for item in matched), new_stories)

    def _one(self, records: Records, item: Item, now: datetime) -> bool:
        placement = group(records.stories, item.stored, now)
        story = records.stories.get(placement.story_id)
        decision = decide(
            item.stored,
            item.matches,
            placement,
            routes=self.routes,
            mutes=records.desk.mutes(now),
            told=lambda recipient: records.ledger.told(story.id, recipient),
            interrupts=lambda recipient: records.ledger.interrupts(recipient, self._day_start(recipient, now)),
            first_poll_max_age=self.first_poll_max_age if item.first_poll else None,
            now=now,
            outlets=len(story.outlets),
            correction=item.previous is not None,
            outlets_before=len({e.source for e in story.entries if e.entry_id != item.stored.id}),
        )
        self._record(records, item, story, decision, now)
        return placement.is_new

    def _day_start(self, key: str, now: datetime) -> datetime:
        recipient = next(r for route in self.routes for r in route.to if r.key == key)
        return day_start(recipient, now)

    def _record(self, records: Records, item: Item, story: Story, decision: Decision, now: datetime) -> None:
        deliveries = [self._delivery(item, story, alert, now) for alert in decision.alerts]
        records.outbox.enqueue(deliveries)
        ids = {(d.recipient, d.route): d.id for d in deliveries}
        records.ledger.add([_tied(fate, ids) for fate in decision.fates])

    def _delivery(self, item: Item, story: Story, alert: NewAlert, now: datetime) -> Delivery:
        recipient = alert.recipient
        shown = alert_story(
            story, item.stored, alert.matches, self.titles, self.why_words, item.previous, alert.update
        )
        message = Alert(shown, alert.route.name, alert.reason, recipient.timezone)
        entry = item.stored
        return Delivery(
            id=self.new_id(),
            kind="story.updated" if alert.update else item.kind,
            channel=recipient.channel,
            recipient=recipient.key,
            address=recipient.address,
            route=alert.route.name,
            dedup_key=f"alert:{entry.id}.{entry.version}:{alert.route.name}:{recipient.key}",
            order_key=f"{story.id}:{recipient.key}",
            payload=to_payload(message),
            created_at=now,
        )


def _tied(fate: Fate, ids: Mapping[tuple[str, str], str]) -> Fate:
    """A queued fate names the delivery that carries it."""
    if fate.state is not FateState.QUEUED:
        return fate
    return replace(fate, delivery_id=ids.get((fate.recipient, fate.route)))
