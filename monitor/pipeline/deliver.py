"""Deliver: claim what is due on one channel, send it, and remember what the receiver said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor import telemetry
from monitor.delivering.retry import next_try
from monitor.model.alert import Delivery, FateState
from monitor.model.errors import DeliveryError
from monitor.pipeline.health import DeadLetters
from monitor.ports import Chance, Channel, Clock, Database
from monitor.telemetry import log

LEASE = timedelta(minutes=10)  # longer than any channel's own timeout
BATCH = 20


@dataclass(slots=True)
class DeliverySummary:
    """Counts of one run over one channel."""

    sent: int = 0
    retry: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Deliver:
    """Rule 5: marked sent only after the receiver accepted it, under the same id on every try."""

    database: Database
    channels: Mapping[str, Channel]
    dead_letters: DeadLetters
    clock: Clock
    chance: Chance
    stop: Callable[[], bool] = field(default=lambda: False)

    def due(self) -> list[str]:
        """Channels that have something to send now."""
        with self.database.read() as records:
            return records.outbox.due_channels(self.clock.now())

    def __call__(self, channel: str) -> DeliverySummary:
        """Send everything due on this channel, oldest first."""
        summary = DeliverySummary()
        while not self.stop():
            with self.database.write() as records:
                claimed = records.outbox.claim_due(channel, self.clock.now(), BATCH, LEASE)
                disabled = records.outbox.disabled()
            if not claimed:
                break
            for delivery in claimed:
                reason = disabled.get((channel, delivery.recipient)) or disabled.get((channel, "*"))
                self._try(delivery, reason, summary)
        return summary

    def _try(self, delivery: Delivery, disabled: str | None, summary: DeliverySummary) -> None:
        try:
            if disabled:
                raise DeliveryError(f"this target is disabled: {disabled}", retry=False)
            sender = self.channels.get(delivery.channel)
            if sender is None:
                raise DeliveryError("this channel is no longer configured", retry=False)
            receipt = sender.send(delivery, self.clock.now())
        except DeliveryError as error:
            self._failed(delivery, error, summary)
        else:
            self._sent(delivery, receipt.reply, summary)

    def _sent(self, delivery: Delivery, reply: str, summary: DeliverySummary) -> None:
        now = self.clock.now()
        state = FateState.DIGESTED if delivery.kind == "digest.sent" else FateState.SENT
        with self.database.write() as records:
            if records.outbox.sent(delivery, now, reply):
                records.ledger.settle(delivery.id, state, f"accepted by {delivery.recipient}", now)
        summary.sent += 1
        self._told(delivery, "sent")

    def _failed(self, delivery: Delivery, error: DeliveryError, summary: DeliverySummary) -> None:
        now = self.clock.now()
        again = next_try(delivery.attempts, now, self.chance, error.after) if error.retry else None
        with self.database.write() as records:
            if again:
                records.outbox.retry(delivery, again, str(error), ambiguous=error.ambiguous)
            elif records.outbox.dead(delivery, now, str(error)):
                records.ledger.settle(delivery.id, FateState.DEAD, str(error), now)
                if error.disable:
                    records.outbox.disable(delivery.channel, delivery.recipient, str(error), now)
                self.dead_letters(records, delivery, str(error), now)
        summary.retry += again is not None
        summary.dead += again is None
        self._told(delivery, "retry" if again else "dead", str(error))

    def _told(self, delivery: Delivery, outcome: str, error: str = "") -> None:
        telemetry.deliveries_total.labels(delivery.channel, outcome).inc()
        log.info(
            f"delivery.{outcome}",
            id=delivery.id,
            kind=delivery.kind,
            recipient=delivery.recipient,
            attempts=delivery.attempts,
            **({"error": error} if error else {}),
        )
