"""Backup: copy a database while it is used, put a copy back, and check what is stored."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from monitor.model.errors import SchemaTooNew, StorageError
from monitor.storage.address import parse_url, shown, sqlite_file
from monitor.storage.database import check_file, make_engine, revision
from monitor.storage.failures import explained
from monitor.storage.integrity import contradictions, file_problems
from monitor.storage.lock import hold
from monitor.storage.session import Session
from monitor.storage.tables import SCHEMA

_SQLITE, _PG_DUMP = b"SQLite format 3\0", b"PGDMP"  # how copies begin
_COPIES = (_SQLITE, _PG_DUMP)


def backup(url: str, to: Path, *, force: bool = False) -> None:
    """Write a whole copy of the database as it is now. ``force`` replaces an older copy, never any other file.

    SQLite: the online backup, while others read and write. PostgreSQL: `pg_dump` in its custom format.
    """
    path = sqlite_file(url)
    _check_target(to, path, force)
    part = Path(f"{to}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        if path is None:
            _run_tool("pg_dump", ["--format=custom", "--no-owner", f"--file={part}"], parse_url(url))
        else:
            check_file(path)
            copy(path, part)
        os.replace(part, to)
    except OSError as error:
        raise StorageError(f"the backup cannot be written: {to}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def restore(source: Path, url: str, now: datetime) -> Path | None:
    """Put a backup in the database's place, after checking it; nobody may be using the database.

    SQLite: what was there is kept beside it as FILE.replaced-TIME; returns that file. PostgreSQL: `pg_restore` in one transaction.
    Raises AlreadyRunning, SchemaTooNew, or StorageError when the backup is damaged; then nothing is changed.
    """
    if not source.is_file():
        raise StorageError(f"there is no backup {source}")
    path = sqlite_file(url)
    if path is None:
        arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run_tool("pg_restore", [*arguments, str(source)], parse_url(url))
        return None
    if not _begin(source).startswith(_SQLITE):
        raise StorageError(f"the given file is no database: {source}")
    with hold(url):
        new = Path(f"{path}.restoring")
        try:
            copy(source, new, immutable=not Path(f"{source}-wal").exists())
            _check_backup(new, source)
            return _swap(new, path, now)
        except OSError as error:
            raise StorageError(f"the backup cannot be put in place: {path}: {error.strerror}") from error
        finally:
            with suppress(OSError):
                new.unlink()


def check(url: str) -> list[str]:
    """Everything found wrong with the file, its references and what the rows say of each other; none when well."""
    try:
        check_file(sqlite_file(url))
        engine = make_engine(parse_url(url))
        try:
            with explained(shown(url)), engine.connect() as connection:
                found = revision(connection)
                if found != SCHEMA:
                    return [f"the database has schema {found or 'none'}, this monitor has {SCHEMA}"]
                session = Session(connection, engine.dialect.name)
                return [*file_problems(session, "integrity_check"), *contradictions(session)]
        finally:
            engine.dispose()
    except StorageError as error:
        return [str(error)]


def copy(path: Path, to: Path, *, immutable: bool = False) -> None:
    """A consistent copy of a SQLite file with its -wal, made while others write.

    ``immutable``: nobody writes it, so it may lie where nothing can be written.
    """
    to.unlink(missing_ok=True)
    place = f"{path.resolve().as_uri()}?{'immutable=1' if immutable else 'mode=ro'}"
    with explained(str(path)):
        with (
            closing(sqlite3.connect(place, uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target, pages=-1)
        with to.open("rb") as written:
            os.fsync(written.fileno())


def _check_target(to: Path, database: Path | None, force: bool) -> None:
    if not os.path.lexists(to):
        return
    if database is not None and database.exists() and to.exists() and to.samefile(database):
        raise StorageError(f"a backup cannot stand in the database's own place: {database}")
    if not (to.is_file() and _begin(to).startswith(_COPIES)):
        raise StorageError(f"{to} exists and is no backup; name another file")
    if not force:
        raise StorageError(f"{to} exists already; name another file, or replace it by --force")


def _begin(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE))
    except OSError as error:
        raise StorageError(f"the file cannot be read: {path}: {error.strerror}") from error


def _check_backup(new: Path, source: Path) -> None:
    engine = make_engine(parse_url(f"sqlite:///{new}"))
    try:
        with explained(str(source)), engine.connect() as connection:
            found = revision(connection)
            problems = list(file_problems(Session(connection, "sqlite"), "quick_check"))
    finally:
        engine.dispose()
    if problems:
        raise StorageError(f"the backup is damaged: {source}: {problems[0]}")
    if found is None:
        raise StorageError(f"this is no backup of ours: {source}")
    if found > SCHEMA:
        raise SchemaTooNew(
            f"the backup has schema {found}, this monitor knows {SCHEMA}: upgrade the program first"
        )


def _swap(new: Path, path: Path, now: datetime) -> Path | None:
    """At no moment is there no database: a crash leaves the old or the new one. Returns the old one's new name."""
    replaced = _free(path, now)
    kept = path.exists()
    if kept:
        try:
            os.link(path, replaced)
        except OSError:  # a file system without hard links
            shutil.copy2(path, replaced)
    for suffix in ("-wal", "-shm"):  # the old log must never meet the new file
        if Path(f"{path}{suffix}").exists():
            os.replace(f"{path}{suffix}", f"{replaced}{suffix}")
    os.replace(new, path)
    return replaced if kept else None


def _free(path: Path, now: datetime) -> Path:
    """A name that nothing has yet, the second of a second included."""
    name = f"{path}.replaced-{now:%Y%m%dT%H%M%S}"
    names = (name, *(f"{name}-{number}" for number in range(2, 1_000)))
    return next(Path(one) for one in names if not any(os.path.lexists(f"{one}{end}") for end in ("", "-wal")))


def _run_tool(name: str, arguments: Sequence[str], url: URL) -> None:
    """One of PostgreSQL's own programs; the password goes through its environment, not its command line."""
    program = shutil.which(name)
    if program is None:
        raise StorageError(f"{name} is not installed; it comes with the PostgreSQL client programs")
    place = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {"PGPASSWORD": str(url.password)} if url.password else None
    done = subprocess.run(
        [program, f"--dbname={place}", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise StorageError(f"{name} failed: {words[0]}")
