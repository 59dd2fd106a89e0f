"""Ledger: what became of every (entry x watch x recipient)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, literal_column, select

from monitor.model.alert import Fate, FateState
from monitor.model.watch import Severity
from monitor.storage.audit import audit
from monitor.storage.columns import clean, micros, micros_or_none
from monitor.storage.session import Session
from monitor.storage.tables import fates

TOLD = (FateState.QUEUED, FateState.SENT, FateState.HELD, FateState.IN_DIGEST, FateState.DIGESTED)
"""States of rows that reached their recipient, or will."""

_ADD = """INSERT INTO fates (entry_id, watchlist, watch, recipient, route, story_id, state, reason, severity, at,
until, delivery_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (entry_id, watchlist, watch, recipient) DO NOTHING"""
_MOVE = """UPDATE fates SET state = ?, reason = ?, at = ?, until = NULL, delivery_id = coalesce(?, delivery_id)
WHERE entry_id = ? AND watchlist = ? AND watch = ? AND recipient = ?"""
_SETTLE = "UPDATE fates SET state = ?, reason = ?, at = ? WHERE delivery_id = ?"
_INTERRUPTS = """SELECT count(*) FROM deliveries
WHERE recipient = ? AND created_at >= ? AND kind NOT IN ('digest.sent', 'test')"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Implements ports.Ledger."""

    session: Session

    def add(self, fates: Sequence[Fate]) -> None:
        self.session.many(_ADD, [_values(fate) for fate in fates])

    def told(self, story_id: int, recipient: str) -> list[Fate]:
        return self._select(
            fates.c.story_id == story_id,
            fates.c.recipient == recipient,
            fates.c.state.in_([s.value for s in TOLD]),
        )

    def held(self, route: str, recipient: str) -> list[Fate]:
        return self._select(
            _is_held(), fates.c.until.is_(None), fates.c.route == route, fates.c.recipient == recipient
        )

    def held_count(self) -> int:
        return int(self.session.run("SELECT count(*) FROM fates WHERE state = 'held'").scalar_one())

    def held_until(self, now: datetime) -> list[Fate]:
        return self._select(_is_held(), fates.c.until <= now)

    def move(
        self, fates: Sequence[Fate], state: FateState, reason: str, at: datetime, delivery_id: str | None = None
    ) -> None:
        """See the port. A moved row waits for no time any more: HELD then means the next digest."""
        new = (state.value, clean(reason), micros(at), delivery_id)
        rows = [(*new, fate.entry_id, fate.watchlist, fate.watch, fate.recipient) for fate in fates]
        self.session.many(_MOVE, rows)

    def settle(self, delivery_id: str, state: FateState, reason: str, at: datetime) -> None:
        self.session.run(_SETTLE, (state.value, clean(reason), micros(at), delivery_id))

    def of_entry(self, entry_id: int) -> list[Fate]:
        return self._select(fates.c.entry_id == entry_id)

    def interrupts(self, recipient: str, since: datetime) -> int:
        return int(self.session.run(_INTERRUPTS, (recipient, micros(since))).scalar_one())

    def audit(self, since: datetime) -> dict[str, Any]:
        """``counts`` (entries, matched, unmatched, held), ``states`` and ``holes`` in sentences."""
        return audit(self.session, since)

    def _select(self, *conditions: ColumnElement[bool]) -> list[Fate]:
        rows = self.session.execute(select(fates).where(*conditions).order_by(fates.c.id))
        return [_fate_of(row) for row in rows]


def _is_held() -> ColumnElement[bool]:
    """With the very words of the partial index, or SQLite would not use it."""
    return fates.c.state == literal_column("'held'")


def _values(fate: Fate) -> tuple[Any, ...]:
    return (
        fate.entry_id,
        fate.watchlist,
        fate.watch,
        fate.recipient,
        fate.route,
        fate.story_id,
        fate.state.value,
        clean(fate.reason),
        int(fate.severity),
        micros(fate.at),
        micros_or_none(fate.until),
        fate.delivery_id,
    )


def _fate_of(row: Row[Any]) -> Fate:
    return Fate(
        row.entry_id,
        row.watchlist,
        row.watch,
        row.recipient,
        row.route,
        row.story_id,
        FateState(row.state),
        row.reason,
        Severity(row.severity),
        row.at,
        row.until,
        row.delivery_id,
    )
