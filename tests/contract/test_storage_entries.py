"""EntryStore's contract on both databases."""

from dataclasses import replace

import pytest
from storage_samples import DAY, HOUR, MINUTE, NOW, add_entries, add_feed, entry, match, rich_entry

from monitor.model.entry import KnownEntry, Source
from monitor.model.errors import NotFound
from monitor.model.watch import Severity
from monitor.ports import Database
from monitor.storage.session import MANY


def test_an_entry_comes_back_exactly_with_its_source(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records, tags=("wire",), weight=1.5)
        ids = records.entries.add(feed_id, [rich_entry(), entry("plain", url="")], NOW, held=True)
    with database.read() as records:
        stored = records.entries.get(ids[0])
        plain = records.entries.get(ids[1])

    assert stored.entry == rich_entry()
    assert stored.source == Source("Outlet 1", "outlet1.example", ("wire",), 1.5)
    assert (stored.seen_at, stored.version, stored.held) == (NOW, 1, True)
    assert plain.entry == entry("plain", url="")


def test_ids_come_in_the_order_of_the_entries(database: Database) -> None:
    names = [f"name {number % 7}.{number}" for number in range(MANY + 30)]
    with database.write() as records:
        ids = add_entries(records, names)
        stored = records.entries.get_many(ids)

    assert [stored[entry_id].entry.identity for entry_id in ids] == names


def test_adding_a_known_identity_again_returns_its_id_and_changes_nothing(database: Database) -> None:
    with database.write() as records:
        first = add_entries(records, ["a", "b"])
        again = records.entries.add(1, [entry("b", title="Other"), entry("c"), entry("a")], NOW + HOUR)
        stored = records.entries.get(first[1])
        count = records.entries.count(1)

    assert again[0] == first[1]
    assert again[2] == first[0]
    assert (stored.entry.title, stored.seen_at) == ("Title of b", NOW)
    assert count == 3


def test_two_feeds_may_carry_the_same_identity(database: Database) -> None:
    with database.write() as records:
        first, second = add_feed(records, 1), add_feed(records, 2)
        one = records.entries.add(first, [entry("a")], NOW)
        two = records.entries.add(second, [entry("a")], NOW)

    assert one != two


def test_known_finds_by_identity_or_address_within_the_feed(database: Database) -> None:
    with database.write() as records:
        first, second = add_feed(records, 1), add_feed(records, 2)
        records.entries.add(first, [entry("a"), entry("b"), entry("c", url="")], NOW)
        records.entries.add(second, [entry("a")], NOW)
        probe = [
            entry("a", url="https://elsewhere.example"),
            entry("new id", url=entry("b").url),
            entry("d", url=""),
        ]
        known = records.entries.known(first, probe)
        nothing = records.entries.known(first, [])

    assert known == [
        KnownEntry(1, "a", entry("a").url, "Title of a", "hash of a"),
        KnownEntry(2, "b", entry("b").url, "Title of b", "hash of b"),
    ]
    assert nothing == []


def test_a_long_page_of_long_identities_is_known(database: Database) -> None:
    long = [
        entry(f"{number}" + "x" * 5_000, url="https://outlet.example/" + "y" * 5_000) for number in range(2_000)
    ]
    with database.write() as records:
        feed_id = add_feed(records)
        records.entries.add(feed_id, long, NOW)
        known = records.entries.known(feed_id, long)

    assert len(known) == 2_000


def test_text_that_no_database_takes_is_repaired_without_moving_offsets(database: Database) -> None:
    broken = entry("nul\0id", title="a\ud800b\0c", body="\udfff", tags=("t\0",), author="\0")
    with database.write() as records:
        feed_id = add_feed(records)
        ids = records.entries.add(feed_id, [broken], NOW)
        records.entries.update(ids[0], replace(broken, title="\ud83d\0"), NOW)
        records.entries.add_matches({ids[0]: [match(watch="w\0\ud800")]})
        stored = records.entries.get(ids[0]).entry
        known = records.entries.known(feed_id, [broken])
        previous = records.entries.previous(ids[0])

    assert (stored.title, stored.body, stored.author) == ("\ufffd\ufffd", "\ufffd", "\ufffd")
    assert previous is not None
    assert previous.title == "a\ufffdb\ufffdc"
    assert len(known) == 1


def test_an_update_keeps_the_old_text_as_a_version(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        records.entries.update(entry_id, rich_entry(), NOW + HOUR)
        version = records.entries.update(entry_id, entry("a", title="Third"), NOW + 2 * HOUR)
        stored = records.entries.get(entry_id)
        previous = records.entries.previous(entry_id)
        never = records.entries.previous(99)

    assert (version, stored.version, stored.entry.title, stored.seen_at) == (3, 3, "Third", NOW)
    assert previous == rich_entry()
    assert never is None


def test_repeating_an_update_makes_no_version(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        first = records.entries.update(entry_id, rich_entry(), NOW)
        second = records.entries.update(entry_id, rich_entry(), NOW)
        previous = records.entries.previous(entry_id)

    assert (first, second) == (2, 2)
    assert previous == entry("a")


def test_an_update_cannot_take_the_identity_of_another_entry(database: Database) -> None:
    with database.write() as records:
        first, second = add_entries(records, ["a", "b"])
        records.entries.update(second, entry("a", title="Claims to be a"), NOW)
        stored = records.entries.get_many([first, second])

    assert stored[first].entry.title == "Title of a"
    assert (stored[second].entry.identity, stored[second].entry.title) == ("b", "Claims to be a")


def test_an_updated_entry_must_be_matched_anew(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        records.entries.add_matches({entry_id: []})
        whole = records.ledger.audit(NOW)["holes"]
        records.entries.update(entry_id, rich_entry(), NOW)
        hole = records.ledger.audit(NOW)["holes"]

    assert whole == []
    assert len(hole) == 1


def test_what_the_feed_still_shows_is_remembered_by_the_day(database: Database) -> None:
    with database.write() as records:
        ids = add_entries(records, ["a", "b"])
        records.entries.shown(ids, NOW + HOUR)
        records.entries.shown([], NOW)
        records.entries.shown(ids, NOW + 2 * DAY)

        assert set(records.entries.get_many(ids)) == set(ids)


def test_entries_since_a_time_come_oldest_first_in_a_half_open_window(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
        for name, minutes in [("c", 2), ("a", 0), ("b", 1), ("b2", 1)]:
            records.entries.add(feed_id, [entry(name)], NOW + minutes * MINUTE)
        everything = records.entries.since(NOW)
        window = records.entries.since(NOW + MINUTE, NOW + 2 * MINUTE)
        two = records.entries.since(NOW, limit=2)

    assert [stored.entry.identity for stored in everything] == ["a", "b", "b2", "c"]
    assert [stored.entry.identity for stored in window] == ["b", "b2"]
    assert [stored.entry.identity for stored in two] == ["a", "b"]


def test_held_entries_wait_until_released(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
        ids = records.entries.add(feed_id, [entry("a"), entry("b")], NOW, held=True)
        records.entries.add(feed_id, [entry("c")], NOW)
        held = [stored.id for stored in records.entries.held(feed_id)]
        records.entries.release(ids[:1])
        left = [stored.id for stored in records.entries.held(feed_id)]

    assert held == ids
    assert left == ids[1:]


def test_matches_come_back_whole_in_order_and_replace_the_old_ones(database: Database) -> None:
    found = [match("z"), match("a", kind="entity", severity=Severity.LOW, score=None), match("z", "other")]
    with database.write() as records:
        first, second = add_entries(records, ["a", "b"])
        records.entries.add_matches({first: found, second: []})
        once = records.entries.matches([first, second])
        records.entries.add_matches({first: found})
        twice = records.entries.matches([first])
        records.entries.add_matches({first: [match("only")]})
        replaced = records.entries.matches([first])

    assert once == {first: found, second: []}
    assert twice == {first: found}
    assert replaced == {first: [match("only")]}


def test_a_watch_named_twice_for_an_entry_is_one_match(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        records.entries.add_matches({entry_id: [match("w", score=1.0), match("w", score=2.0)]})

        assert records.entries.matches([entry_id]) == {entry_id: [match("w", score=1.0)]}


def test_daily_counts_follow_the_local_day_and_count_an_entry_once(database: Database) -> None:
    evening = NOW.replace(hour=22, minute=30)  # past midnight in Kyiv
    with database.write() as records:
        feed_id = add_feed(records)
        early = records.entries.add(feed_id, [entry("a"), entry("b")], NOW)
        late = records.entries.add(feed_id, [entry("c")], evening)
        records.entries.add_matches({early[0]: [match("x"), match("y")], early[1]: [match("x", "other")]})
        records.entries.add_matches({late[0]: [match("x")]})
        kyiv = records.entries.daily_counts("ukraine", NOW, "Europe/Kyiv")
        utc = records.entries.daily_counts("ukraine", NOW, "UTC")
        later = records.entries.daily_counts("ukraine", evening, "UTC")

    assert kyiv == {"2026-11-22": 1, "2026-11-23": 1}
    assert utc == {"2026-11-22": 2}
    assert later == {"2026-11-22": 1}


def test_the_latest_times_are_published_else_seen(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
        times = [NOW - DAY, None, NOW - HOUR, NOW - 2 * DAY]
        records.entries.add(feed_id, [entry(str(n), published=at) for n, at in enumerate(times)], NOW)

        assert records.entries.latest(feed_id, 3) == [NOW, NOW - HOUR, NOW - DAY]


def test_an_unknown_entry_is_not_found(database: Database) -> None:
    with database.read() as records, pytest.raises(NotFound, match="there is no entry 5"):
        records.entries.get(5)


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_leave_nothing_out_and_repeat_nothing(database: Database, newest_first: bool) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
        records.entries.add(feed_id, [entry("too old")], NOW - MINUTE)
        ids = [
            *records.entries.add(feed_id, [entry(f"late {number}") for number in range(5)], NOW + MINUTE),
            *records.entries.add(feed_id, [entry(f"early {number}") for number in range(4)], NOW),
        ]
    pages = []
    with database.read() as records:
        page = records.entries.page(NOW, 2, newest_first=newest_first)
        while page:
            pages.append([stored.id for stored in page])
            page = records.entries.page(NOW, 2, after=page[-1], newest_first=newest_first)

    oldest_first = [*ids[5:], *ids[:5]]
    assert [one for page in pages for one in page] == (oldest_first[::-1] if newest_first else oldest_first)
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]


def test_versions_are_the_older_texts_and_when_each_was_replaced(database: Database) -> None:
    with database.write() as records:
        one, plain = add_entries(records, ["one", "plain"])
        for number in (1, 2):
            records.entries.update(one, entry("one", title=f"Title {number}"), NOW + number * HOUR)
        versions = records.entries.versions([one, plain])
        nothing = records.entries.versions([])

    assert versions == {
        one: [(NOW + HOUR, entry("one")), (NOW + 2 * HOUR, entry("one", title="Title 1"))],
    }
    assert nothing == {}
