"""Ledger's contract on both databases, the audit's holes among it."""

from dataclasses import replace
from typing import Any

import pytest
from storage_samples import HOUR, MINUTE, NOW, OLENA, add_entries, delivery, entry, fate, match

from monitor.model.alert import Delivery, FateState
from monitor.ports import Database, Records
from monitor.storage.ledger import TOLD


def test_a_fate_comes_back_exactly_and_is_kept_when_added_again(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        held = fate(entry_id, FateState.HELD, story_id=3, until=NOW + HOUR)
        records.ledger.add([held, fate(entry_id, recipient="-", route="", state=FateState.NO_ROUTE)])
        records.ledger.add([replace(held, state=FateState.SENT, reason="later")])
        kept = records.ledger.of_entry(entry_id)

    assert kept == [held, fate(entry_id, recipient="-", route="", state=FateState.NO_ROUTE)]


@pytest.mark.parametrize("state", FateState)
def test_told_are_the_rows_that_reached_or_will_reach_their_recipient(
    database: Database, state: FateState
) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        records.ledger.add(
            [fate(entry_id, state, story_id=3), fate(entry_id, state, story_id=3, recipient="other")]
        )
        told = records.ledger.told(3, OLENA.key)

    assert [one.state for one in told] == ([state] if state in TOLD else [])


def test_a_digest_takes_what_is_held_for_it_in_commit_order(database: Database) -> None:
    with database.write() as records:
        one, two, three = add_entries(records, ["a", "b", "c"])
        records.ledger.add(
            [fate(two, FateState.HELD, route="morning"), fate(one, FateState.HELD, route="morning")]
        )
        records.ledger.add([fate(three, FateState.HELD, route="morning", until=NOW + HOUR)])
        records.ledger.add([fate(one, FateState.HELD, route="evening", watch="x")])
        held = records.ledger.held("morning", OLENA.key)
        count = records.ledger.held_count()
        records.ledger.move(held, FateState.IN_DIGEST, "in the digest", NOW + MINUTE, "d1")
        left = records.ledger.held("morning", OLENA.key)
        moved = records.ledger.of_entry(one)[0]

    assert [one_fate.entry_id for one_fate in held] == [two, one]
    assert count == 4
    assert left == []
    assert (moved.state, moved.reason, moved.at, moved.delivery_id) == (
        FateState.IN_DIGEST, "in the digest", NOW + MINUTE, "d1",
    )  # fmt: skip


def test_quiet_hours_end_at_their_time_and_a_moved_row_waits_no_more(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        records.ledger.add([fate(entry_id, FateState.HELD, until=NOW + HOUR)])
        early = records.ledger.held_until(NOW + HOUR - MINUTE)
        due = records.ledger.held_until(NOW + HOUR)
        records.ledger.move(due, FateState.HELD, "over budget: next digest", NOW + HOUR)
        after = (records.ledger.held_until(NOW + 2 * HOUR), records.ledger.held("breaking", OLENA.key))

    assert early == []
    assert [one.entry_id for one in due] == [entry_id]
    assert after[0] == []
    assert len(after[1]) == 1


def test_settling_a_delivery_settles_every_row_that_rides_on_it(database: Database) -> None:
    with database.write() as records:
        one, two = add_entries(records, ["a", "b"])
        records.ledger.add([fate(one, delivery_id="d1"), fate(two, delivery_id="d1"), fate(two, watch="x")])
        records.ledger.settle("d1", FateState.SENT, "accepted", NOW + HOUR)
        states = [row.state for entry_id in (one, two) for row in records.ledger.of_entry(entry_id)]

    assert states == [FateState.SENT, FateState.SENT, FateState.QUEUED]


def test_interrupts_count_immediate_deliveries_of_the_recipient(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([
            delivery(1, created_at=NOW - HOUR),
            delivery(2),
            delivery(3, kind="story.updated"),
            delivery(4, kind="digest.sent"),
            delivery(5, kind="test"),
            delivery(6, recipient="desk-slack"),
        ])  # fmt: skip
        assert records.ledger.interrupts(OLENA.key, NOW) == 2
        assert records.ledger.interrupts(OLENA.key, NOW - HOUR) == 3


def _whole(records: Records) -> None:
    """Four entries seen: one told, one digested, one without match, one held by the flood guard."""
    told, digested, unmatched = add_entries(records, ["told", "digested", "unmatched"])
    records.entries.add(1, [entry("held")], NOW, held=True)
    records.entries.add_matches({told: [match()], digested: [match()], unmatched: []})
    records.outbox.enqueue([delivery(1), delivery(2, kind="digest.sent")])
    records.ledger.add([fate(told, delivery_id="d1"), fate(digested, FateState.IN_DIGEST, delivery_id="d2")])


def _claimed(records: Records) -> list[Delivery]:
    return records.outbox.claim_due("desk-mail", NOW, 5, HOUR)


def test_a_whole_ledger_adds_up(database: Database) -> None:
    with database.write() as records:
        _whole(records)
        queued = records.ledger.audit(NOW)
        for claimed, state in zip(_claimed(records), (FateState.SENT, FateState.DIGESTED), strict=True):
            records.outbox.sent(claimed, NOW, "ok")
            records.ledger.settle(claimed.id, state, "ok", NOW)
        sent = records.ledger.audit(NOW)
        later = records.ledger.audit(NOW + HOUR)

    assert queued["counts"] == {"entries": 4, "matched": 2, "unmatched": 1, "held": 1}
    assert (queued["states"], queued["holes"]) == ({"queued": 1, "in-digest": 1}, [])
    assert (sent["states"], sent["holes"]) == ({"sent": 1, "digested": 1}, [])
    assert later == {"counts": {"entries": 0, "matched": 0, "unmatched": 0, "held": 0}, "states": {}, "holes": []}


def _never_matched(records: Records) -> None:
    records.entries.add(1, [entry("new")], NOW)


def _no_fate(records: Records) -> None:
    records.entries.add_matches({3: [match("unheard")]})


def _no_delivery(records: Records) -> None:
    records.ledger.add([fate(3, delivery_id="lost")])


def _names_none(records: Records) -> None:
    records.ledger.add([fate(3)])


def _sent_behind_its_back(records: Records) -> None:
    records.outbox.sent(_claimed(records)[0], NOW, "ok")


def _dead_behind_its_back(records: Records) -> None:
    records.outbox.dead(_claimed(records)[1], NOW, "550")


def _told_too_early(records: Records) -> None:
    records.ledger.settle("d1", FateState.SENT, "ok", NOW)


def _dead_but_sent(records: Records) -> None:
    records.outbox.sent(_claimed(records)[0], NOW, "ok")
    records.ledger.settle("d1", FateState.DEAD, "550", NOW)


@pytest.mark.parametrize(
    ("damage", "hole"),
    [
        (_never_matched, "entry 5 (“Title of new”) was stored but never matched"),
        (_no_fate, "entry 3 matched ukraine/unheard, and no state says what became of it"),
        (_no_delivery, "is queued, but delivery lost does not exist"),
        (_names_none, "is queued, but names no delivery"),
        (_sent_behind_its_back, "is queued, but delivery d1 is sent"),
        (_dead_behind_its_back, "is in-digest, but delivery d2 is dead"),
        (_told_too_early, "is sent, but delivery d1 is pending"),
        (_dead_but_sent, "is dead, but delivery d1 is sent"),
    ],
)
def test_every_kind_of_hole_is_found(database: Database, damage: Any, hole: str) -> None:
    with database.write() as records:
        _whole(records)
        damage(records)
        holes = records.ledger.audit(NOW)["holes"]

    assert len(holes) == 1
    assert hole in holes[0]


def test_many_holes_of_one_kind_are_counted_instead_of_listed(database: Database) -> None:
    with database.write() as records:
        add_entries(records, [str(number) for number in range(130)])
        holes = records.ledger.audit(NOW)["holes"]

    assert len(holes) == 101
    assert holes[-1] == "and 30 more entries that were never matched"
