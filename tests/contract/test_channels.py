"""Every channel keeps the promise of ports.Channel, against real servers on loopback."""

import http.client
import json
import mailbox
import os
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import AuthResult
from standardwebhooks import Webhook

from monitor.delivering.email import EmailChannel, server_at
from monitor.delivering.render import sample_alert, to_payload
from monitor.delivering.slack import SlackChannel
from monitor.delivering.webhook import WebhookChannel
from monitor.model.alert import Change, Delivery, Digest, Receipt
from monitor.model.errors import DeliveryError, FetchError, ParseError
from monitor.ports import BatchChannel, Channel, HttpReply

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SENDER = "Monitor <monitor@example.org>"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SHORT = timedelta(seconds=5)
NONE = Change(0)
EMPTY = Digest("morning", "Morning", "desk:olena", "2026-11-22T07:00", NOW, NOW, "UTC", NONE, NONE, NONE, ())


def delivery(number: int = 1, **changes: Any) -> Delivery:
    usual = Delivery(
        id=f"01J9ZK3M{number}",
        kind="alert.created",
        channel="desk",
        recipient="desk:olena",
        address="olena@example.org",
        route="breaking",
        dedup_key=f"key {number}",
        order_key="order",
        payload=to_payload(sample_alert(NOW)),
        created_at=NOW,
    )
    return replace(usual, **changes)


def refused(channel: Channel, what: Delivery | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(what or delivery(), NOW)
    return caught.value


def refused_together(channel: BatchChannel, what: Sequence[Delivery]) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send_together(what, NOW)
    return caught.value


# --- receivers ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Inbox:
    """What an SMTP server accepted, and on how many connections."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        self.connections.add(session.peer)
        return "250 accepted"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer(Controller):
    """aiosmtpd, remembering its connections so that a test can wait until they are closed."""

    def __init__(self, inbox: Inbox, *, lmtp: bool = False, **options: Any) -> None:
        super().__init__(inbox, hostname="127.0.0.1", port=free_port(), **options)
        self.lmtp = lmtp
        self.made: list[Any] = []

    def factory(self) -> Any:
        self.made.append(LMTP(self.handler) if self.lmtp else super().factory())
        return self.made[-1]

    def wait_until_closed(self) -> None:
        pause, deadline = threading.Event(), time.monotonic() + 5
        while any(protocol.transport for protocol in self.made) and time.monotonic() < deadline:
            pause.wait(0.002)


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[str, Inbox]]:
    inbox = Inbox()
    server = MailServer(inbox, **options)
    server.start()
    try:
        yield f"127.0.0.1:{server.port}", inbox
        server.wait_until_closed()
    finally:
        server.stop()


@dataclass(slots=True)
class Script:
    """An SMTP server that answers as told and may die at a command. ``seen`` are the lines that it got."""

    answers: Mapping[str, str] = field(default_factory=dict)  # verb -> reply; "die" closes without one
    seen: list[str] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)

    def reply(self, verb: str, usual: str) -> str | None:
        answer = self.answers.get(verb, usual)
        return None if answer == "die" else answer


class ScriptedSmtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        if not self._say(script.reply("connect", "220 ready")):
            return
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().decode().upper()
            script.seen.append(line.decode().strip())
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")
            if not self._say(script.reply(verb, usual)) or verb == "QUIT":
                return
            if verb == "DATA" and script.reply(verb, usual) == usual and not self._content(script):
                return

    def _content(self, script: Script) -> bool:
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            content += self.rfile.readline()
            if script.answers.get("content") == "die" and len(content) > 500:
                return False
        script.accepted.append(content)
        return self._say(script.reply("dot", "250 queued"))

    def _say(self, answer: str | None) -> bool:
        if answer is None:
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        host, port = server.server_address[:2]  # type: ignore[misc]
        yield f"{host}:{port}"  # type: ignore[str-bytes-safe]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def scripted_smtp(**answers: str) -> Iterator[tuple[str, Script]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), ScriptedSmtp)
    server.daemon_threads = True
    script = Script(answers)
    server.script = script  # type: ignore[attr-defined]
    with serving(server) as place:
        yield place, script


@dataclass(slots=True)
class Origin:
    """An HTTP receiver: what came, and what it answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        origin: Origin = self.server.origin  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"]))
        origin.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(origin.status)
        for name, value in {"Content-Length": str(len(origin.body)), **origin.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(origin.body)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def http_receiver(**answer: Any) -> Iterator[tuple[str, Origin]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    origin = Origin(**answer)
    server.origin = origin  # type: ignore[attr-defined]
    with serving(server) as place:
        yield f"http://{place}/services/T0/verysecret", origin


class LoopbackHttp:
    """ports.Http over http.client."""

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout.total_seconds())
        try:
            connection.request(method, parts.path, body, dict(headers))
            reply = connection.getresponse()
            return HttpReply(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.read(65536))
        except ConnectionRefusedError:
            raise FetchError("nobody listens there", "connect") from None
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"the connection broke: {type(error).__name__}", "read") from None
        finally:
            connection.close()


Mailer = Callable[..., EmailChannel]
PostOffice = Callable[..., tuple[str, Inbox]]


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """Starts mail servers that outlive the channels that talk to them."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(mail_server(**options))


@pytest.fixture
def mailer(post_office: PostOffice) -> Iterator[Mailer]:
    """Makes mail channels and closes them."""
    with ExitStack() as stack:

        def make(url: str, **options: Any) -> EmailChannel:
            return stack.enter_context(closing(EmailChannel("desk", url, SENDER, timeout=SHORT, **options)))

        yield make


# --- the contract ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """A channel beside its receiver: how many messages it has, and the delivery ids on them."""

    channel: Channel
    ids: Callable[[], list[str]]


@contextmanager
def smtp_case(_folder: Path) -> Iterator[Case]:
    with mail_server() as (place, inbox):
        channel = EmailChannel("desk", f"smtp://{place}", SENDER, None, None, SHORT)
        yield Case(
            channel, lambda: [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in inbox.mails]
        )
        channel.close()


@contextmanager
def lmtp_case(_folder: Path) -> Iterator[Case]:
    with mail_server(lmtp=True) as (place, inbox):
        channel = EmailChannel("desk", f"lmtp://{place}", SENDER, None, None, SHORT)
        yield Case(
            channel, lambda: [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in inbox.mails]
        )
        channel.close()


@contextmanager
def maildir_case(folder: Path) -> Iterator[Case]:
    def ids() -> list[str]:
        found = (str(mail["Message-ID"]) for mail in mailbox.Maildir(str(folder)))
        return sorted(one.strip("<>").partition("@")[0] for one in found)

    yield Case(EmailChannel("desk", f"maildir:{folder}", SENDER), ids)


@contextmanager
def slack_case(_folder: Path) -> Iterator[Case]:
    with http_receiver() as (url, origin):
        channel = SlackChannel("desk", url, LoopbackHttp(), wait=lambda _seconds: None)
        yield Case(channel, lambda: [headers["x-monitor-delivery"] for _, headers, _ in origin.requests])


@contextmanager
def webhook_case(_folder: Path) -> Iterator[Case]:
    with http_receiver(status=202, body=b"") as (url, origin):
        channel = WebhookChannel("desk", url, (SECRET,), LoopbackHttp())
        yield Case(channel, lambda: [headers["webhook-id"] for _, headers, _ in origin.requests])


@pytest.fixture(params=[smtp_case, lmtp_case, maildir_case, slack_case, webhook_case])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with request.param(tmp_path / "mail") as made:
        yield made


def test_send_returns_once_the_receiver_has_the_message(case: Case) -> None:
    receipts = [case.channel.send(delivery(number), NOW) for number in (1, 2)]

    assert all(isinstance(receipt, Receipt) and receipt.reply for receipt in receipts)
    assert case.ids() == ["01J9ZK3M1", "01J9ZK3M2"]


def test_a_second_try_carries_the_same_id(case: Case) -> None:
    case.channel.send(delivery(), NOW)
    case.channel.send(delivery(), NOW + timedelta(hours=1))

    assert set(case.ids()) == {"01J9ZK3M1"}


def test_a_payload_that_nobody_can_read_is_refused_for_good(case: Case) -> None:
    error = refused(case.channel, delivery(payload={"type": "alert"}))

    assert not error.retry
    assert case.ids() == []


@pytest.mark.parametrize("kind", ["test", "feed.failing", "story.updated", "delivery.dead"])
def test_every_kind_of_delivery_can_be_sent(case: Case, kind: str) -> None:
    payload = {"type": "test"} if kind == "test" else to_payload(sample_alert(NOW))

    case.channel.send(delivery(kind=kind, payload=payload), NOW)

    assert case.ids() == ["01J9ZK3M1"]


@pytest.mark.parametrize("case", [slack_case], indirect=True)  # the only channel that puts several into one
def test_deliveries_that_share_a_message_are_all_named_on_it(case: Case) -> None:
    assert isinstance(case.channel, BatchChannel)
    wanted = [delivery(number) for number in range(30)]
    wanted[7] = delivery(7, payload={"type": "alert"})  # nobody can read it

    messages = case.channel.together(wanted)
    for message in messages:
        if wanted[7] in message:
            assert not refused_together(case.channel, message).retry
        else:
            case.channel.send_together(message, NOW)

    assert [one for message in messages for one in message] == wanted
    assert all(messages)
    assert len(messages) < 8
    assert ",".join(case.ids()).split(",") == [one.id for one in wanted if one is not wanted[7]]


# --- mail --------------------------------------------------------------------------------------------------


def test_a_batch_shares_one_connection_and_a_lost_one_is_opened_again(
    post_office: PostOffice, mailer: Mailer
) -> None:
    place, inbox = post_office()
    now = 0.0
    channel = mailer(f"smtp://{place}", ticks=lambda: now)
    for number in range(5):
        channel.send(delivery(number), NOW)
    assert len(inbox.connections) == 1

    now = 3600.0
    channel.send(delivery(6), NOW)
    assert len(inbox.connections) == 2


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(mailer: Mailer) -> None:
    with scripted_smtp(RSET="die") as (place, script):
        channel = mailer(f"smtp://{place}")
        channel.send(delivery(1), NOW)
        channel.send(delivery(2), NOW)

        assert len(script.accepted) == 2


def test_each_recipient_is_told_apart(mailer: Mailer) -> None:
    with scripted_smtp(RCPT="550 5.1.1 no such user") as (place, script):
        error = refused(mailer(f"smtp://{place}"))

        assert (error.retry, error.disable, error.ambiguous) == (False, True, False)
        assert str(error) == "the recipient was refused: 550 5.1.1 no such user"
        assert script.accepted == []


@pytest.mark.parametrize(
    ("answers", "retry", "disable"),
    [
        ({"RCPT": "450 4.2.1 try later"}, True, False),
        ({"RCPT": "452 4.2.2 mailbox full"}, True, False),
        ({"RCPT": "552 5.2.2 mailbox full"}, False, False),
        ({"RCPT": "550 5.7.1 we do not like you"}, False, False),
        ({"MAIL": "550 5.7.1 not you"}, False, False),
        ({"MAIL": "451 4.3.0 later"}, True, False),
        ({"DATA": "554 5.7.1 no"}, False, False),
        ({"DATA": "451 4.3.0 greylisted"}, True, False),
        ({"dot": "554 5.7.1 spam"}, False, False),
        ({"dot": "451 4.3.0 disk full"}, True, False),
        ({"connect": "554 go away"}, False, False),
        ({"connect": "421 too busy"}, True, False),
    ],
)
def test_4xx_is_tried_again_and_5xx_is_not(
    mailer: Mailer, answers: dict[str, str], retry: bool, disable: bool
) -> None:
    with scripted_smtp(**answers) as (place, _script):
        error = refused(mailer(f"smtp://{place}"))

    assert (error.retry, error.disable, error.ambiguous) == (retry, disable, False)


@pytest.mark.parametrize("point", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_death_before_the_final_dot_is_certain(mailer: Mailer, point: str) -> None:
    answers = {point: "die", **({"HELO": "die"} if point == "EHLO" else {})}
    with scripted_smtp(**answers) as (place, script):
        error = refused(mailer(f"smtp://{place}"))

        assert (error.retry, error.ambiguous) == (True, False)
        assert script.accepted == []


def test_death_after_the_final_dot_is_ambiguous(mailer: Mailer) -> None:
    with scripted_smtp(dot="die") as (place, script):
        error = refused(mailer(f"smtp://{place}"))

        assert (error.retry, error.ambiguous) == (True, True)
        assert len(script.accepted) == 1


def test_death_within_the_content_is_tried_again_and_nothing_was_accepted(mailer: Mailer) -> None:
    with scripted_smtp(content="die") as (place, script):
        error = refused(mailer(f"smtp://{place}"))

        assert error.retry  # the dot may have been on its way: whether we can tell depends on buffers
        assert script.accepted == []


def test_a_refused_recipient_leaves_the_connection_usable(mailer: Mailer) -> None:
    with scripted_smtp(RCPT="550 5.1.1 no such user") as (place, script):
        channel = mailer(f"smtp://{place}")
        refused(channel, delivery(1))
        refused(channel, delivery(2))

        assert [line for line in script.seen if line.upper().startswith("EHLO")] == script.seen[:1]
        assert "RSET" in [line.upper() for line in script.seen]


def test_a_missing_server_is_told_in_one_line(mailer: Mailer) -> None:
    port = free_port()

    error = refused(mailer(f"smtp://olena:geheim99@127.0.0.1:{port}"))

    assert error.retry
    assert str(error) == f"cannot connect to 127.0.0.1:{port}: Connection refused"


def test_the_login_is_used_and_its_password_never_told(post_office: PostOffice, mailer: Mailer) -> None:
    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"ol@ena", b"ge:heim/99"), handled=False)

    place, inbox = post_office(authenticator=authenticate, auth_require_tls=False)
    right = mailer(f"smtp://ol%40ena:ge%3Aheim%2F99@{place}")
    right.send(delivery(), NOW)
    wrong = mailer(f"smtp://ol%40ena:wrong-one@{place}")
    error = refused(wrong)

    assert len(inbox.mails) == 1
    assert error.retry
    assert "refused the login" in str(error)
    assert "wrong-one" not in f"{error} {error!r} {wrong!r} {vars(wrong)!r}"


def test_a_password_that_the_server_repeats_is_blotted_out(mailer: Mailer) -> None:
    with scripted_smtp(MAIL="550 user olena with geheim99 may not send") as (place, _script):
        channel = mailer(f"smtp://:geheim99@{place}")

        assert "geheim99" not in str(refused(channel))


def test_a_message_with_dots_arrives_unharmed(mailer: Mailer) -> None:
    payload = {"type": "notice", "title": "dots", "text": "a", "at": NOW.isoformat(), "url": "https://e.example/"}
    with scripted_smtp() as (place, script):
        mailer(f"smtp://{place}").send(delivery(payload=payload), NOW)

    (content,) = script.accepted
    assert content.count(b"\r\n.\r\n") == 1
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_an_address_outside_ascii_needs_a_server_that_takes_it(mailer: Mailer) -> None:
    with scripted_smtp() as (place, _script):
        error = refused(mailer(f"smtp://{place}"), delivery(address="олена@example.org"))

    assert (error.retry, error.disable) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://h:99999",
        "smtp://h?starttls=perhaps",
        "lmtp://",
    ],
)
def test_an_address_of_no_mail_server_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="not a mail URL"):
        EmailChannel("desk", url, SENDER)


def test_a_login_is_never_sent_in_the_clear_to_another_machine() -> None:
    assert server_at("smtp://u:p@mail.example.org", SHORT).starttls == "required"
    assert server_at("smtp://u:p@127.0.0.1", SHORT).starttls == "auto"
    assert server_at("smtp://u:p@mail.example.org?starttls=never", SHORT).starttls == "never"
    assert server_at("smtp://mail.example.org", SHORT).starttls == "auto"


def test_closing_waits_for_no_message_that_is_under_way(mailer: Mailer) -> None:
    with scripted_smtp() as (place, script):
        channel = mailer(f"smtp://{place}")
        channel.send(delivery(), NOW)
        with channel._transport._lock:  # as while another thread sends
            channel.close()
        before = list(script.seen)
        channel.close()

    assert "quit" not in [line.lower() for line in before]
    assert script.seen[-1].lower() == "quit"


def test_the_usual_ports_and_the_path_of_a_socket_are_known() -> None:
    assert [server_at(f"{scheme}://h", SHORT).port for scheme in ("smtp", "smtps", "lmtp")] == [25, 465, 24]
    assert server_at("lmtp:///run/dovecot/lmtp", SHORT).host == "/run/dovecot/lmtp"


@pytest.fixture(scope="module")
def both_ends() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS with our own certificate, and a client's that trusts it."""
    pem = Path(__file__).with_name("loopback.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


def test_starttls_is_used_where_it_is_offered(
    post_office: PostOffice, mailer: Mailer, both_ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = both_ends
    place, inbox = post_office(tls_context=server, require_starttls=True)
    mailer(f"smtp://{place}?starttls=required", tls=client).send(delivery(), NOW)

    assert len(inbox.mails) == 1


def test_smtps_speaks_tls_from_the_start(
    post_office: PostOffice, mailer: Mailer, both_ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, client = both_ends
    place, inbox = post_office(ssl_context=server)
    mailer(f"smtps://{place}", tls=client).send(delivery(), NOW)

    assert len(inbox.mails) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(
    post_office: PostOffice, mailer: Mailer, both_ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    place, inbox = post_office(tls_context=both_ends[0])
    error = refused(mailer(f"smtp://{place}"))

    assert error.retry
    assert "certificate verify failed" in str(error)
    assert inbox.mails == []


def test_a_server_without_starttls_gets_nothing_where_it_is_required(mailer: Mailer) -> None:
    with scripted_smtp() as (place, script):
        error = refused(mailer(f"smtp://u:p@{place}?starttls=required"))

    assert "no STARTTLS" in str(error)
    assert [line.split()[0].upper() for line in script.seen] == ["EHLO"]


def test_broken_words_of_ones_own_do_not_stop_a_mail(tmp_path: Path) -> None:
    (tmp_path / "texts.yaml").write_text("nonsense: 1")

    receipt = EmailChannel("desk", f"maildir:{tmp_path / 'mail'}", SENDER, None, tmp_path).send(delivery(), NOW)

    assert receipt.reply == "written to new/01J9ZK3M1.monitor"


def test_the_way_out_is_offered_where_a_public_page_exists(tmp_path: Path) -> None:
    payload = {**to_payload(EMPTY), "unsubscribe_url": "https://monitor.example.org/out?t=1"}
    for folder, base_url in (("public", "https://monitor.example.org"), ("private", None)):
        channel = EmailChannel("desk", f"maildir:{tmp_path / folder}", SENDER, base_url)
        channel.send(delivery(kind="digest.sent", payload=payload), NOW)

    headers = {folder: next(iter(mailbox.Maildir(str(tmp_path / folder)))) for folder in ("public", "private")}
    assert headers["public"]["List-Unsubscribe"] == "<https://monitor.example.org/out?t=1>"
    assert headers["public"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["private"]["List-Unsubscribe"] is None


def test_a_maildir_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    error = refused(EmailChannel("desk", f"maildir:{tmp_path / 'file'}", SENDER))

    assert error.retry
    assert str(error).startswith("cannot write to the maildir: ")


def test_a_repeat_into_a_maildir_is_one_file(tmp_path: Path) -> None:
    channel = EmailChannel("desk", f"maildir:{tmp_path}", SENDER)
    channel.send(delivery(), NOW)
    channel.send(delivery(), NOW)

    assert len(os.listdir(tmp_path / "new")) == 1
    assert os.listdir(tmp_path / "tmp") == []


# --- webhooks and Slack ------------------------------------------------------------------------------------


def test_the_reference_library_verifies_what_arrives() -> None:
    with http_receiver(status=204, body=b"") as (url, origin):
        WebhookChannel("desk", url, ("whsec_b2xkb2xkb2xkb2xk", SECRET), LoopbackHttp()).send(
            delivery(), datetime.now(UTC)
        )

    ((_, headers, body),) = origin.requests
    assert Webhook(SECRET).verify(body, headers)["type"] == "alert.created"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "retry", "disable"),
    [
        (302, True, False),
        (400, True, False),
        (401, True, False),
        (404, False, True),
        (410, False, True),
        (429, True, False),
        (500, True, False),
        (503, True, False),
    ],
)
def test_anything_but_2xx_is_tried_again_unless_the_address_is_gone(
    status: int, retry: bool, disable: bool
) -> None:
    with http_receiver(status=status, headers={"Retry-After": "40"}, body=b"no") as (url, origin):
        error = refused(WebhookChannel("desk", url, (SECRET,), LoopbackHttp()))

    assert (error.retry, error.disable, error.ambiguous) == (retry, disable, False)
    assert error.after == timedelta(seconds=40)
    assert str(error).startswith(f"refused: {status} no")
    assert len(origin.requests) == 1


def test_a_receivers_own_json_is_signed_too_and_a_broken_template_falls_back_to_ours() -> None:
    with http_receiver() as (url, origin):
        for template in ('{"text": {{ data.story.title | tojson }}}', "{{ broken"):
            WebhookChannel("desk", url, (SECRET,), LoopbackHttp(), template).send(delivery(), datetime.now(UTC))

    own, ours = (Webhook(SECRET).verify(body, headers) for _, headers, body in origin.requests)
    assert own == {"text": "A test message from monitor"}
    assert ours["type"] == "alert.created"


def test_a_body_template_runs_in_the_killable_child_and_a_killed_one_falls_back_to_ours() -> None:
    def child(function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> Any:
        if "slow" in arguments[0]:
            raise ParseError("took longer than 5 s", "too-costly")
        return function(*arguments)

    with http_receiver() as (url, origin):
        for template in ('{"own": true}', "slow"):
            WebhookChannel("desk", url, (), LoopbackHttp(), template, killable=child).send(delivery(), NOW)

    own, ours = (json.loads(body) for _, _, body in origin.requests)
    assert own == {"own": True}
    assert ours["type"] == "alert.created"


@pytest.mark.parametrize(
    "make",
    [lambda url: WebhookChannel("d", url, (), LoopbackHttp()), lambda url: SlackChannel("d", url, LoopbackHttp())],
)
def test_nobody_listening_is_certain_and_a_secret_address_never_told(make: Callable[[str], Channel]) -> None:
    channel = make(f"http://127.0.0.1:{free_port()}/verysecret")

    error = refused(channel)

    assert (error.retry, error.ambiguous) == (True, False)
    assert "verysecret" not in f"{error} {error!r} {channel!r}"


def test_a_receiver_that_dies_before_it_answers_is_ambiguous() -> None:
    class Dying(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dying)) as place:
        error = refused(WebhookChannel("desk", f"http://{place}/in", (), LoopbackHttp()))

    assert (error.retry, error.ambiguous) == (True, True)
