"""Lock: one running monitor for each SQLite file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.model.errors import AlreadyRunning, StorageError
from monitor.storage.address import sqlite_file


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Be the only process on this database while the block runs; PostgreSQL needs no such lock.

    The kernel frees the lock when a process dies in any way. Raises AlreadyRunning with the holder's id.
    """
    path = sqlite_file(url)
    if path is None:
        yield
        return
    lock = _open(path)
    try:
        if not _taken(lock):
            raise AlreadyRunning(
                f"monitor is already running on {path}{_who(lock)}; stop it first or use PostgreSQL"
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(lock, 0)
    finally:
        os.close(lock)


def holder(url: str) -> int | None:
    """The process that holds this database; None when nobody does, or on PostgreSQL."""
    path = sqlite_file(url)
    if path is None or not _file(path).exists():
        return None
    lock = _open(path)
    try:
        return None if _taken(lock) else _pid(lock)
    finally:
        os.close(lock)


def announce(url: str, page: str) -> None:
    """Write where the holder's page listens beside its process id; only the holder may."""
    path = sqlite_file(url)
    if path is not None:
        with _file(path).open("a", encoding="ascii") as file:
            file.write(f"{page}\n")


def page_of_holder(url: str) -> str | None:
    """The address that the holder announced; None when nobody holds the database or nothing was announced."""
    path = sqlite_file(url)
    if path is None or holder(url) is None:
        return None
    lines = _file(path).read_text(encoding="ascii", errors="replace").splitlines()
    return lines[1] if len(lines) > 1 else None


def _file(path: Path) -> Path:
    return Path(f"{path}.lock")


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(f"the lock file cannot be opened: {_file(path)}: {error.strerror}") from error


def _taken(lock: int) -> bool:
    """Whether the lock is now ours."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(lock: int) -> int | None:
    text = os.pread(lock, 32, 0).decode("ascii", "replace").partition("\n")[0]
    return int(text) if text.isdigit() else None


def _who(lock: int) -> str:
    pid = _pid(lock)
    return f" (process {pid})" if pid else ""
