"""Foreign errors become one sentence that names the cause, never a statement, a value or a password."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError

from monitor.model.entry import Entry
from monitor.model.errors import NotFound, StorageError
from monitor.model.feed import FeedSpec
from monitor.storage.address import parse_url
from monitor.storage.database import make_engine, open_database
from monitor.storage.failures import explained, in_words
from monitor.storage.migrate import upgrade

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
SECRET = "Secret statement"


def _sqlite(code: int) -> DBAPIError:
    cause = sqlite3.OperationalError("driver's words\nsecond line")
    cause.sqlite_errorcode = code
    return OperationalError(SECRET, {"password": SECRET}, cause)


def _postgres(state: str) -> DBAPIError:
    return OperationalError(
        SECRET, {"password": SECRET}, psycopg.errors.lookup(state)("server's words\nDETAIL: value")
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (_sqlite(sqlite3.SQLITE_FULL), "the disk is full: nothing was written to PLACE"),
        (_sqlite(sqlite3.SQLITE_BUSY), "the database is locked by another process: PLACE"),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), "the database is locked by another process: PLACE"),
        (_sqlite(sqlite3.SQLITE_CORRUPT), "the file is damaged: PLACE"),
        (_sqlite(sqlite3.SQLITE_NOTADB), "the file is damaged or no database: PLACE"),
        (_sqlite(sqlite3.SQLITE_READONLY), "the database may not be written: PLACE"),
        (_sqlite(sqlite3.SQLITE_CANTOPEN), "the database cannot be opened: PLACE"),
        (_sqlite(sqlite3.SQLITE_IOERR_WRITE), "the disk answers with errors: PLACE"),
        (_sqlite(sqlite3.SQLITE_CONSTRAINT), "the database refused: PLACE: driver's words"),
        (_postgres("53100"), "the disk of the database server is full: nothing was written to PLACE"),
        (_postgres("28P01"), "the database server refused the password: PLACE"),
        (_postgres("40P01"), "two processes waited for each other in PLACE"),
        (_postgres("23505"), "the database refused: PLACE: server's words"),
        (OperationalError(SECRET, {}, psycopg.OperationalError("no route")), "cannot be reached: PLACE: no route"),
        (InvalidRequestError("closed"), "the database refused: PLACE: closed"),
    ],
)
def test_a_failure_is_one_sentence(error: Exception, words: str) -> None:
    sentence = in_words(error, "PLACE")

    assert words in sentence
    assert "\n" not in sentence
    assert SECRET not in sentence


def test_the_programs_own_errors_pass_as_they_are() -> None:
    with pytest.raises(NotFound), explained("PLACE"):
        raise NotFound("there is no feed 9")


def test_a_full_disk_loses_nothing_that_was_committed_and_writing_goes_on_with_space(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    upgrade(url)
    database = open_database(url)
    with database.write() as records:
        feed, _ = records.feeds.add(FeedSpec("https://outlet.example/feed"), NOW)
        records.entries.add(feed.id, [Entry("before")], NOW)
    # A page limit answers as a full disk does: SQLITE_FULL. It holds for the pooled connection that writes.
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    huge = [Entry(str(number), body="x" * 50_000) for number in range(50)]

    with pytest.raises(StorageError, match="the disk is full: nothing was written"), database.write() as records:
        records.entries.add(feed.id, huge, NOW)
    with database.read() as records:
        during = records.entries.count(feed.id)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    with database.write() as records:
        records.entries.add(feed.id, huge, NOW)
        after = records.entries.count(feed.id)
    database.close()

    assert (during, after) == (1, 51)


def test_another_process_that_writes_too_long_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    upgrade(url)
    database = open_database(url)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageError, match="locked by another process"), database.write():
            pass
        other.execute("ROLLBACK")

    with database.write() as records:
        records.desk.set("k", "v")
    database.close()


def test_an_engine_waits_for_other_processes_and_keeps_references(tmp_path: Path) -> None:
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'monitor.db'}"))
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StorageError, match=r"cannot be reached: 127\.0\.0\.1/monitor") as caught:
        open_database("postgresql://me:hunter2@127.0.0.1:1/monitor")

    assert "hunter2" not in str(caught.value)
