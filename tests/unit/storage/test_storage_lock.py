"""One running monitor for each SQLite file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.model.errors import AlreadyRunning, StorageError
from monitor.storage.lock import hold, holder

_CHILD = """import sys
from monitor.storage.lock import hold
with hold(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'var' / 'monitor.db'}"


def test_a_second_one_is_refused_with_the_process_in_words(tmp_path: Path) -> None:
    url = _url(tmp_path)

    with hold(url):
        assert holder(url) == os.getpid()
        with (
            pytest.raises(
                AlreadyRunning, match=rf"already running on .* \(process {os.getpid()}\); stop it first"
            ),
            hold(url),
        ):
            pass
    with hold(url):
        pass
    assert holder(url) is None


def test_nobody_holds_a_database_that_was_never_used(tmp_path: Path) -> None:
    assert holder(_url(tmp_path)) is None
    assert not (tmp_path / "var").exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    url = _url(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    running = holder(url)
    child.kill()
    child.communicate()

    assert running == child.pid
    assert holder(url) is None
    with hold(url):
        pass


def test_a_block_that_raises_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(_url(tmp_path)):
        _ = 1 / 0

    assert holder(_url(tmp_path)) is None


def test_postgresql_needs_no_lock() -> None:
    url = "postgresql://nobody@localhost/none"

    with hold(url), hold(url):
        assert holder(url) is None


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")

    with pytest.raises(StorageError, match="the lock file cannot be opened"), hold(_url(tmp_path)):
        pass
