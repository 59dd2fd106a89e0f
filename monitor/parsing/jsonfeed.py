"""JSON Feed 1 and 1.1 (jsonfeed.org); feedparser finds no entries in one."""

import json
import re
from collections.abc import Mapping
from typing import Any

from monitor.model.entry import Enclosure
from monitor.model.errors import ParseError
from monitor.parsing.items import Document, Hints, Item, Markup

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(1(?:\.1)?)")


def read_json(text: str, url: str) -> Document:
    """Raises ParseError: "broken" for what is no JSON, "not-a-feed" for other JSON."""
    try:
        data = json.loads(text, strict=False)
    except RecursionError:
        raise ParseError("this JSON is nested too deeply to be a feed") from None
    except ValueError as error:
        raise ParseError(f"this JSON is broken: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise ParseError("this is JSON, but not a JSON Feed: it has no list of items", "not-a-feed")
    version = _VERSION.match(_string(data.get("version")))
    if version is None and "title" not in data:
        raise ParseError("this is JSON, but not a JSON Feed: it names no version of jsonfeed.org", "not-a-feed")
    hubs = [hub for hub in _mappings(data.get("hubs")) if _string(hub.get("url"))]
    return Document(
        format="json11" if version and version[1] == "1.1" else "json10",
        base=url or _string(data.get("feed_url")),
        title=Markup(_string(data.get("title"))),
        link=_string(data.get("home_page_url")),
        language=_string(data.get("language")),
        items=tuple(_item(item) for item in data["items"] if isinstance(item, dict)),
        hints=Hints(hub=_string(hubs[0]["url"]) if hubs else ""),
    )


def _item(item: Mapping[str, Any]) -> Item:
    content, plain = _string(item.get("content_html")), _string(item.get("content_text"))
    tags = item.get("tags")
    return Item(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=Markup(_string(item.get("title"))),
        summary=Markup(_string(item.get("summary"))),
        body=Markup(content, html=True) if content else Markup(plain),
        authors=tuple(_authors(item)),
        tags=tuple(_string(tag) for tag in tags) if isinstance(tags, list) else (),
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        language=_string(item.get("language")),
        enclosures=tuple(
            Enclosure(_string(one.get("url")), _string(one.get("mime_type")), _size(one.get("size_in_bytes")))
            for one in _mappings(item.get("attachments"))
        ),
    )


def _authors(item: Mapping[str, Any]) -> list[str]:
    """Version 1.1 has a list, version 1 a single one."""
    people = _mappings(item.get("authors")) or _mappings([item.get("author")])
    return [name for person in people if (name := _string(person.get("name")))]


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _string(value: object) -> str:
    """Strings as they are; ids are numbers in some feeds."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _size(value: object) -> int:
    is_size = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
    return int(value) if is_size and isinstance(value, int) else 0
