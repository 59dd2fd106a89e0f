"""How entries, matches and their reasons are written as JSON, and read back."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.model.entry import Enclosure, Entry
from monitor.model.watch import Span, Why
from monitor.storage.columns import instant_or_none, micros_or_none


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """An old version of an entry, whole."""
    return {
        "identity": entry.identity,
        "title": entry.title,
        "summary": entry.summary,
        "body": entry.body,
        "url": entry.url,
        "author": entry.author,
        "tags": list(entry.tags),
        "language": entry.language,
        "published": micros_or_none(entry.published),
        "updated": micros_or_none(entry.updated),
        "enclosures": enclosures_to_json(entry.enclosures),
        "content_hash": entry.content_hash,
    }


def entry_from_json(data: Mapping[str, Any]) -> Entry:
    plain = {key: data[key] for key in _PLAIN}
    return Entry(
        **plain,
        tags=tuple(data["tags"]),
        published=instant_or_none(data["published"]),
        updated=instant_or_none(data["updated"]),
        enclosures=enclosures_from_json(data["enclosures"]),
    )


_PLAIN = ("identity", "title", "summary", "body", "url", "author", "language", "content_hash")


def enclosures_to_json(enclosures: Sequence[Enclosure]) -> list[list[Any]]:
    return [[one.url, one.type, one.length] for one in enclosures]


def enclosures_from_json(data: Sequence[Sequence[Any]]) -> tuple[Enclosure, ...]:
    return tuple(Enclosure(url, type_, length) for url, type_, length in data)


def spans_to_json(spans: Sequence[Span]) -> list[list[Any]]:
    return [[span.field, span.start, span.end, span.text, span.term] for span in spans]


def spans_from_json(data: Sequence[Sequence[Any]]) -> tuple[Span, ...]:
    return tuple(Span(*values) for values in data)


def why_to_json(why: Why) -> dict[str, Any]:
    """Empty parts are left out: most nodes of a tree are short."""
    data: dict[str, Any] = {"node": why.node, "query": why.query, "matched": why.matched}
    if why.spans:
        data["spans"] = spans_to_json(why.spans)
    if why.children:
        data["children"] = [why_to_json(child) for child in why.children]
    if why.note:
        data["note"] = why.note
    return data


def why_from_json(data: Mapping[str, Any]) -> Why:
    return Why(
        data["node"],
        data["query"],
        data["matched"],
        spans_from_json(data.get("spans", ())),
        tuple(why_from_json(child) for child in data.get("children", ())),
        data.get("note", ""),
    )
