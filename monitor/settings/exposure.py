"""Secrets: which texts the logs must hide, and which are written down where others can read them."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from monitor.model.errors import Problem
from monitor.model.feed import FeedSpec
from monitor.settings.addresses import split_url
from monitor.settings.effective import ChannelSpec, EmailSpec, WebhookSpec
from monitor.settings.secrets import readable_by_others
from monitor.settings.yamlfile import Document, Path_

_AUTH_HEADERS = ("authorization", "cookie", "token", "key", "secret")
_SHORTEST = 4  # a shorter text cannot be hidden without hiding half of every log line


def secret_texts(
    urls: Iterable[str], channels: Iterable[ChannelSpec], feeds: Iterable[FeedSpec], *whole: str
) -> tuple[str, ...]:
    """Longest first, so that a text which contains another is replaced whole. Of ``urls`` only the passwords."""
    found: set[str] = set(whole)
    for url in urls:
        found |= _passwords(url)
    for channel in channels:
        if isinstance(channel, EmailSpec):
            found |= _passwords(channel.smtp)
            continue
        found.add(channel.url)
        if isinstance(channel, WebhookSpec):
            found |= set(channel.secrets)
    for feed in feeds:
        found |= {feed.password, *_passwords(feed.proxy)}
        found |= {value for name, value in feed.headers if _is_auth(name)}
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=lambda text: (-len(text), text)))


def exposed(document: Document) -> Iterator[Problem]:
    """Literal secrets in a file that the file system shows to others."""
    if not readable_by_others(document.path):
        return
    for path in _secret_places(document):
        walked, node, _ = document.descend(path)
        if walked != path or node.from_env or not isinstance(node.value, str):
            continue
        if path[-1] in ("smtp", "proxy", "url") and not _is_secret_url(document, path, node.value):
            continue
        what = "a secret in a file that others can read: use ${ENV}, a *_file key, or chmod 600"
        yield document.problem(node, walked, what, level="warning")


def _secret_places(document: Document) -> Iterator[Path_]:
    yield ("database", "url")
    yield ("fetch", "proxy")
    for name in _names(document, ("channels",)):
        yield from (("channels", name, key) for key in ("smtp", "url", "secret"))
        yield from (
            ("channels", name, "secret", index) for index in _names(document, ("channels", name, "secret"))
        )
    for index in _names(document, ("feeds",)):
        yield from (("feeds", index, key) for key in ("password", "proxy"))
        headers = _names(document, ("feeds", index, "headers"))
        yield from (("feeds", index, "headers", name) for name in headers if _is_auth(str(name)))


def _names(document: Document, path: Path_) -> list[str | int]:
    walked, node, _ = document.descend(path)
    if walked != path:
        return []
    if isinstance(node.value, dict):
        return list(node.value)
    return list(range(len(node.value))) if isinstance(node.value, list) else []


def _is_secret_url(document: Document, path: Path_, url: str) -> bool:
    """A password in it; or a Slack address, which is a secret as a whole unless it stays on this machine."""
    if _passwords(url):
        return True
    parts = split_url(url)
    _, kind, _ = document.descend((*path[:-1], "type"))
    local = parts is not None and (parts.hostname or "") in ("127.0.0.1", "::1", "localhost")
    return path[-1] == "url" and kind.value == "slack" and not local


def _passwords(url: str) -> set[str]:
    parts = split_url(url) if url else None
    return {parts.password, unquote(parts.password)} if parts and parts.password else set()


def _is_auth(header: str) -> bool:
    return any(word in header.lower() for word in _AUTH_HEADERS)
