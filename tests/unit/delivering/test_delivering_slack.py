import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delivering_samples import END, delivery, digest, excerpt, section, story, watch
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivering.blocks import divided, escape, link, on_wire, together
from monitor.delivering.render import to_payload
from monitor.delivering.slack import SlackChannel, slack_payloads
from monitor.model.alert import Alert
from monitor.model.errors import DeliveryError, FetchError
from monitor.model.watch import Severity
from monitor.ports import HttpReply

ALERT = Alert(story(), "breaking", "severity high", "Europe/Kyiv")
URL = "https://hooks.slack.example/services/T0/B0/verysecret"


def texts(message: dict[str, Any], kind: str = "mrkdwn plain_text") -> list[str]:
    objects = []
    for block in message["blocks"]:
        objects += [block["text"]] if "text" in block else []
        objects += [part["text"] if part["type"] == "button" else part for part in block.get("elements", ())]
    return [one["text"] for one in objects if one["type"] in kind.split()]


def test_an_alert_is_a_section_two_contexts_and_a_button() -> None:
    (message,) = slack_payloads(to_payload(ALERT))

    assert [block["type"] for block in message["blocks"]] == ["section", "context", "context", "actions"]
    assert texts(message) == [
        "*<https://north.example/world/1|Kyiv raises drone target>*\n"
        "Output of FPV *drones* is to exceed the plan, the minister said.",
        "*high* · Drone production · Northern Wire · "
        f"<!date^{int(ALERT.story.at.timestamp())}^{{date_short_pretty}} {{time}}|Sun 22 Nov, 05:41>"
        " · also in 2 more: Morning Ledger, Harbour Post",
        "Why: “drone” in the title",
        "Read at Northern Wire",
    ]
    assert message["text"].startswith("High: Kyiv raises drone target")
    assert message["unfurl_links"] is False


def test_a_correction_shows_what_was_struck_and_what_is_new() -> None:
    corrected = Alert(story(correction=(("same", "output of"), ("old", "ten"), ("new", "12"))), "r", "why")

    (message,) = slack_payloads(to_payload(corrected))

    assert "output of ~ten~ *12*" in texts(message)[0]


@pytest.mark.parametrize("count", [0, 1, 12, 13, 60, 500])
def test_a_digest_is_split_within_every_limit(count: int) -> None:
    stories = [story(n, severity=Severity.MEDIUM, mute_url="https://m.example/mute") for n in range(count)]
    parts = [section(stories)] if stories else []

    messages = slack_payloads(to_payload(digest(*parts, more_url="https://monitor.example/d")))

    everything = "".join(json.dumps(message) for message in messages)
    assert everything.count("Why: ") == min(count, 60)
    assert (f"and {count - 60} more stories" in everything) == (count > 60)
    for message in messages:
        assert len(on_wire(message)) <= 12_000
        assert len(message["blocks"]) <= 50
        assert sum(text.startswith("Why: ") for text in texts(message)) <= 12
        assert all(len(text) <= 3000 for text in texts(message))
        assert message["text"]


def test_split_messages_are_numbered_and_their_plain_text_names_the_stories() -> None:
    messages = slack_payloads(to_payload(digest(section([story(n) for n in range(30)]))))

    assert len(messages) == 3
    assert [message["text"].splitlines()[0][-5:] for message in messages] == ["(1/3)", "(2/3)", "(3/3)"]
    assert "• high: <https://north.example/world/0|Kyiv raises drone target>" in messages[0]["text"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=200))
def test_no_text_from_a_feed_becomes_slack_syntax(text: str) -> None:
    escaped = escape(text)

    assert "<" not in escaped
    assert ">" not in escaped
    assert "@here" not in escaped.lower()


@pytest.mark.parametrize(
    "threat", ["<!channel>", "<@U123>", "@here", "@everyone", "<https://evil.example|bank>", "@CHANNEL"]
)
def test_mentions_from_feeds_are_inert(threat: str) -> None:
    hostile = story(
        title=excerpt(threat),
        excerpt=excerpt(threat, threat),
        source=threat,
        also_in=(threat,),
        note=threat,
        watches=(watch(threat, why=threat),),
        correction=(("new", threat),),
    )
    whole = digest(section([hostile], threat), title=threat)

    messages = [*slack_payloads(to_payload(Alert(hostile, "r", threat))), *slack_payloads(to_payload(whole))]

    for message in messages:
        marked = [*texts(message, "mrkdwn"), message["text"]]  # Slack reads nothing into plain_text
        assert not any(threat in text for text in marked)


def test_only_three_characters_are_escaped() -> None:
    assert escape("R&D <b> *x* _y_ \"z\" 'q' олена@приклад") == "R&amp;D &lt;b&gt; *x* _y_ \"z\" 'q' олена@приклад"


def test_a_link_cannot_be_ended_early() -> None:
    assert (
        link("https://e.example/a|b?c=1&d=2", "x > y | z") == "<https://e.example/a%7Cb?c=1&amp;d=2|x &gt; y | z>"
    )
    assert link("javascript:x", "title") == "title"
    assert link("https://e.example/" + "&" * 900, "title") == "title"


def test_a_section_stays_within_its_limit_however_much_must_be_escaped() -> None:
    hostile = story(title=excerpt("&" * 900), excerpt=excerpt("<" * 2000), url="https://e.example/" + "a" * 1400)

    (message,) = slack_payloads(to_payload(Alert(hostile, "r", "why")))

    assert all(len(text) <= 3000 for text in texts(message))


# --- several alerts in one message ---


def alert(number: int, **changes: Any) -> dict[str, Any]:
    return to_payload(Alert(story(number, **changes), "breaking", "severity high", "Europe/Kyiv"))


def test_alerts_that_leave_together_are_listed_like_the_stories_of_a_digest() -> None:
    message = together([alert(1), alert(2)])

    assert [block["type"] for block in message["blocks"]] == ["section", "context", "context"] * 2
    assert message["text"].splitlines() == [
        "2 stories",
        "• high: <https://north.example/world/1|Kyiv raises drone target>",
        "• high: <https://north.example/world/2|Kyiv raises drone target>",
    ]


@pytest.mark.parametrize(
    ("changes", "sizes"),
    [
        ({}, [12, 12, 6]),
        ({"mute_url": "https://m.example/mute?" + "t" * 80}, [12, 12, 6]),
        ({"title": excerpt("Київ нарощує випуск дронів " * 8), "excerpt": excerpt("дрон " * 90)}, [6] * 5),
    ],
    ids=["usual", "with buttons", "long and not ASCII"],
)
def test_a_burst_fills_messages_within_every_limit(changes: dict[str, Any], sizes: list[int]) -> None:
    payloads = [alert(number, **changes) for number in range(30)]

    found = divided(payloads)

    assert found == sizes
    left = iter(payloads)
    for size in found:
        message = together([next(left) for _ in range(size)])
        assert len(on_wire(message)) <= 12_000
        assert len(message["blocks"]) <= 50


def test_what_cannot_share_a_message_has_one_to_itself() -> None:
    whole = to_payload(digest(section([story(9)])))

    assert divided([alert(1), alert(2), {"type": "alert"}, alert(3), whole, alert(4), alert(5)]) == [2, 1, 1, 1, 2]
    assert divided([]) == []


# --- the channel -------------------------------------------------------------------------------------------


class Receiver:
    """Answers as scripted, on a clock that only moves by waiting; notes when each request came."""

    def __init__(self, *replies: HttpReply | FetchError) -> None:
        self.replies = list(replies)
        self.now = 100.0
        self.came: list[float] = []
        self.bodies: list[dict[str, Any]] = []

    def request(
        self, method: str, url: str, headers: dict[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply:
        self.came.append(self.now)
        self.bodies.append(json.loads(body))
        reply = self.replies.pop(0) if self.replies else HttpReply(200, {}, b"ok")
        if isinstance(reply, FetchError):
            raise reply
        return reply

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def channel(self, templates: Path | None = None) -> SlackChannel:
        return SlackChannel("desk-slack", URL, self, templates, ticks=lambda: self.now, wait=self.wait)


def answer(status: int, body: str = "", **headers: str) -> HttpReply:
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode())


def test_one_message_a_second_reaches_a_webhook() -> None:
    receiver = Receiver()
    channel = receiver.channel()

    for _ in range(4):
        assert channel.send(delivery(ALERT), END).reply == "ok"

    assert receiver.came == [100.0, 101.0, 102.0, 103.0]


@pytest.mark.parametrize(
    ("reply", "retry", "disable"),
    [
        (answer(200, "invalid_payload"), True, False),
        (answer(204), True, False),
        (answer(400, "invalid_payload"), False, False),
        (answer(403, "invalid_token"), False, True),
        (answer(403, "action_prohibited"), False, False),
        (answer(404, "no_service"), False, True),
        (answer(404, ""), False, True),
        (answer(410, "channel_is_archived"), False, True),
        (answer(500, "oops"), True, False),
        (answer(302, ""), True, False),
    ],
)
def test_only_200_and_ok_is_success(reply: HttpReply, retry: bool, disable: bool) -> None:
    with pytest.raises(DeliveryError) as caught:
        Receiver(reply).channel().send(delivery(ALERT), END)

    assert (caught.value.retry, caught.value.disable, caught.value.ambiguous) == (retry, disable, False)


def test_429_pauses_this_webhook_for_as_long_as_it_asks() -> None:
    receiver = Receiver(answer(429, "rate_limited", retry_after="30"))
    channel = receiver.channel()

    with pytest.raises(DeliveryError) as refused:
        channel.send(delivery(ALERT), END)
    receiver.now += 10
    with pytest.raises(DeliveryError) as paused:
        channel.send(delivery(ALERT, id="other"), END)
    receiver.now += 17
    channel.send(delivery(ALERT, id="other"), END)

    assert refused.value.after == timedelta(seconds=30)
    assert paused.value.after == timedelta(seconds=20)
    assert receiver.came == [100.0, 130.0]


def test_a_429_without_a_wait_pauses_too() -> None:
    with pytest.raises(DeliveryError) as caught:
        Receiver(answer(429)).channel().send(delivery(ALERT), END)

    assert caught.value.after == timedelta(seconds=30)


def test_a_wait_that_was_asked_for_is_no_try() -> None:
    receiver = Receiver(answer(429, retry_after="30"))
    channel = receiver.channel()

    errors = []
    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            channel.send_together([delivery(ALERT, id="a"), delivery(ALERT, id="b")], END)
        errors.append(caught.value)

    assert [error.untried for error in errors] == [False, True]
    assert len(receiver.came) == 1


def test_alerts_that_share_a_message_are_accepted_with_it() -> None:
    receiver = Receiver()
    channel = receiver.channel()
    deliveries = [delivery(ALERT, id=f"d{number}") for number in range(14)]

    receipts = [channel.send_together(one, END) for one in channel.together(deliveries)]

    assert [receipt.reply for receipt in receipts] == ["ok, 12 in one message", "ok, 2 in one message"]
    assert channel.send_together(deliveries[:1], END).reply == "ok"
    assert [body["text"].splitlines()[0] for body in receiver.bodies] == [
        "12 stories",
        "2 stories",
        "High: Kyiv raises drone target",
    ]


def test_a_split_digest_goes_on_where_it_stopped() -> None:
    whole = delivery(digest(section([story(n) for n in range(30)])), "digest.sent")
    receiver = Receiver(answer(200, "ok"), answer(500))
    channel = receiver.channel()

    with pytest.raises(DeliveryError):
        channel.send(whole, END)
    receipt = channel.send(whole, END)

    assert receipt.reply == "ok, in 3 messages"
    assert [body["text"].splitlines()[0][-5:] for body in receiver.bodies] == ["(1/3)", "(2/3)", "(2/3)", "(3/3)"]


@pytest.mark.parametrize(
    ("kind", "retry", "ambiguous"),
    [
        ("dns", True, False),
        ("connect", True, False),
        ("timeout", True, True),
        ("read", True, True),
        ("forbidden", False, False),
    ],
)
def test_no_answer_is_ambiguous_only_after_the_request_left(kind: str, retry: bool, ambiguous: bool) -> None:
    with pytest.raises(DeliveryError) as caught:
        Receiver(FetchError("it failed", kind)).channel().send(delivery(ALERT), END)

    assert (caught.value.retry, caught.value.ambiguous) == (retry, ambiguous)


def test_the_secret_address_is_in_no_error_and_no_representation() -> None:
    channel = Receiver(answer(500, f"cannot POST {URL}")).channel()

    with pytest.raises(DeliveryError) as caught:
        channel.send(delivery(ALERT), END)

    assert "verysecret" not in str(caught.value)
    assert "verysecret" not in repr(channel)


def test_words_of_ones_own_reach_slack_and_broken_ones_do_not_stop_it(tmp_path: Path) -> None:
    receiver = Receiver()
    for words in ("why: Чому", "nonsense: 1"):
        (tmp_path / "texts.yaml").write_text(words, "utf-8")
        receiver.channel(tmp_path).send(delivery(ALERT), END)

    own, ours = receiver.bodies
    assert "Чому: “drone” in the title" in texts(own)
    assert "Why: “drone” in the title" in texts(ours)


def test_a_story_without_a_reason_has_no_empty_line() -> None:
    (message,) = slack_payloads(to_payload(Alert(story(watches=()), "r", "why")))

    assert [block["type"] for block in message["blocks"]] == ["section", "context", "actions"]
