"""Politeness: one connection at a time and a gap for each host, a limit for all (polling.md P16). Knows no clock."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar
from urllib.parse import urlsplit

Job = TypeVar("Job")

_PORTS = {"http": 80, "https": 443}
_SLOW_FACTOR = 8  # so many times the limit may be open when most of them are slow


@dataclass(slots=True)
class _Lane(Generic[Job]):
    jobs: deque[Job] = field(default_factory=deque)
    free_at: float = 0.0
    busy: bool = False
    queued: bool = False  # stands in the ready line or waits for its time
    slow: bool = False  # its job gave its place back


class Lanes(Generic[Job]):
    """Jobs by host. ``start`` says which may begin now; tell ``finish`` when one has ended.

    Times are seconds of any steady clock. A host without jobs is forgotten once its gap has passed.
    """

    def __init__(self, gap: float, limit: int) -> None:
        self._gap = gap
        self._limit = limit
        self._lanes: dict[str, _Lane[Job]] = {}
        self._ready: deque[str] = deque()
        self._waiting: list[tuple[float, int, str]] = []
        self._order = count()  # first come, first served
        self._open = 0  # connections in use
        self._counted = 0  # those that count against the limit

    def add(self, host: str, job: Job, *, first: bool = False) -> None:
        """Queue a job; ``first``: before the host's other jobs."""
        lane = self._lanes.get(host)
        if lane is None:
            lane = self._lanes[host] = _Lane()
        if first:
            lane.jobs.appendleft(job)
        else:
            lane.jobs.append(job)
        self._line_up(host, lane)

    def start(self, now: float) -> list[tuple[str, Job]]:
        """Jobs that begin now."""
        self._move_due(now)
        started = []
        while self._ready and self._counted < self._limit:
            host = self._ready.popleft()
            lane = self._lanes[host]
            lane.queued, lane.busy = False, True
            self._open += 1
            self._counted += 1
            started.append((host, lane.jobs.popleft()))
        return started

    def finish(self, host: str, now: float) -> None:
        """The host's running job has ended."""
        lane = self._lanes[host]
        self._open -= 1
        self._counted -= not lane.slow
        lane.busy = lane.slow = False
        lane.free_at = now + self._gap
        if lane.jobs or self._gap:
            self._line_up(host, lane)
        else:
            del self._lanes[host]

    def drop(self, host: str) -> list[Job]:
        """Forget the host's waiting jobs: it wants to be left alone."""
        lane = self._lanes.get(host)
        if lane is None:
            return []
        jobs = list(lane.jobs)
        lane.jobs.clear()
        return jobs

    def call_slow(self, host: str) -> None:
        """The host's running job waits for its server: let another one begin in its place."""
        lane = self._lanes[host]
        if lane.busy and not lane.slow and self._open < self._limit * _SLOW_FACTOR:
            lane.slow = True
            self._counted -= 1

    def next_at(self) -> float | None:
        """When ``start`` is worth calling again without any other event."""
        return self._waiting[0][0] if self._waiting else None

    def _line_up(self, host: str, lane: _Lane[Job]) -> None:
        if not lane.busy and not lane.queued:
            lane.queued = True
            heappush(self._waiting, (lane.free_at, next(self._order), host))

    def _move_due(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            host = heappop(self._waiting)[2]
            if self._lanes[host].jobs:
                self._ready.append(host)
            else:
                del self._lanes[host]


def authority(url: str) -> str:
    """The unit of politeness: host in lower case, with its port where that is not the scheme's own."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"
