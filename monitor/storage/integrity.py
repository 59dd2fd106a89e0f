"""Integrity: what a database's file and rows can tell against each other."""

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import LargeBinary, select

from monitor.storage.columns import Json, digest
from monitor.storage.session import Session
from monitor.storage.tables import entries, feeds, metadata

_SHOWN = 10  # problems of one kind

_RULES = {
    "deliveries are marked sent without a time": "SELECT count(*) FROM deliveries WHERE state = 'sent' AND sent_at IS NULL",
    "deliveries are settled and on their way at once": """SELECT count(*) FROM deliveries
        WHERE (settled_at IS NULL) <> (state IN ('pending', 'sending', 'retry', 'unknown'))""",
    "deliveries are being sent without a lease": """SELECT count(*) FROM deliveries
        WHERE state = 'sending' AND (lease = '' OR lease_until IS NULL)""",
    "feeds hold a lease without an end, or an end without a lease": """SELECT count(*) FROM feeds
        WHERE (lease = '') <> (lease_until IS NULL)""",
    "stories end before they begin": "SELECT count(*) FROM stories WHERE last_at < first_at",
    "entries have no text before their newest version": """SELECT count(*) FROM entries e WHERE e.version > 1
        AND NOT EXISTS (SELECT 1 FROM entry_versions v WHERE v.entry_id = e.id AND v.version = e.version - 1)""",
    "fates belong to a story that does not hold their entry": """SELECT count(*) FROM fates f
        WHERE f.story_id IS NOT NULL AND EXISTS (SELECT 1 FROM stories s WHERE s.id = f.story_id) AND NOT EXISTS (
        SELECT 1 FROM story_entries m WHERE m.entry_id = f.entry_id AND m.story_id = f.story_id)""",
}


def file_problems(session: Session, pragma: str) -> Iterator[str]:
    """SQLite's own checks of pages (``quick_check`` or ``integrity_check``) and foreign keys; PostgreSQL has its own.

    ``integrity_check`` compares indexes with their tables as well, and takes several times as long.
    """
    if session.postgres:
        return
    path = Path(session.run("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar_one())
    if path.stat().st_size % session.run("PRAGMA page_size").scalar_one():
        yield "damaged file: it ends inside a page"  # SQLite reads the missing end as zeros
    for (finding,) in session.run(f"PRAGMA {pragma}({_SHOWN})"):
        if finding != "ok":
            yield f"damaged file: {finding}"
    for table, row, parent, _ in session.run("PRAGMA foreign_key_check").fetchmany(_SHOWN):
        yield f"{table} row {row} refers to {parent} that are not there"


def contradictions(session: Session) -> Iterator[str]:
    """What the rows say of each other that cannot be; a byte that rotted inside a text is often found here."""
    for words, statement in _RULES.items():
        count = session.run(statement).scalar_one()
        if count:
            yield f"{count} {words}"
    yield from _first(_wrong_digests(session))
    yield from _first(_wrong_json(session))


def _first(problems: Iterator[str]) -> Iterator[str]:
    for number, problem in enumerate(problems):
        if number == _SHOWN:
            yield "and more of this kind"
            return
        yield problem


def _wrong_digests(session: Session) -> Iterator[str]:
    for table, texts in ((feeds, ("config_url",)), (entries, ("identity", "url"))):
        digests = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
        wanted = select(table.c.id, *(table.c[name] for name in (*texts, *digests)))
        for entry_id, *values in session.execute(wanted):
            for text, kept in zip(values[: len(texts)], values[len(texts) :], strict=True):
                if digest(text) != kept if text else kept not in (None, digest("")):
                    yield f"{table.name} row {entry_id}: a text differs from its digest"


def _wrong_json(session: Session) -> Iterator[str]:
    for table in metadata.sorted_tables:
        for column in (column for column in table.c if isinstance(column.type, Json)):
            for number, (text,) in enumerate(session.run(f"SELECT {column.name} FROM {table.name}")):
                try:
                    json.loads(text)
                except (TypeError, ValueError):
                    yield f"{table.name} row number {number + 1}: {column.name} is not JSON"
