"""Tick: one whole cycle, in the order in which the data flows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.model.feed import FetchResult
from monitor.pipeline.deliver import Deliver, DeliverySummary
from monitor.pipeline.digest import Digests
from monitor.pipeline.poll import Poll, PollSummary
from monitor.pipeline.wake import Wake
from monitor.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class Cycle:
    """What `monitor once` runs; the daemon runs the same steps on their own ticks."""

    database: Database
    poll: Poll
    wake: Wake
    digests: Digests
    deliver: Deliver
    clock: Clock

    def __call__(
        self, *, force: bool, only: str | None, on_result: Callable[[FetchResult], None] = lambda _result: None
    ) -> dict[str, Any]:
        """Counts as `once --json` prints them (config-and-cli.md §2)."""
        begun = self.clock.now()
        polled = PollSummary()
        if only != "digests":
            polled = self.poll(force=force, unpolled=True, on_result=on_result)
        self.wake()
        if only != "feeds":
            self.digests()
        sent = self.send()
        with self.database.read() as records:
            held = records.ledger.held_count()
        return {
            "feeds": {
                "due": polled.due,
                "changed": polled.changed,
                "not_modified": polled.not_modified,
                "failed": polled.failed,
            },
            "entries": {"new": polled.new, "updated": polled.updated},
            "matches": polled.matches,
            "stories": polled.stories,
            "deliveries": {"sent": sent.sent, "retry": sent.retry, "dead": sent.dead, "held": held},
            "seconds": round((self.clock.now() - begun).total_seconds(), 1),
        }

    def send(self) -> DeliverySummary:
        """Everything due, one channel after the other."""
        total = DeliverySummary()
        for channel in self.deliver.due():
            part = self.deliver(channel)
            total.sent += part.sent
            total.retry += part.retry
            total.dead += part.dead
        return total
