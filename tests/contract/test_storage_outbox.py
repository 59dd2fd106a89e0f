"""Outbox's contract on both databases."""

from dataclasses import replace

import pytest
from storage_samples import HOUR, MINUTE, NOW, delivery

from monitor.model.alert import Delivery, DeliveryState
from monitor.model.errors import NotFound
from monitor.ports import Database, Records


def _claim(records: Records, minutes: int = 0, limit: int = 20) -> list[Delivery]:
    return records.outbox.claim_due("desk-mail", NOW + minutes * MINUTE, limit, 10 * MINUTE)


def _ids(deliveries: list[Delivery]) -> list[str]:
    return [one.id for one in deliveries]


def test_a_delivery_comes_back_exactly(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1)])
    with database.read() as records:
        assert records.outbox.get("d1") == delivery(1)
        with pytest.raises(NotFound, match="there is no delivery d9"):
            records.outbox.get("d9")


def test_the_same_decision_twice_is_one_row(database: Database) -> None:
    with database.write() as records:
        first = records.outbox.enqueue([delivery(1), delivery(2)])
        again = records.outbox.enqueue([replace(delivery(1), id="other"), delivery(3), delivery(2)])
        count = records.outbox.counts()

    assert first == ["d1", "d2"]
    assert again == ["d3"]
    assert count == {"pending": 3}


def test_claims_come_in_order_and_count_the_try(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(3), delivery(1), delivery(2)])
        claimed = _claim(records, limit=2)
        rest = _claim(records)
        none = _claim(records)

    assert _ids(claimed) == ["d3", "d1"]
    assert _ids(rest) == ["d2"]
    assert none == []
    assert {(one.state, one.attempts) for one in claimed} == {(DeliveryState.SENDING, 1)}
    assert all(one.lease for one in claimed)


def test_only_the_named_channel_is_claimed_and_due_channels_are_listed(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1), delivery(2, channel="slack"), delivery(3, next_try_at=NOW + HOUR)])
        due = records.outbox.due_channels(NOW)
        claimed = _claim(records)
        left = records.outbox.due_channels(NOW)
        later = records.outbox.due_channels(NOW + HOUR)

    assert due == ["desk-mail", "slack"]
    assert _ids(claimed) == ["d1"]
    assert left == ["slack"]
    assert later == ["desk-mail", "slack"]


def test_rows_of_one_order_key_leave_one_after_the_other(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1, order_key="k"), delivery(2, order_key="k"), delivery(3)])
        first = _claim(records)
        blocked = (_claim(records), records.outbox.due_channels(NOW))
        records.outbox.retry(first[0], NOW + HOUR, "busy", ambiguous=False)
        waiting = _claim(records, 1)
        again = _claim(records, 60)
        records.outbox.dead(again[0], NOW, "gone")
        second = _claim(records, 60)

    assert _ids(first) == ["d1", "d3"]
    assert blocked == ([], [])
    assert waiting == []
    assert _ids(again) == ["d1", "d3"]  # d3's lease ran out
    assert _ids(second) == ["d2"]


def test_a_retry_waits_for_its_time_and_an_unclear_one_is_unknown(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1), delivery(2)])
        one, two = _claim(records)
        assert records.outbox.retry(one, NOW + 5 * MINUTE, "busy", ambiguous=False)
        assert records.outbox.retry(two, NOW + 5 * MINUTE, "cut off", ambiguous=True)
        rows = records.outbox.rows([], 10)
        early = _claim(records, 4)
        late = _claim(records, 5)

    assert [(row.id, row.state, row.last_error) for row in rows] == [
        ("d2", DeliveryState.UNKNOWN, "cut off"),
        ("d1", DeliveryState.RETRY, "busy"),
    ]
    assert early == []
    assert [(row.id, row.attempts) for row in late] == [("d1", 2), ("d2", 2)]


def test_sent_is_written_once_and_only_under_the_live_lease(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1)])
        zombie = _claim(records)[0]
        current = _claim(records, 10)[0]
        stale = records.outbox.sent(zombie, NOW, "250 ok")
        first = records.outbox.sent(current, NOW + HOUR, "250 ok")
        again = records.outbox.sent(current, NOW + HOUR, "250 ok")
        dead = records.outbox.dead(current, NOW, "x")
        retry = records.outbox.retry(current, NOW, "x", ambiguous=False)
        row = records.outbox.get("d1")

    assert (stale, first, again, dead, retry) == (False, True, False, False, False)
    assert (row.state, row.sent_at, row.lease, row.next_try_at) == (DeliveryState.SENT, NOW + HOUR, "", None)


def test_a_lease_that_ran_out_is_claimed_anew(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1)])
        _claim(records)
        early = _claim(records, 9)
        late = _claim(records, 10)

    assert early == []
    assert [(one.id, one.attempts) for one in late] == [("d1", 2)]


def test_broken_leases_are_unknown_and_due_at_once(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1), delivery(2)])
        claimed = _claim(records, limit=1)
        records.outbox.break_leases()
        states = {row.id: row.state for row in records.outbox.rows([], 10)}
        stale = records.outbox.sent(claimed[0], NOW, "ok")
        again = _claim(records)

    assert states == {"d1": DeliveryState.UNKNOWN, "d2": DeliveryState.PENDING}
    assert stale is False
    assert _ids(again) == ["d1", "d2"]


def test_a_dead_delivery_can_be_tried_again_from_the_start(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1)])
        records.outbox.dead(_claim(records)[0], NOW, "550")
        dead = _claim(records, 60)
        row = records.outbox.requeue("d1", NOW)
        again = _claim(records)

    assert dead == []
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.PENDING, 0, "550")
    assert [(one.id, one.attempts) for one in again] == [("d1", 1)]


def test_a_dropped_delivery_is_never_sent_and_blocks_nothing(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1, order_key="k"), delivery(2, order_key="k")])
        dropped = records.outbox.drop("d1", NOW)
        claimed = _claim(records)

    assert dropped.state is DeliveryState.DROPPED
    assert _ids(claimed) == ["d2"]


def test_what_left_can_neither_be_dropped_nor_sent_again(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1)])
        claimed = _claim(records)[0]
        with pytest.raises(NotFound, match="d1 is sending: there is nothing to drop"):
            records.outbox.drop("d1", NOW)
        records.outbox.sent(claimed, NOW, "ok")
        with pytest.raises(NotFound, match="d1 is sent: only what is dead or waits"):
            records.outbox.requeue("d1", NOW)
        with pytest.raises(NotFound, match="there is no delivery d7"):
            records.outbox.requeue("d7", NOW)


def test_rows_are_listed_newest_first_by_state(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1), delivery(2), delivery(3)])
        records.outbox.sent(_claim(records, limit=1)[0], NOW, "ok")
        everything = records.outbox.rows([], 2)
        sent = records.outbox.rows(["sent", "dead"], 10)

    assert _ids(everything) == ["d3", "d2"]
    assert _ids(sent) == ["d1"]


def test_the_oldest_message_on_its_way_is_known(database: Database) -> None:
    with database.write() as records:
        nothing = records.outbox.oldest_pending()
        records.outbox.enqueue([delivery(1), delivery(2, created_at=NOW + HOUR)])
        first = records.outbox.oldest_pending()
        records.outbox.sent(_claim(records, limit=1)[0], NOW, "ok")
        second = records.outbox.oldest_pending()

    assert (nothing, first, second) == (None, NOW, NOW + HOUR)


def test_targets_are_disabled_with_a_reason_and_enabled_by_channel(database: Database) -> None:
    with database.write() as records:
        records.outbox.disable("slack", "*", "no_service", NOW)
        records.outbox.disable("slack", "*", "404 now", NOW)
        records.outbox.disable("desk-mail", "desk-mail:olena", "550 unknown user", NOW)
        both = records.outbox.disabled()
        records.outbox.enable("slack")
        left = records.outbox.disabled()

    assert both == {("slack", "*"): "404 now", ("desk-mail", "desk-mail:olena"): "550 unknown user"}
    assert left == {("desk-mail", "desk-mail:olena"): "550 unknown user"}


def test_an_error_with_broken_text_is_written_all_the_same(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1, payload={"title": "a\0b\ud800"})])
        claimed = _claim(records)
        records.outbox.dead(claimed[0], NOW, "550 \0\udcff")

        assert records.outbox.get("d1").last_error == "550 \ufffd\ufffd"


def test_what_was_claimed_and_not_tried_goes_back_uncounted(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(1), delivery(2)])
        first = _claim(records)
        records.outbox.retry(first[0], NOW, "busy", ambiguous=False)
        records.outbox.give_back(first, NOW)  # d1 is not ours any more: nothing happens to it
        records.outbox.give_back(_claim(records), NOW + HOUR)
        rows = [records.outbox.get(name) for name in ("d1", "d2")]
        sooner, later = _claim(records, 59), _claim(records, 60)

    assert [(row.state, row.attempts, row.next_try_at, row.lease) for row in rows] == [
        (DeliveryState.RETRY, 1, NOW + HOUR, ""),
        (DeliveryState.PENDING, 0, NOW + HOUR, ""),
    ]
    assert sooner == []
    assert [(one.id, one.attempts) for one in later] == [("d1", 2), ("d2", 1)]
