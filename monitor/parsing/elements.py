"""Single elements of a well-formed feed: their text, links and people, or Doubt where they are not plain."""

import re

from lxml import etree

from monitor.parsing.draft import Doubt
from monitor.parsing.entries import MAX_MARKUP
from monitor.parsing.items import Markup
from monitor.parsing.vocabulary import meaning

_HTML_TYPES = frozenset(("text/html", "html"))
_XHTML_TYPES = frozenset(("application/xhtml+xml", "xhtml"))
_TEXT_TYPES = frozenset(("text", "text/plain", "plain"))
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[a-zA-Z]{2,4}(?: \(([^()@<>]+)\))?")
_STRANGE_LINK = re.compile(r":///|&[A-Za-z0-9_]+;")
_STRANGE_MARKUP = re.compile(r"<(?:/?[\w.\-]+:|svg|math|title)", re.IGNORECASE)


class Elements:
    """What the elements of one document mean and hold.

    ``is_suspicious``: the document holds bytes that may be UTF-8 encoded twice.
    """

    def __init__(self, *, is_atom: bool, is_suspicious: bool) -> None:
        self.is_atom = is_atom
        self.meanings: dict[str, str] = {}
        self._is_suspicious = is_suspicious

    def meaning(self, element: etree._Element) -> str:
        """A word of ``vocabulary``; "?" and unknown words are for feedparser."""
        tag = element.tag
        return self.meanings.get(tag) or self.meanings.setdefault(tag, meaning(tag, element.prefix))

    def leaf(self, element: etree._Element) -> str:
        """Text of an element without children."""
        if len(element):
            raise Doubt
        text = (element.text or "").strip()
        if self._is_suspicious and _is_twice_encoded(text):
            raise Doubt
        return text

    def address(self, element: etree._Element) -> str:
        """A link or a guid."""
        text = self.leaf(element)
        if _STRANGE_LINK.search(text):
            raise Doubt
        return text

    def check_ignored(self, element: etree._Element) -> None:
        """Children with a meaning would be read as the item's own."""
        if len(element) and any(
            self.meaning(child) not in ("ignored", "container") for child in element.iterdescendants()
        ):
            raise Doubt

    def page_link(self, element: etree._Element) -> str | None:
        """None when it is another kind of link than to the page."""
        href = element.get("href")
        if href is None:
            if element.attrib:
                raise Doubt
            return self.address(element)
        if not href.strip() or ":///" in href:
            raise Doubt
        self.check_ignored(element)
        if element.get("rel", "alternate").lower() != "alternate":
            return None
        kind = element.get("type", "html").lower()
        if kind not in _HTML_TYPES and kind not in _XHTML_TYPES:
            raise Doubt
        return href.strip()

    def name(self, element: etree._Element) -> str:
        """An author given as text."""
        author = self.leaf(element)
        if "@" not in author:
            return author
        found = _MAIL.fullmatch(author)
        if found is None:
            raise Doubt
        return found[1] or author

    def person(self, element: etree._Element) -> str:
        """The name of an author given as elements."""
        parts = {}
        for child in element:
            if len(child) == 0 and child.prefix and self.meaning(child) == "ignored":
                continue
            part = local_name(child)
            if part not in ("name", "email", "uri") or part in parts:
                raise Doubt
            parts[part] = self.leaf(child)
        if not parts.get("name"):
            raise Doubt
        return parts["name"]

    def markup(self, element: etree._Element) -> Markup:
        """A title, a summary or content. Atom says what it holds; elsewhere all but titles may be HTML."""
        meant = self.meaning(element)
        kind = element.get("type", "html" if meant in ("description", "encoded") else "text").lower()
        if element.get("mode") or element.get("src"):
            raise Doubt
        if self.is_atom and kind in _XHTML_TYPES:
            return Markup(self._xhtml(element), html=True)
        if kind not in _TEXT_TYPES and kind not in _HTML_TYPES:
            raise Doubt
        return Markup(self.leaf(element), html=kind in _HTML_TYPES if self.is_atom else meant != "title")

    def _xhtml(self, element: etree._Element) -> str:
        """The div that Atom asks for, as HTML."""
        if len(element) != 1 or (element.text or "").strip() or (element[0].tail or "").strip():
            raise Doubt
        markup = etree.tostring(element[0], encoding="unicode", method="html", with_tail=False)
        if len(markup) > MAX_MARKUP or _STRANGE_MARKUP.search(markup):
            raise Doubt
        return markup


def local_name(element: etree._Element) -> str:
    """In lower case, without the namespace."""
    return element.tag.rpartition("}")[2].lower()


def web_guid(guid: str) -> str:
    """A guid that can stand in for a missing link, else nothing."""
    return guid if guid.lower().startswith("http") else ""


def _is_twice_encoded(text: str) -> bool:
    """UTF-8 that was read as Latin-1 and encoded again; feedparser mends that."""
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return not text.isascii()
