"""OPML, the list of feeds that every reader imports and exports (opml.org/spec2.opml)."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from xml.sax.saxutils import quoteattr

from lxml import etree

from monitor.model.errors import ParseError
from monitor.model.feed import FeedSpec

_ENTITIES = re.compile(r"<!\s*(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)(?:([a-zA-Z]{2,31});)?")
_CATEGORY = re.compile(r"[,/]")


def parse_opml(text: str) -> list[FeedSpec]:
    """The feeds of an OPML file in its order, folders and categories as tags; a feed in two folders comes once.

    URLs are given as they stand. Raises ParseError with the line and what is wrong there.
    """
    found: dict[str, FeedSpec] = {}
    for spec in _feeds(_body(_root(text)), ()):
        before = found.get(spec.url)
        if before is not None:
            spec = replace(before, title=before.title or spec.title, tags=_once([*before.tags, *spec.tags]))
        found[spec.url] = spec
    return list(found.values())


def write_opml(feeds: Sequence[FeedSpec]) -> str:
    """OPML 2.0 that ``parse_opml`` reads back: a folder for each first tag, all tags as categories."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["  <head>", "    <title>Feeds of monitor</title>", "  </head>", "  <body>"]
    folders: dict[tuple[str, ...], list[FeedSpec]] = {}
    for feed in feeds:
        folders.setdefault(_folders(feed.tags), []).append(feed)
    for path in sorted(folders, key=bool):
        lines += [f"{'  ' * (depth + 2)}<outline text={_quoted(name)}>" for depth, name in enumerate(path)]
        lines += ["  " * (len(path) + 2) + _outline(feed) for feed in folders[path]]
        lines += [f"{'  ' * (depth + 2)}</outline>" for depth in reversed(range(len(path)))]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _root(text: str) -> etree._Element:
    text = _NO_XML.sub("", text).lstrip("\ufeff \t\r\n")
    if not text:
        raise ParseError("the file is empty", "empty")
    if _ENTITIES.search(text):
        raise ParseError("it declares entities, which a list of feeds needs none of; remove its DOCTYPE")
    text = _AMPERSAND.sub(_escaped, _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"line {error.lineno}: {_reason(error)}") from error
    if _name(root) != "opml":
        raise ParseError(f"its root element is <{_name(root)[:40]}>, not <opml>", "not-a-feed")
    return root


def _reason(error: etree.XMLSyntaxError) -> str:
    return re.sub(r", line \d+, column \d+.*", "", error.msg or "it is no well-formed XML")


def _escaped(found: re.Match[str]) -> str:
    """``&`` of a URL, or an HTML entity, as XML wants it."""
    character = html.unescape(found[0]) if found[1] else ""
    if character and character != found[0]:
        return "".join(f"&#{ord(one)};" for one in character)
    return "&amp;" + found[0][1:]


def _body(root: etree._Element) -> etree._Element:
    return next((child for child in root if _name(child) == "body"), root)


def _feeds(parent: etree._Element, tags: tuple[str, ...]) -> Iterable[FeedSpec]:
    for outline in parent:
        if _name(outline) != "outline":
            continue
        attributes = {str(key).lower(): " ".join(str(value).split()) for key, value in outline.items()}
        title = attributes.get("title") or attributes.get("text", "")
        url = _url(attributes)
        if url:
            own = _CATEGORY.split(attributes.get("category", ""))
            yield FeedSpec(url=url, title="" if title == url else title, tags=_once([*tags, *own]))
        yield from _feeds(outline, tags if url or not title else (*tags, title))


def _url(attributes: Mapping[str, str]) -> str:
    if attributes.get("xmlurl"):
        return attributes["xmlurl"]
    is_feed = attributes.get("type", "").lower() in ("rss", "atom", "feed")
    return attributes.get("url", "") if is_feed else ""


def _once(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for tag in tags if (name := tag.strip())))


def _name(element: etree._Element) -> str:
    """Local name in lower case; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _folders(tags: Sequence[str]) -> tuple[str, ...]:
    """Categories cannot hold commas and slashes, so such tags nest as folders."""
    return tuple(tags) if any(_CATEGORY.search(tag) for tag in tags) else tuple(tags[:1])


def _outline(feed: FeedSpec) -> str:
    title = feed.title or feed.url
    is_nested = len(_folders(feed.tags)) == len(feed.tags)
    category = "" if is_nested else f" category={_quoted(','.join(feed.tags))}"
    return (
        f'<outline type="rss" text={_quoted(title)} title={_quoted(title)}{category} xmlUrl={_quoted(feed.url)}/>'
    )


def _quoted(value: str) -> str:
    return quoteattr(_NO_XML.sub("", value))
