"""Which reader a body is for: JSON Feed, the strict fast path, or feedparser."""

from monitor.model.errors import ParseError
from monitor.model.feed import ParsedFeed
from monitor.parsing.charset import decode
from monitor.parsing.entries import build
from monitor.parsing.jsonfeed import read_json

_BLANK = b"\xef\xbb\xbf \t\r\n"


def parse_fast(body: bytes, content_type: str, url: str) -> ParsedFeed | None:
    """A feed that is understood completely and cheaply; None when ``parse_tolerant`` must have a look.

    Raises ParseError where looking again would not help: nothing there, or JSON that is no feed.
    """
    start = body[:1_000].lstrip(_BLANK)
    if not start and not body.strip(_BLANK):
        raise ParseError("the answer is empty", "empty")
    if start.startswith(b"{"):
        return build(read_json(decode(body, content_type) or body.decode("utf-8", "replace"), url))
    return None


def parse_tolerant(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Any feed in any state. Expensive and, on hostile input, slow: run it where it can be killed.

    Raises ParseError only; its kind is empty, not-a-feed or broken.
    """
    from monitor.parsing.xmlfeed import read_xml  # brings feedparser, which few feeds need

    start = body[:1_000].lstrip(_BLANK)
    if not start and not body.strip(_BLANK):
        raise ParseError("the answer is empty", "empty")
    if start.startswith((b"{", b"[")):
        return build(read_json(decode(body, content_type) or body.decode("utf-8", "replace"), url))
    return build(read_xml(body, content_type, url))
