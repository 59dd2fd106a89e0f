"""Addresses as people write them: web, mail, database, and where to listen. Pure."""

import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, urlsplit

from monitor.settings.values import described, refused

_ADDRESS = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.?[^\s@<>(),;:\"]")


def address(value: Any) -> str:
    """One e-mail address."""
    text = value.strip() if isinstance(value, str) else ""
    if not _ADDRESS.fullmatch(text):
        raise refused(f"{described(value)} is not an e-mail address, as in olena@example.org")
    return text


def sender(value: Any) -> str:
    """``Name <address>`` or an address."""
    text = value.strip() if isinstance(value, str) else ""
    if re.search(r"[\r\n]", text) or not _ADDRESS.fullmatch(parseaddr(text)[1]):
        raise refused(f"{described(value)} is not a sender, as in Monitor <monitor@example.org>")
    return text


def listen(value: Any) -> str:
    """``host:port``."""
    text = value.strip() if isinstance(value, str) else ""
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) <= 65535 and not re.search(r"[\s/]", host):
        return text
    meant = f"127.0.0.1:{port}" if port.isascii() and port.isdigit() and int(port) <= 65535 else ""
    raise refused(f"{described(value)} is not an address to listen on, as in 127.0.0.1:8642", meant)


def web_url(value: Any) -> str:
    """http or https, with a host, without spaces."""
    text = value.strip() if isinstance(value, str) else ""
    parts = split_url(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise refused(f"{described(value)} is not a web address, as in https://example.org/rss", _meant_url(text))
    return text


def feed_url(value: Any) -> str:
    """A web address without a user in it: those have keys of their own, which are never printed."""
    text = web_url(value)
    parts = urlsplit(text)
    if parts.username is not None or parts.password is not None:
        raise refused("a user or password does not belong in the address: use `username` and `password_file`")
    return text


def mail_url(value: Any) -> str:
    """smtp://, smtps://, lmtp:// with a host, or maildir:PATH."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("maildir:") and len(text) > len("maildir:"):
        return text
    parts = split_url(text)
    if parts is None or parts.scheme not in ("smtp", "smtps", "lmtp") or not (parts.hostname or parts.path):
        meant = f"smtp://{text}" if re.fullmatch(r"[\w.-]+(:\d+)?", text) else ""
        raise refused("not a mail server, as in smtp://mail.example.org:587", meant)
    return text


def database_url(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    scheme, separator, _ = text.partition(":///" if text.startswith("sqlite") else "://")
    if separator and scheme in ("sqlite", "postgresql", "postgresql+psycopg", "postgres"):
        return re.sub(r"^postgres:", "postgresql:", text)
    meant = f"sqlite:///{text}" if re.fullmatch(r"[\w./-]+\.(db|sqlite3?)", text) else ""
    raise refused("not a database, as in sqlite:///var/monitor.db or postgresql://user@host/monitor", meant)


def split_url(text: str) -> SplitResult | None:
    """None where it cannot be split: a port that is no number, a broken bracket."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _meant_url(text: str) -> str:
    if re.fullmatch(r"(feed|rss):(//)?[^\s/]+\.[^\s]+", text):
        return re.sub(r"^(feed|rss):(//)?", "https://", text)
    return f"https://{text}" if re.fullmatch(r"(\w[\w-]*\.)+\w{2,}(:\d+)?(/\S*)?", text) else ""
