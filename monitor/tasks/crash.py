"""Crash points for the fault tests: ``MONITOR_CRASH_AT=name:n`` ends the process at the n-th pass of that point.

The points stand in wrappers of the ports, so the core knows nothing of them.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alert import Delivery, Receipt
from monitor.ports import Channel, Database, Records

POINTS = (
    "write.before",
    "write.opened",
    "write.before-commit",
    "write.after-commit",
    "send.before",
    "send.after",
)


@dataclass(slots=True)
class CrashPlan:
    """Where to die; ``where`` is empty in every real run."""

    where: str = ""
    nth: int = 1
    passes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, text: str) -> "CrashPlan":
        name, _, number = text.partition(":")
        return cls(name, int(number or 1))

    def __call__(self, point: str) -> None:
        if point != self.where:
            return
        self.passes[point] += 1
        if self.passes[point] >= self.nth:
            os._exit(137)


@dataclass(frozen=True, slots=True)
class CrashingDatabase:
    """A database that dies around its transactions."""

    inner: Database
    plan: CrashPlan

    @contextmanager
    def write(self) -> Iterator[Records]:
        self.plan("write.before")
        with self.inner.write() as records:
            self.plan("write.opened")
            yield records
            self.plan("write.before-commit")
        self.plan("write.after-commit")

    @contextmanager
    def read(self) -> Iterator[Records]:
        with self.inner.read() as records:
            yield records


@dataclass(frozen=True, slots=True)
class CrashingChannel:
    """A channel that dies before or after the receiver accepted."""

    inner: Channel
    plan: CrashPlan

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        self.plan("send.before")
        receipt = self.inner.send(delivery, now)
        self.plan("send.after")
        return receipt
