"""Copies of a SQLite database: made while it is used, put back whole or not at all."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.entry import Entry
from monitor.model.errors import AlreadyRunning, SchemaTooNew, StorageError
from monitor.model.feed import FeedSpec
from monitor.storage.backup import backup, check, restore
from monitor.storage.database import Database, open_database
from monitor.storage.lock import hold
from monitor.storage.migrate import upgrade

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'monitor.db'}"
    upgrade(address)
    return address


def _add(database: Database, *names: str) -> None:
    with database.write() as records:
        feed, _ = records.feeds.add(FeedSpec("https://outlet.example/feed"), NOW)
        records.entries.add(feed.id, [Entry(name) for name in names], NOW)


def _names(url: str) -> list[str]:
    database = open_database(url)
    try:
        with database.read() as records:
            return [stored.entry.identity for stored in records.entries.since(NOW)]
    finally:
        database.close()


def test_a_backup_holds_what_is_only_in_the_log_yet(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    _add(database, "a", "b")
    wal = Path(f"{database.place}-wal").stat().st_size
    backup(url, tmp_path / "copies" / "copy.db")
    database.close()

    assert wal > 0
    assert _names(f"sqlite:///{tmp_path / 'copies' / 'copy.db'}") == ["a", "b"]
    assert [path.name for path in (tmp_path / "copies").glob("*.part")] == []


def test_a_backup_under_writes_is_whole(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    _add(database)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            _add(database, f"{number}.a", f"{number}.b")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup(url, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
        database.close()

    for number in range(5):
        copy = f"sqlite:///{tmp_path / f'{number}.db'}"
        assert check(copy) == []
        assert len(_names(copy)) % 2 == 0, "half a transaction"


def test_a_restored_database_is_the_copied_one_and_the_old_one_is_kept(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    _add(database, "kept")
    backup(url, tmp_path / "copy.db")
    _add(database, "later")
    database.close()
    restore(tmp_path / "copy.db", url, NOW)

    assert _names(url) == ["kept"]
    assert _names(f"sqlite:///{tmp_path / 'monitor.db.replaced-20261122T070000'}") == ["kept", "later"]
    assert check(url) == []


def test_the_log_of_the_replaced_database_goes_with_it(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    backup(url, tmp_path / "copy.db")
    _add(database, "only in the log")
    for suffix in ("", "-wal"):  # what a killed process leaves
        (tmp_path / f"left{suffix}").write_bytes(Path(f"{database.place}{suffix}").read_bytes())
    database.close()
    for suffix in ("", "-wal"):
        os.replace(tmp_path / f"left{suffix}", f"{database.place}{suffix}")
    restore(tmp_path / "copy.db", url, NOW)

    assert _names(url) == []
    assert _names(f"sqlite:///{database.place}.replaced-20261122T070000") == ["only in the log"]


def test_a_second_restore_keeps_what_the_first_one_kept(url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "copy.db")
    database = open_database(url)
    _add(database, "the original")
    database.close()
    first, second = restore(tmp_path / "copy.db", url, NOW), restore(tmp_path / "copy.db", url, NOW)

    assert first is not None
    assert second is not None
    assert first != second
    assert _names(f"sqlite:///{first}") == ["the original"]


def test_a_backup_replaces_an_older_one_when_told_and_no_other_file_ever(url: str, tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text("timezone: UTC\n")
    backup(url, tmp_path / "copy.db")

    with pytest.raises(StorageError, match=r"copy\.db exists already; .*--force"):
        backup(url, tmp_path / "copy.db")
    backup(url, tmp_path / "copy.db", force=True)
    with pytest.raises(StorageError, match="exists and is no backup"):
        backup(url, tmp_path / "monitor.yaml", force=True)
    assert (tmp_path / "monitor.yaml").read_text() == "timezone: UTC\n"


def test_a_damaged_backup_changes_nothing(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    _add(database, "a")
    database.close()
    (tmp_path / "bad.db").write_bytes(b"not a database" * 1_000)
    before = Path(database.place).read_bytes()

    with pytest.raises(StorageError, match=r"the given file is no database: .*bad\.db"):
        restore(tmp_path / "bad.db", url, NOW)
    with pytest.raises(StorageError, match="there is no backup"):
        restore(tmp_path / "missing.db", url, NOW)
    assert Path(database.place).read_bytes() == before


def test_only_a_backup_of_ours_and_not_of_the_future_is_put_back(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    backup(url, tmp_path / "future.db")
    with closing(sqlite3.connect(tmp_path / "future.db", isolation_level=None)) as future:
        future.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StorageError, match="no backup of ours"):
        restore(tmp_path / "other.db", url, NOW)
    with pytest.raises(SchemaTooNew, match="upgrade the program first"):
        restore(tmp_path / "future.db", url, NOW)
    assert _names(url) == []


def test_nothing_is_restored_under_a_running_monitor(url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "copy.db")

    with hold(url), pytest.raises(AlreadyRunning):
        restore(tmp_path / "copy.db", url, NOW)


def test_a_backup_does_not_overwrite_the_database_and_tells_where_it_cannot_write(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(StorageError, match="cannot stand in the database's own place"):
        backup(url, tmp_path / "monitor.db")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="the backup cannot be written"):
        backup(url, tmp_path / "file" / "copy.db")
    assert _names(url) == []


def test_check_names_what_rows_say_against_each_other(url: str) -> None:
    database = open_database(url)
    _add(database, "a")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE entries SET identity = 'rotten', tags = '[', version = 2")
        connection.exec_driver_sql("UPDATE feeds SET lease = 'x'")
    database.close()
    with closing(sqlite3.connect(database.place, isolation_level=None)) as raw:
        raw.execute("INSERT INTO entry_versions VALUES (77, 1, 0, '{}')")

    assert check(url) == [
        "entry_versions row 1 refers to entries that are not there",
        "1 feeds hold a lease without an end, or an end without a lease",
        "1 entries have no text before their newest version",
        "entries row 1: a text differs from its digest",
        "entries row number 1: tags is not JSON",
    ]


def test_check_tells_a_schema_that_is_not_ours(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")

    assert check(f"sqlite:///{tmp_path / 'other.db'}") == ["the database has schema none, this monitor has 0001"]
