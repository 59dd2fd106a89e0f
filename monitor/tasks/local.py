"""Local: APScheduler ticks; what is due stands in our own tables, so a lost or doubled tick changes nothing."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.model.errors import MonitorError
from monitor.telemetry import log, step_seconds


@dataclass(frozen=True, slots=True)
class Tick:
    """A step to run every so often, never twice at once."""

    name: str
    every: timedelta
    run: Callable[[], object]


class LocalScheduler:
    """Runs ticks in threads until stopped. Interval triggers only (evidence.md: cron in APScheduler 3 repeats on DST nights)."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        # A tick that comes while its step is still at work is left out by design, not a warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(4, len(ticks)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for tick in ticks:
            self._add(tick)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Returns when every running step has ended; steps look at their own stop flag."""
        self._scheduler.shutdown(wait=True)

    def _add(self, tick: Tick) -> None:
        self._scheduler.add_job(
            _guarded,
            "interval",
            args=[tick],
            id=tick.name,
            name=tick.name,
            seconds=tick.every.total_seconds(),
        )


def _guarded(tick: Tick) -> None:
    """The loop must survive whatever one step raises; it is told once, with its reason."""
    try:
        with step_seconds.labels(tick.name).time():
            tick.run()
    except MonitorError as error:
        log.error("step.failed", step=tick.name, error=str(error))
    except Exception:  # noqa: BLE001 - a daemon outlives a bug in one step
        log.exception("step.crashed", step=tick.name)


class Lanes:
    """One thread a lane: a slow lane never delays another, and no lane runs twice at once."""

    def __init__(self) -> None:
        self._busy: dict[str, threading.Thread] = {}

    def run(self, lane: str, work: Callable[[], object]) -> bool:
        """Start it; False when this lane is still at work."""
        running = self._busy.get(lane)
        if running is not None and running.is_alive():
            return False
        tick = Tick(lane, timedelta(0), work)
        thread = threading.Thread(target=_guarded, args=[tick], name=lane, daemon=True)
        self._busy[lane] = thread
        thread.start()
        return True

    def join(self, seconds: float) -> bool:
        """Wait for every lane, at most so long altogether; False when one is still at work."""
        deadline = time.monotonic() + seconds
        for thread in self._busy.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._busy.values())
