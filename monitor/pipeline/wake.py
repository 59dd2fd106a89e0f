"""Wake: what was held for quiet hours or a spent budget and whose time has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.alerting.digest import alert_story
from monitor.delivering.payloads import to_payload
from monitor.model.alert import Alert, Delivery, Fate, FateState, Recipient, Route
from monitor.model.watch import Why
from monitor.ports import Clock, Database, Records


@dataclass(frozen=True, slots=True)
class Wake:
    """Puts held alerts into the outbox, one for each story and recipient."""

    database: Database
    routes: tuple[Route, ...]
    titles: Mapping[tuple[str, str], str]
    why_words: Callable[[Why], str]
    clock: Clock
    new_id: Callable[[], str]

    def __call__(self) -> int:
        """Alerts put into the outbox."""
        now = self.clock.now()
        with self.database.read() as records:
            if not records.ledger.held_until(now):
                return 0
        with self.database.write() as records:
            rows = sorted(records.ledger.held_until(now), key=_story)
            return sum(self._one(records, list(group), now) for _, group in groupby(rows, key=_story))

    def _one(self, records: Records, fates: list[Fate], now: datetime) -> bool:
        target = self._target(fates[0])
        if target is None or fates[0].story_id is None:
            records.ledger.move(fates, FateState.NO_ROUTE, "its route or recipient left the configuration", now)
            return False
        route, recipient = target
        story = records.stories.get(fates[0].story_id)
        entry = records.entries.get(fates[0].entry_id)
        wanted = {(fate.watchlist, fate.watch) for fate in fates}
        matches = [m for m in records.entries.matches([entry.id])[entry.id] if (m.watchlist, m.watch) in wanted]
        shown = alert_story(story, entry, matches, self.titles, self.why_words, None, "")
        delivery = Delivery(
            id=self.new_id(),
            kind="alert.created",
            channel=recipient.channel,
            recipient=recipient.key,
            address=recipient.address,
            route=route.name,
            dedup_key=f"woken:{story.id}:{entry.id}:{route.name}:{recipient.key}",
            order_key=f"{story.id}:{recipient.key}",
            payload=to_payload(Alert(shown, route.name, fates[0].reason, recipient.timezone)),
            created_at=now,
        )
        records.outbox.enqueue([delivery])
        records.ledger.move(fates, FateState.QUEUED, "its waiting time is over", now, delivery.id)
        return True

    def _target(self, fate: Fate) -> tuple[Route, Recipient] | None:
        for route in self.routes:
            for recipient in route.to:
                if route.name == fate.route and recipient.key == fate.recipient:
                    return route, recipient
        return None


def _story(fate: Fate) -> tuple[int, str, str]:
    return (fate.story_id or 0, fate.recipient, fate.route)
