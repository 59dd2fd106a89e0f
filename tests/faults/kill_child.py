"""The process that gets killed: polls, matches and sends in a loop until somebody stops it.

``python kill_child.py CONFIG MODE`` imports everything once, says ``ready``, and for each line on its standard
input forks a worker, prints its process id, and prints ``ended STATUS`` when it is gone; the worker says
``working`` when it begins.
Modes: ``sound``; ``mark-before-send`` and ``send-then-remember`` break one guarantee each (negative controls);
the line ``drain`` starts a worker that ends by itself when nothing is left to do.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor.app import Service, open_service
from monitor.model.alert import Delivery, FateState, Receipt
from monitor.ports import Channel, Database, Outbox, Records
from monitor.telemetry import set_up_logging


@dataclass(frozen=True)
class MarkBeforeSend:
    """Broken on purpose: remembers the message as sent, then sends it."""

    inner: Channel
    database: Database

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        with self.database.write() as records:
            records.outbox.sent(delivery, now, "marked first")
            records.ledger.settle(delivery.id, FateState.SENT, "marked first", now)
        time.sleep(0.02)  # the gap that the guarantee closes, wide enough to be hit
        return self.inner.send(delivery, now)


class EagerOutbox:
    """Broken on purpose: sends inside the transaction that decides, so that a crash forgets what was sent."""

    def __init__(self, inner: Outbox, service: Service) -> None:
        self._inner = inner
        self._service = service

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def enqueue(self, deliveries: Sequence[Delivery]) -> list[str]:
        for delivery in deliveries:
            channel = self._service.steps.deliver.channels[delivery.channel]
            channel.send(delivery, delivery.created_at)
        ids = self._inner.enqueue(deliveries)
        for delivery in self._inner.claim_due("hook", deliveries[0].created_at, 100, _LONG) if deliveries else []:
            self._inner.sent(delivery, delivery.created_at, "sent before")
        return ids


class EagerRecords:
    def __init__(self, inner: Records, service: Service) -> None:
        self._inner = inner
        self.outbox = EagerOutbox(inner.outbox, service)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class EagerDatabase:
    def __init__(self, inner: Database, service: Service) -> None:
        self._inner = inner
        self._service = service

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    @contextmanager
    def write(self) -> Iterator[EagerRecords]:
        with self._inner.write() as records:
            yield EagerRecords(records, self._service)


def break_guarantee(service: Service, mode: str) -> None:
    cycle = service.steps.cycle
    if mode == "mark-before-send":
        channels = {n: MarkBeforeSend(c, service.database) for n, c in cycle.deliver.channels.items()}
        cycle = replace(cycle, deliver=replace(cycle.deliver, channels=channels))
    if mode == "send-then-remember":
        eager = EagerDatabase(service.database, service)
        cycle = replace(cycle, poll=replace(cycle.poll, database=eager))
    service.steps = replace(service.steps, cycle=cycle)


def work(config: Path, mode: str, *, drain: bool) -> None:
    with open_service(config, exclusive=True) as service:
        break_guarantee(service, mode)
        print("working", flush=True)
        quiet = 0
        while quiet < 2:
            done = service.once(force=True)
            nothing = (
                not done["entries"]["new"] and not done["deliveries"]["sent"] and not done["deliveries"]["retry"]
            )
            quiet = quiet + 1 if drain and nothing else 0


def main(config: Path, mode: str) -> None:
    set_up_logging("warning", json=False)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(config, mode, drain=line.strip() == "drain")
            except BaseException as error:  # noqa: BLE001 - the parent reads what went wrong
                print(f"failed {error!r}", flush=True)
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(f"ended {status}", flush=True)


if __name__ == "__main__":
    from datetime import timedelta

    _LONG = timedelta(minutes=10)
    main(Path(sys.argv[1]), sys.argv[2])
