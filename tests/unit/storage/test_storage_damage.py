"""F7: a damaged SQLite file is detected or served, and never silently empty."""

import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.entry import Entry
from monitor.model.errors import StorageError
from monitor.model.feed import FeedSpec
from monitor.storage.backup import backup, check, restore
from monitor.storage.database import open_database
from monitor.storage.migrate import current, upgrade

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
COUNT = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with entries that fill many pages."""
    path = tmp_path_factory.mktemp("whole") / "monitor.db"
    upgrade(f"sqlite:///{path}")
    database = open_database(f"sqlite:///{path}")
    with database.write() as records:
        feed, _ = records.feeds.add(FeedSpec("https://outlet.example/feed"), NOW)
        records.entries.add(
            feed.id, [Entry(str(n), title=f"Title {n}", body="text " * 300) for n in range(COUNT)], NOW
        )
    database.close()
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "monitor.db"))


def _count(path: Path) -> int:
    database = open_database(f"sqlite:///{path}")
    try:
        with database.read() as records:
            return len(records.entries.since(NOW))
    finally:
        database.close()


def _served(path: Path) -> int | None:
    """Entries served; None when the damage was told."""
    try:
        return _count(path)
    except StorageError:
        return None


def _cut_header(data: bytearray) -> None:
    data[:16] = bytes(16)


def _cut_half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def _cut_inside_a_page(data: bytearray) -> None:
    del data[-1_000:]


def _cut_to_nothing(data: bytearray) -> None:
    data.clear()


def _wipe_the_schema_page(data: bytearray) -> None:
    data[100:4096] = bytes(3996)


@pytest.mark.parametrize(
    "damage", [_cut_header, _cut_half, _cut_inside_a_page, _cut_to_nothing, _wipe_the_schema_page]
)
def test_a_damaged_file_is_told_by_check_and_never_served_as_empty(
    path: Path, damage: Callable[[bytearray], None]
) -> None:
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)

    assert _served(path) in (None, COUNT)
    assert check(f"sqlite:///{path}") != []


@pytest.mark.parametrize("seed", range(25))
def test_flipped_bytes_are_detected_or_everything_is_served(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(8):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)

    assert _served(path) in (None, COUNT) or check(f"sqlite:///{path}") != []


def test_an_empty_file_is_not_taken_for_a_new_database(path: Path) -> None:
    path.write_bytes(b"")
    url = f"sqlite:///{path}"

    with pytest.raises(StorageError, match="the database file is empty"):
        upgrade(url)
    with pytest.raises(StorageError, match="the database file is empty"):
        open_database(url)


def test_a_missing_file_beside_its_log_is_not_taken_for_a_new_database(path: Path) -> None:
    path.rename(f"{path}-wal")
    url = f"sqlite:///{path}"

    with pytest.raises(StorageError, match=r"is gone but monitor\.db-wal is left"):
        current(url)
    with pytest.raises(StorageError, match=r"is gone but monitor\.db-wal is left"):
        upgrade(url)


def test_a_copy_without_its_log_serves_what_was_checkpointed(path: Path, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    with database.write() as records:
        records.entries.add(1, [Entry("only in the log")], NOW)
    shutil.copy(path, tmp_path / "copy.db")
    database.close()

    assert _count(tmp_path / "copy.db") == COUNT
    assert _count(path) == COUNT + 1


def test_a_database_is_served_again_after_restore(path: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{path}"
    backup(url, tmp_path / "copy.db")
    path.write_bytes(path.read_bytes()[:5_000])
    found = check(url)
    restore(tmp_path / "copy.db", url, NOW)

    assert found != []
    assert check(url) == []
    assert _count(path) == COUNT
