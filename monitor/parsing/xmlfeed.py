"""XML feeds of any kind and in any state, read by feedparser. Costly; runs where it can be killed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax import SAXException

from monitor.model.entry import Enclosure
from monitor.model.errors import ParseError
from monitor.parsing.charset import decode
from monitor.parsing.items import NOTHING, Document, Item, Markup
from monitor.parsing.publishing import read_hints

# What feedparser raises on hostile documents; it documents no errors of its own.
_ACCIDENTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&#(?:0*([0-9]+)|[xX]0*([0-9a-fA-F]+));?", re.DOTALL)
_DECLARATION = re.compile(r"<\?xml[^>]{0,500}>")
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([a-zA-Z_][\w:.\-]*)")
# The loose reader of feedparser takes "?a=1&b=2" for a character reference.
_HALF_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_HTML = frozenset(("text/html", "application/xhtml+xml"))


def read_xml(body: bytes, content_type: str, url: str) -> Document:
    """Raises ParseError: "not-a-feed" with what it is instead, "broken" when nothing can be read."""
    import feedparser  # slow to import, and most feeds never need it

    text = _repaired(decode(body, content_type))
    headers = {"content-type": "application/xml; charset=utf-8"}
    data = text.encode("utf-8", "replace")
    try:
        parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
        is_atom = parsed.version.startswith("atom")
        items = tuple(_item(entry, is_atom) for entry in parsed.entries)
    except _ACCIDENTS as error:
        raise ParseError(f"this cannot be read ({type(error).__name__})") from error
    if not parsed.version and not items:
        raise ParseError(_what_it_is(text, content_type), "not-a-feed")
    head = parsed.feed
    return Document(
        format=parsed.version or "unknown",
        base=url,
        title=_markup(head, "title", is_atom),
        link=_page_link(head),
        language=_string(head.get("language")),
        items=items,
        truncated=isinstance(parsed.get("bozo_exception"), SAXException) and not _END.search(text[-2_000:]),
        hints=read_hints(text),
    )


def _repaired(text: str) -> str:
    """Without what no XML may hold: characters and references that would stop the strict reader."""
    text = _FORBIDDEN.sub("\ufffd", _REFERENCE.sub(_valid_reference, text)).lstrip("\ufeff\ufffd \t\r\n")
    return _DECLARATION.sub("", text, count=1).lstrip() if text.startswith("<?xml") else text


def _valid_reference(found: re.Match[str]) -> str:
    if found[0].startswith("<"):
        return found[0]  # in CDATA there are no references
    digits = found[1] or found[2]
    number = int(digits, 10 if found[1] else 16) if len(digits) < 9 else 0
    is_valid = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return found[0] if is_valid and number not in (0xFFFE, 0xFFFF) else "\ufffd"


def _what_it_is(text: str, content_type: str) -> str:
    start = text[:2_000]
    if _PAGE.search(start) or "html" in content_type.lower():
        return "this is a web page, not a feed"
    root = _ROOT.search(start)
    if root and start.lstrip().startswith("<"):
        return f"this is XML, but not a feed: its root element is <{root[1][:40]}>"
    return "this is not a feed: neither XML nor JSON"


def _item(entry: Mapping[str, Any], is_atom: bool) -> Item:
    guid = _string(entry.get("id"))
    if guid.startswith("http"):
        guid = _HALF_REFERENCE.sub(r"&\1", guid)
    summary, body = _markup(entry, "summary", is_atom), _body(entry, is_atom)
    return Item(
        guid=guid,
        link=_link(entry, guid),
        title=_markup(entry, "title", is_atom),
        summary=NOTHING if summary.value == body.value else summary,
        body=body,
        authors=tuple(_authors(entry)),
        tags=tuple(_string(tag.get("label")) or _string(tag.get("term")) for tag in entry.get("tags", ())),
        published=_first(entry, "published", "updated", "created"),
        updated=_first(entry, "updated"),
        language=_entry_language(entry),
        enclosures=tuple(
            Enclosure(_string(link.get("href")), _string(link.get("type")), _size(_string(link.get("length"))))
            for link in entry.get("links", ())
            if link.get("rel") == "enclosure"
        ),
    )


def _link(entry: Mapping[str, Any], guid: str) -> str:
    link = _string(entry.get("link"))
    others = [_string(one.get("href")) for one in _alternates(entry)]
    if link == guid and not link.lower().startswith("http") and link not in others:
        link = ""  # a guid without isPermaLink="false" that is no address
    return link or next(iter(others), "")


def _alternates(context: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [link for link in context.get("links", ()) if link.get("rel") == "alternate" and link.get("href")]


def _page_link(head: Mapping[str, Any]) -> str:
    return _string(head.get("link")) or next((_string(one.get("href")) for one in _alternates(head)), "")


def _markup(context: Mapping[str, Any], key: str, is_atom: bool) -> Markup:
    detail = context.get(f"{key}_detail") or {}
    return Markup(_string(context.get(key)), html=_is_html(key, detail, is_atom))


def _is_html(key: str, detail: Mapping[str, Any], is_atom: bool) -> bool:
    """Atom says what it holds. Elsewhere titles are text and all else may be HTML, whatever is declared."""
    return detail.get("type", "text/html" if key == "summary" else "") in _HTML if is_atom else key != "title"


def _body(entry: Mapping[str, Any], is_atom: bool) -> Markup:
    """The longest content: feeds repeat the summary in itunes and media elements, which count as content here."""
    parts = [
        Markup(_string(part.get("value")), html=_is_html("content", part, is_atom))
        for part in entry.get("content", ())
    ]
    return max(parts, key=lambda part: len(part.value), default=NOTHING)


def _authors(entry: Mapping[str, Any]) -> list[str]:
    people = [_string(person.get("name")) or _string(person.get("email")) for person in entry.get("authors", ())]
    return [name for name in people if name] or [_string(entry.get("author"))]


def _first(entry: Mapping[str, Any], *keys: str) -> str:
    # Mapping.get of feedparser answers "updated" with "published" and a warning, dict.get does not.
    return next((value for key in keys if (value := _string(dict.get(dict(entry), key)))), "")


def _entry_language(entry: Mapping[str, Any]) -> str:
    details = (entry.get(f"{key}_detail") or {} for key in ("title", "summary"))
    return _string(entry.get("language")) or next(
        (language for detail in details if (language := _string(detail.get("language")))), ""
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _size(length: str) -> int:
    length = length.strip()
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
