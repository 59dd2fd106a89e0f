"""Desk's contract on both databases."""

from storage_samples import DAY, HOUR, NOW, OLENA

from monitor.model.alert import Recipient
from monitor.ports import Database, Mute


def test_a_slot_is_closed_once_and_the_last_end_is_remembered(database: Database) -> None:
    with database.write() as records:
        never = records.desk.last_slot("morning", OLENA)
        first = records.desk.close_slot("morning", OLENA, "2026-11-22T07:00", NOW)
        again = records.desk.close_slot("morning", OLENA, "2026-11-22T07:00", NOW + HOUR)
        next_day = records.desk.close_slot("morning", OLENA, "2026-11-23T07:00", NOW + DAY)
        last = records.desk.last_slot("morning", OLENA)
        others = (records.desk.last_slot("evening", OLENA), records.desk.last_slot("morning", Recipient("slack")))

    assert (never, first, again, next_day) == (None, True, False, True)
    assert last == NOW + DAY
    assert others == (None, None)


def test_counts_of_the_digest_before_are_replaced(database: Database) -> None:
    with database.write() as records:
        never = records.desk.last_counts("morning", OLENA)
        records.desk.set_counts("morning", OLENA, {"mentions": 3})
        records.desk.set_counts("morning", OLENA, {"mentions": 5, "high": 1})

        assert never is None
        assert records.desk.last_counts("morning", OLENA) == {"mentions": 5, "high": 1}


def test_mutes_end_at_their_time_or_when_removed(database: Database) -> None:
    with database.write() as records:
        forever = records.desk.add_mute(Mute(0, "source", "Example Wire", None, "olena", "noise"))
        short = records.desk.add_mute(Mute(0, "story", "17", NOW + HOUR))
        now = records.desk.mutes(NOW)
        later = records.desk.mutes(NOW + HOUR)
        records.desk.remove_mute(forever)
        left = records.desk.mutes(NOW)

    assert now == [
        Mute(forever, "source", "Example Wire", None, "olena", "noise"),
        Mute(short, "story", "17", NOW + HOUR),
    ]
    assert [mute.id for mute in later] == [forever]
    assert [mute.id for mute in left] == [short]


def test_an_acknowledgement_stays(database: Database) -> None:
    with database.write() as records:
        before = records.desk.acked(1)
        records.desk.ack(1, "olena", NOW)
        records.desk.ack(1, "petro", NOW)

        assert (before, records.desk.acked(1), records.desk.acked(2)) == (False, True, False)


def test_small_facts_are_remembered(database: Database) -> None:
    with database.write() as records:
        records.desk.set("k", "1")
        records.desk.set("k", "2")

        assert (records.desk.value("k"), records.desk.value("other")) == ("2", None)
