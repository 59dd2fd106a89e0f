"""Killable: a function runs in a child process that is killed when it takes too long or too much memory."""

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from typing import Any

from pebble import ProcessExpired, ProcessPool

from monitor.model.errors import MonitorError, ParseError

MEMORY = 200 << 20  # bytes of address space a child may use; 45 MB of them before it begins
TASKS_BEFORE_RENEWAL = 2_000  # a slow leak in a parser never grows for long


class KillablePool:
    """Children that are started when first needed; implements ports.Killable and ports.KillableQueue.

    ``nice`` lowers their priority. ``modules`` are imported once, by the process that children are forked from: a
    new child is there within milliseconds.
    """

    def __init__(self, workers: int = 1, *, nice: int = 0, modules: Sequence[str] = ()) -> None:
        self._workers, self._nice, self._modules = workers, nice, tuple(modules)
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._open: set[Future[Any]] = set()
        self._closed = False

    def __call__(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> Any:
        return self.submit(function, *arguments, timeout=timeout).result()

    def submit(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> "Future[Any]":
        """See ports.KillableQueue. The time a task waits for a free child does not count."""
        answer: Future[Any] = Future()
        seconds = timeout.total_seconds()
        self._bury()
        with self._lock:
            if self._closed:
                answer.set_exception(_lost())
                return answer
            self._open.add(answer)
            asked = self._started().schedule(function, args=list(arguments), timeout=seconds)
        asked.add_done_callback(lambda done: self._hand_over(done, answer, seconds))
        return answer

    def close(self) -> None:
        """End every child; what was not finished ends with an error of kind ``local``."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)
        with self._lock:
            left, self._open = self._open, set()
        for answer in left:
            answer.set_exception(_lost())

    def _bury(self) -> None:
        """A pool whose idle child was killed from outside is broken for good: the next task gets a new one."""
        with self._lock:
            if self._pool is None or self._pool.active:
                return
            broken, self._pool = self._pool, None
        _end(broken)

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=TASKS_BEFORE_RENEWAL,
                initializer=_limit,
                initargs=[self._nice],
                context=_children_of_a_clean_process(self._modules),
            )
        return self._pool

    def _hand_over(self, done: "Future[Any]", answer: "Future[Any]", seconds: float) -> None:
        with self._lock:
            if answer not in self._open:
                return
            self._open.discard(answer)
        error = _lost() if done.cancelled() else done.exception()
        if error is None:
            answer.set_result(done.result())
        else:
            answer.set_exception(_explained(error, seconds))


def _explained(error: BaseException, seconds: float) -> MonitorError:
    """What the function raised on purpose; anything else as a ParseError."""
    if isinstance(error, MonitorError):
        return error
    if isinstance(error, BrokenProcessPool):
        return _lost()
    if isinstance(error, FutureTimeout):
        return ParseError(f"took longer than {seconds:g} s to read and was stopped", "too-costly")
    if isinstance(error, ProcessExpired):
        explained = ParseError(f"reading it crashed the parser (exit {error.exitcode})", "too-costly")
    elif isinstance(error, MemoryError):
        explained = ParseError("reading it takes too much memory", "too-costly")
    else:
        explained = ParseError(f"cannot be read: {type(error).__name__}")
    explained.__cause__ = error
    return explained


def _lost() -> ParseError:
    return ParseError("the process that was reading it has ended", "local")


def _end(pool: ProcessPool) -> None:
    """Never while holding the lock: the pool's threads hand over what was under way."""
    pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most, not this
    pool.join()


def _children_of_a_clean_process(modules: Sequence[str]) -> multiprocessing.context.BaseContext:
    """Never a fork of this process, whose threads hold locks; Windows has no better than a fresh start."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def _limit(nice: int) -> None:
    """In the child: bound memory, give way, ignore the terminal's Ctrl-C (the parent decides when to stop)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Python's own handler waits for C code, which may be what hangs
    os.nice(nice)
    with contextlib.suppress(ValueError, OSError):  # some systems refuse RLIMIT_AS
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
