"""Audit: does every entry seen since a time end in a recorded state that the outbox confirms?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from monitor.storage.columns import micros
from monitor.storage.session import Session

SHOWN = 100  # holes of one kind named one by one

_COUNTS = """SELECT count(*), count(CASE WHEN held THEN 1 END),
count(CASE WHEN NOT held AND EXISTS (SELECT 1 FROM matches m WHERE m.entry_id = entries.id) THEN 1 END)
FROM entries WHERE seen_at >= ?"""
_STATES = """SELECT f.state, count(*) FROM fates f JOIN entries e ON e.id = f.entry_id
WHERE e.seen_at >= ? GROUP BY f.state ORDER BY f.state"""
_UNMATCHED = """SELECT id, title FROM entries WHERE seen_at >= ? AND NOT matched AND NOT held ORDER BY id"""
_FATELESS = """SELECT m.entry_id, m.watchlist, m.watch, m.decided, (SELECT count(*) FROM fates f
WHERE f.entry_id = m.entry_id AND f.watchlist = m.watchlist AND f.watch = m.watch) AS known
FROM matches m JOIN entries e ON e.id = m.entry_id
WHERE e.seen_at >= ? AND NOT e.held ORDER BY m.entry_id, m.position"""
_RIDING = """SELECT f.entry_id, f.watchlist, f.watch, f.recipient, f.state, f.delivery_id, d.state
FROM fates f JOIN entries e ON e.id = f.entry_id LEFT JOIN deliveries d ON d.id = f.delivery_id
WHERE e.seen_at >= ? AND (
(f.state IN ('queued', 'in-digest') AND (d.state IS NULL OR d.settled_at IS NOT NULL)) OR
(f.state IN ('sent', 'digested') AND (d.state IS NULL OR d.state <> 'sent')) OR
(f.state IN ('dead', 'dropped') AND d.state = 'sent'))
ORDER BY f.id"""


def audit(session: Session, since: datetime) -> dict[str, Any]:
    """``counts``: entries = matched + unmatched + held; ``states``: fates; ``holes``: sentences, none when it adds up."""
    start = (micros(since),)
    entries, held, matched = session.run(_COUNTS, start).one()
    states = {row[0]: row[1] for row in session.run(_STATES, start)}
    counts = {"entries": entries, "matched": matched, "unmatched": entries - held - matched, "held": held}
    holes = [
        *_some(_unmatched(session, start), "entries that were never matched"),
        *_some(_fateless(session, start), "matches without a state"),
        *_some(_riding(session, start), "states that the outbox contradicts"),
    ]
    return {"counts": counts, "states": states, "holes": holes}


def _some(holes: Iterator[str], what: str) -> Iterator[str]:
    left = 0
    for number, hole in enumerate(holes):
        if number < SHOWN:
            yield hole
        else:
            left += 1
    if left:
        yield f"and {left} more {what}"


def _unmatched(session: Session, start: tuple[int]) -> Iterator[str]:
    for entry_id, title in session.run(_UNMATCHED, start):
        yield f"entry {entry_id} (“{title[:80]}”) was stored but never matched"


def _fateless(session: Session, start: tuple[int]) -> Iterator[str]:
    for entry_id, watchlist, watch, decided, known in session.run(_FATELESS, start):
        what = f"entry {entry_id} matched {watchlist}/{watch}"
        if known == 0:
            yield f"{what}, and no state says what became of it"
        elif known < decided:
            yield f"{what} for {decided} recipients, and only {known} have a state"


def _riding(session: Session, start: tuple[int]) -> Iterator[str]:
    for entry_id, watchlist, watch, recipient, state, delivery_id, found in session.run(_RIDING, start):
        what = f"entry {entry_id}, {watchlist}/{watch} for {recipient} is {state}"
        if delivery_id is None:
            yield f"{what}, but names no delivery"
        elif found is None:
            yield f"{what}, but delivery {delivery_id} does not exist"
        else:
            yield f"{what}, but delivery {delivery_id} is {found}"
