"""F4: whatever a webhook or Slack answers, alerts keep their ids and the schedule, and other channels their pace."""

import os
import random
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from faulty_receiver import CERTIFICATE, FAULTS, RETRY_AFTER, FaultyReceiver, faulty_receiver
from sending_desk import SETTLED, SendingDesk, delivery, sending_desk

from monitor.delivering.retry import JITTER, WAITS
from monitor.delivering.slack import SlackChannel
from monitor.delivering.webhook import WebhookChannel
from monitor.fetching.client import FeedClient
from monitor.model.alert import Delivery, DeliveryState, Receipt, Recipient
from monitor.model.errors import DeliveryError
from monitor.ports import BatchChannel, Channel
from monitor.tasks.local import Lanes

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

ROUNDS = 25 if os.environ.get("MONITOR_FAULTS") == "full" else 1  # x 12 faults x {webhook, slack}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TIMEOUT = timedelta(seconds=0.5)  # real time: how long a receiver that drips is waited for
STEADY = 20  # deliveries of the other channel
P99 = 2.0  # seconds of real time
PACE = timedelta(seconds=5)  # what the one message a second of Slack may add
ACCEPTED_AT_ONCE = {("webhook", "200 with an error"), ("webhook", "a huge reply")}
IN_DOUBT = ("reset after the body", "a byte a second")


@dataclass(slots=True)
class Tries:
    """Every try of a channel: (delivery, time)."""

    inner: Channel
    made: list[tuple[Delivery, datetime]] = field(default_factory=list)

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        self.made.append((delivery, now))
        return self.inner.send(delivery, now)


@dataclass(slots=True)
class TriesTogether:
    """The same for a channel that sends several in one message."""

    inner: BatchChannel
    made: list[tuple[Delivery, datetime]] = field(default_factory=list)

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        return self.send_together([delivery], now)

    def together(self, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
        return self.inner.together(deliveries)

    def send_together(self, deliveries: Sequence[Delivery], now: datetime) -> Receipt:
        self.made += [(one, now) for one in deliveries]
        return self.inner.send_together(deliveries, now)


@dataclass(slots=True)
class Verdict:
    """What went wrong; every list ought to be empty."""

    lost: list[str] = field(default_factory=list)  # sent, says the outbox, and the receiver has no such id
    strange: list[str] = field(default_factory=list)  # ids that nobody gave
    off_schedule: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)  # in doubt, and the outbox does not say so
    slowest: float = 0.0  # seconds until the other channel's last message
    states: dict[str, int] = field(default_factory=dict)
    tries: int = 0

    @property
    def sound(self) -> bool:
        return not (self.lost or self.strange or self.off_schedule or self.unflagged) and self.slowest < P99


@pytest.fixture(scope="module")
def http() -> Iterator[FeedClient]:
    client = FeedClient(
        user_agent="monitor/test",
        allow_private=[ip_network("127.0.0.0/8")],
        ssl_context=ssl.create_default_context(cafile=str(CERTIFICATE)),
    )
    client.start()
    yield client
    client.close()


@dataclass(frozen=True, slots=True)
class Trial:
    """One channel with a fault beside one that is well; what follows ``seed`` breaks the guarantees."""

    kind: str
    fault: str
    faults: int
    alerts: int = 3
    seed: int = 0
    wrap: Callable[[Channel], Channel] = lambda channel: channel
    one_lane: bool = False
    hasty: bool = False


def run(folder: Path, http: FeedClient, trial: Trial) -> Verdict:
    folder.mkdir(exist_ok=True)
    with (
        sending_desk(folder, told=[Recipient("steady")], seed=trial.seed) as desk,
        faulty_receiver(trial.fault, trial.faults, desk.clock.ticks) as faulty,
        faulty_receiver("", 0, desk.clock.ticks) as well,
    ):
        tries = _tries(trial, faulty, desk, http)
        desk.connect(faulty=tries, steady=WebhookChannel("steady", well.url, (SECRET,), http))
        if trial.hasty:
            desk.deliver = replace(desk.deliver, chance=lambda: -3.0)
        desk.enqueue(*(delivery(number, "faulty") for number in range(1, trial.alerts + 1)))
        desk.enqueue(*(delivery(number, "steady", id=f"s{number}") for number in range(STEADY)))
        begun = time.monotonic()
        unflagged = _run_lanes(desk, faulty, one_lane=trial.one_lane)
        accepted = {one for ids in faulty.has for one in ids}
        given = {row.id for row in desk.rows()}
        return Verdict(
            lost=[row.id for row in desk.rows() if row.state == "sent" and row.id not in accepted | _ids(well)],
            strange=sorted((accepted | _ids(well)) - given),
            off_schedule=_off_schedule(tries.made, trial.fault),
            unflagged=unflagged,
            slowest=max(one.came for one in well.requests[:STEADY]) - begun,
            states=dict(desk.states()),
            tries=len(tries.made),
        )


def _tries(trial: Trial, faulty: FaultyReceiver, desk: SendingDesk, http: FeedClient) -> "Tries | TriesTogether":
    if trial.kind == "slack":
        ticks, wait = desk.clock.ticks, desk.clock.wait
        return TriesTogether(SlackChannel("faulty", faulty.url, http, None, TIMEOUT, ticks=ticks, wait=wait))
    return Tries(trial.wrap(WebhookChannel("faulty", faulty.url, (SECRET,), http, None, TIMEOUT)))


def _run_lanes(desk: SendingDesk, faulty: FaultyReceiver, *, one_lane: bool) -> list[str]:
    """A lane for each channel as the daemon has them, then the clock moves to the next try, and so on.

    Returns ids that were in doubt while the outbox did not say so.
    """
    unflagged: list[str] = []
    for _ in range(100):
        known, lanes = len(faulty.requests), Lanes()
        for channel in sorted(desk.deliver.due()):  # the faulty one goes first
            lanes.run(channel, lambda name=channel: desk.deliver(name))  # type: ignore[misc]
            assert not one_lane or lanes.join(60)
        assert lanes.join(60)
        unknown = {row.id for row in desk.rows() if row.state is DeliveryState.UNKNOWN}
        doubtful = [one for one in faulty.requests[known:] if one.fault in IN_DOUBT]
        unflagged += [name for request in doubtful for name in request.ids if name not in unknown]
        waiting = [row.next_try_at or desk.clock.time for row in desk.rows() if row.state not in SETTLED]
        if not waiting:
            return unflagged
        desk.clock.time = max(desk.clock.time, min(waiting))
    raise AssertionError(f"still on its way: {desk.states()}")


def _ids(receiver: FaultyReceiver) -> set[str]:
    return {one for ids in receiver.has for one in ids}


def _off_schedule(made: Sequence[tuple[Delivery, datetime]], fault: str) -> list[str]:
    """Tries that came too soon or too late after the one before."""
    found = []
    last: dict[str, datetime] = {}
    for one, at in made:
        if one.id in last:
            wait = WAITS[one.attempts - 2]
            if fault == "429":
                wait = max(wait, timedelta(seconds=RETRY_AFTER))
            if not wait <= at - last[one.id] <= wait * (1 + JITTER) + PACE:
                found.append(f"{one.id}, try {one.attempts}: after {at - last[one.id]}, not {wait}")
        last[one.id] = at
    return found


@pytest.mark.parametrize("kind", ["webhook", "slack"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_neither_ids_nor_schedule_nor_the_pace_of_others(
    tmp_path: Path, http: FeedClient, fault: str, kind: str
) -> None:
    for seed in range(ROUNDS):
        faults = random.Random(f"{fault} {kind} {seed}").randint(1, 4)

        verdict = run(tmp_path / str(seed), http, Trial(kind, fault, faults, seed=seed))

        assert verdict.sound, (seed, verdict)
        if fault == "410":
            assert verdict.states == {"dead": 3, "sent": STEADY + 1}  # and the other channel heard of it
            assert verdict.tries == (3 if kind == "slack" else 1)  # three in one message; nothing after a 410
        else:
            assert verdict.states == {"sent": 3 + STEADY}
            assert (verdict.tries == 3) == ((kind, fault) in ACCEPTED_AT_ONCE)
        print(f"{kind:8} {fault:22} x{faults}  tries {verdict.tries:2}  other channel {verdict.slowest:.2f} s")


@pytest.mark.parametrize("kind", ["webhook", "slack"])
def test_a_receiver_that_never_recovers_is_given_up_after_the_whole_schedule_and_told_elsewhere(
    tmp_path: Path, http: FeedClient, kind: str
) -> None:
    verdict = run(tmp_path, http, Trial(kind, "500", faults=1000, alerts=1))

    assert verdict.sound, verdict
    assert verdict.tries == len(WAITS) + 1
    assert verdict.states == {"dead": 1, "sent": STEADY + 1}


# --- negative controls -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FreshId:
    """Gives every try an id of its own."""

    inner: Channel

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        return self.inner.send(replace(delivery, id=f"{delivery.id}-{delivery.attempts}"), now)


@dataclass(frozen=True, slots=True)
class Optimist:
    """Takes whatever happens for success."""

    inner: Channel

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        try:
            return self.inner.send(delivery, now)
        except DeliveryError:
            return Receipt("surely")


def test_the_harness_sees_ids_that_change(tmp_path: Path, http: FeedClient) -> None:
    assert run(tmp_path, http, Trial("webhook", "500", 2, wrap=FreshId)).strange


def test_the_harness_sees_a_loss_when_a_refusal_counts_as_sent(tmp_path: Path, http: FeedClient) -> None:
    assert run(tmp_path, http, Trial("webhook", "502", 2, wrap=Optimist)).lost


def test_the_harness_sees_doubt_that_is_not_on_record(tmp_path: Path, http: FeedClient) -> None:
    assert run(tmp_path, http, Trial("webhook", "reset after the body", 1, wrap=Optimist)).unflagged


@pytest.mark.parametrize("fault", ["500", "429"])
def test_the_harness_sees_a_try_that_comes_too_soon(tmp_path: Path, http: FeedClient, fault: str) -> None:
    assert run(tmp_path, http, Trial("slack", fault, 2, hasty=True)).off_schedule


def test_the_harness_sees_one_channel_delay_another(tmp_path: Path, http: FeedClient) -> None:
    verdict = run(tmp_path, http, Trial("webhook", "a byte a second", 6, alerts=6, one_lane=True))

    assert verdict.slowest > P99
