"""Deliver: claim what is due on one channel, send it, and remember what the receiver said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from monitor import telemetry
from monitor.delivering.retry import next_try
from monitor.model.alert import Delivery, FateState, Receipt
from monitor.model.errors import DeliveryError
from monitor.pipeline.health import DeadLetters, disabled_reason
from monitor.ports import BatchChannel, Chance, Channel, Clock, Database, Records
from monitor.telemetry import log

LEASE = timedelta(minutes=10)  # longer than a turn and any channel's own timeouts together
TURN = timedelta(minutes=1)  # what was claimed and has not begun by then goes back
CLAIM, CLAIM_TOGETHER = 20, 60  # deliveries claimed at once; the second where several share a message
_ALONE = ("digest.sent", "test")  # kinds that never share a message

Batch = Sequence[Delivery]  # leaves in one message, ends in one transaction


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
    waits: dict[str, datetime] = field(default_factory=dict)  # channels that asked to wait; a restart asks anew

    def due(self) -> list[str]:
        """Channels that have something to send now."""
        now = self.clock.now()
        with self.database.read() as records:
            channels = records.outbox.due_channels(now)
        return [channel for channel in channels if self.waits.get(channel, now) <= now]

    def __call__(self, channel: str) -> DeliverySummary:
        """Send everything due on this channel, oldest first, until it asks to wait or we are asked to stop."""
        summary = DeliverySummary()
        sender = self.channels.get(channel)
        wait = None
        while wait is None and not self.stop():
            claimed = self._claimed(channel, sender)
            if not claimed:
                break
            wait = self._turn(sender, _batches_or_singles(sender, claimed), summary)
        if wait is not None:
            self.waits[channel] = self.clock.now() + wait
        return summary

    def _claimed(self, channel: str, sender: Channel | None) -> list[Delivery]:
        limit = CLAIM_TOGETHER if isinstance(sender, BatchChannel) else CLAIM
        with self.database.write() as records:
            return records.outbox.claim_due(channel, self.clock.now(), limit, LEASE)

    def _turn(
        self, sender: Channel | None, claimed: Sequence[Batch], summary: DeliverySummary
    ) -> timedelta | None:
        """What could not begin goes back uncounted. Returns how long the channel has to wait; None = it need not."""
        begun = self.clock.now()
        for number, batch in enumerate(claimed):
            late = self.stop() or self.clock.now() - begun > TURN
            wait = timedelta() if late else self._try(sender, batch, summary)
            if wait is not None:
                rest = [delivery for left in claimed[number:] for delivery in left]
                with self.database.write() as records:
                    records.outbox.give_back(rest, self.clock.now() + wait)
                return None if late else wait
        return None

    def _try(self, sender: Channel | None, batch: Batch, summary: DeliverySummary) -> timedelta | None:
        """Send and remember; returns a wait when nothing was tried."""
        try:
            receipt = self._accepted(sender, batch)
        except DeliveryError as error:
            if error.untried:
                return error.after or timedelta()
            if len(batch) > 1 and not (error.retry or error.disable):  # only what is to blame may die of it
                return self._turn(sender, [[delivery] for delivery in batch], summary)
            self._failed(batch, error, summary)
        else:
            self._sent(batch, receipt.reply, summary)
        return None

    def _accepted(self, sender: Channel | None, batch: Batch) -> Receipt:
        with self.database.read() as records:
            reason = disabled_reason(batch[0].channel, batch[0].recipient, records.outbox.disabled())
        if reason:
            raise DeliveryError(f"this target is disabled: {reason}", retry=False, disable=True)
        if sender is None:
            raise DeliveryError("this channel is no longer configured", retry=False)
        try:
            return _hand_over(sender, batch, self.clock.now())
        except DeliveryError:
            raise
        except Exception as error:  # a bug that one message trips over must not hold up its channel
            log.exception("delivery.crashed", ids=[delivery.id for delivery in batch])
            alone = len(batch) == 1  # a batch is taken apart
            what = f"failed unexpectedly ({type(error).__name__})"
            raise DeliveryError(what, retry=alone, ambiguous=True) from error

    def _sent(self, batch: Batch, reply: str, summary: DeliverySummary) -> None:
        now = self.clock.now()
        with self.database.write() as records:
            for delivery in batch:
                if records.outbox.sent(delivery, now, reply):
                    state = FateState.DIGESTED if delivery.kind == "digest.sent" else FateState.SENT
                    records.ledger.settle(delivery.id, state, f"accepted by {delivery.recipient}", now)
        summary.sent += len(batch)
        _tell(batch, "sent")

    def _failed(self, batch: Batch, error: DeliveryError, summary: DeliverySummary) -> None:
        now, chance = self.clock.now(), self.chance()  # one chance: they may leave together again
        again = {one.id: _again(one, error, now, lambda: chance) for one in batch}
        waiting, over = [one for one in batch if again[one.id]], [one for one in batch if not again[one.id]]
        with self.database.write() as records:
            for one in waiting:
                records.outbox.retry(one, again[one.id] or now, str(error), ambiguous=error.ambiguous)
            self._bury(records, over, error, now)
        summary.retry += len(waiting)
        summary.dead += len(over)
        _tell(waiting, "retry", str(error))
        _tell(over, "dead", str(error))

    def _bury(self, records: Records, over: Batch, error: DeliveryError, now: datetime) -> None:
        """They are dead, and somebody hears of it; of a disabled target only once, not with all that follows."""
        dead = [one for one in over if records.outbox.dead(one, now, str(error))]
        for one in dead:
            records.ledger.settle(one.id, FateState.DEAD, str(error), now)
        if not dead or disabled_reason(dead[0].channel, dead[0].recipient, records.outbox.disabled()):
            return
        if error.disable:
            records.outbox.disable(dead[0].channel, dead[0].recipient, str(error), now)
        self.dead_letters(records, dead, str(error), now)


def batches(sender: Channel | None, claimed: Sequence[Delivery]) -> list[Batch]:
    """What leaves together, in order: alerts to one recipient that follow one another, where the channel can."""
    if not isinstance(sender, BatchChannel):
        return [[delivery] for delivery in claimed]
    found: list[Batch] = []
    for (_, alone), run in groupby(claimed, key=lambda one: (one.recipient, one.kind in _ALONE)):
        neighbours = list(run)
        found += [[one] for one in neighbours] if alone else sender.together(neighbours)
    return found


def _hand_over(sender: Channel, batch: Batch, now: datetime) -> Receipt:
    if isinstance(sender, BatchChannel):
        return sender.send_together(batch, now)
    return sender.send(batch[0], now)


def _batches_or_singles(sender: Channel | None, claimed: Sequence[Delivery]) -> list[Batch]:
    try:
        return batches(sender, claimed)
    except Exception:  # noqa: BLE001 - see Deliver._accepted
        log.exception("delivery.crashed", ids=[delivery.id for delivery in claimed])
        return [[delivery] for delivery in claimed]


def _again(delivery: Delivery, error: DeliveryError, now: datetime, chance: Chance) -> datetime | None:
    return next_try(delivery.attempts, now, chance, error.after) if error.retry else None


def _tell(batch: Batch, outcome: str, error: str = "") -> None:
    for delivery in batch:
        telemetry.deliveries_total.labels(delivery.channel, outcome).inc()
        log.info(
            f"delivery.{outcome}",
            id=delivery.id,
            kind=delivery.kind,
            recipient=delivery.recipient,
            attempts=delivery.attempts,
            **({"error": error} if error else {}),
        )
