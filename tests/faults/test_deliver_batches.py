"""What shares a message ends together: what a wait, a refusal and a broken pipeline do to a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sending_desk import BEGIN, SendingDesk, delivery, sending_desk

from monitor.model.alert import Delivery, DeliveryState, Receipt, Recipient, Route, RouteMatch
from monitor.model.errors import DeliveryError
from monitor.pipeline.deliver import CLAIM_TOGETHER, batches
from monitor.pipeline.health import routes_around

pytestmark = pytest.mark.faults

MAIL, SLACK, HOOK = Recipient("mail", "olena"), Recipient("slack"), Recipient("hook")


@dataclass(slots=True)
class Single:
    """Accepts everything but what ``errors`` says, one at a time."""

    errors: dict[str, DeliveryError] = field(default_factory=dict)
    sent: list[list[str]] = field(default_factory=list)

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        self.sent.append([delivery.id])
        if delivery.id in self.errors:
            raise self.errors[delivery.id]
        return Receipt("ok")


@dataclass(slots=True)
class Together:
    """Takes three in one message; refuses the whole message for one bad delivery in it."""

    errors: dict[str, DeliveryError] = field(default_factory=dict)
    sent: list[list[str]] = field(default_factory=list)

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        return self.send_together([delivery], now)

    def together(self, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
        return [deliveries[at : at + 3] for at in range(0, len(deliveries), 3)]

    def send_together(self, deliveries: Sequence[Delivery], now: datetime) -> Receipt:
        ids = [one.id for one in deliveries]
        self.sent.append(ids)
        for one in ids:
            if one in self.errors:
                raise self.errors[one]
        return Receipt("ok")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SendingDesk]:
    with sending_desk(tmp_path, told=[MAIL, SLACK]) as made:
        yield made


def alerts(*numbers: int, channel: str = "slack") -> list[Delivery]:
    return [delivery(number, channel) for number in numbers]


def test_alerts_that_follow_one_another_leave_together_and_digests_alone() -> None:
    digest = delivery(3, "slack", kind="digest.sent")
    claimed = [*alerts(1, 2), digest, *alerts(4, 5, 6, 7), delivery(8, "slack", kind="feed.failing")]

    ids = [[one.id for one in batch] for batch in batches(Together(), claimed)]

    assert ids == [["d1", "d2"], ["d3"], ["d4", "d5", "d6"], ["d7", "d8"]]
    assert [len(batch) for batch in batches(Single(), claimed)] == [1] * len(claimed)
    assert [len(batch) for batch in batches(None, claimed)] == [1] * len(claimed)


def test_recipients_of_one_channel_never_share_a_message() -> None:
    claimed = [delivery(1, "slack", "olena"), delivery(1, "slack", "petro"), delivery(2, "slack", "petro")]

    assert [len(batch) for batch in batches(Together(), claimed)] == [1, 2]


def test_a_batch_is_tried_again_at_one_time_and_may_be_divided_otherwise(desk: SendingDesk) -> None:
    channel = Together({"d2": DeliveryError("busy", retry=True)})
    desk.connect(slack=channel)
    desk.enqueue(*alerts(1, 2, 3, 4))

    first = desk.run()
    times = {row.next_try_at for row in desk.rows() if row.state is DeliveryState.RETRY}
    channel.errors.clear()
    desk.enqueue(*alerts(5))
    desk.run_until_settled()

    assert (first.sent, first.retry) == (1, 3)
    assert len(times) == 1
    assert channel.sent == [["d1", "d2", "d3"], ["d4"], ["d5"], ["d1", "d2", "d3"]]
    assert desk.states() == {"sent": 5}


def test_a_message_refused_for_its_content_is_taken_apart_and_only_what_is_to_blame_dies(
    desk: SendingDesk,
) -> None:
    channel = Together({"d2": DeliveryError("refused: 400 invalid_blocks", retry=False)})
    desk.connect(slack=channel, mail=Single())
    desk.enqueue(*alerts(1, 2, 3, 4))

    desk.run()

    assert channel.sent == [["d1", "d2", "d3"], ["d1"], ["d2"], ["d3"], ["d4"]]
    assert {row.id for row in desk.rows() if row.state is DeliveryState.DEAD} == {"d2"}


def test_a_wait_gives_everything_back_uncounted_and_claims_nothing_more(desk: SendingDesk) -> None:
    wait = DeliveryError("asked to wait", retry=True, after=timedelta(seconds=90), untried=True)
    channel = Together({"d4": wait})
    desk.connect(slack=channel)
    desk.enqueue(*alerts(*range(1, CLAIM_TOGETHER + 10)))

    done = desk.run()

    left = [row for row in desk.rows() if row.state is not DeliveryState.SENT]
    due = desk.deliver.due()
    desk.clock.wait(90)

    assert (due, desk.deliver.due()) == ([], ["slack"])
    assert (done.sent, done.retry, done.dead) == (3, 0, 0)
    assert channel.sent == [["d1", "d2", "d3"], ["d4", "d5", "d6"]]
    assert {row.attempts for row in left} == {0}
    assert {row.next_try_at for row in left} == {BEGIN + timedelta(seconds=90), None}


def test_what_a_slow_receiver_leaves_no_time_for_goes_back_long_before_its_lease_ends(desk: SendingDesk) -> None:
    class Slow(Single):
        def send(self, delivery: Delivery, now: datetime) -> Receipt:
            desk.clock.wait(45)
            leases.append(delivery.lease)
            return Single.send(self, delivery, now)

    leases: list[str] = []
    channel = Slow()
    desk.connect(hook=channel)
    desk.enqueue(*alerts(*range(1, 6), channel="hook"))

    done = desk.run()

    assert done.sent == 5
    assert channel.sent == [["d1"], ["d2"], ["d3"], ["d4"], ["d5"]]
    assert [leases.index(lease) for lease in leases] == [0, 0, 2, 2, 4]  # claimed three times, two sent of each
    assert {row.attempts for row in desk.rows()} == {1}


def test_a_stop_gives_the_rest_back_at_once(desk: SendingDesk) -> None:
    channel = Single()
    desk.stop = lambda: len(channel.sent) == 2
    desk.connect(hook=channel)
    desk.enqueue(*alerts(1, 2, 3, 4, channel="hook"))

    desk.run()

    assert desk.states() == {"pending": 2, "sent": 2}


class Tripping(Together):
    """Has a bug that shows with d2, when sending or already when dividing."""

    dividing = False

    def together(self, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
        if self.dividing:
            raise KeyError("d2")
        return Together.together(self, deliveries)

    def send_together(self, deliveries: Sequence[Delivery], now: datetime) -> Receipt:
        if any(one.id == "d2" for one in deliveries):
            raise ZeroDivisionError
        return Together.send_together(self, deliveries, now)


@pytest.mark.parametrize("dividing", [False, True])
def test_a_bug_that_one_message_trips_over_does_not_hold_up_its_channel(desk: SendingDesk, dividing: bool) -> None:
    channel = Tripping()
    channel.dividing = dividing
    desk.connect(slack=channel)
    desk.enqueue(*alerts(1, 2, 3, 4))

    desk.run()

    assert desk.states() == {"sent": 3, "unknown": 1}
    assert desk.row("d2").last_error == "failed unexpectedly (ZeroDivisionError)"


def test_a_target_that_is_gone_is_told_elsewhere_once_and_gets_nothing_more(desk: SendingDesk) -> None:
    gone = DeliveryError("refused: 404 no_service", retry=False, disable=True)
    slack, mail = Together({"d1": gone}), Single()
    desk.connect(slack=slack, mail=mail)
    desk.enqueue(*alerts(1, 2, 3, 4, 5))

    desk.run()
    desk.run()

    assert slack.sent == [["d1", "d2", "d3"]]
    assert desk.states() == {"dead": 5, "sent": 1}
    assert mail.sent == [["notice1"]]
    assert "refused: 404 no_service" in str(desk.row("notice1").payload)
    assert desk.row("d4").last_error == "this target is disabled: refused: 404 no_service"


# --- whom to tell ------------------------------------------------------------------------------------------


def system(*to: Recipient, name: str = "desk") -> Route:
    return Route(name, RouteMatch(("system",)), to)


def around(routes: Sequence[Route], dead: Recipient, **disabled: str) -> list[list[str]]:
    known = {(channel, "*"): reason for channel, reason in disabled.items()}
    takes = lambda route: route.match.watchlists == ("system",)  # noqa: E731 - one line says it
    return [[person.key for person in route.to] for route in routes_around(routes, takes, dead, known)]


NEWS = Route("news", RouteMatch(("drones",)), (SLACK, HOOK))


@pytest.mark.parametrize(
    ("routes", "dead", "disabled", "told"),
    [
        ([system(MAIL, SLACK)], SLACK, {}, [["mail:olena"]]),
        ([system(MAIL, SLACK, HOOK)], SLACK, {"mail": "gone"}, [["hook"]]),
        ([system(SLACK), system(MAIL, name="more")], SLACK, {}, [["mail:olena"]]),
        ([system(SLACK), NEWS], SLACK, {}, [["hook"], ["slack", "hook"]]),
        ([system(MAIL, Recipient("mail", "petro")), NEWS], MAIL, {}, [["mail:petro", "slack"], ["slack", "hook"]]),
        ([system(SLACK)], SLACK, {}, [["slack"]]),
        ([system(SLACK, MAIL)], SLACK, {"mail": "gone"}, [["slack", "mail:olena"]]),
        ([NEWS], SLACK, {}, [["slack", "hook"]]),
    ],
    ids=[
        "the other channel of the route",
        "neither the dead nor the disabled one",
        "another route that is meant for it",
        "nobody left who is meant: the first other channel of any route",
        "somebody left, but on the same channel: another channel as well",
        "nobody else exists",
        "everybody is out of reach",
        "nobody asked for such news",
    ],
)
def test_a_dead_letter_is_told_around_what_is_dead(
    routes: list[Route], dead: Recipient, disabled: dict[str, str], told: list[list[str]]
) -> None:
    assert around(routes, dead, **disabled) == told
