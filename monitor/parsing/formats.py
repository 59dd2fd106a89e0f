"""Which reader a body is for: JSON Feed, the strict fast path, or feedparser."""

from monitor.model.errors import ParseError
from monitor.model.feed import ParsedFeed
from monitor.parsing.charset import decode
from monitor.parsing.entries import build
from monitor.parsing.fastxml import read_fast
from monitor.parsing.jsonfeed import read_json

_BLANK = b"\xef\xbb\xbf \t\r\n"


def parse_fast(body: bytes, content_type: str, url: str) -> ParsedFeed | None:
    """A feed that is understood completely and cheaply; None when ``parse_tolerant`` must have a look.

    Raises ParseError where looking again would not help: nothing there, or JSON that is no feed.
    """
    if _holds_json(body):
        return build(read_json(decode(body, content_type), url))
    document = read_fast(body, content_type, url)
    return build(document) if document else None


def parse_tolerant(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Any feed in any state. Expensive and, on hostile input, slow: run it where it can be killed.

    Raises ParseError only; its kind is empty, not-a-feed or broken.
    """
    from monitor.parsing.xmlfeed import read_xml  # brings feedparser, which few feeds need

    if _holds_json(body):
        return build(read_json(decode(body, content_type), url))
    return build(read_xml(body, content_type, url))


def parse_whole(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """``parse_fast``, else ``parse_tolerant``: for a child that has to read a body from its beginning."""
    return parse_fast(body, content_type, url) or parse_tolerant(body, content_type, url)


def _holds_json(body: bytes) -> bool:
    """Raises ParseError for a body without anything in it."""
    start = body[:1_000].lstrip(_BLANK) or body.strip(_BLANK)
    if not start:
        raise ParseError("the answer is empty", "empty")
    return start.startswith((b"{", b"["))
