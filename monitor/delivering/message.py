"""Message: the MIME form of a mail, with headers that no text from a feed can break (delivery.md §4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, formataddr, parseaddr
from hashlib import sha256

from monitor.delivering.render import Rendered
from monitor.model.alert import Delivery
from monitor.model.errors import DeliveryError

LONGEST = 200  # characters of a header that carries text from outside

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+\Z")
_WIDE = policy.SMTP.clone(max_line_length=998)
_RAW = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id"})  # never encoded, never folded


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, and where a one-click unsubscribe goes (empty = nowhere)."""

    sender: str  # "Monitor <monitor@example.org>"
    recipient: str
    unsubscribe_url: str = ""


def header_text(value: str) -> str:
    """Text that is safe in a header: one line, no controls, no encoded word, at most 200 characters.

    Python 3.11.7 decodes ``=?UTF-8?Q?=0A?=`` in a value that is assigned, and so lets it start a header.
    """
    line = _BREAKS.sub(" ", value).strip().replace("=?", "= ?")
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def mail_address(text: str) -> str:
    """The bare address in ``text``; raises DeliveryError when there is none, or more than one."""
    address = parseaddr(text)[1]
    whole = text.strip() == address or text.rstrip().endswith(f"<{address}>")
    if not whole or not _ADDRESS.match(address) or not text.isprintable():
        raise DeliveryError(f"not a mail address: {header_text(text)!r}", retry=False, disable=True)
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise DeliveryError(f"not a mail domain: {header_text(domain)!r}", retry=False, disable=True) from None


def message_id(delivery_id: str, sender: str) -> str:
    """The same on every try, so that a receiver recognises a repeat."""
    return f"<{re.sub(r'[^A-Za-z0-9._-]', '-', delivery_id)}@{mail_address(sender).rpartition('@')[2]}>"


def build_message(delivery: Delivery, rendered: Rendered, envelope: Envelope, now: datetime) -> bytes:
    """The mail as it goes on the wire: 7-bit, CRLF, multipart/alternative with text first.

    Raises DeliveryError when an address is none, or a header would come out broken.
    """
    message = EmailMessage(policy.SMTP)
    for name, value in _headers(delivery, rendered, envelope, now).items():
        message[name] = value
    message.set_content(rendered.text, cte=_encoding(rendered.text))
    message.add_alternative(rendered.html, subtype="html", cte=_encoding(rendered.html))
    message.set_boundary(f"=_{sha256((rendered.text + rendered.html).encode()).hexdigest()[:32]}")
    return on_wire(message)


def on_wire(message: EmailMessage) -> bytes:
    """Folded at 78 as RFC 2047 wants, but for those headers that receivers only understand in one piece.

    Raises DeliveryError when the headers that come out are not the headers that went in.
    """
    head = b"".join(
        (_WIDE if name.lower() in _RAW else policy.SMTP).fold_binary(name, value)
        for name, value in message.items()
    )
    seen = [name.lower() for name in BytesHeaderParser(policy=policy.compat32).parsebytes(head + b"\r\n")]
    try:
        body = message.as_bytes(policy=policy.SMTP).partition(b"\r\n\r\n")[2]
    except MessageError:  # later versions of Python see for themselves
        seen = []
    if seen != [name.lower() for name in message]:
        raise DeliveryError("a header would have been broken by the text in it; not sent", retry=False)
    return head + b"\r\n" + body


def _headers(delivery: Delivery, rendered: Rendered, envelope: Envelope, now: datetime) -> Mapping[str, str]:
    sender = mail_address(envelope.sender)
    name = header_text(parseaddr(envelope.sender)[0])
    route = re.sub(r"[^a-z0-9-]+", "-", delivery.route.lower()).strip("-") or "monitor"
    headers = {
        "From": formataddr((name, sender)) if name.isascii() else f'"{_unquoted(name)}" <{sender}>',
        "To": mail_address(envelope.recipient),
        "Subject": header_text(rendered.subject),
        "Date": format_datetime(now),
        "Message-ID": message_id(delivery.id, envelope.sender),
        "List-Id": f"<{route}.monitor.{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    url = envelope.unsubscribe_url
    if url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and len(url) < 900:
        headers["List-Unsubscribe"] = f"<{url.replace('>', '%3E').replace(' ', '%20')}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _unquoted(name: str) -> str:
    return name.replace("\\", "").replace('"', "")


def _encoding(text: str) -> str:
    """The shorter of the two encodings that are 7-bit on the wire."""
    return "quoted-printable" if sum(map(str.isascii, text)) > len(text) * 5 / 6 else "base64"
