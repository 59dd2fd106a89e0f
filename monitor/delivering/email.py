"""Email: mail over SMTP, SMTPS or LMTP, or into a maildir (I/O). One message a recipient, one connection a batch."""

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.delivering.maildir import Maildir
from monitor.delivering.message import Envelope, build_message, header_text, mail_address
from monitor.delivering.payloads import message_from
from monitor.delivering.render import look_from, render
from monitor.model.alert import Delivery, Digest, Receipt
from monitor.model.errors import DeliveryError
from monitor.ports import Killable
from monitor.telemetry import log

AFTER_DOT = 300.0  # seconds to wait for the answer to the final dot (RFC 5321 §4.5.3.2.6 asks for ten minutes)
IDLE = 30.0  # seconds after which an open connection is not trusted any more
PORTS = {"smtp": 25, "smtps": 465, "lmtp": 24}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Transport(Protocol):
    """Hands over one message to one address; returns what the receiver said or raises DeliveryError."""

    def send(self, delivery_id: str, sender: str, recipient: str, message: bytes) -> str: ...

    def close(self) -> None: ...


class EmailChannel:
    """Mail. ``url``: ``smtp://user:password@host:port?starttls=auto|required|never``, ``smtps://``, ``lmtp://host``
    or ``lmtp:///path/of/socket``, ``maildir:PATH``. Raises ValueError for any other URL."""

    def __init__(
        self,
        name: str,
        url: str,
        sender: str,
        base_url: str | None = None,
        templates: Path | None = None,
        timeout: timedelta = timedelta(seconds=30),
        *,
        tls: ssl.SSLContext | None = None,
        killable: Killable | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._sender = sender
        self._base_url = base_url
        self._templates = templates
        self._killable = killable
        self._transport = transport_for(url, timeout, tls, ticks)

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        message = message_from(delivery.payload)
        rendered = render(message, look_from(self._templates, self._killable))
        for problem in rendered.problems:
            log.warning("template.failed", channel=self.name, error=str(problem))
        unsubscribe = message.unsubscribe_url if isinstance(message, Digest) and self._base_url else ""
        envelope = Envelope(self._sender, delivery.address, unsubscribe)
        wire = build_message(delivery, rendered, envelope, now)
        sender, recipient = mail_address(self._sender), mail_address(delivery.address)
        return Receipt(self._transport.send(delivery.id, sender, recipient, wire))

    def close(self) -> None:
        self._transport.close()


def transport_for(
    url: str, timeout: timedelta, tls: ssl.SSLContext | None, ticks: Callable[[], float]
) -> Transport:
    if url.startswith("maildir:"):
        return Maildir(Path(url.removeprefix("maildir:")))
    return SmtpTransport(server_at(url, timeout), tls or ssl.create_default_context(), ticks)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to talk to it."""

    scheme: str
    host: str  # for LMTP also the path of a socket
    port: int
    user: str
    password: str = field(repr=False)
    starttls: str  # auto | required | never
    timeout: float  # seconds


def server_at(url: str, timeout: timedelta) -> Server:
    """STARTTLS is required where a password would go to another machine, unless the URL says ``never``.

    Raises ValueError, never naming the URL: it may hold the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        host = parts.hostname or (unquote(parts.path) if parts.scheme == "lmtp" else "")
        password = unquote(parts.password or "")
        usual = "required" if password and host not in _LOOPBACK else "auto"
        starttls = parse_qs(parts.query).get("starttls", [usual])[0]
        if not host or starttls not in ("auto", "required", "never"):
            raise ValueError(starttls)
    except (ValueError, KeyError):
        raise ValueError("not a mail URL: expected smtp://, smtps://, lmtp:// or maildir:PATH") from None
    user = unquote(parts.username or "")
    return Server(parts.scheme, host, port, user, password, starttls, timeout.total_seconds())


class SmtpTransport:
    """One connection, kept between messages and opened again when it went stale. Safe for threads, one at a time."""

    def __init__(self, server: Server, tls: ssl.SSLContext, ticks: Callable[[], float]) -> None:
        self._server = server
        self._tls = tls
        self._ticks = ticks
        self._lock = Lock()
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, delivery_id: str, sender: str, recipient: str, message: bytes) -> str:
        with self._lock:
            try:
                return self._hand_over(self._connected(), sender, recipient, message)
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                raise self._words("the mail server", error) from error
            finally:
                self._used_at = self._ticks()

    def close(self) -> None:
        """Say goodbye, unless a message is under way: that one ends by itself."""
        if self._lock.acquire(blocking=False):
            try:
                self._quit()
            finally:
                self._lock.release()

    def _connected(self) -> smtplib.SMTP:
        """The open connection when it still answers, else a new one."""
        if self._smtp is not None and self._ticks() - self._used_at < IDLE:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._smtp.rset()[0] == 250:
                    return self._smtp
        self._quit()
        self._smtp = self._opened()
        self._used_at = self._ticks()
        return self._smtp

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        try:
            smtp = _connect(server, self._tls)
        except (OSError, smtplib.SMTPException) as error:
            raise self._words(f"cannot connect to {server.host}:{server.port}", error) from error
        try:
            smtp.ehlo_or_helo_if_needed()
            self._encrypt(smtp)
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            refused = isinstance(error, smtplib.SMTPAuthenticationError)
            what = "the mail server refused the login" if refused else "the mail server"
            raise self._words(what, error, permanent=False) from error
        except DeliveryError:
            smtp.close()
            raise
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if self._server.scheme != "smtp" or self._server.starttls == "never":
            return
        if smtp.has_extn("starttls"):
            smtp.starttls(context=self._tls)
            smtp.ehlo()
        elif self._server.starttls == "required":
            raise DeliveryError("the mail server offers no STARTTLS; nothing was sent in the clear", retry=True)

    def _hand_over(self, smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> str:
        options = ["SMTPUTF8"] if not recipient.isascii() or not sender.isascii() else []
        if options and not smtp.has_extn("smtputf8"):
            raise DeliveryError("the mail server takes no addresses outside ASCII", retry=False, disable=True)
        if smtp.has_extn("size"):
            options.append(f"SIZE={len(message)}")
        self._expect(250, *smtp.mail(sender, options), "the sender was refused")
        code, reply = smtp.rcpt(recipient)
        if code // 100 != 2:
            raise self._refusal("the recipient was refused", code, reply, disable=_gone(code, reply))
        self._expect(354, *smtp.docmd("DATA"), "the message was refused")
        smtp.send(_dotted(message))
        with self._after_dot(smtp):
            code, reply = smtp.getreply()
            if not 200 <= code <= 599:  # "25" of "250 queued": the line broke off
                raise smtplib.SMTPServerDisconnected("half an answer")
        self._expect(250, code, reply, "the message was refused")
        return _line(code, reply)

    @contextlib.contextmanager
    def _after_dot(self, smtp: smtplib.SMTP) -> Iterator[None]:
        """From the final dot to the answer the message may have been accepted: failing here is ambiguous."""
        if smtp.sock is not None:
            smtp.sock.settimeout(max(AFTER_DOT, self._server.timeout))
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            what = "the connection ended after the message was handed over; it may have been accepted"
            raise DeliveryError(what, retry=True, ambiguous=True) from error
        if smtp.sock is not None:
            smtp.sock.settimeout(self._server.timeout)

    def _expect(self, wanted: int, code: int, reply: bytes, what: str) -> None:
        if code // 100 != wanted // 100:  # the first digit decides (RFC 5321 §4.2.1)
            raise self._refusal(what, code, reply)

    def _refusal(self, what: str, code: int, reply: bytes, *, disable: bool = False) -> DeliveryError:
        """4xx may pass another time, 5xx will not; -1 is an answer that is none."""
        return DeliveryError(
            self._clean(f"{what}: {_line(code, reply)}"), retry=not 500 <= code <= 599, disable=disable
        )

    def _words(self, what: str, error: Exception, *, permanent: bool = True) -> DeliveryError:
        if isinstance(error, smtplib.SMTPResponseException):
            reply = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
            refusal = self._refusal(what, error.smtp_code, reply)
            return refusal if permanent else DeliveryError(str(refusal), retry=True)
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return DeliveryError(self._clean(f"{what}: {header_text(reason)}"), retry=True)

    def _clean(self, text: str) -> str:
        return text.replace(self._server.password, "***") if self._server.password else text

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _quit(self) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()


def _connect(server: Server, tls: ssl.SSLContext) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=tls)
    if server.scheme == "lmtp":
        return smtplib.LMTP(server.host, server.port, timeout=server.timeout)
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _dotted(message: bytes) -> bytes:
    """RFC 5321 §4.5.2: a line that starts with a dot gets a second one; a lone dot ends the message."""
    return re.sub(rb"(?m)^\.", b"..", message.rstrip(b"\r\n")) + b"\r\n.\r\n"


def _gone(code: int, reply: bytes) -> bool:
    """A refused address is given up; a full mailbox (552, x.2.2) or a policy (x.7.x) says nothing about it."""
    return 500 <= code <= 599 and code != 552 and not re.match(rb"5\.(2\.2|7\.)", reply)


def _line(code: int, reply: bytes) -> str:
    return header_text(f"{code} {reply.decode('utf-8', 'replace')}")
