"""Ledger: what became of every (entry x watch x recipient)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model.alert import Fate, FateState
from monitor.model.watch import Severity
from monitor.storage.audit import audit
from monitor.storage.columns import clean, instant, instant_or_none, micros, micros_or_none
from monitor.storage.session import Session

TOLD = (FateState.QUEUED, FateState.SENT, FateState.HELD, FateState.IN_DIGEST, FateState.DIGESTED)
"""States of rows that reached their recipient, or will."""

_TOLD = ", ".join(f"'{state.value}'" for state in TOLD)
_COLUMNS = """entry_id, watchlist, watch, recipient, route, story_id, state, reason, severity, at, until,
delivery_id"""
_SELECT = f"SELECT {_COLUMNS} FROM fates WHERE {{where}} ORDER BY id"
_ADD = f"""INSERT INTO fates ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (entry_id, watchlist, watch, recipient) DO NOTHING"""
_DECIDED = """UPDATE matches SET decided = (SELECT count(*) FROM fates f
WHERE f.entry_id = matches.entry_id AND f.watchlist = matches.watchlist AND f.watch = matches.watch)
WHERE entry_id = ? AND watchlist = ? AND watch = ?"""
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
        self.session.many(_DECIDED, sorted({(fate.entry_id, fate.watchlist, fate.watch) for fate in fates}))

    def told(self, story_id: int, recipient: str) -> list[Fate]:
        return self._select(f"story_id = ? AND recipient = ? AND state IN ({_TOLD})", story_id, recipient)

    def held(self, route: str, recipient: str) -> list[Fate]:
        return self._select("state = 'held' AND route = ? AND recipient = ? AND until IS NULL", route, recipient)

    def held_count(self) -> int:
        return int(self.session.run("SELECT count(*) FROM fates WHERE state = 'held'").scalar_one())

    def held_until(self, now: datetime) -> list[Fate]:
        due = "SELECT id FROM fates WHERE until <= ?"  # apart, or SQLite would walk all rows in order of id
        return self._select(f"state = 'held' AND id IN ({due})", micros(now))

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
        return self._select("entry_id = ?", entry_id)

    def interrupts(self, recipient: str, since: datetime) -> int:
        return int(self.session.run(_INTERRUPTS, (recipient, micros(since))).scalar_one())

    def audit(self, since: datetime) -> dict[str, Any]:
        """``counts`` (entries, matched, unmatched, held), ``states`` and ``holes`` in sentences."""
        return audit(self.session, since)

    def _select(self, where: str, *values: Any) -> list[Fate]:
        """In commit order; a condition holds the very words of a partial index, or SQLite would not use it."""
        return [_fate_of(*row) for row in self.session.run(_SELECT.format(where=where), values)]


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


def _fate_of(
    entry_id: int,
    watchlist: str,
    watch: str,
    recipient: str,
    route: str,
    story_id: int | None,
    state: str,
    reason: str,
    severity: int,
    at: int,
    until: int | None,
    delivery_id: str | None,
) -> Fate:
    return Fate(
        entry_id,
        watchlist,
        watch,
        recipient,
        route,
        story_id,
        FateState(state),
        reason,
        Severity(severity),
        instant(at),
        instant_or_none(until),
        delivery_id,
    )
