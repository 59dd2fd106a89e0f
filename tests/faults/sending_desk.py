"""A desk that only sends: the real outbox in a SQLite file, the real pipeline, and a clock that the test moves."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from monitor.delivering.payloads import to_payload
from monitor.matching.explain import why_words
from monitor.model.alert import (
    Alert,
    AlertStory,
    AlertWatch,
    Delivery,
    Excerpt,
    Mark,
    Recipient,
    Route,
    RouteMatch,
)
from monitor.model.watch import Severity
from monitor.pipeline.deliver import Deliver, DeliverySummary
from monitor.pipeline.health import TITLES, DeadLetters
from monitor.pipeline.notice import Notice
from monitor.ports import Channel, Database
from monitor.storage.database import open_database
from monitor.storage.migrate import upgrade

BEGIN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SETTLED = frozenset({"sent", "dead", "dropped"})


@dataclass(slots=True)
class MovedClock:
    """Shows what the test says; ``ticks`` and ``wait`` are the same time in seconds."""

    time: datetime = BEGIN

    def now(self) -> datetime:
        return self.time

    def ticks(self) -> float:
        return (self.time - BEGIN).total_seconds()

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(slots=True)
class SendingDesk:
    """``told``: people who hear of dead letters."""

    path: Path
    database: Database
    clock: MovedClock
    told: Sequence[Recipient] = ()
    seed: int = 1
    stop: Callable[[], bool] = field(default=lambda: False)
    deliver: Deliver = field(init=False)

    def connect(self, **channels: Channel) -> None:
        """Send through these."""
        routes = (Route("desk", RouteMatch(("system",)), tuple(self.told)),) if self.told else ()
        names = (f"notice{number}" for number in count(1))
        notice = Notice(routes, TITLES, why_words, timedelta(hours=12), lambda: next(names))
        chance = random.Random(self.seed).random
        self.deliver = Deliver(self.database, channels, DeadLetters(notice), self.clock, chance, self.stop)

    def enqueue(self, *deliveries: Delivery) -> None:
        with self.database.write() as records:
            records.outbox.enqueue(deliveries)

    def run(self) -> DeliverySummary:
        """Everything due now, one channel after the other."""
        total = DeliverySummary()
        for channel in self.deliver.due():
            done = self.deliver(channel)
            total.sent += done.sent
            total.retry += done.retry
            total.dead += done.dead
        return total

    def run_until_settled(self, rounds: int = 400) -> None:
        """Run, move the clock to the next try, and again, until nothing is on its way."""
        for _ in range(rounds):
            self.run()
            if self.deliver.due():
                continue
            at = self.next_at()
            if at is None:
                return
            self.clock.time = max(self.clock.time, at)
        raise AssertionError(f"still on its way after {rounds} rounds: {self.states()}")

    def next_at(self) -> datetime | None:
        """When something is to be tried again; None = all is settled."""
        now = int(self.clock.time.timestamp() * 1_000_000)
        unsettled = "SELECT count(*), min(CASE WHEN next_try_at > ? THEN next_try_at END) FROM deliveries"
        with closing(sqlite3.connect(self.path)) as connection:
            left, nearest = connection.execute(f"{unsettled} WHERE settled_at IS NULL", (now,)).fetchone()
        asked = [at for at in self.deliver.waits.values() if at > self.clock.time]
        tries = [datetime.fromtimestamp(nearest / 1e6, UTC)] if nearest else []
        return min([*asked, *tries], default=self.clock.time) if left else None

    def rows(self) -> list[Delivery]:
        """The outbox, oldest first."""
        with self.database.read() as records:
            return records.outbox.rows([], 100_000)[::-1]

    def row(self, delivery_id: str) -> Delivery:
        with self.database.read() as records:
            return records.outbox.get(delivery_id)

    def states(self) -> Mapping[str, int]:
        with self.database.read() as records:
            return records.outbox.counts()


@contextmanager
def sending_desk(folder: Path, **options: Any) -> Iterator[SendingDesk]:
    path = folder / "monitor.db"
    shutil.copy(_template(), path)
    database = open_database(f"sqlite:///{path}")
    try:
        yield SendingDesk(path, database, MovedClock(), **options)
    finally:
        database.close()


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="monitor-faults-")) / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


def delivery(number: int, channel: str = "hook", person: str = "", **changes: Any) -> Delivery:
    """An alert about a story of its own; its id is ``d1`` … with the person's name."""
    recipient = Recipient(channel, person)
    usual = Delivery(
        id=f"d{number}{person}",
        kind="alert.created",
        channel=channel,
        recipient=recipient.key,
        address=f"{person or 'desk'}@example.org",
        route="breaking",
        dedup_key=f"alert:{number}:{recipient.key}",
        order_key=f"{number}:{recipient.key}",
        payload=_payload(number),
        created_at=BEGIN,
    )
    return replace(usual, **changes)


def title_of(number: int) -> str:
    return f"Drone report {number}"


def _payload(number: int) -> Mapping[str, Any]:
    story = AlertStory(
        story_id=number,
        entry_id=number,
        title=Excerpt(title_of(number), (Mark(0, 5),)),
        url=f"https://wire.example/{number}",
        source="Northern Wire",
        at=BEGIN,
        severity=Severity.HIGH,
        watches=(AlertWatch("defence", "drones", "Drones", Severity.HIGH, "“drone” in the title"),),
        excerpt=Excerpt("Output of drones is to grow.", (Mark(10, 16),)),
        language="en",
    )
    return to_payload(Alert(story, "breaking", "severity high"))
