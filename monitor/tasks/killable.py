"""Killable: a function runs in a child process that is killed when it takes too long or too much memory."""

import contextlib
import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import timedelta
from typing import Any

from pebble import ProcessExpired, ProcessPool

from monitor.model.errors import MonitorError, ParseError

MEMORY = 1 << 30  # bytes of address space a child may use
TASKS_BEFORE_RENEWAL = 2_000  # a slow leak in a parser never grows for long


class KillablePool:
    """Children that are started when first needed; implements ports.Killable."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._pool: ProcessPool | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> Any:
        seconds = timeout.total_seconds()
        future = self._started().schedule(function, args=list(arguments), timeout=seconds)
        try:
            return future.result()
        except FutureTimeout:
            raise ParseError(f"took longer than {seconds:g} s to read and was stopped", "too-costly") from None
        except ProcessExpired as error:
            raise ParseError(f"reading it crashed the parser (exit {error.exitcode})", "too-costly") from error
        except MemoryError as error:
            raise ParseError("reading it takes too much memory", "too-costly") from error
        except MonitorError:
            raise
        except Exception as error:
            raise ParseError(f"cannot be read: {type(error).__name__}") from error

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most, not this
            self._pool.join()
            self._pool = None

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=TASKS_BEFORE_RENEWAL,
                initializer=_limit,
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool


def _limit() -> None:
    """In the child: bound memory, ignore the terminal's Ctrl-C (the parent decides when to stop)."""
    import signal  # only the child needs it

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ValueError, OSError):  # some systems refuse RLIMIT_AS
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
