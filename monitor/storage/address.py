"""Database URLs: which file a SQLite URL names, and which driver a PostgreSQL URL needs."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.model.errors import StorageError


def parse_url(url: str) -> URL:
    """The URL with our driver in it. Raises StorageError for anything but SQLite files and PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "database.url is not a URL; write sqlite:///var/monitor.db or postgresql://…"
        ) from error
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StorageError(f"{backend} is not supported; use sqlite:///FILE or postgresql://…")
    if parsed.host or parsed.query or not parsed.database or parsed.database == ":memory:":
        raise StorageError("a SQLite database must be a file: sqlite:///relative.db or sqlite:////absolute.db")
    return parsed


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def shown(url: str) -> str:
    """What messages call this database: the file, or server and name without the password."""
    path = sqlite_file(url)
    if path is not None:
        return str(path)
    parsed = parse_url(url)
    return f"{parsed.host or 'local server'}/{parsed.database or ''}"
