"""F1: kill -9 at random moments of polling, matching and sending loses nothing and repeats nothing under a new id."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from growing_origin import GrowingOrigin

from monitor.storage.backup import check

pytestmark = pytest.mark.faults

KILLS = 1000 if os.environ.get("MONITOR_FAULTS") == "full" else 50
FEEDS, PER_FEED = 4, 150
WHILE_STARTING = 0.2  # the share of kills that do not wait until the worker is at work
CONFIG = """
polling: {{ interval: 1s, floor: 1s, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  hook: {{ type: webhook, url: "http://127.0.0.1:{port}/hook", secret: "${{HOOK_SECRET}}" }}
routes:
  - {{ name: all, match: {{ watchlist: drones }}, to: [hook], when: now }}
"""


@dataclass(frozen=True)
class Verdict:
    """Entries served that never arrived, and entries that arrived under more than one id."""

    lost: frozenset[str]
    repeated: frozenset[str]
    arrived: int
    problems: tuple[str, ...]


def _configure(directory: Path, port: int) -> None:
    (directory / "watchlists").mkdir(parents=True)
    feeds = "\n".join(f'  - {{ url: "http://127.0.0.1:{port}/f{n}" }}' for n in range(FEEDS))
    (directory / "monitor.yaml").write_text(CONFIG.format(feeds=feeds, port=port), encoding="utf-8")
    (directory / "watchlists" / "drones.yaml").write_text("keywords:\n  - { id: drone, query: drone }\n")


@contextmanager
def _zygote(config: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).with_name("kill_child.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(config), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOOK_SECRET": "whsec_" + "bm90IGEgc2VjcmV0OiBvbmx5IGZvciB0ZXN0cyBoZXJl"},
    )
    try:
        assert _line(process) == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _ended(process: "subprocess.Popen[str]") -> str:
    """How the worker ended; what it said before does not matter any more."""
    while (line := _line(process)) == "working":
        pass
    return line


def _order(process: "subprocess.Popen[str]", word: str) -> int:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
    return int(_line(process))


def _run(home: Path, mode: str, kills: int, seed: int, per_feed: int) -> Verdict:
    chance = random.Random(seed)
    with GrowingOrigin(per_feed) as origin:
        _configure(home / "config", origin.port)
        with _zygote(home / "config", mode) as zygote:
            for _ in range(kills):
                child = _order(zygote, "run")
                if chance.random() < WHILE_STARTING:
                    time.sleep(chance.uniform(0.0, 0.1))
                else:
                    assert _line(zygote) == "working"
                    time.sleep(chance.uniform(0.0, 0.4))
                with contextlib.suppress(ProcessLookupError):  # it ended by itself: the next line says why
                    os.kill(child, signal.SIGKILL)
                assert _ended(zygote) == f"ended {signal.SIGKILL}"
            _order(zygote, "drain")
            assert _ended(zygote) == "ended 0"
        return Verdict(
            lost=frozenset(origin.expected() - set(origin.accepted)),
            repeated=frozenset(title for title, ids in origin.accepted.items() if len(set(ids)) > 1),
            arrived=len(origin.accepted),
            problems=tuple(check(f"sqlite:///{home / 'var' / 'monitor.db'}")),
        )


def test_fifty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    verdict = _run(tmp_path, "sound", KILLS, seed=1, per_feed=PER_FEED)

    assert verdict.arrived == FEEDS * PER_FEED
    assert verdict.lost == frozenset()
    assert verdict.repeated == frozenset()
    assert verdict.problems == ()


def test_the_harness_sees_a_loss_when_messages_are_marked_before_they_are_sent(tmp_path: Path) -> None:
    verdict = _run(tmp_path, "mark-before-send", 30, seed=2, per_feed=60)

    assert verdict.lost


def test_the_harness_sees_a_repeat_when_messages_are_sent_before_they_are_remembered(tmp_path: Path) -> None:
    verdict = _run(tmp_path, "send-then-remember", 30, seed=3, per_feed=60)

    assert verdict.repeated
