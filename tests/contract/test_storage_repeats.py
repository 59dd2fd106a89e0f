"""Rule 2: whatever part of a poll is done again, the database stays as it was."""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from storage_samples import HOUR, NOW, OLENA, add_feed, delivery, entry, fate, match

from monitor.model.alert import FateState
from monitor.ports import Records
from monitor.storage.database import Database
from monitor.storage.tables import metadata

Step = Callable[[Records], object]

STEPS: tuple[Step, ...] = (
    lambda r: add_feed(r),
    lambda r: r.feeds.sync([], NOW, HOUR, lambda: 0.5),
    lambda r: r.entries.add(1, [entry("a"), entry("b")], NOW),
    lambda r: r.entries.shown([1, 2], NOW + HOUR),
    lambda r: r.entries.add_matches({1: [match()], 2: []}),
    lambda r: r.stories.place(r.entries.get(1), ["url:a", "text:a"], None, NOW),
    lambda r: r.outbox.enqueue([delivery(1), delivery(2, kind="digest.sent")]),
    lambda r: r.ledger.add([fate(1, story_id=1, delivery_id="d1"), fate(1, FateState.HELD, watch="x")]),
    lambda r: r.entries.update(1, entry("a", title="Corrected"), NOW),
    lambda r: r.entries.add_matches({1: [match(score=2.0)]}),
    lambda r: r.desk.close_slot("morning", OLENA, "2026-11-22T07:00", NOW),
    lambda r: r.ledger.move(r.ledger.held("breaking", OLENA.key), FateState.IN_DIGEST, "digest", NOW, "d2"),
    lambda r: r.ledger.settle("d1", FateState.SENT, "accepted", NOW),
    lambda r: r.outbox.disable("slack", "*", "gone", NOW),
    lambda r: r.feeds.hold_host("outlet1.example", NOW, "429"),
    lambda r: r.desk.ack(1, "olena", NOW),
)


def _content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def _empty(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        if database.dialect == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence"))
        else:
            names = ", ".join(metadata.tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))


def test_each_step_done_twice_is_done_once(database: Database) -> None:
    for step in STEPS:
        with database.write() as records:
            step(records)
        once = _content(database)
        with database.write() as records:
            step(records)

        assert _content(database) == once


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tries=st.lists(st.integers(1, 3), min_size=len(STEPS), max_size=len(STEPS)), crash=st.booleans())
def test_steps_tried_again_after_a_crash_or_a_commit_end_in_the_same_rows(
    database: Database, tries: list[int], crash: bool
) -> None:
    # A rolled back row uses up a PostgreSQL sequence number, and the rows compared here carry their numbers.
    crash = crash and database.dialect == "sqlite"
    _empty(database)
    for step in STEPS:
        with database.write() as records:
            step(records)
    expected = _content(database)

    _empty(database)
    for step, times in zip(STEPS, tries, strict=True):
        for left in range(times - 1, -1, -1):
            with suppress(_Crash), database.write() as records:
                step(records)
                if crash and left:
                    raise _Crash

    assert _content(database) == expected


class _Crash(Exception):
    """The process died before the commit."""
