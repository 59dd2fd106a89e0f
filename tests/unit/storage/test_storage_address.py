"""Database URLs."""

from pathlib import Path

import pytest

from monitor.model.errors import StorageError
from monitor.storage.address import parse_url, shown, sqlite_file


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/monitor.db", Path("var/monitor.db")),
        ("sqlite:////srv/monitor.db", Path("/srv/monitor.db")),
        ("postgresql://me@db/monitor", None),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: Path | None) -> None:
    assert sqlite_file(url) == path


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_postgresql_is_reached_through_psycopg(scheme: str) -> None:
    assert parse_url(f"{scheme}://me:pw@db:5433/monitor").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:///a.db?mode=memory", "must be a file"),
        ("sqlite://host/a.db", "must be a file"),
        ("mysql://db/monitor", "mysql is not supported"),
        ("nonsense", "is not a URL"),
        ("", "is not a URL"),
    ],
)
def test_anything_else_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(StorageError, match=words):
        parse_url(url)


def test_messages_never_show_a_password() -> None:
    assert shown("postgresql://me:hunter2@db.example/monitor") == "db.example/monitor"
    assert shown("sqlite:///var/monitor.db") == "var/monitor.db"
