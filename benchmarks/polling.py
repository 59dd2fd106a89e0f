"""Polling beside `reader`: CPU, wall and peak memory of whole processes, same origin, same run.

``python benchmarks/polling.py [--feeds 1000]``. Phases: first poll; all 304; one new entry in each feed.
"""

import argparse
import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READER = """
import sys
from reader import make_reader
database, port, feeds, first = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "first"
reader = make_reader(database)
if first:
    for number in range(feeds):
        reader.add_feed(f"http://127.0.0.1:{port}/feeds/{number}")
reader.update_feeds(workers=8, scheduled=False)
print(reader.get_entry_counts().total)
"""
CONFIG = """
polling: {{ interval: 1h, per_host_gap: 0s, first_poll_max_age: 1h }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
  - opml: feeds.opml
watchlists: watchlists/*.yaml
channels:
  box: {{ type: email, smtp: "maildir:{maildir}", from: "bench@example.org" }}
people: {{ bench: {{ email: bench@example.org }} }}
routes:
  - {{ name: all, match: {{ watchlist: bench }}, to: [box], when: {{ digest: "0 7 * * *" }} }}
"""
WATCHLIST = "keywords:\n  - { id: turbines, query: turbines NEAR/20 zebra }\n  - { id: never, query: xylophone }\n"


@dataclass(frozen=True)
class Run:
    """One process from start to end."""

    cpu: float
    wall: float
    peak_mb: float
    entries: int


def measured(command: list[str], count: Callable[[str], int]) -> Run:
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed: {output[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(cpu, time.monotonic() - begun, usage.ru_maxrss / 1024, count(output))


@contextmanager
def origin() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Path(__file__).with_name("origin.py")
    process = subprocess.Popen([sys.executable, str(here), str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().strip() == "ready"
        yield port
    finally:
        process.kill()
        process.wait()


def post(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path)
    connection.getresponse().read()
    connection.close()


def configure(home: Path, port: int, feeds: int) -> Path:
    directory = home / "config"
    (directory / "watchlists").mkdir(parents=True)
    outlines = "".join(f'<outline xmlUrl="http://127.0.0.1:{port}/feeds/{n}"/>' for n in range(feeds))
    (directory / "feeds.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>")
    (directory / "monitor.yaml").write_text(CONFIG.format(maildir=home / "mail"))
    (directory / "watchlists" / "bench.yaml").write_text(WATCHLIST)
    return directory


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--alone", action="store_true", help="without reader")
    options = parser.parse_args()
    feeds = options.feeds
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {feeds} feeds of 20 entries"
    )
    print(f"{'phase':12}{'program':10}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'entries':>9}{'CPU ratio':>11}")
    with origin() as port, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        config = configure(home, port, feeds)
        program = str(Path(sys.executable).with_name("monitor"))
        for phase, expected in (("first", feeds * 20), ("all-304", 0), ("one-new", feeds)):
            if phase == "one-new":
                post(port, "/advance")
            ours = measured(
                [program, "once", "--force", "--json", "--config", str(config)],
                lambda text: json.loads(text.splitlines()[-1])["entries"]["new"],
            )
            assert ours.entries == expected, f"{phase}: {expected - ours.entries} entries lost"
            line(phase, "monitor", ours, None)
            if not options.alone:
                theirs = measured(
                    [sys.executable, "-c", READER, str(home / "reader.db"), str(port), str(feeds), phase], int
                )
                line(phase, "reader", theirs, theirs.cpu / ours.cpu)


def line(phase: str, program: str, run: Run, ratio: float | None) -> None:
    shown = "" if ratio is None else f"{ratio:.1f}x"
    print(
        f"{phase:12}{program:10}{run.cpu:9.2f}{run.wall:9.1f}{run.peak_mb:9.0f}{run.entries:9}{shown:>11}",
        flush=True,
    )


if __name__ == "__main__":
    main()
