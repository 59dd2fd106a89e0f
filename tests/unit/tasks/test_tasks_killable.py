"""Children that may be killed: what a killed, crashed or broken one means for the task and for the next one."""

import ctypes
import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.model.errors import ParseError
from monitor.tasks.killable import KillablePool

LONG, SHORT = timedelta(seconds=60), timedelta(seconds=0.3)


def double(number: int) -> int:
    return 2 * number


def spin_for_ever() -> None:
    while True:
        pass


def hang_in_c() -> None:
    ctypes.PyDLL(None).sleep(60)  # keeps the interpreter: a handler written in Python would never run


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def take(size: int) -> int:
    return len(bytes(size))


def refuse() -> None:
    raise ParseError("no feed", "not-a-feed")


def stumble() -> None:
    raise KeyError("secret")


def priority() -> int:
    return os.nice(0)


def process_id() -> int:
    return os.getpid()


@pytest.fixture
def pool() -> Iterator[KillablePool]:
    made = KillablePool(1, nice=3)
    yield made
    made.close()


def test_a_function_runs_in_another_process_with_lower_priority(pool: KillablePool) -> None:
    assert pool(double, 21, timeout=LONG) == 42
    assert pool(process_id, timeout=LONG) != os.getpid()
    assert pool(priority, timeout=LONG) == min(19, os.nice(0) + 3)


@pytest.mark.parametrize("endless", [spin_for_ever, hang_in_c])
def test_what_takes_too_long_is_killed_and_the_next_task_gets_a_new_child(
    pool: KillablePool, endless: object
) -> None:
    assert pool(double, 1, timeout=LONG) == 2

    hanging = pool.submit(endless, timeout=SHORT)  # type: ignore[arg-type]  # a function, by its parameter
    behind = pool.submit(double, 2, timeout=LONG)

    error = hanging.exception(30)
    assert isinstance(error, ParseError)
    assert (str(error), error.kind) == ("took longer than 0.3 s to read and was stopped", "too-costly")
    assert behind.result(30) == 4


@pytest.mark.parametrize(
    ("function", "arguments", "words", "kind"),
    [
        (crash, (), "reading it crashed the parser", "too-costly"),
        (take, (2 << 30,), "reading it takes too much memory", "too-costly"),
        (refuse, (), "no feed", "not-a-feed"),
        (stumble, (), "cannot be read: KeyError", "broken"),
    ],
)
def test_whatever_goes_wrong_is_a_parse_error_in_words(
    pool: KillablePool, function: object, arguments: tuple[int, ...], words: str, kind: str
) -> None:
    error = pool.submit(function, *arguments, timeout=LONG).exception(30)  # type: ignore[arg-type]  # as above

    assert isinstance(error, ParseError)
    assert str(error).startswith(words)
    assert error.kind == kind
    assert pool(double, 3, timeout=LONG) == 6


def test_an_idle_child_that_somebody_kills_is_replaced(pool: KillablePool) -> None:
    os.kill(pool(process_id, timeout=LONG), signal.SIGKILL)

    outcomes = [pool.submit(double, 4, timeout=LONG).exception(30) for _ in range(20)]

    assert outcomes[-1] is None
    assert all(error is None or getattr(error, "kind", "") in ("local", "too-costly") for error in outcomes)


def test_a_task_that_our_own_stop_ends_is_nobody_elses_fault(pool: KillablePool) -> None:
    assert pool(double, 1, timeout=LONG) == 2
    running, waiting = pool.submit(spin_for_ever, timeout=LONG), pool.submit(double, 1, timeout=LONG)

    pool.close()

    for ended in (running, waiting, pool.submit(double, 1, timeout=LONG)):
        error = ended.exception(30)
        assert isinstance(error, ParseError)
        assert error.kind == "local"
