"""One item of a well-formed feed, element by element; each meaning has its reader in a table."""

from collections.abc import Callable

from lxml import etree

from monitor.model.entry import Enclosure
from monitor.parsing.draft import Doubt, Draft
from monitor.parsing.elements import Elements, web_guid
from monitor.parsing.items import Item

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DEEPEST = 3  # containers in containers


def read_item(element: etree._Element, elements: Elements, language: str) -> Item:
    """Raises Doubt. ``language`` is the one that the document declares around the item."""
    if element.get("href") or element.get("lastmod"):
        raise Doubt
    draft = Draft(guid=element.get(_ABOUT, ""), language=element.get(LANGUAGE, ""))
    _fill(draft, element, elements, 0)
    draft.language = draft.language or language
    return draft.item()


def _fill(draft: Draft, parent: etree._Element, elements: Elements, depth: int) -> None:
    known = elements.meanings
    for element in parent:
        kind = known.get(element.tag) or elements.meaning(element)
        if kind == "ignored":
            elements.check_ignored(element)
        elif kind == "container" and depth < _DEEPEST:
            _fill(draft, element, elements, depth + 1)
        elif kind in _READERS and (depth == 0 or kind in _IN_CONTAINERS):
            _READERS[kind](draft, element, elements, depth)
        else:
            raise Doubt


def _title(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    if draft.title.value:
        draft.check_other_title()
        return
    draft.title = elements.markup(element)
    draft.language = draft.language or element.get(LANGUAGE, "")


def _other_title(draft: Draft, _element: etree._Element, _elements: Elements, _depth: int) -> None:
    draft.check_other_title()


def _guid(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    guid = elements.address(element)
    if not guid or draft.guid:
        raise Doubt
    draft.guid = guid
    if draft.link is None and _is_permalink(element):
        draft.link = web_guid(guid) or None


def _is_permalink(element: etree._Element) -> bool:
    """Whatever the case in which the attribute is written."""
    return all(value == "true" for key, value in element.items() if str(key).lower() == "ispermalink")


def _link(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    if element.get("rel", "").lower() == "enclosure" and element.get("href"):
        _enclosure(draft, element, elements, 0)
        return
    link = elements.page_link(element)
    if link == "" and draft.link:
        raise Doubt
    if link is not None:
        draft.link = link


def _description(draft: Draft, element: etree._Element, elements: Elements, depth: int) -> None:
    if elements.is_atom and draft.summary is not None:
        raise Doubt  # what a second one holds depends on its name and on what came before
    draft.describe(elements.markup(element), depth)


def _content(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    if elements.is_atom and draft.contents:
        raise Doubt
    draft.add_content(elements.markup(element))


def _author(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    if len(element):
        if draft.has_plain_author:  # feedparser would write the person over the name
            raise Doubt
        draft.authors.append(elements.person(element))
        return
    draft.has_plain_author = True
    draft.authors.append(elements.name(element))


def _category(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    term, label, text = element.get("term"), element.get("label"), elements.leaf(element)
    if label and text:
        raise Doubt
    if not term and not text and element.attrib:  # the text of the next one would count as its term
        raise Doubt
    draft.tags += [tag for tag in (label or term, text) if tag]


def _keywords(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    draft.tags += elements.leaf(element).split(",")


def _date(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    draft.dates[elements.meaning(element)] = elements.leaf(element)


def _own_language(draft: Draft, element: etree._Element, elements: Elements, _depth: int) -> None:
    draft.language = elements.leaf(element)


def _enclosure(draft: Draft, element: etree._Element, _elements: Elements, _depth: int) -> None:
    url = element.get("url") or element.get("uri") or element.get("href") or ""
    length = element.get("length", "").strip()
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
    draft.enclosures.append(Enclosure(url, element.get("type", "").lower(), size))


def _source(draft: Draft, _element: etree._Element, _elements: Elements, _depth: int) -> None:
    draft.has_source = True


def _contributor(_draft: Draft, _element: etree._Element, _elements: Elements, _depth: int) -> None:
    """Read by nobody."""


_READERS: dict[str, Callable[[Draft, etree._Element, Elements, int], None]] = {
    "title": _title,
    "media-title": _other_title,
    "link": _link,
    "guid": _guid,
    "description": _description,
    "summary": _description,
    "content": _content,
    "encoded": _content,
    "author": _author,
    "contributor": _contributor,
    "source": _source,
    "category": _category,
    "keywords": _keywords,
    "published": _date,
    "updated": _date,
    "created": _date,
    "language": _own_language,
    "enclosure": _enclosure,
}
_IN_CONTAINERS = frozenset(("description", "category", "keywords", "media-title"))
