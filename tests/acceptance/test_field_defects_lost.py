"""What other feed monitors lose, repeat or give up (evidence.md L1-L15) does not happen here."""

import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from desk import MONITOR, Desk
from scripted_origin import Answer
from wired_desk import HOOK, ChoosySink, Item, MovedClock, feed, hook_up, mail_main, rows, running, states, told

from monitor.model.feed import FeedState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def reports(first: int, last: int) -> list[str]:
    """Titles, newest first, that are all news of their own."""
    return [
        f"Drone report {number}: {_word(number)} {_word(number * 7 + 3)}" for number in range(last, first - 1, -1)
    ]


def _word(number: int) -> str:
    """A word for each number, so that no two titles are near-copies."""
    return "".join(chr(ord("a") + int(digit)) * 2 for digit in f"{number * 7919 % 100_000:05}")


def serve(desk: Desk, *items: Item | str, path: str = "/feed", clock: MovedClock | None = None) -> None:
    desk.origin.answers[path] = Answer(body=feed(*items, now=clock.now() if clock else None))


def titles(desk: Desk) -> Counter[str]:
    return Counter(one.title for one in told(desk))


def crash(desk: Desk, where: str) -> None:
    """`monitor once` that dies at this point as if by ``kill -9``."""
    done = subprocess.run(
        [*MONITOR, "once", "--force", "--config", str(desk.config)],
        env={**desk.environment, "MONITOR_CRASH_AT": where}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 137, done.stderr


def test_l1_a_burst_of_new_items_is_told_to_the_last_one_and_no_cap_marks_the_rest_as_seen(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, *reports(1, 60))
    desk.json("once", "--force")

    serve(desk, *reports(1, 140))  # 80 of 140: a burst, no flood
    desk.json("once", "--force")

    assert titles(desk) == Counter(reports(1, 140))


def test_l2_a_feed_of_600_items_is_told_once_however_often_it_is_polled(desk: Desk) -> None:
    hook_up(desk, "/feed")
    with running(desk) as service:
        for poll in range(4):  # each body is another, so that every poll is parsed and compared
            desk.origin.answers["/feed"] = Answer(body=feed(*reports(1, 600), title=f"Wire, edition {poll}"))

            done = service.once(force=True)

            assert done["feeds"]["changed"] == 1
            assert done["entries"] == {"new": 0 if poll else 600, "updated": 0}

    assert titles(desk) == Counter(reports(1, 600))


def test_l3_a_failed_webhook_stays_on_record_with_its_reason_and_is_delivered_later(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Drone output doubles")
    desk.origin.replies = [Answer(500, b"out of order")]

    failed = desk.run("once", "--force", "--strict")

    assert failed.returncode == 5
    (row,) = [desk.json("outbox", "list")]
    assert row["state"] == "retry"
    assert "500" in row["last_error"]
    assert "out of order" in row["last_error"]
    assert desk.run("outbox", "retry", row["id"]).returncode == 0
    assert desk.json("once")["deliveries"]["sent"] == 1
    assert [one.id for one in told(desk)] == [row["id"]] * 2, "the second try carries the same id"
    assert desk.run("audit").returncode == 0


def test_l4_a_feed_that_fails_for_a_week_is_still_polled_every_day_and_recovers(desk: Desk) -> None:
    clock = MovedClock()
    hook_up(desk, "/feed")
    with running(desk, clock) as service:
        serve(desk, "Weather", clock=clock)
        service.once(force=True)
        desk.origin.answers["/feed"] = Answer(500)
        clock.pass_by(2 * DAY)
        polled = len(desk.origin.gets("/feed"))
        for _ in range(7):
            service.once(force=False)
            clock.pass_by(26 * HOUR)  # the longest wait and its jitter

        assert len(desk.origin.gets("/feed")) == polled + 7
        serve(desk, "Drone output doubles", "Weather", clock=clock)
        service.once(force=False)

        with service.database.read() as records:
            (known,) = records.feeds.all()
    assert (known.state, known.failures) == (FeedState.OK, 0)
    assert list(titles(desk)) == ["Drone output doubles"]


def test_l4_an_outage_of_our_own_line_counts_against_no_feed(desk: Desk) -> None:
    hosts = [f"http://127.0.0.{number}:1/feed" for number in range(1, 9)]  # nothing listens there
    hook_up(desk, main=HOOK.replace("{feeds}", "\n".join(f"  - {{{{ url: '{host}' }}}}" for host in hosts)))

    for _ in range(2):
        desk.json("once", "--force")

    assert rows(desk, "SELECT sum(failures), count(*) FROM feeds WHERE state = 'ok'") == [(0, 8)]


def test_l5_an_entry_that_no_rule_wanted_is_stored_so_a_later_rule_can_be_tried_on_it(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Tank output doubles")
    assert desk.json("once", "--force")["matches"] == 0
    ((number,),) = rows(desk, "SELECT id FROM entries")

    before = desk.json("explain", str(number), "--watch", "drone")
    hook_up(desk, "/feed", watchlist="keywords:\n  - { id: tank, query: tank }\n")
    after = desk.json("explain", str(number))

    assert [watch["matched"] for watch in before["watches"]] == [False]
    assert [(watch["watch"], watch["matched"]) for watch in after["watches"]] == [("tank", True)]


def test_l6_a_digest_whose_mail_failed_is_still_owed_and_arrives_whole(desk: Desk) -> None:
    clock = MovedClock()
    with ChoosySink() as sink:
        desk.configure("/feed", main=mail_main(sink, "0 7 * * *"))
        with running(desk, clock) as service:
            service.once(force=True, only="digests")  # the first window begins
            serve(desk, "Drone output doubles", clock=clock)
            service.once(force=True)
            sink.refused = dict.fromkeys(("olena@example.org", "petro@example.org"), "451 try later")
            clock.pass_by(DAY)
            assert service.once(force=False, only="digests")["deliveries"]["retry"] == 2

            sink.refused.clear()
            clock.pass_by(HOUR)
            done = service.once(force=False, only="digests")
            clock.pass_by(HOUR)
            service.once(force=False, only="digests")

        assert done["deliveries"] == {"sent": 2, "retry": 0, "dead": 0, "held": 0}
        (mail,) = sink.to("olena@example.org")
        assert "Drone output doubles" in mail


def test_l6_digests_missed_while_we_were_down_come_as_one_that_covers_the_gap(desk: Desk) -> None:
    clock = MovedClock()
    with ChoosySink() as sink:
        desk.configure("/feed", main=mail_main(sink, "0 7 * * *"))
        with running(desk, clock) as service:
            service.once(force=True, only="digests")
            serve(desk, "Drone output doubles", clock=clock)
            service.once(force=True)
        clock.pass_by(3 * DAY + HOUR)  # nobody was there at 07:00, three times over

        with running(desk, clock) as service:
            service.once(force=False, only="digests")
            service.once(force=False, only="digests")

        assert len(sink.to("olena@example.org")) == 1
        assert "Drone output doubles" in sink.to("olena@example.org")[0]


def test_l7_what_waits_for_another_try_survives_the_end_of_the_process(desk: Desk) -> None:
    clock = MovedClock()
    hook_up(desk, "/feed")
    serve(desk, "Drone output doubles")
    desk.origin.replies = [Answer(503)]
    with running(desk, clock) as service:
        assert service.once(force=True)["deliveries"]["retry"] == 1

    clock.pass_by(HOUR)
    with running(desk, clock) as service:
        done = service.once(force=False)

    assert done["deliveries"]["sent"] == 1
    first, second = told(desk)
    assert first == second


@pytest.mark.parametrize(
    "where", ["send.before:1", "send.before:2", "write.before-commit:3", "write.after-commit:4"]
)
def test_l8_a_crash_before_the_send_loses_nothing(desk: Desk, where: str) -> None:
    hook_up(desk, "/feed")
    serve(desk, *reports(1, 3))

    crash(desk, where)
    desk.json("once", "--force")

    assert titles(desk) == Counter(reports(1, 3))
    assert desk.run("audit").returncode == 0


def test_l9_the_last_of_150_entries_on_a_page_is_read_like_the_first(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, *(f"Weather report {number}" for number in range(149)), "Drone output doubles")

    assert desk.json("once", "--force")["entries"]["new"] == 150

    assert list(titles(desk)) == ["Drone output doubles"]


def test_l10_what_a_rate_limit_turned_away_waits_as_long_as_asked_and_is_then_sent_once(desk: Desk) -> None:
    clock = MovedClock()
    hook_up(desk, "/feed")
    serve(desk, *reports(1, 5))
    desk.origin.replies = [Answer(429, headers={"Retry-After": "600"}) for _ in range(5)]
    with running(desk, clock) as service:
        assert service.once(force=True)["deliveries"]["sent"] == 0
        clock.pass_by(timedelta(seconds=590))
        asked = len(told(desk))
        assert service.once(force=False)["deliveries"]["sent"] == 0
        assert len(told(desk)) == asked, "not a moment earlier than the receiver asked"

        clock.pass_by(timedelta(seconds=600))
        assert service.once(force=False)["deliveries"]["sent"] == 5

    assert {one.title for one in told(desk)} == set(reports(1, 5))
    assert states(desk) == {"sent": 5}


def test_l11_ten_stories_in_one_batch_are_ten_alerts_and_late_dated_ones_are_among_them(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Weather")
    desk.json("once", "--force")

    late = [Item(title, age=9 * DAY) for title in reports(1, 5)]  # older than what was seen before
    serve(desk, *reports(6, 10), "Weather", *late)
    desk.json("once", "--force")

    assert titles(desk) == Counter(reports(1, 10))


def test_l12_only_the_recipient_whose_mail_failed_is_mailed_again_and_misses_nothing(desk: Desk) -> None:
    clock = MovedClock()
    with ChoosySink() as sink:
        desk.configure("/feed", main=mail_main(sink, "0 7 * * *"))
        with running(desk, clock) as service:
            service.once(force=True, only="digests")
            serve(desk, *reports(1, 3), clock=clock)
            service.once(force=True)
            sink.refused = {"petro@example.org": "451 try later"}
            for _ in range(4):
                clock.pass_by(DAY)
                service.once(force=False, only="digests")
            assert len(sink.to("olena@example.org")) == 1
            assert sink.to("petro@example.org") == []

            sink.refused.clear()
            clock.pass_by(DAY)
            service.once(force=False, only="digests")

        assert len(sink.to("olena@example.org")) == 1
        (mail,) = sink.to("petro@example.org")
        assert all(title in mail for title in reports(1, 3))


def test_l12_an_address_that_is_refused_for_good_is_dead_alone(desk: Desk) -> None:
    with ChoosySink() as sink:
        desk.configure("/feed", main=mail_main(sink))
        serve(desk, "Drone output doubles")
        sink.refused = {"petro@example.org": "550 no such user"}

        done = desk.json("once", "--force")
        desk.json("once", "--force")

        assert (done["deliveries"]["sent"], done["deliveries"]["dead"]) == (1, 1)
        assert len(sink.to("olena@example.org")) == 1
        assert rows(desk, "SELECT recipient, last_error LIKE '%550%' FROM deliveries WHERE state = 'dead'") == [
            ("mail:petro", 1)
        ]


@pytest.mark.parametrize("reply", [b"invalid_payload", b"error", b"", b"<html>ok</html>"])
def test_l13_a_200_whose_body_says_otherwise_is_not_counted_as_sent(desk: Desk, reply: bytes) -> None:
    desk.configure("/feed")
    serve(desk, "Drone output doubles")
    desk.origin.replies = [Answer(200, reply)]

    done = desk.json("once", "--force")

    assert done["deliveries"]["sent"] == 0
    assert done["deliveries"]["retry"] == 1
    assert states(desk) == {"retry": 1}


@pytest.mark.parametrize("kill", [1, 3, 5])
def test_l14_a_kill_in_the_middle_repeats_at_most_the_message_under_way(desk: Desk, kill: int) -> None:
    hook_up(desk, "/one", "/two")
    serve(desk, *reports(1, 3), path="/one")
    serve(desk, *reports(4, 6), path="/two")

    crash(desk, f"send.after:{kill}")
    before = told(desk)
    desk.json("once", "--force")
    desk.json("once", "--force")

    assert len(before) == kill
    again = Counter(one.id for one in told(desk))
    assert titles(desk).keys() == set(reports(1, 6))
    assert len(again) == 6, "one id a message, on every try"
    assert {one: count for one, count in again.items() if count > 1} == {before[-1].id: 2}


class _LockedWhenServed(dict[str, Answer]):
    """Answers that take the database's write lock at the moment the feed is asked for."""

    def __init__(self, desk: Desk, body: bytes) -> None:
        super().__init__()
        self.body = body
        self.other = sqlite3.connect(
            desk.home / "var" / "monitor.db", check_same_thread=False, isolation_level=None
        )

    def get(self, _path: str, _default: Any = None) -> Any:
        if not self.other.in_transaction:
            self.other.execute("BEGIN IMMEDIATE")
        return Answer(body=self.body)


@pytest.mark.slow
def test_l15_a_locked_database_is_told_and_what_was_fetched_meanwhile_is_not_lost(desk: Desk) -> None:
    hook_up(desk, "/feed")
    weather = [f"Weather report {number}" for number in range(20)]
    serve(desk, *weather)
    desk.json("once", "--force")
    served = desk.origin.answers
    locking = _LockedWhenServed(desk, feed(*reports(1, 36), *weather))

    desk.origin.answers = locking
    with closing(locking.other) as other:
        failed = desk.run("once", "--force")
        other.execute("ROLLBACK")

    assert failed.returncode == 1
    assert "another process" in failed.stderr
    assert failed.stderr.count("\n") == 1
    desk.origin.answers = served
    serve(desk, *reports(1, 36), *weather)
    desk.json("once", "--force")
    assert titles(desk) == Counter(reports(1, 36))
