"""Digest slots: each local slot exactly once, through both clock changes, downtime and wrong clocks."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from alerting_samples import utc

from monitor.alerting.slots import Slot, cron_problem, cron_words, due_slot, next_slots, slots_between

KYIV = "Europe/Kyiv"
ZONES = [
    "Europe/Kyiv",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Cairo",  # at midnight
    "America/St_Johns",
    "Asia/Kathmandu",  # no change
    "Pacific/Chatham",
    "UTC",
]


def locals_of(slots: list[Slot]) -> list[str]:
    return [slot.local for slot in slots]


@pytest.mark.parametrize(
    ("cron", "instant"),
    [("30 1 * * *", utc(2026, 10, 24, 22, 30)), ("30 3 * * *", utc(2026, 10, 25, 0, 30))],
)
def test_an_hour_that_comes_twice_in_autumn_has_its_slot_once(cron: str, instant: datetime) -> None:
    slots = slots_between(cron, KYIV, utc(2026, 10, 24, 21), utc(2026, 10, 25, 21))

    assert [slot.utc for slot in slots] == [instant]


@pytest.mark.parametrize(
    ("cron", "instant"),
    [("30 1 * * *", utc(2026, 3, 28, 23, 30)), ("30 3 * * *", utc(2026, 3, 29, 1, 30))],
)
def test_an_hour_that_is_skipped_in_spring_moves_forward(cron: str, instant: datetime) -> None:
    slots = slots_between(cron, KYIV, utc(2026, 3, 28, 22), utc(2026, 3, 29, 21))

    assert [slot.utc for slot in slots] == [instant]


def test_a_slot_moved_onto_a_real_one_is_one_slot() -> None:
    slots = slots_between("0 * * * *", KYIV, utc(2026, 3, 28, 23), utc(2026, 3, 29, 2))

    assert locals_of(slots) == ["2026-03-29T02:00", "2026-03-29T04:00", "2026-03-29T05:00"]


def test_half_an_hour_that_comes_twice_on_lord_howe() -> None:
    slots = slots_between("45 1 * * *", "Australia/Lord_Howe", utc(2026, 4, 3, 20), utc(2026, 4, 5, 12))

    assert slots == [Slot("2026-04-05T01:45", utc(2026, 4, 4, 14, 45))]


def test_half_an_hour_that_is_skipped_on_lord_howe() -> None:
    slots = slots_between("15 2 * * *", "Australia/Lord_Howe", utc(2026, 10, 3, 0), utc(2026, 10, 4, 0))

    assert slots == [Slot("2026-10-04T02:15", utc(2026, 10, 3, 15, 45))]


def test_the_day_that_apia_skipped_has_no_digest_of_its_own() -> None:
    slots = slots_between("0 7 * * *", "Pacific/Apia", utc(2011, 12, 28, 20), utc(2012, 1, 1))

    assert locals_of(slots) == ["2011-12-29T07:00", "2011-12-31T07:00", "2012-01-01T07:00"]


def test_the_window_is_open_before_and_closed_after() -> None:
    seven = utc(2026, 11, 23, 5)

    assert slots_between("0 7 * * *", KYIV, seven, seven + timedelta(hours=1)) == []
    assert slots_between("0 7 * * *", KYIV, seven - timedelta(hours=1), seven) == [Slot("2026-11-23T07:00", seven)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", ["30 1 * * *", "30 2 * * *", "0 0 * * *"])
def test_three_years_of_a_daily_slot_have_one_a_day_in_order(cron: str, zone: str) -> None:
    begin, end = utc(2024, 1, 1, 12), utc(2027, 1, 1, 12)

    slots = slots_between(cron, zone, begin, end)

    assert len(slots) == (end - begin).days
    assert len(set(locals_of(slots))) == len(slots)
    assert all(a.utc < b.utc for a, b in pairwise(slots))
    assert {slot.utc.astimezone(ZoneInfo(zone)).date().isoformat() for slot in slots} == {
        slot.local[:10] for slot in slots
    }


@pytest.mark.parametrize("zone", ZONES)
def test_ticking_every_hour_finds_each_slot_exactly_once(zone: str) -> None:
    """What the daemon does: ask, close, ask again, around both changes of the clock."""
    for begin in (utc(2026, 3, 1), utc(2026, 9, 20)):
        last, closed = begin, []
        for step in range(45 * 24):
            now = begin + timedelta(hours=step)
            slot = due_slot("30 2 * * *", zone, last, now)
            if slot:
                closed.append(slot)
                last = slot.utc
        assert closed == slots_between("30 2 * * *", zone, begin, now)


def test_an_hourly_slot_skips_the_repeated_hour() -> None:
    slots = slots_between("0 * * * *", KYIV, utc(2026, 10, 24, 22), utc(2026, 10, 25, 2))

    assert [slot.local[11:] for slot in slots] == ["02:00", "03:00", "04:00"]


# --- due ---------------------------------------------------------------------------------------------------


def test_nothing_is_due_before_its_time() -> None:
    assert due_slot("0 7 * * *", KYIV, utc(2026, 11, 23, 5), utc(2026, 11, 24, 4, 59)) is None


def test_a_slot_is_due_at_its_time() -> None:
    slot = due_slot("0 7 * * *", KYIV, utc(2026, 11, 23, 5), utc(2026, 11, 24, 5))

    assert slot == Slot("2026-11-24T07:00", utc(2026, 11, 24, 5))


@pytest.mark.parametrize("days", [1, 7, 40])
def test_after_downtime_one_slot_covers_the_gap(days: int) -> None:
    now = utc(2026, 11, 24, 9)

    slot = due_slot("0 7 * * *", KYIV, now - timedelta(days=days), now)

    assert slot == Slot("2026-11-24T07:00", utc(2026, 11, 24, 5))


def test_a_rare_slot_is_found_long_after() -> None:
    slot = due_slot("0 8 1 * *", KYIV, utc(2026, 9, 15), utc(2026, 11, 24))

    assert slot == Slot("2026-11-01T08:00", utc(2026, 11, 1, 6))


def test_a_clock_set_back_by_an_hour_waits() -> None:
    assert due_slot("0 7 * * *", KYIV, utc(2026, 11, 24, 5), utc(2026, 11, 24, 4)) is None


def test_a_slot_closed_under_a_clock_of_next_month_does_not_stop_the_digests() -> None:
    slot = due_slot("0 7 * * *", KYIV, utc(2026, 12, 24, 5), utc(2026, 11, 24, 5, 1))

    assert slot == Slot("2026-11-24T07:00", utc(2026, 11, 24, 5))


# --- next --------------------------------------------------------------------------------------------------


def test_the_next_slots_are_listed() -> None:
    slots = next_slots("0 7 * * mon-fri", KYIV, utc(2026, 11, 20, 5), 3)

    assert locals_of(slots) == ["2026-11-23T07:00", "2026-11-24T07:00", "2026-11-25T07:00"]


def test_a_schedule_that_comes_once_in_years_is_found() -> None:
    assert locals_of(next_slots("0 7 29 2 *", KYIV, utc(2026, 1, 1), 2)) == [
        "2028-02-29T07:00",
        "2032-02-29T07:00",
    ]


def test_a_schedule_that_never_comes_ends() -> None:
    assert next_slots("0 0 */31 * 1#5", KYIV, utc(2026, 1, 1), 1) == []


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 7 * * mon-fri", None),
        ("0 7 * *", "a schedule has five fields: minute hour day-of-month month day-of-week"),
        ("0 0 7 * * *", "a schedule has five fields: minute hour day-of-month month day-of-week"),
        ("@daily", "a schedule has five fields: minute hour day-of-month month day-of-week"),
        ("0 25 * * *", "bad hour"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 */31 * 1#5", "this schedule never comes"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said_in_words(cron: str, problem: str | None) -> None:
    assert cron_problem(cron) == problem


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 7 * * *", "every day at 07:00"),
        ("0 7 * * mon-fri", "every weekday at 07:00"),
        ("0 7 * * 1,2,3,4,5", "every weekday at 07:00"),
        ("30 7,19 * * 1,3,5", "every Monday, Wednesday and Friday at 07:30 and 19:30"),
        ("0 9 * * sat,sun", "every Saturday and Sunday at 09:00"),
        ("0 9 * * 7", "every Sunday at 09:00"),
        ("0 8 1 * *", "on day 1 of every month at 08:00"),
        ("0 8 1,15 * *", "on day 1 and 15 of every month at 08:00"),
        ("0 * * * *", "every hour"),
        ("5 * * * *", "every hour at :05"),
        ("0,30 * * * mon", "every Monday, every hour at :00 and :30"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 */2 * * *", "every 2 hours"),
        ("15 */6 * * *", "every 6 hours at :15"),
        ("0 8-18 * * mon-fri", "every weekday, every hour from 08:00 to 18:00"),
        ("0 1,3,5,7,9 * * *", "by the schedule 0 1,3,5,7,9 * * *"),
        ("0,20,40 8-18 * * *", "by the schedule 0,20,40 8-18 * * *"),
        ("0 8 1 */3 *", "by the schedule 0 8 1 */3 *"),
        ("0 8 1 * mon", "by the schedule 0 8 1 * mon"),
        ("0 8 L * *", "by the schedule 0 8 L * *"),
        ("0 8 */2 * *", "by the schedule 0 8 */2 * *"),
        ("0 8 * * mon#2", "by the schedule 0 8 * * mon#2"),
        ("nonsense", "by the schedule nonsense"),
    ],
)
def test_a_schedule_is_told_in_words(cron: str, words: str) -> None:
    assert cron_words(cron) == words
