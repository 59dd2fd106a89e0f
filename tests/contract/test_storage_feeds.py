"""FeedStore's contract on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from storage_samples import DAY, HOUR, MINUTE, NOW, add_feed, spec

from monitor.model.errors import NotFound
from monitor.model.feed import Feed, FeedState, Validators
from monitor.ports import Database, Records


def _half() -> float:
    return 0.5


def _sync(records: Records, *numbers: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    result = records.feeds.sync([spec(number) for number in numbers], NOW, HOUR, _half)
    return result.added, result.changed, result.removed


def _claim(records: Records, limit: int = 100, per_host: int = 1, **how: object) -> list[Feed]:
    return records.feeds.claim_due(NOW, limit, HOUR, per_host, **how)  # type: ignore[arg-type] # keyword flags


def test_configured_feeds_are_made_kept_changed_and_archived(database: Database) -> None:
    with database.write() as records:
        first = _sync(records, 1, 2)
        again = _sync(records, 1, 2)
        changed = records.feeds.sync([spec(1, every=15 * MINUTE, tags=("wire",), weight=2.5)], NOW, HOUR, _half)
        left = records.feeds.all()

    assert first == ((spec(1).url, spec(2).url), (), ())
    assert again == ((), (), ())
    assert (changed.changed, changed.removed) == ((spec(1).url,), (spec(2).url,))
    assert [feed.spec for feed in left] == [spec(1, every=15 * MINUTE, tags=("wire",), weight=2.5)]


def test_a_feed_that_returns_to_the_configuration_is_the_same_one(database: Database) -> None:
    with database.write() as records:
        _sync(records, 1)
        before = records.feeds.all()[0]
        _sync(records)
        away = records.feeds.all()
        added = _sync(records, 1)[0]
        after = records.feeds.all()[0]

    assert away == []
    assert added == (spec(1).url,)
    assert after.id == before.id


def test_feeds_added_by_command_survive_a_sync(database: Database) -> None:
    with database.write() as records:
        add_feed(records, 7)
        result = _sync(records, 1)
        urls = [feed.spec.url for feed in records.feeds.all()]

    assert result[2] == ()
    assert urls == [spec(7).url, spec(1).url]


def test_a_feed_that_moved_for_good_is_found_by_its_configured_address(database: Database) -> None:
    with database.write() as records:
        _sync(records, 1)
        feed = _claim(records)[0]
        moved = replace(feed, spec=spec(1, url="https://new.example/feed"), old_urls=(feed.spec.url,))
        records.feeds.record([moved])
        result = _sync(records, 1)
        known, is_new = records.feeds.add(spec(1, url="https://new.example/feed"), NOW)
        both = records.feeds.sync([spec(1), spec(1, url="https://new.example/feed")], NOW, HOUR, _half)

    assert result == ((), (), ())
    assert (known.id, is_new) == (feed.id, False)
    assert known.spec.url == "https://new.example/feed"
    assert both.added == ()


def test_up_to_a_hundred_new_feeds_are_due_at_once_and_more_are_spread(database: Database) -> None:
    with database.write() as records:
        records.feeds.sync([spec(number) for number in range(100)], NOW, HOUR, _half)
        at_once = {feed.next_poll_at for feed in records.feeds.all()}
        records.feeds.sync([spec(number) for number in range(300)], NOW, HOUR, _half)
        spread = {feed.next_poll_at for feed in records.feeds.all()[100:]}

    assert at_once == {NOW}
    assert spread == {NOW + HOUR / 2}


def test_secrets_of_a_specification_are_not_stored(database: Database) -> None:
    secret = spec(1, password="hunter2", username="u", proxy="http://p", headers=(("Authorization", "x"),))
    with database.write() as records:
        feed, _ = records.feeds.add(secret, NOW)

    assert feed.spec == spec(1)


def test_a_feed_comes_back_exactly_as_recorded(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        claimed = _claim(records)[0]
        polled = replace(
            claimed,
            next_poll_at=NOW + HOUR,
            title="Заголовок",
            validators=Validators('W/"a\\"b"', "Sun, 22 Nov 2026 07:00:00 GMT"),
            body_hash="ab",
            same_body=3,
            first_polled_at=NOW,
            last_polled_at=NOW + MINUTE,
            last_changed_at=NOW,
            state=FeedState.FAILING,
            state_since=NOW,
            told_state=FeedState.GAP,
            failures=4,
            failing_since=NOW,
            last_status=503,
            last_error="the server is busy",
            redirect_url="https://new.example/",
            redirect_count=2,
            redirect_since=NOW,
            old_urls=("https://old.example/",),
            cadence=timedelta(minutes=17, microseconds=5),
        )
        stale = records.feeds.record([polled])
    with database.read() as records:
        stored = records.feeds.get(polled.id)

    assert stale == []
    assert stored == replace(polled, lease="")


def test_a_poll_does_not_undo_what_people_set_meanwhile(database: Database) -> None:
    with database.write() as records:
        _sync(records, 1)
        claimed = _claim(records)[0]
        records.feeds.set_paused(claimed.id, True)
        records.feeds.sync([spec(1, title="New name")], NOW, HOUR, _half)
        records.feeds.record([claimed])
        stored = records.feeds.get(claimed.id)

    assert (stored.paused, stored.spec.title) == (True, "New name")


def test_a_claimed_feed_is_not_claimed_again_until_its_lease_ends(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        first = _claim(records)
        second = _claim(records)
        late = records.feeds.claim_due(NOW + HOUR, 10, HOUR, 1)

    assert [feed.id for feed in first] == [feed.id for feed in late]
    assert second == []
    assert first[0].lease != late[0].lease


def test_a_stale_lease_writes_nothing(database: Database) -> None:
    with database.write() as records:
        add_feed(records, 1)
        add_feed(records, 2)
        old = _claim(records)
        new = records.feeds.claim_due(NOW + HOUR, 1, HOUR, 1)
        stale = records.feeds.record([replace(feed, failures=9) for feed in old])
        failures = [feed.failures for feed in records.feeds.all()]
        unleased = records.feeds.record([replace(records.feeds.get(new[0].id), failures=9)])

    assert stale == [new[0].id]
    assert failures == [0, 9]
    assert unleased == []  # the row carries the live token, so this writer holds it


def test_recording_twice_writes_once(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        feed = _claim(records)[0]

        assert records.feeds.record([feed]) == []
        assert records.feeds.record([replace(feed, failures=9)]) == [feed.id]
        assert records.feeds.get(feed.id).failures == 0


def test_broken_leases_are_due_at_once(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        before = _claim(records)
        records.feeds.break_leases()
        after = _claim(records)

    assert [feed.id for feed in before] == [feed.id for feed in after]


def test_the_most_overdue_come_first_and_no_host_is_crowded(database: Database) -> None:
    with database.write() as records:
        for number, (host, late) in enumerate([("a", 1), ("a", 5), ("a", 3), ("b", 2), ("c", -1)]):
            records.feeds.add(spec(number, url=f"https://{host}.example/{number}"), NOW - late * MINUTE)
        two = _claim(records, per_host=2)
        none = _claim(records, per_host=2)  # both hosts have live leases

    assert [feed.spec.url[-1] for feed in two] == ["1", "2", "3"]
    assert none == []


def test_a_crowd_of_one_host_does_not_hide_the_others(database: Database) -> None:
    with database.write() as records:
        for number in range(30):
            records.feeds.add(spec(number, url=f"https://crowd.example/{number}"), NOW - HOUR)
        last, _ = records.feeds.add(spec(99), NOW)
        claimed = _claim(records, limit=2, per_host=1)
        rest = _claim(records, limit=2, per_host=1)

    assert [feed.id for feed in claimed] == [1, last.id]
    assert rest == []


def test_a_host_that_asked_us_to_wait_is_left_alone_even_by_force(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        records.feeds.hold_host("outlet1.example", NOW + HOUR, "429")
        records.feeds.hold_host("outlet1.example", NOW + MINUTE, "a shorter wish later")
        now = _claim(records, force=True, polled_before=NOW)
        later = records.feeds.claim_due(NOW + HOUR, 10, HOUR, 1)

    assert now == []
    assert len(later) == 1


def test_paused_archived_and_gone_feeds_are_not_due(database: Database) -> None:
    with database.write() as records:
        paused, archived, gone = (add_feed(records, number) for number in (1, 2, 3))
        records.feeds.set_paused(paused, True)
        records.feeds.remove(archived)
        records.feeds.set_state(gone, FeedState.GONE, NOW)
        due = _claim(records)
        forced = _claim(records, force=True, polled_before=NOW)

    assert due == []
    assert [feed.id for feed in forced] == [gone]


def test_force_polls_each_feed_once(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        feed = _claim(records)[0]
        records.feeds.record([replace(feed, last_polled_at=NOW + MINUTE, next_poll_at=NOW + DAY)])
        before = _claim(records, force=True, polled_before=NOW)
        after = _claim(records, force=True, polled_before=NOW + HOUR)

    assert before == []
    assert len(after) == 1


def test_feeds_never_polled_can_be_due_whatever_their_time(database: Database) -> None:
    with database.write() as records:
        records.feeds.add(spec(1), NOW + DAY)
        plain = _claim(records)
        unpolled = _claim(records, unpolled=True)

    assert plain == []
    assert len(unpolled) == 1


@pytest.mark.parametrize("name", ["1", "https://outlet1.example/feed", "OUTLET 1", "outlet1.ex"])
def test_a_feed_is_found_by_id_address_or_part_of_its_name(database: Database, name: str) -> None:
    with database.write() as records:
        first = add_feed(records, 1)
        add_feed(records, 2)

        assert records.feeds.find(name).id == first


def test_an_unclear_or_unknown_name_says_what_is_near(database: Database) -> None:
    with database.write() as records:
        add_feed(records, 1, title="Kyiv Wire")
        add_feed(records, 2, title="Lviv Wire")

        with pytest.raises(NotFound, match=r"2 feeds match “wire”: 1 \(Kyiv Wire\), 2 \(Lviv Wire\)"):
            records.feeds.find("wire")
        with pytest.raises(NotFound, match="did you mean Kyiv Wire"):
            records.feeds.find("kiev wire")
        with pytest.raises(NotFound, match="there is no feed 99"):
            records.feeds.get(99)


def test_counts_name_every_state(database: Database) -> None:
    with database.write() as records:
        for number, due in enumerate([NOW - HOUR, NOW, NOW + HOUR]):
            records.feeds.add(spec(number), due)
        records.feeds.set_state(1, FeedState.FAILING, NOW)
        records.feeds.set_paused(3, True)
        counts = records.feeds.counts(NOW)

    assert {key: value for key, value in counts.items() if value} == {
        "total": 3, "due": 2, "overdue": 1, "paused": 1, "ok": 2, "failing": 1,
    }  # fmt: skip
    assert {state.value for state in FeedState} <= set(counts)


def test_an_added_feed_is_known_the_second_time_and_new_after_removal(database: Database) -> None:
    with database.write() as records:
        first, is_new = records.feeds.add(spec(1), NOW)
        known, again = records.feeds.add(spec(1, title="Other"), NOW)
        records.feeds.remove(first.id)
        revived, anew = records.feeds.add(spec(1), NOW)

    assert (is_new, again, anew) == (True, False, True)
    assert known == first
    assert revived.id == first.id


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://User:pw@Example.ORG:443/feed", "example.org"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1:8000"),
        ("http://[::1]:80/feed", "[::1]"),
        ("http://[broken/feed", "http://[broken/feed"),
        ("monitor:system", "monitor:system"),
    ],
)
def test_the_host_is_the_unit_of_politeness(database: Database, address: str, host: str) -> None:
    with database.write() as records:
        feed, _ = records.feeds.add(spec(1, url=address), NOW)

    assert feed.host == host
