"""Failures: what SQLAlchemy, SQLite and PostgreSQL raise, as one sentence for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from monitor.model.errors import StorageError

_SQLITE = {
    sqlite3.SQLITE_FULL: "the disk is full: nothing was written to {place}",
    sqlite3.SQLITE_BUSY: "the database is locked by another process: {place}",
    sqlite3.SQLITE_LOCKED: "the database is locked by another process: {place}",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: {place}; see `monitor db check`, then `monitor db restore`",
    sqlite3.SQLITE_NOTADB: "the file is damaged or no database: {place}; put a backup back by `monitor db restore`",
    sqlite3.SQLITE_READONLY: "the database may not be written: {place}",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened: {place}; do the file and its folder belong to us?",
    sqlite3.SQLITE_IOERR: "the disk answers with errors: {place}",
    sqlite3.SQLITE_PERM: "the database may not be opened: {place}",
}
_POSTGRES = {
    "53100": "the disk of the database server is full: nothing was written to {place}",
    "53300": "the database server has no connection left for us: {place}",
    "55P03": "the database is locked by another process: {place}",
    "40001": "two processes changed the same rows of {place}; the step will be repeated",
    "40P01": "two processes waited for each other in {place}; the step will be repeated",
    "25006": "the database may not be written: {place}",
    "28P01": "the database server refused the password: {place}",
    "3D000": "the database does not exist: {place}",
    "XX001": "the database is damaged: {place}; restore a backup",
    "XX002": "the database is damaged: {place}; restore a backup",
}


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Let only StorageError and the program's own errors out of the block."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StorageError(in_words(error, place)) from error
    except UnicodeDecodeError as error:  # sqlite3 stumbles over its own message when a name in the file rotted
        raise StorageError(_SQLITE[sqlite3.SQLITE_CORRUPT].format(place=place)) from error


def in_words(error: Exception, place: str) -> str:
    """One sentence that names the cause and the database, never a statement, a parameter or a password."""
    cause: BaseException = (error.orig or error) if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _known(_SQLITE, code & 0xFF, cause, place)
    state = getattr(cause, "sqlstate", None)
    if state is None and isinstance(error, DBAPIError) and not isinstance(cause, sqlite3.Error):
        return f"the database server cannot be reached: {place}: {_first_line(cause)}"
    return _known(_POSTGRES, state, cause, place)


def _known(table: dict[int, str] | dict[str, str], code: object, cause: BaseException, place: str) -> str:
    for known, words in table.items():
        if known == code:
            return words.format(place=place)
    return f"the database refused: {place}: {_first_line(cause)}"


def _first_line(cause: BaseException) -> str:
    return (str(cause).splitlines() or [type(cause).__name__])[0][:300]
