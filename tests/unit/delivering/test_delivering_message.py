import email
import re
from email import policy
from email.message import EmailMessage

import pytest
from delivering_samples import END, delivery, digest, section, story
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivering.message import Envelope, build_message, header_text, mail_address, message_id, on_wire
from monitor.delivering.render import Rendered, render
from monitor.model.alert import Alert
from monitor.model.errors import DeliveryError

ALERT = Alert(story(), "breaking", "severity high", "Europe/Kyiv")
ENVELOPE = Envelope("Monitor <monitor@example.org>", "olena@example.org")
NAMES = [
    "from", "to", "subject", "date", "message-id", "list-id", "auto-submitted", "x-auto-response-suppress",
    "mime-version", "content-type",
]  # fmt: skip


def built(rendered: Rendered, envelope: Envelope = ENVELOPE, **changes: str) -> bytes:
    return build_message(delivery(ALERT, **changes), rendered, envelope, END)


def header_lines(wire: bytes) -> list[bytes]:
    return wire.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_a_mail_carries_what_the_contract_names() -> None:
    message = email.message_from_bytes(built(render(ALERT)), policy=policy.default)

    assert message["Message-ID"] == "<01J9ZK3M@example.org>"
    assert message["Date"].datetime == END
    assert message["List-Id"] == "<morning.monitor.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Subject"] == "High: Kyiv raises drone target"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "List-Unsubscribe" not in message


def test_the_content_arrives_as_it_was_rendered() -> None:
    rendered = render(digest(section([story(title=story().title), story(2, source="Київський огляд")])))

    message = email.message_from_bytes(built(rendered), policy=policy.default)

    text, html = [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]
    assert text == rendered.text
    assert html.strip() == rendered.html.strip()


def test_only_seven_bits_in_short_lines_leave_us() -> None:
    wire = built(Rendered("Київ " * 30, "<p>" + "дрон " * 2000 + "</p>", "a" * 5000 + "\n.\n.hidden\n"))

    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_every_try_of_a_delivery_is_the_same_message_but_for_its_date() -> None:
    first = build_message(delivery(ALERT), render(ALERT), ENVELOPE, END)
    again = build_message(delivery(ALERT), render(ALERT), ENVELOPE, END.replace(hour=9))

    assert first.replace(b"05:00:00", b"09:00:00") == again


def test_a_long_unsubscribe_address_is_raw_on_the_wire() -> None:
    url = "https://monitor.example.org/unsubscribe?token=" + "aB3-_" * 80

    wire = built(render(ALERT), Envelope("m@example.org", "olena@example.org", url))

    assert f"List-Unsubscribe: <{url}>".encode() in header_lines(wire)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in header_lines(wire)


@pytest.mark.parametrize(
    "url", ["javascript:x", "https://example.org/й", "https://a\r\nBcc: x", "https://" + "a" * 1000]
)
def test_an_unsubscribe_address_that_cannot_be_sent_raw_is_left_out(url: str) -> None:
    assert b"List-Unsubscribe" not in built(render(ALERT), Envelope("m@example.org", "olena@example.org", url))


@pytest.mark.parametrize(
    "title",
    [
        "=?UTF-8?Q?=0A?=Bcc: evil@example.org",
        "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
        "a\r\nBcc: evil@example.org",
        "a\nBcc: evil@example.org\n\nbody",
        "a\x85Bcc: evil@example.org",
        "a\u2028Bcc: evil@example.org",
        "a\x0b\x0cBcc: evil@example.org",
        "\ud800\udfffBcc: evil@example.org",
        "=\x00?UTF-8?Q?=0A?=Bcc: evil@example.org",
        "=?=?UTF-8?Q?=0A?=Bcc: evil",
        "х" * 5000,
    ],
)
def test_no_title_can_add_a_header(title: str) -> None:
    wire = built(Rendered(title, "<p>x</p>", "x"))

    message = email.message_from_bytes(wire, policy=policy.default)
    assert [name.lower() for name in message.keys()] == NAMES  # noqa: SIM118 - repeated headers must be seen
    assert "\n" not in message["Subject"]


def test_were_a_header_broken_all_the_same_nothing_would_be_sent() -> None:
    message = EmailMessage(policy.SMTP)
    message["To"] = "olena@example.org"
    message["Subject"] = "=?UTF-8?Q?=0A?=Bcc: evil@example.org"  # what header_text is there to prevent
    message.set_content("x")

    with pytest.raises(DeliveryError, match="header would have been broken") as caught:
        on_wire(message)

    assert caught.value.retry is False


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(alphabet=st.characters(), max_size=80) | st.text("=?UTF-8Qqb0AD\r\n :\x85й_", max_size=60))
def test_no_text_whatever_can_add_a_header(title: str) -> None:
    wire = built(Rendered(title, "x", "x"))

    names = [name.lower() for name in email.message_from_bytes(wire).keys()]  # noqa: SIM118
    assert names == NAMES


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=400))
def test_header_text_is_one_short_line(text: str) -> None:
    line = header_text(text)

    assert len(line) <= 200
    assert "=?" not in line
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", line)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("olena@example.org", "olena@example.org"),
        ("Olena K. <olena@example.org>", "olena@example.org"),
        ("olena@приклад.укр", "olena@xn--80aikifvh.xn--j1amh"),
    ],
)
def test_an_address_is_taken_out_of_what_people_write(text: str, address: str) -> None:
    assert mail_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "olena",
        "a@b, c@d",
        "a@b\r\nRCPT TO:<x@y>",
        "<a@b> <c@d",
        "a b@c",
        "@example.org",
        "a@" + "b" * 70 + ".org",
    ],
)
def test_what_is_no_address_disables_the_target_and_is_not_tried_again(text: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        mail_address(text)

    assert (caught.value.retry, caught.value.disable) == (False, True)


def test_an_id_that_is_no_message_id_is_made_one() -> None:
    assert message_id("a b@c>\r\n", "Desk <m@example.org>") == "<a-b-c---@example.org>"


@pytest.mark.parametrize("name", ["Монітор", 'A "quoted" name, with comma', "=?UTF-8?Q?=0A?=Bcc: x"])
def test_a_senders_name_comes_through_or_is_made_harmless(name: str) -> None:
    from email.utils import formataddr

    sender = f"{name} <m@example.org>" if '"' not in name else formataddr((name, "m@example.org"))

    message = email.message_from_bytes(
        built(render(ALERT), Envelope(sender, "o@example.org")), policy=policy.default
    )

    assert [name.lower() for name in message.keys()] == NAMES  # noqa: SIM118
    assert message["From"].addresses[0].addr_spec == "m@example.org"
