"""Outbox: messages written with the decision that made them, until a receiver accepts them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, not_, or_, select, update

from monitor.model.alert import Delivery, DeliveryState
from monitor.model.errors import NotFound
from monitor.storage.columns import clean, instant_or_none, micros, micros_or_none, to_json
from monitor.storage.session import Session, marks
from monitor.storage.tables import deliveries, disabled_targets

_ADD = """INSERT INTO deliveries (id, kind, channel, recipient, address, route, dedup_key, order_key, created_at,
state, attempts, next_try_at, lease, last_error, reply, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', ?) ON CONFLICT DO NOTHING"""
_DISABLE = """INSERT INTO disabled_targets (channel, recipient, reason, at) VALUES (?, ?, ?, ?)
ON CONFLICT (channel, recipient) DO UPDATE SET reason = excluded.reason, at = excluded.at"""
_AGAIN = (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.UNKNOWN, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Implements ports.Outbox. ``attempts`` counts tries begun: a message that kills us is counted as well."""

    session: Session

    def enqueue(self, deliveries: Sequence[Delivery]) -> list[str]:
        """See the port. They leave in the order given here, state and attempts as given."""
        return [one.id for one in deliveries if self.session.run(_ADD, _values(one)).rowcount == 1]

    def due_channels(self, now: datetime) -> list[str]:
        found = select(deliveries.c.channel).where(_due(now), _is_first()).distinct()
        return [row[0] for row in self.session.execute(found.order_by(deliveries.c.channel))]

    def claim_due(self, channel: str, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        if limit <= 0:
            return []
        wanted = select(deliveries).where(deliveries.c.channel == channel, _due(now), _is_first())
        claimed = wanted.order_by(deliveries.c.seq).limit(limit).with_for_update(skip_locked=True)
        rows = self.session.execute(claimed).all()
        token = secrets.token_hex(8)
        if rows:
            statement = f"""UPDATE deliveries SET state = 'sending', attempts = attempts + 1, lease = ?,
                lease_until = ? WHERE seq IN ({marks(len(rows))})"""
            self.session.run(statement, (token, micros(now + lease), *(row.seq for row in rows)))
        return [
            replace(_delivery_of(row), state=DeliveryState.SENDING, lease=token, attempts=row.attempts + 1)
            for row in rows
        ]

    def break_leases(self) -> None:
        """See the port. ``next_try_at`` is dropped: they are due at once."""
        left = update(deliveries).where(deliveries.c.settled_at.is_(None), _in(DeliveryState.SENDING))
        values = {"state": DeliveryState.UNKNOWN.value, "lease": "", "lease_until": None, "next_try_at": None}
        self.session.execute(left.values(values))

    def sent(self, delivery: Delivery, at: datetime, reply: str) -> bool:
        values = {"state": DeliveryState.SENT, "sent_at": at, "settled_at": at, "reply": reply, "last_error": ""}
        return self._finish(delivery, values)

    def retry(self, delivery: Delivery, at: datetime, error: str, *, ambiguous: bool) -> bool:
        """See the port; ``at`` is when to try again."""
        state = DeliveryState.UNKNOWN if ambiguous else DeliveryState.RETRY
        return self._finish(delivery, {"state": state, "next_try_at": at, "last_error": error})

    def dead(self, delivery: Delivery, at: datetime, error: str) -> bool:
        return self._finish(delivery, {"state": DeliveryState.DEAD, "settled_at": at, "last_error": error})

    def give_back(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        for one in deliveries:
            state = DeliveryState.RETRY if one.attempts > 1 else DeliveryState.PENDING
            self._finish(one, {"state": state, "attempts": one.attempts - 1, "next_try_at": at})

    def requeue(self, delivery_id: str, now: datetime) -> Delivery:
        """See the port. Raises NotFound as well when there is nothing to try again."""
        found = self.get(delivery_id)
        if found.state not in _AGAIN:
            raise NotFound(f"delivery {found.id} is {found.state}: only what is dead or waits can be tried again")
        return self._set(
            found, {"state": DeliveryState.PENDING, "attempts": 0, "next_try_at": None, "settled_at": None}
        )

    def drop(self, delivery_id: str, now: datetime) -> Delivery:
        """See the port. Raises NotFound as well when it is being sent, sent or dropped."""
        found = self.get(delivery_id)
        if found.state not in _AGAIN:
            raise NotFound(f"delivery {found.id} is {found.state}: there is nothing to drop")
        return self._set(found, {"state": DeliveryState.DROPPED, "next_try_at": None, "settled_at": now})

    def get(self, delivery_id: str) -> Delivery:
        whole = select(deliveries).where(deliveries.c.id == delivery_id)
        begun = select(deliveries).where(func.substr(deliveries.c.id, 1, len(delivery_id)) == delivery_id)
        found = self.session.execute(whole).all() or (self.session.execute(begun).all() if delivery_id else [])
        if not found:
            raise NotFound(f"there is no delivery {delivery_id}")
        if len(found) > 1:
            raise NotFound(f"{len(found)} deliveries begin with {delivery_id}; give more of the id")
        return _delivery_of(found[0])

    def rows(self, states: Sequence[str], limit: int) -> list[Delivery]:
        found = select(deliveries).order_by(deliveries.c.seq.desc()).limit(limit)
        if states:
            found = found.where(deliveries.c.state.in_([str(state) for state in states]))
        return [_delivery_of(row) for row in self.session.execute(found)]

    def counts(self) -> dict[str, int]:
        """Rows by state, states without rows left out."""
        found = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        return {row[0]: row[1] for row in self.session.execute(found.order_by(deliveries.c.state))}

    def oldest_pending(self) -> datetime | None:
        """When the oldest message that is still on its way was written."""
        oldest = "SELECT min(created_at) FROM deliveries WHERE settled_at IS NULL"
        return instant_or_none(self.session.run(oldest).scalar_one())

    def disable(self, channel: str, recipient: str, reason: str, at: datetime) -> None:
        self.session.run(_DISABLE, (channel, recipient, clean(reason), micros(at)))

    def enable(self, channel: str) -> None:
        self.session.run("DELETE FROM disabled_targets WHERE channel = ?", (channel,))

    def disabled(self) -> dict[tuple[str, str], str]:
        rows = self.session.execute(select(disabled_targets).order_by(disabled_targets.c.channel))
        return {(row.channel, row.recipient): row.reason for row in rows}

    def _finish(self, delivery: Delivery, values: dict[str, Any]) -> bool:
        """Write the outcome and give the lease back, if it is still ours."""
        mine = and_(
            deliveries.c.id == delivery.id,
            deliveries.c.lease == delivery.lease,
            _in(DeliveryState.SENDING),
        )
        free = {"lease": "", "lease_until": None, "next_try_at": None}
        done = self.session.execute(update(deliveries).where(mine).values({**free, **_plain(values)}))
        return bool(done.rowcount == 1)

    def _set(self, delivery: Delivery, values: dict[str, Any]) -> Delivery:
        self.session.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(_plain(values)))
        return self.get(delivery.id)


def _due(now: datetime) -> ColumnElement[bool]:
    """Its time has come and nobody is sending it."""
    waiting = _in(DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.UNKNOWN)
    time = or_(deliveries.c.next_try_at.is_(None), deliveries.c.next_try_at <= now)
    abandoned = and_(_in(DeliveryState.SENDING), deliveries.c.lease_until <= now)
    return and_(deliveries.c.settled_at.is_(None), or_(and_(waiting, time), abandoned))


def _is_first() -> ColumnElement[bool]:
    """Nothing older with its ``order_key`` is still on its way."""
    older = deliveries.alias("older")
    same = (older.c.order_key == deliveries.c.order_key, older.c.seq < deliveries.c.seq)
    return not_(exists().where(*same, older.c.settled_at.is_(None)))


def _in(*states: DeliveryState) -> ColumnElement[bool]:
    return deliveries.c.state.in_([state.value for state in states])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.value if isinstance(value, DeliveryState) else value for key, value in values.items()}


def _values(delivery: Delivery) -> tuple[Any, ...]:
    """Values of _ADD."""
    return (
        delivery.id,
        delivery.kind,
        delivery.channel,
        delivery.recipient,
        clean(delivery.address),
        delivery.route,
        clean(delivery.dedup_key),
        clean(delivery.order_key),
        micros(delivery.created_at),
        delivery.state.value,
        delivery.attempts,
        micros_or_none(delivery.next_try_at),
        clean(delivery.last_error),
        to_json(delivery.payload),
    )


def _delivery_of(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        recipient=row.recipient,
        address=row.address,
        route=row.route,
        dedup_key=row.dedup_key,
        order_key=row.order_key,
        payload=row.payload,
        created_at=row.created_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        lease=row.lease,
        last_error=row.last_error,
        sent_at=row.sent_at,
    )
