"""F5: ten thousand alerts into a Slack that answers 429 again and again: paced, in order, none lost."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sending_desk import MovedClock, SendingDesk, delivery, sending_desk

from monitor.delivering.slack import SlackChannel
from monitor.fetching.client import FeedClient
from monitor.model.alert import Delivery, Receipt
from monitor.ports import Channel

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]

ALERTS, STORIES = 10_000, 4_000  # so many alerts about so many stories: most are told more than once
STORM = 0.2  # share of the messages that are answered with 429
GAP = 1.0  # seconds between two messages
CONTROL = 600  # alerts of a negative control


@dataclass(slots=True)
class StormySlack:
    """Takes a message a second, and none while it asked to wait; on the desk's clock."""

    clock: MovedClock
    chance: random.Random
    url: str = ""
    accepted: list[str] = field(default_factory=list)  # delivery ids, in order
    messages: int = 0
    refused: int = 0
    too_soon: list[float] = field(default_factory=list)
    _free_at: float = 0.0

    def answer(self, ids: list[str]) -> tuple[int, dict[str, str], bytes]:
        now = self.clock.ticks()
        if now < self._free_at - 0.001:
            self.too_soon.append(now)
        if self.chance.random() < STORM:
            wait = self.chance.choice([1, 2, 5, 30, 120])
            self.refused += 1
            self._free_at = now + wait
            return 429, {"Retry-After": str(wait)}, b"rate_limited"
        self.messages += 1
        self._free_at = now + GAP
        self.accepted += ids
        return 200, {}, b"ok"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        slack: StormySlack = self.server.slack  # type: ignore[attr-defined]
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert len(message["blocks"]) <= 50
        status, headers, body = slack.answer(self.headers["x-monitor-delivery"].split(","))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def stormy_slack(clock: MovedClock, seed: int) -> Iterator[StormySlack]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    slack = StormySlack(clock, random.Random(seed), f"http://127.0.0.1:{server.server_address[1]}/services/secret")
    server.slack = slack  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def http() -> Iterator[FeedClient]:
    client = FeedClient(user_agent="monitor/test", allow_private=[ip_network("127.0.0.0/8")])
    client.start()
    yield client
    client.close()


@dataclass(frozen=True, slots=True)
class Verdict:
    lost: int
    repeated: int
    out_of_order: int  # alerts that came before an older one about the same story
    too_soon: int
    messages: int
    refused: int
    simulated: timedelta
    states: Mapping[str, int]


Made = Callable[[StormySlack, SendingDesk, FeedClient], Channel]


def _sound(slack: StormySlack, desk: SendingDesk, http: FeedClient) -> Channel:
    return SlackChannel("slack", slack.url, http, ticks=desk.clock.ticks, wait=desk.clock.wait)


def alerts(count: int, *, ordered: bool = True) -> list[Delivery]:
    """So many alerts; ``d1``, ``d2`` … in the order in which they were decided, several about each story."""
    stories = max(1, count * STORIES // ALERTS)
    return [
        delivery(number, "slack", order_key=f"{number % stories if ordered else f'own {number}'}:slack")
        for number in range(count)
    ]


def run(folder: Path, http: FeedClient, rows: list[Delivery], made: Made = _sound, seed: int = 1) -> Verdict:
    with sending_desk(folder, seed=seed) as desk, stormy_slack(desk.clock, seed) as slack:
        desk.connect(slack=made(slack, desk, http))
        desk.enqueue(*rows)
        begun = desk.clock.time
        desk.run_until_settled(rounds=10 * len(rows))
        times = Counter(slack.accepted)
        return Verdict(
            lost=sum(row.id not in times for row in rows),
            repeated=sum(count > 1 for count in times.values()),
            out_of_order=_out_of_order(slack.accepted, max(1, len(rows) * STORIES // ALERTS)),
            too_soon=len(slack.too_soon),
            messages=slack.messages,
            refused=slack.refused,
            simulated=desk.clock.time - begun,
            states=dict(desk.states()),
        )


def _out_of_order(accepted: list[str], stories: int) -> int:
    latest: dict[int, int] = {}
    found = 0
    for number in (int(name.removeprefix("d")) for name in accepted):
        story = number % stories
        found += number < latest.get(story, -1)
        latest[story] = max(number, latest.get(story, -1))
    return found


def test_ten_thousand_alerts_survive_a_storm_of_429(tmp_path: Path, http: FeedClient) -> None:
    begun = time.monotonic()

    verdict = run(tmp_path, http, alerts(ALERTS))

    print(f"{verdict} in {time.monotonic() - begun:.0f} s of real time")
    assert verdict.states == {"sent": ALERTS}
    assert (verdict.lost, verdict.repeated, verdict.out_of_order, verdict.too_soon) == (0, 0, 0, 0)
    assert verdict.refused > 100
    assert verdict.messages < ALERTS / 8


# --- negative controls -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkBeforeSend:
    """Remembers the alert as sent, then sends it."""

    inner: Channel
    desk: SendingDesk

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        with self.desk.database.write() as records:
            records.outbox.sent(delivery, now, "marked first")
        return self.inner.send(delivery, now)


def test_the_harness_sees_alerts_lost_when_they_are_marked_before_they_are_sent(
    tmp_path: Path, http: FeedClient
) -> None:
    def made(slack: StormySlack, desk: SendingDesk, http: FeedClient) -> Channel:
        return MarkBeforeSend(_sound(slack, desk, http), desk)

    assert run(tmp_path, http, alerts(CONTROL), made).lost


def test_the_harness_sees_a_channel_that_does_not_wait(tmp_path: Path, http: FeedClient) -> None:
    def made(slack: StormySlack, desk: SendingDesk, http: FeedClient) -> Channel:
        return SlackChannel("slack", slack.url, http, ticks=desk.clock.ticks, wait=lambda _seconds: None)

    assert run(tmp_path, http, alerts(CONTROL), made).too_soon


def test_the_harness_sees_updates_that_overtake_the_alert_before(tmp_path: Path, http: FeedClient) -> None:
    assert run(tmp_path, http, alerts(CONTROL, ordered=False)).out_of_order
