"""A service in a process of its own that polls everything once, and tells when each feed was done and at what cost."""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from monitor.app import open_service
from monitor.model.feed import FetchResult

ODD = b"<rss version='2.0'><channel><title>Warm&nbsp;up</title></channel></rss>"


def main(config: str) -> None:
    done: dict[str, float] = {}
    peak = Peak()
    with open_service(Path(config), exclusive=True) as service:
        service.steps.poll.parse(
            ODD, "text/xml", "http://warm.example/"
        ).exception()  # as if it had run for a while
        peak.start()
        began = time.monotonic()

        def note(result: FetchResult) -> None:
            done[result.request.url] = time.monotonic() - began

        service.steps.poll(unpolled=True, on_result=note)
        peak.stop()
        with service.database.read() as records:
            feeds = {
                feed.spec.url: (feed.state.value, feed.last_error, records.entries.count(feed.id))
                for feed in records.feeds.all()
            }
            links = sorted(
                {one.entry.url for one in records.entries.since(service.clock.now().replace(year=2000))}
            )
    print(json.dumps({"done": done, "feeds": feeds, "links": links, "peak": peak.bytes}))


class Peak:
    """The most memory that this process and its children had at once: proportional set size, shared pages once."""

    def __init__(self) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self.bytes = max(self.bytes, sum(map(_size, _family(os.getpid()))))


def _family(ancestor: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family = {ancestor}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _size(pid: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main(sys.argv[1])
