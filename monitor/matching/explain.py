"""A match in words for people and in JSON for programs (matching.md §4 and §6)."""

from collections.abc import Sequence
from typing import Any

from monitor.model.watch import Span, Why

_MOST_REASONS = 5
_FIELD_WORDS = {
    "title": "in the title",
    "summary": "in the summary",
    "body": "in the text",
    "author": "in the author",
    "url": "in the address",
    "source": "in the source",
    "tag": "in the tags",
}


def why_words(why: Why) -> str:
    """One line: “drone production” in the title, @umerov as “Умєрова” in the text."""
    reasons = list(dict.fromkeys(_reasons(why)))
    if not reasons:
        return why.query if why.matched else f"{why.query} does not match"
    shown = ", ".join(reasons[:_MOST_REASONS])
    more = len(reasons) - _MOST_REASONS
    return f"{shown} and {more} more" if more > 0 else shown


def why_json(why: Why) -> dict[str, Any]:
    """The tree as JSON; every key is always there, empty or not."""
    return {
        "node": why.node,
        "query": why.query,
        "matched": why.matched,
        "spans": [span_json(span) for span in why.spans],
        "children": [why_json(child) for child in why.children],
        "note": why.note,
    }


def span_json(span: Span) -> dict[str, Any]:
    return {"field": span.field, "start": span.start, "end": span.end, "text": span.text, "term": span.term}


def _reasons(why: Why) -> list[str]:
    if not why.matched or why.node == "not":
        return []
    if why.node == "lang":
        return [why.query]
    if why.node in ("near", "onear", "atleast", "score") or (why.spans and not why.children):
        return _in_fields(why.spans)
    if why.node == "entity":
        return _in_fields(why.spans)
    return [reason for child in why.children for reason in _reasons(child)]


def _in_fields(spans: Sequence[Span]) -> list[str]:
    """Each different wording once, where it stands first: spans are in reading order."""
    seen: dict[tuple[str, str], Span] = {}
    for span in spans:
        seen.setdefault((span.term, span.text.lower()), span)
    return [_in_field(span) for span in seen.values()]


def _in_field(span: Span) -> str:
    text = " ".join(span.text.split())
    name = f"{span.term} as " if span.term.startswith("@") else ""
    return f"{name}“{text}” {_FIELD_WORDS.get(span.field, span.field)}"
