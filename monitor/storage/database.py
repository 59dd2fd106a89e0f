"""Database: opens the truth and hands out its transactions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect

from monitor.model.errors import SchemaTooNew, StorageError
from monitor.storage.address import parse_url, shown, sqlite_file
from monitor.storage.desk import Desk
from monitor.storage.entries import EntryStore
from monitor.storage.failures import explained
from monitor.storage.feeds import FeedStore
from monitor.storage.ledger import Ledger
from monitor.storage.outbox import Outbox
from monitor.storage.session import Session
from monitor.storage.stories import StoryStore
from monitor.storage.tables import SCHEMA

BUSY_SECONDS = 10  # how long a command waits for another process to finish its write
_BEGIN = "monitor_begin"


@dataclass(frozen=True, slots=True)
class Records:
    """Everything stored, inside one transaction; implements ports.Records."""

    feeds: FeedStore
    entries: EntryStore
    stories: StoryStore
    ledger: Ledger
    outbox: Outbox
    desk: Desk


class _Writers(threading.local):
    """Whether this thread is inside ``write``."""

    inside = False


@dataclass(frozen=True, slots=True)
class Database:
    """Implements ports.Database for SQLite and PostgreSQL. Safe to use from many threads.

    A ``read`` inside a ``write`` sees what was there before that write. A ``write`` inside a ``write`` of the
    same thread is a mistake and raises StorageError.
    """

    engine: Engine
    place: str  # what messages call it
    _queue: threading.Lock = field(default_factory=threading.Lock)
    _writers: _Writers = field(default_factory=_Writers)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Records]:
        if self._writers.inside:
            raise StorageError("a write inside a write: the outer one must end first")
        # SQLite has one writer at a time: our threads queue here, so only other processes can keep us waiting.
        with self._queue if self.dialect == "sqlite" else nullcontext(), explained(self.place):
            self._writers.inside = True
            try:
                with self.engine.connect() as connection:
                    begun = connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
                    with begun.begin():
                        yield _records(begun)
            finally:
                self._writers.inside = False

    @contextmanager
    def read(self) -> Iterator[Records]:
        with explained(self.place), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield _records(connection)

    def close(self) -> None:
        with explained(self.place):
            self.engine.dispose()


def open_database(url: str) -> Database:
    """The database of a URL; its schema must be this program's (see ``migrate.upgrade``).

    Raises StorageError when it cannot be opened or has another schema, SchemaTooNew when a newer program made it.
    """
    place = shown(url)
    check_file(sqlite_file(url))
    engine = make_engine(parse_url(url))
    try:
        with explained(place), engine.connect() as connection:
            found = revision(connection)
        check_revision(found, place)
    except StorageError:
        engine.dispose()
        raise
    return Database(engine, place)


def check_file(path: Path | None) -> None:
    """Raises StorageError where SQLite would silently begin an empty database."""
    if path is None:
        return
    wal = Path(f"{path}-wal")
    if not path.exists():
        if wal.exists():
            raise StorageError(f"the database file is gone but {wal.name} is left: {path}; restore a backup")
        raise StorageError(f"there is no database yet: {path}; run `monitor db upgrade`")
    if path.stat().st_size == 0:
        raise StorageError(
            f"the database file is empty (0 bytes): {path}; restore a backup, or delete it to begin"
        )


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions are ours: on SQLite the driver begins none by itself."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=-1)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=5, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def revision(connection: Connection) -> str | None:
    """The schema revision that the database names; None when it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def check_revision(found: str | None, place: str) -> None:
    """Raises SchemaTooNew or StorageError unless it is this program's schema."""
    if found == SCHEMA:
        return
    if found is None:
        raise StorageError(f"the database has no tables yet: {place}; run `monitor db upgrade`")
    if found > SCHEMA:
        raise SchemaTooNew(
            f"the database has schema {found}, this monitor knows {SCHEMA}: {place}; upgrade the program first"
        )
    raise StorageError(f"the database has the old schema {found}: {place}; run `monitor db upgrade`")


def _records(connection: Connection) -> Records:
    session = Session(connection, connection.dialect.name)
    return Records(
        FeedStore(session),
        EntryStore(session),
        StoryStore(session),
        Ledger(session),
        Outbox(session),
        Desk(session),
    )
