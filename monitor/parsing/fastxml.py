"""RSS, RDF and Atom that are understood completely, read by lxml; for all others it says None (polling.md §4).

The order of elements decides what is summary and what is content exactly as it does in feedparser, which reads
what is declined here. Better to decline than to differ.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from monitor.model.entry import Enclosure
from monitor.parsing.charset import decode
from monitor.parsing.dates import parse_date
from monitor.parsing.entries import MAX_MARKUP
from monitor.parsing.items import NOTHING, Document, Item, Markup
from monitor.parsing.publishing import read_hints
from monitor.parsing.vocabulary import meaning

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
_ATOM = "{http://www.w3.org/2005/Atom}feed"
_NETSCAPE = "http://my.netscape.com/rdf/simple/0.9/"
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_DOUBTFUL = (b"<!DOCTYPE", b"<!ENTITY", b"xml:base", b" base=")
_C1 = re.compile(rb"\xc2[\x80-\x9f]")  # characters that feedparser takes for windows-1252
_C1_REFERENCE = re.compile(rb"&#(?:0*1[2-5][0-9]|[xX]0*[89][0-9a-fA-F]);")
_TWICE_ENCODED = re.compile(rb"\xc3[\x82-\xb4]\xc2[\x80-\xbf]")
_ITEMS = re.compile(rb"<(?:item|entry)[\s>/]")
_HTML_TYPES = frozenset(("text/html", "html", "application/xhtml+xml", "xhtml"))
_TEXT_TYPES = frozenset(("text", "text/plain", "plain"))
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[a-zA-Z]{2,4}(?: \(([^()@<>]+)\))?")
_STRANGE_LINK = re.compile(r":///|&[A-Za-z0-9_]+;")
_STRANGE_MARKUP = re.compile(r"<(?:/?[\w.\-]+:|svg|math|title)", re.IGNORECASE)


class _Doubt(Exception):
    """Something that feedparser may read otherwise."""


def read_fast(body: bytes, content_type: str, url: str) -> Document | None:
    """The document, or None where feedparser has to judge."""
    text = decode(body, content_type)
    data = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if any(mark in data for mark in _DOUBTFUL) or _C1.search(data) or _C1_REFERENCE.search(data):
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    reader = _Reader(is_suspicious=_TWICE_ENCODED.search(data) is not None)
    try:
        head, items = reader.read(root)
    except _Doubt:
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


def _format(root: etree._Element) -> str:
    if root.tag == _ATOM:
        return "atom10"
    if root.tag == _RDF:
        return "rss090" if root.nsmap.get(None) == _NETSCAPE else "rss10"
    version = root.get("version", "")
    return _RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")


@dataclass(slots=True)
class _Head:
    title: Markup = NOTHING
    link: str = ""
    language: str = ""
    has_summary: bool = False


@dataclass(slots=True)
class _Draft:
    """An item while its elements come in, with the rules by which later ones replace earlier ones."""

    guid: str = ""
    link: str | None = None
    title: Markup = NOTHING
    summary: Markup | None = None
    summary_depth: int = 99
    contents: list[Markup] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    has_plain_author: bool = False
    has_source: bool = False
    tags: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    language: str = ""
    enclosures: list[Enclosure] = field(default_factory=list)

    def describe(self, text: Markup, depth: int) -> None:
        """A second description counts as content, unless there is content already."""
        if self.summary is not None and not self.contents:
            self.contents.append(text)
        elif self.summary is None or depth <= self.summary_depth:
            self.summary, self.summary_depth = text, depth

    def add_content(self, text: Markup) -> None:
        self.contents.append(text)
        if self.summary is None:
            self.summary = text

    def item(self) -> Item:
        body = max(self.contents, key=lambda text: len(text.value), default=NOTHING)
        summary = self.summary or NOTHING
        dates = self.dates
        for date in dates.values():
            if date and parse_date(date) is None:
                raise _Doubt
        return Item(
            guid=self.guid,
            link=self.link or "",
            title=self.title,
            summary=NOTHING if summary.value == body.value else summary,
            body=body,
            authors=tuple(self.authors),
            tags=tuple(self.tags),
            published=dates.get("published") or dates.get("updated") or dates.get("created") or "",
            updated=dates.get("updated", ""),
            language=self.language,
            enclosures=tuple(self.enclosures),
        )


class _Reader:
    """One document."""

    def __init__(self, *, is_suspicious: bool) -> None:
        self._is_suspicious = is_suspicious
        self._is_atom = False
        self._language = ""
        self._meanings: dict[str, str] = {}

    def read(self, root: etree._Element) -> tuple[_Head, list[Item]]:
        self._is_atom = root.tag == _ATOM
        self._language = root.get(_LANGUAGE, "")
        head = _Head(language=self._language)
        items = []
        for element in self._elements(root):
            if self._meaning(element) == "item":
                items.append(self._item(element))
            else:
                self._read_head(element, head)
        return head, items

    def _elements(self, root: etree._Element) -> Iterator[etree._Element]:
        """Children of the feed: in RSS those of the channel, in RDF the items beside it as well."""
        if self._is_atom:
            yield from root
            return
        if root.tag not in ("rss", _RDF):
            raise _Doubt
        channels = 0
        for child in root:
            if _local(child) == "channel":
                channels += 1
                yield from child
            elif self._meaning(child) == "item":
                yield child
        if channels != 1:
            raise _Doubt

    def _meaning(self, element: etree._Element) -> str:
        tag = element.tag
        if not isinstance(tag, str):
            raise _Doubt
        return self._meanings.get(tag) or self._meanings.setdefault(tag, meaning(tag, element.prefix))

    def _read_head(self, element: etree._Element, head: _Head) -> None:
        kind = self._meaning(element)
        if kind == "title" and not head.title.value:
            head.title = self._markup(element)
        elif kind == "link":
            head.link = self._link(element) or head.link
        elif kind == "language":
            head.language = self._leaf(element)
        elif kind == "guid" and self._is_atom:
            head.link = head.link or _web_guid(self._leaf(element))
        elif kind in ("summary", "description", "content", "encoded"):
            self._describe_head(kind, head)

    def _describe_head(self, kind: str, head: _Head) -> None:
        """What follows a summary here counts as content to feedparser, also when it reads the first item."""
        if head.has_summary or kind in ("content", "encoded"):
            raise _Doubt
        head.has_summary = kind == "summary"

    def _item(self, element: etree._Element) -> Item:
        draft = _Draft(guid=element.get(_ABOUT, ""), language=element.get(_LANGUAGE, ""))
        if element.get("href") or element.get("lastmod"):
            raise _Doubt
        self._fill(draft, element, 0)
        draft.language = draft.language or self._language
        return draft.item()

    def _fill(self, draft: _Draft, parent: etree._Element, depth: int) -> None:
        known = self._meanings
        for element in parent:
            kind = known.get(element.tag) or self._meaning(element)
            if kind == "ignored":
                self._check_ignored(element)
            elif kind == "container":
                if depth > 3:
                    raise _Doubt
                self._fill(draft, element, depth + 1)
            elif kind in _FIELDS and (depth == 0 or kind in _IN_CONTAINERS):
                _FIELDS[kind](self, draft, element, depth)
            else:
                raise _Doubt

    def _check_ignored(self, element: etree._Element) -> None:
        """Children of such an element would be read as the item's own."""
        if len(element) and any(
            self._meaning(child) not in ("ignored", "container") for child in element.iterdescendants()
        ):
            raise _Doubt

    def _title(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        if draft.title.value:
            self._other_title(draft, element, 0)
            return
        draft.title = self._markup(element)
        draft.language = draft.language or element.get(_LANGUAGE, "")

    def _other_title(self, draft: _Draft, _element: etree._Element, _depth: int) -> None:
        """The first title stays, but feedparser forgets that there was one when it has read a source."""
        if not draft.title.value or draft.has_source:
            raise _Doubt

    def _source(self, draft: _Draft, _element: etree._Element, _depth: int) -> None:
        draft.has_source = True

    def _contributor(self, draft: _Draft, element: etree._Element, depth: int) -> None:
        """Read by nobody."""

    def _guid(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        guid = self._leaf(element)
        if not guid or draft.guid or _STRANGE_LINK.search(guid):
            raise _Doubt
        draft.guid = guid
        if draft.link is None and _attribute(element, "ispermalink", "true") == "true":
            draft.link = _web_guid(guid) or None

    def _add_link(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        if element.get("rel", "").lower() == "enclosure" and element.get("href"):
            self._enclosure(draft, element, 0)
            return
        link = self._link(element)
        if link == "" and draft.link:
            raise _Doubt
        if link is not None:
            draft.link = link

    def _link(self, element: etree._Element) -> str | None:
        """None when it is another kind of link than to the entry's page."""
        href = element.get("href")
        if href is None:
            if element.attrib:
                raise _Doubt
            link = self._leaf(element)
            if _STRANGE_LINK.search(link):
                raise _Doubt
            return link
        if not href.strip() or ":///" in href:
            raise _Doubt
        self._check_ignored(element)
        rel = element.get("rel", "alternate").lower()
        if rel != "alternate":
            return None
        if element.get("type", "text/html").lower() not in ("text/html", "application/xhtml+xml"):
            raise _Doubt
        return href.strip()

    def _description(self, draft: _Draft, element: etree._Element, depth: int) -> None:
        if self._is_atom and draft.summary is not None:
            raise _Doubt  # what a second one holds depends on its name and on what came before
        draft.describe(self._markup(element), depth)

    def _content(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        draft.add_content(self._markup(element))

    def _author(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        if len(element):
            if draft.has_plain_author:  # feedparser would write the person over the name
                raise _Doubt
            draft.authors.append(self._person(element))
            return
        draft.has_plain_author = True
        author = self._leaf(element)
        if "@" in author:
            found = _MAIL.fullmatch(author)
            if found is None:
                raise _Doubt
            author = found[1] or author
        if author:
            draft.authors.append(author)

    def _person(self, element: etree._Element) -> str:
        parts = {}
        for child in element:
            name = _local(child)
            if len(child) == 0 and child.prefix and self._meaning(child) == "ignored":
                continue
            if name not in ("name", "email", "uri") or name in parts:
                raise _Doubt
            parts[name] = self._leaf(child)
        if not parts.get("name"):
            raise _Doubt
        return parts["name"]

    def _category(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        term, label, text = element.get("term"), element.get("label"), self._leaf(element)
        if (label and not term and not text) or (not (term or label or text) and element.attrib):
            raise _Doubt
        if term or label:
            draft.tags.append((label or term or "").strip())
        if text and not label:
            draft.tags.append(text)
        elif text:
            raise _Doubt

    def _keywords(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        draft.tags.extend(term.strip() for term in self._leaf(element).split(","))

    def _date(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        draft.dates[self._meaning(element)] = self._leaf(element)

    def _own_language(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        draft.language = self._leaf(element)

    def _enclosure(self, draft: _Draft, element: etree._Element, _depth: int) -> None:
        url = element.get("url") or element.get("uri") or element.get("href") or ""
        length = element.get("length", "").strip()
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
        draft.enclosures.append(Enclosure(url, element.get("type", "").lower(), size))

    def _markup(self, element: etree._Element) -> Markup:
        meant = self._meaning(element)
        kind = element.get("type", "html" if meant in ("description", "encoded") else "text").lower()
        if element.get("mode") or element.get("src"):
            raise _Doubt
        if not self._is_atom:
            if kind not in _TEXT_TYPES and kind not in ("html", "text/html"):
                raise _Doubt
            return Markup(self._leaf(element), html=meant != "title")
        if kind in ("xhtml", "application/xhtml+xml"):
            return Markup(self._xhtml(element), html=True)
        if kind not in _HTML_TYPES and kind not in _TEXT_TYPES:
            raise _Doubt
        return Markup(self._leaf(element), html=kind in _HTML_TYPES)

    def _xhtml(self, element: etree._Element) -> str:
        """The div that Atom asks for, as HTML."""
        if len(element) != 1 or (element.text or "").strip() or (element[0].tail or "").strip():
            raise _Doubt
        markup = etree.tostring(element[0], encoding="unicode", method="html", with_tail=False)
        if len(markup) > MAX_MARKUP or _STRANGE_MARKUP.search(markup):
            raise _Doubt
        return markup

    def _leaf(self, element: etree._Element) -> str:
        """Text of an element without children."""
        if len(element):
            raise _Doubt
        text = (element.text or "").strip()
        if self._is_suspicious and _is_twice_encoded(text):
            raise _Doubt
        return text


_FIELDS = {
    "title": _Reader._title,
    "media-title": _Reader._other_title,
    "source": _Reader._source,
    "contributor": _Reader._contributor,
    "link": _Reader._add_link,
    "guid": _Reader._guid,
    "description": _Reader._description,
    "summary": _Reader._description,
    "content": _Reader._content,
    "encoded": _Reader._content,
    "author": _Reader._author,
    "category": _Reader._category,
    "keywords": _Reader._keywords,
    "published": _Reader._date,
    "updated": _Reader._date,
    "created": _Reader._date,
    "language": _Reader._own_language,
    "enclosure": _Reader._enclosure,
}
_IN_CONTAINERS = frozenset(("description", "category", "keywords", "media-title"))


def _web_guid(guid: str) -> str:
    """A guid that can stand in for a missing link."""
    return guid if guid.lower().startswith("http") else ""


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _attribute(element: etree._Element, name: str, default: str) -> str:
    """By its lower-case name."""
    if not element.attrib:
        return default
    return next((str(value) for key, value in element.items() if str(key).lower() == name), default)


def _is_twice_encoded(text: str) -> bool:
    """UTF-8 that was read as Latin-1 and encoded again; feedparser mends that."""
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return not text.isascii()
