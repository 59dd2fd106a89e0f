"""Migrate: bring a database to this program's schema, forward only, all or nothing."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from monitor.model.errors import SchemaTooNew, StorageError
from monitor.storage.address import parse_url, shown, sqlite_file
from monitor.storage.backup import backup
from monitor.storage.database import check_file, make_engine, revision
from monitor.storage.failures import explained
from monitor.storage.tables import SCHEMA

_LOCK = 0x6D6F6E69746F73  # PostgreSQL: two processes that start together migrate one after the other


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did; ``backup`` is the copy made before it, where there was something to copy."""

    before: str | None
    after: str
    backup: Path | None = None


def head() -> str:
    """The schema of this program."""
    return SCHEMA


def current(url: str) -> str | None:
    """The schema of the database; None when there is no database or it has no tables of ours."""
    path = sqlite_file(url)
    if path is not None and not path.exists() and not Path(f"{path}-wal").exists():
        return None
    check_file(path)
    engine = make_engine(parse_url(url))
    try:
        with explained(shown(url)), engine.connect() as connection:
            return revision(connection)
    finally:
        engine.dispose()


def upgrade(url: str) -> Upgrade:
    """Make the tables, or migrate them after a backup; nothing is done at this program's schema.

    A new SQLite database is made beside its place and moved there whole, so an empty file is never ours. A
    PostgreSQL database is backed up by its operator (`pg_dump`). Raises SchemaTooNew for a newer schema.
    """
    before = current(url)
    if before is not None and before > SCHEMA:
        raise SchemaTooNew(
            f"the database has schema {before}, this monitor knows {SCHEMA}: {shown(url)}; upgrade the program first"
        )
    if before == SCHEMA:
        return Upgrade(before, SCHEMA)
    path = sqlite_file(url)
    if path is not None and not path.exists():
        _make(path)
        return Upgrade(None, SCHEMA)
    copy = _copy(path, before) if path is not None else None
    migrate(url)
    return Upgrade(before, SCHEMA, copy)


def migrate(url: str, to: str = "head") -> None:
    """Run the migrations up to a revision in one transaction."""
    engine = make_engine(parse_url(url), foreign_keys=False)
    try:
        with explained(shown(url)), engine.connect() as connection:
            connection = connection.execution_options(monitor_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                _run(connection, to)
                _check_keys(connection, shown(url))
    finally:
        engine.dispose()


def _run(connection: Connection, to: str) -> None:
    from alembic import command  # a fifth of a second, needed only when there is something to migrate
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _check_keys(connection: Connection, place: str) -> None:
    """On SQLite foreign keys rest while tables are rebuilt; before the commit they must hold again."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StorageError(f"the migration would leave a row of {broken[0]} without its parent: {place}")


def _make(path: Path) -> None:
    new = Path(f"{path}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
            leftover.unlink(missing_ok=True)
        migrate(f"sqlite:///{new}")
        os.replace(new, path)
    except OSError as error:
        raise StorageError(f"the database cannot be made: {path}: {error.strerror}") from error


def _copy(path: Path, before: str | None) -> Path:
    """The database as it is, beside it; the copy of an earlier try that failed is replaced."""
    to = Path(f"{path}.schema-{before or 'none'}")
    backup(f"sqlite:///{path}", to, force=True)
    return to
