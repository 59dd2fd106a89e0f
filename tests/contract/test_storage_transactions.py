"""Transactions: what commits together, what leaves nothing, who waits for whom, on both databases."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from storage_samples import HOUR, NOW, add_entries, add_feed, delivery, entry, fate, match, spec

from monitor.model.errors import NotFound, StorageError
from monitor.ports import Records
from monitor.storage.database import Database
from monitor.storage.tables import metadata

THREADS = 4


def _everything(records: Records) -> None:
    """A row in most tables."""
    first, _second = add_entries(records, ["a", "b"])
    records.entries.update(first, entry("a", title="New"), NOW)
    records.entries.add_matches({first: [match()]})
    records.stories.place(records.entries.get(first), ["url:a"], None, NOW)
    records.outbox.enqueue([delivery(1)])
    records.ledger.add([fate(first, delivery_id="d1")])
    records.feeds.hold_host("outlet1.example", NOW, "429")
    records.desk.set("k", "v")
    records.outbox.disable("slack", "*", "gone", NOW)


def _rows(database: Database) -> Counter[str]:
    with database.engine.connect() as connection:
        found = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in metadata.tables
        }
    return Counter({name: count for name, count in found.items() if count})


def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    def die() -> None:
        with database.write() as records:
            _everything(records)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()

    assert _rows(database) == {}


def test_a_block_that_ends_leaves_everything(database: Database) -> None:
    with database.write() as records:
        _everything(records)

    assert set(_rows(database)) >= {
        "feeds",
        "entries",
        "entry_versions",
        "matches",
        "stories",
        "fates",
        "deliveries",
    }


def test_an_error_inside_the_block_does_not_break_the_next_one(database: Database) -> None:
    with pytest.raises(StorageError, match="the database refused"), database.write() as records:
        records.entries.add(99, [entry("of no feed")], NOW)
    with pytest.raises(NotFound), database.write() as records:
        records.feeds.get(1)

    with database.write() as records:
        assert add_feed(records) > 0


def test_a_read_is_a_snapshot(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
    with database.read() as reader:
        before = reader.entries.count(feed_id)
        with database.write() as records:
            records.entries.add(feed_id, [entry("a")], NOW)
        during = reader.entries.count(feed_id)
    with database.read() as reader:
        after = reader.entries.count(feed_id)

    assert (before, during, after) == (0, 0, 1)


def test_a_read_inside_a_write_sees_what_is_committed(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
        with database.read() as reader, pytest.raises(NotFound):
            reader.feeds.get(feed_id)


def test_a_write_inside_a_write_is_refused(database: Database) -> None:
    with database.write() as records:
        add_feed(records)
        with pytest.raises(StorageError, match="a write inside a write"), database.write():
            pass
    with database.write() as records:
        assert len(records.feeds.all()) == 1


def test_threads_that_write_at_once_lose_nothing(database: Database) -> None:
    with database.write() as records:
        feed_id = add_feed(records)
    start = threading.Barrier(THREADS)

    def add(worker: int) -> None:
        start.wait()
        for number in range(25):
            with database.write() as records:
                records.entries.add(feed_id, [entry(f"{worker}.{number}")], NOW)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(add, range(THREADS)))

    with database.read() as records:
        assert records.entries.count(feed_id) == THREADS * 25


def test_two_threads_never_claim_the_same_feed_or_the_same_host(database: Database) -> None:
    with database.write() as records:
        for number in range(120):
            records.feeds.add(spec(number, url=f"https://host{number % 60}.example/{number}"), NOW)
    start = threading.Barrier(THREADS)
    claimed: list[list[tuple[int, str]]] = [[] for _ in range(THREADS)]

    def claim(worker: int) -> None:
        start.wait()
        while True:
            with database.write() as records:
                feeds = records.feeds.claim_due(NOW, 7, HOUR, 1)
            if not feeds:
                return
            claimed[worker].extend((feed.id, feed.host) for feed in feeds)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(claim, range(THREADS)))

    everything = [feed for worker in claimed for feed in worker]
    assert len({feed_id for feed_id, _ in everything}) == len(everything) == 60
    assert len({host for _, host in everything}) == 60


def test_two_threads_never_claim_the_same_delivery(database: Database) -> None:
    with database.write() as records:
        records.outbox.enqueue([delivery(number, order_key=f"key {number % 40}") for number in range(120)])
    start = threading.Barrier(THREADS)
    sent: list[str] = []

    def send(_worker: int) -> None:
        start.wait()
        while True:
            with database.write() as records:
                claimed = records.outbox.claim_due("desk-mail", NOW, 5, HOUR)
            for one in claimed:
                sent.append(one.id)
                with database.write() as records:
                    assert records.outbox.sent(one, NOW, "ok")
            with database.read() as records:
                if records.outbox.oldest_pending() is None:
                    return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))

    assert sorted(Counter(sent).values()) == [1] * 120
    for key in range(40):
        numbers = [int(one[1:]) for one in sent if int(one[1:]) % 40 == key]
        assert numbers == sorted(numbers)


def test_ids_are_never_used_twice(database: Database) -> None:
    with database.write() as records:
        first = add_entries(records, ["a", "b"])
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM entries"))
    with database.write() as records:
        second = records.entries.add(1, [entry("c")], NOW)

    assert second[0] > max(first)
