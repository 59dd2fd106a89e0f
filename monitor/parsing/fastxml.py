"""RSS, RDF and Atom that are understood completely, read by lxml; for all others it says None (polling.md §4).

The order of elements decides what is summary and what is content exactly as it does in feedparser, which reads
what is declined here. Better to decline than to differ.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from monitor.parsing.charset import decode
from monitor.parsing.draft import Doubt
from monitor.parsing.elements import Elements, local_name, web_guid
from monitor.parsing.fastitem import LANGUAGE, read_item
from monitor.parsing.items import NOTHING, Document, Item, Markup
from monitor.parsing.publishing import read_hints

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
_ATOM = "{http://www.w3.org/2005/Atom}feed"
_NETSCAPE = "http://my.netscape.com/rdf/simple/0.9/"
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_DOUBTFUL = (b"<!DOCTYPE", b"<!ENTITY", b"xml:base", b" base=")
# Characters that feedparser takes for windows-1252, and references to them.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#(?:0*1(?:2[89]|[345][0-9])|[xX]0*[89][0-9a-fA-F]);")
_TWICE_ENCODED = re.compile(rb"\xc3[\x82-\xb4]\xc2[\x80-\xbf]")
_ITEMS = re.compile(rb"<(?:item|entry)[\s>/]")


def read_fast(body: bytes, content_type: str, url: str) -> Document | None:
    """The document, or None where feedparser has to judge."""
    text = decode(body, content_type)
    data = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if any(mark in data for mark in _DOUBTFUL) or _C1.search(data) or _C1_REFERENCE.search(data):
        return None
    try:
        root = etree.fromstring(data, _parser())
        elements = Elements(is_atom=root.tag == _ATOM, is_suspicious=_TWICE_ENCODED.search(data) is not None)
        head, items = _read(root, elements)
    except (etree.XMLSyntaxError, ValueError, Doubt):
        return None
    if len(items) != len(_ITEMS.findall(data)):
        return None
    return Document(
        format=_format(root),
        base=url,
        title=head.title,
        link=head.link,
        language=head.language,
        items=tuple(items),
        hints=read_hints(text),
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _format(root: etree._Element) -> str:
    """As feedparser names it."""
    if root.tag == _ATOM:
        return "atom10"
    if root.tag == _RDF:
        return "rss090" if root.nsmap.get(None) == _NETSCAPE else "rss10"
    version = root.get("version", "")
    return _RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")


@dataclass(slots=True)
class _Head:
    """What the document says of itself."""

    title: Markup = NOTHING
    link: str = ""
    language: str = ""
    has_summary: bool = False


def _read(root: etree._Element, elements: Elements) -> tuple[_Head, list[Item]]:
    language = root.get(LANGUAGE, "")
    head = _Head(language=language)
    items = []
    for element in _children(root, elements):
        kind = elements.meaning(element)
        if kind == "item":
            items.append(read_item(element, elements, language))
        else:
            _read_head(head, element, kind, elements)
    return head, items


def _children(root: etree._Element, elements: Elements) -> Iterator[etree._Element]:
    """Of the feed: in RSS those of the channel, in RDF the items beside it as well."""
    if elements.is_atom:
        yield from root
        return
    if root.tag not in ("rss", _RDF):
        raise Doubt
    channels = 0
    for child in root:
        if local_name(child) == "channel":
            channels += 1
            yield from child
        elif elements.meaning(child) == "item":
            yield child
    if channels != 1:
        raise Doubt


def _read_head(head: _Head, element: etree._Element, kind: str, elements: Elements) -> None:
    if kind == "title" and not head.title.value:
        head.title = elements.markup(element)
    elif kind == "link":
        head.link = elements.page_link(element) or head.link
    elif kind == "language":
        head.language = elements.leaf(element)
    elif kind == "guid" and elements.is_atom:
        head.link = head.link or web_guid(elements.leaf(element))
    elif kind in ("summary", "description", "content", "encoded"):
        # What follows a summary here counts as content to feedparser, also when it reads the first item.
        if head.has_summary or kind in ("content", "encoded"):
            raise Doubt
        head.has_summary = kind == "summary"
