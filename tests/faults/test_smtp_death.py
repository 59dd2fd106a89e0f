"""F3: the mail server dies at any point of the protocol; everybody gets one effective mail, doubt is on record."""

import os
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dying_smtp import AFTER_THE_DOT, POINTS, DyingServer, dying_server
from sending_desk import SendingDesk, delivery, sending_desk

from monitor.delivering.email import EmailChannel
from monitor.delivering.message import message_id
from monitor.model.alert import Delivery, DeliveryState, Receipt
from monitor.model.errors import DeliveryError
from monitor.ports import Channel

pytestmark = pytest.mark.faults

ROUNDS = 18 if os.environ.get("MONITOR_FAULTS") == "full" else 1  # x 14 points x {1, 5} people
PEOPLE = ("olena", "petro", "iryna", "taras", "solomiia")
SENDER = "Monitor <monitor@example.org>"

Wrap = Callable[[Channel, SendingDesk], Channel]


@dataclass(slots=True)
class Verdict:
    """What the receiver and the outbox say in the end; every list ought to be empty."""

    died: int = 0
    copies: int = 0  # mails kept more than once under one Message-ID: what the receiver recognises
    lost: list[str] = field(default_factory=list)  # recipients without a mail
    repeated: list[str] = field(default_factory=list)  # recipients with two that look different
    unflagged: list[str] = field(default_factory=list)  # in doubt, and the outbox does not say so
    states: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.repeated or self.unflagged)


def run(folder: Path, point: str, people: int, seed: int, wrap: Wrap = lambda channel, _desk: channel) -> Verdict:
    """Kill the server once or twice while ``people`` mails are due, and go on until all is settled."""
    chance = random.Random(f"{point} {people} {seed}")
    deaths = {chance.randrange(people)} if seed == 0 else {chance.randrange(people) + n for n in range(2)}
    if people == 1 or point in ("connect", "after the greeting", "EHLO"):
        deaths = set(range(len(deaths)))  # one connection serves everybody: it opens once, and again after a death
    with (
        sending_desk(folder, seed=seed) as desk,
        dying_server(point, deaths, reset=chance.random() < 0.5) as server,
        closing(_mail(server, desk)) as channel,
    ):
        desk.connect(mail=wrap(channel, desk))
        desk.enqueue(*(delivery(1, "mail", person) for person in PEOPLE[:people]))
        unflagged = _send_all(desk, server)
        return _judged(desk, server, people, unflagged)


def _mail(server: DyingServer, desk: SendingDesk) -> EmailChannel:
    place = f"smtp://127.0.0.1:{server.port}"
    return EmailChannel("mail", place, SENDER, timeout=timedelta(seconds=10), ticks=desk.clock.ticks)


def _send_all(desk: SendingDesk, server: DyingServer) -> list[str]:
    """Run until settled, looking after each run whether what is in doubt is flagged."""
    unflagged = []
    for _ in range(30):
        known = len(server.in_doubt)
        desk.run()
        unknown = {message_id(row.id, SENDER) for row in desk.rows() if row.state is DeliveryState.UNKNOWN}
        unflagged += [mail for _, mail in server.in_doubt[known:] if mail not in unknown]
        waiting = [row.next_try_at for row in desk.rows() if row.next_try_at]
        if not waiting:
            return unflagged
        desk.clock.time = max(desk.clock.time, min(waiting))
    raise AssertionError(f"still on its way: {desk.states()}")


def _judged(desk: SendingDesk, server: DyingServer, people: int, unflagged: list[str]) -> Verdict:
    got = {
        person: [mail for to, mail in server.kept if to == f"{person}@example.org"] for person in PEOPLE[:people]
    }
    return Verdict(
        died=server.died,
        copies=sum(len(mails) - len(set(mails)) for mails in got.values()),
        lost=[person for person, mails in got.items() if not mails],
        repeated=[person for person, mails in got.items() if len(set(mails)) > 1],
        unflagged=unflagged,
        states=dict(desk.states()),
    )


@pytest.mark.parametrize("people", [1, 5])
@pytest.mark.parametrize("point", POINTS)
def test_a_death_costs_nobody_a_mail_and_doubt_is_flagged(tmp_path: Path, point: str, people: int) -> None:
    for seed in range(ROUNDS):
        folder = tmp_path / str(seed)
        folder.mkdir()

        verdict = run(folder, point, people, seed)

        assert verdict.sound, (seed, verdict)
        assert verdict.states == {"sent": people}
        assert verdict.died >= 1
        assert verdict.copies == 0 or point in AFTER_THE_DOT
        print(f"{point:20} {people} people  died {verdict.died}  copies {verdict.copies}  {verdict.states}")


# --- negative controls: the same harness sees each guarantee broken ------------------------------------------


@dataclass(slots=True)
class MarkBeforeSend:
    """Remembers the mail as sent, then sends it."""

    inner: Channel
    desk: SendingDesk

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        with self.desk.database.write() as records:
            records.outbox.sent(delivery, now, "marked first")
        return self.inner.send(delivery, now)


@dataclass(slots=True)
class FreshId:
    """Gives every try an id of its own."""

    inner: Channel
    desk: SendingDesk

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        return self.inner.send(replace(delivery, id=f"{delivery.id}-{delivery.attempts}"), now)


@dataclass(slots=True)
class Overconfident:
    """Believes that a mail without an answer was not kept."""

    inner: Channel
    desk: SendingDesk

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        try:
            return self.inner.send(delivery, now)
        except DeliveryError as error:
            raise DeliveryError(str(error), retry=error.retry, after=error.after) from error


def test_the_harness_sees_a_loss_when_mails_are_marked_before_they_are_sent(tmp_path: Path) -> None:
    assert run(tmp_path, "DATA", 5, 0, MarkBeforeSend).lost


def test_the_harness_sees_a_repeat_when_every_try_has_its_own_id(tmp_path: Path) -> None:
    assert run(tmp_path, "dot, kept", 5, 0, FreshId).repeated


def test_the_harness_sees_doubt_that_is_not_on_record(tmp_path: Path) -> None:
    assert run(tmp_path, "half the answer", 5, 0, Overconfident).unflagged
