"""monitor run: the service as a daemon: ticks, signals, reload, the page."""

import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor import telemetry
from monitor.app import Service, open_service
from monitor.entrypoints.web import page_server
from monitor.model.errors import ConfigError
from monitor.settings import format_problem
from monitor.storage.lock import announce
from monitor.tasks.local import Lanes, LocalScheduler, Tick
from monitor.telemetry import log, set_up_logging

DRAIN = 25.0  # seconds that running work gets after SIGTERM (config-and-cli.md §4: at most 30 altogether)


def run_daemon(config: Path | None, log_format: str, log_level: str) -> int:
    """Run until SIGTERM or Ctrl-C; returns the exit code."""
    set_up_logging(log_level, json=log_format != "console" and (log_format == "json" or not sys.stderr.isatty()))
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    with open_service(config, exclusive=True) as service, _handled(signals), page_server(service) as page:
        if page:
            announce(service.settings.database_url, page)
        daemon = _Daemon(service, Lanes())
        scheduler = LocalScheduler(daemon.ticks())
        scheduler.start()
        telemetry.reload_ok.set(1)
        _sd_notify("READY=1")
        log.info("started", pid=os.getpid(), feeds=len(service.settings.feeds), page=service.settings.web_listen)
        daemon.serve(signals)
        _sd_notify("STOPPING=1")
        service.stop()
        if not _drained(scheduler, daemon.lanes):
            _sd_notify("STATUS=stopped with work under way; its leases bring it back")
            os._exit(0)  # threads that still wait for the network would keep the process
        return 0


class _Daemon:
    def __init__(self, service: Service, lanes: Lanes) -> None:
        self.service = service
        self.lanes = lanes
        self._stamps = _stamps(service)

    def ticks(self) -> list[Tick]:
        """What runs how often; each step looks in the database for what is due."""
        second = timedelta(seconds=1)
        return [
            Tick("poll", second, lambda: self.service.steps.poll()),
            Tick("deliver", second, self._deliver),
            Tick("wake", 5 * second, lambda: self.service.steps.wake()),
            Tick("digest", 5 * second, lambda: self.service.steps.digests()),
            Tick("files", 2 * second, self._look_at_files),
            Tick("gauges", 15 * second, self._measure),
        ]

    def serve(self, signals: "queue.SimpleQueue[int]") -> None:
        """Wait for signals; SIGHUP reloads, the others end it."""
        while True:
            number = signals.get()
            if number != signal.SIGHUP:
                log.info("stopping", signal=signal.Signals(number).name)
                return
            self._reload()

    def _deliver(self) -> None:
        deliver = self.service.steps.deliver
        for channel in deliver.due():
            self.lanes.run(channel, lambda channel=channel: deliver(channel))  # type: ignore[misc]

    def _look_at_files(self) -> None:
        stamps = _stamps(self.service)
        if stamps != self._stamps:
            self._stamps = stamps
            self._reload()

    def _reload(self) -> None:
        """Validate whole, then swap; a bad configuration keeps the old one and is told."""
        try:
            self.service.reload()
        except ConfigError as error:
            problems, event = error.problems, "reload.refused"
        else:
            problems, event = self.service.settings.watch_problems, "reload.watch-kept"
            log.info("reload.done", feeds=len(self.service.settings.feeds))
        telemetry.reload_ok.set(0 if problems else 1)
        for problem in problems:
            log.error(event, problem=format_problem(problem))

    def _measure(self) -> None:
        self.service.measure()
        _sd_notify("WATCHDOG=1")  # fed only here: when the scheduler and the database both answer


def _stamps(service: Service) -> dict[Path, tuple[int, int]]:
    found = {}
    for path in service.settings.files:
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _drained(scheduler: LocalScheduler, lanes: Lanes) -> bool:
    """Let running steps end; False when the time ran out (leases cover what was cut off)."""
    begun = time.monotonic()
    stopper = threading.Thread(target=scheduler.stop, daemon=True)
    stopper.start()
    stopper.join(DRAIN)
    left = max(0.0, DRAIN - (time.monotonic() - begun))
    done = lanes.join(left) and not stopper.is_alive()
    log.info("stopped", drained=done)
    return done


@contextmanager
def _handled(signals: "queue.SimpleQueue[int]") -> Iterator[None]:
    """SIGTERM and SIGINT once: drain; twice: stop at once. SIGHUP: reload."""
    ending: list[int] = []

    def handle(number: int, _frame: object) -> None:
        if number != signal.SIGHUP:
            if ending:
                os._exit(128 + number)
            ending.append(number)
        signals.put(number)

    before = {s: signal.signal(s, handle) for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sd_notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); silent where there is no socket."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)
        except OSError as error:
            log.warning("sd-notify.failed", error=str(error))
