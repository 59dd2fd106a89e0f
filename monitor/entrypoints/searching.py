"""Searching: one query over what is stored, from the newest entry back, with the matched words marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from monitor.alerting.excerpt import headline, snippet
from monitor.entrypoints.trying import understood
from monitor.matching.compile import compile_entities
from monitor.matching.engine import Engine, Watch
from monitor.matching.explain import span_json
from monitor.matching.nodes import Node
from monitor.model.alert import Excerpt
from monitor.model.entry import StoredEntry
from monitor.model.watch import Match, Severity, Span
from monitor.pipeline.health import own_feed
from monitor.ports import Database

if TYPE_CHECKING:
    from monitor.app import Service

PAGE = 500  # entries held in memory at once
_ASIDE = ("author", "url", "source", "tag")  # fields that neither title nor snippet shows


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored entry that the query matches."""

    stored: StoredEntry
    match: Match


def walk(database: Database, since: datetime, *, newest_first: bool = False) -> Iterator[StoredEntry]:
    """Every entry of a feed seen since then; no transaction stays open between pages."""
    for page in pages(database, since, newest_first=newest_first):
        yield from page


def pages(database: Database, since: datetime, *, newest_first: bool = False) -> Iterator[list[StoredEntry]]:
    """The same, a page at a time, so that memory holds no more."""
    last: StoredEntry | None = None
    while True:
        with database.read() as records:
            page = records.entries.page(since, PAGE, after=last, newest_first=newest_first)
            ours = own_feed(records)
        yield [stored for stored in page if stored.feed_id != ours]
        if len(page) < PAGE:
            return
        last = page[-1]


def search(service: "Service", query: str, since: datetime, limit: int) -> tuple[Iterator[Hit], tuple[str, ...]]:
    """At most ``limit`` hits, newest first, as they are found; warnings in words. Raises ConfigError at once."""
    rules = compile_entities(service.settings.watchlists) if "@" in query else {}
    compiled, warnings = understood(query, rules)
    return islice(_hits(service.database, engine_of_one(compiled.node), since), limit), warnings


def engine_of_one(
    node: Node, watchlist: str = "", watch: str = "query", severity: Severity = Severity.MEDIUM
) -> Engine:
    """The engine that the service runs, with one watch."""
    return Engine([Watch(watchlist, watch, "keyword", severity, "", node)])


def _hits(database: Database, engine: Engine, since: datetime) -> Iterator[Hit]:
    for stored in walk(database, since, newest_first=True):
        for match in engine.match(stored.entry, stored.source):
            yield Hit(stored, match)


def hit_json(hit: Hit) -> dict[str, Any]:
    """One line of `search --json`."""
    stored, spans = hit.stored, hit.match.spans
    return {
        "entry": {
            "id": stored.id,
            "title": stored.entry.title,
            "url": stored.entry.url,
            "source": stored.source.title,
            "language": stored.entry.language,
            "published": stored.entry.published,
            "seen_at": stored.seen_at,
        },
        "score": hit.match.score,
        "spans": [span_json(span) for span in spans],
        "snippet": excerpt_json(snippet(stored.entry, spans)),
    }


def excerpt_json(excerpt: Excerpt) -> Mapping[str, Any]:
    return {"text": excerpt.text, "marks": [[mark.start, mark.end] for mark in excerpt.marks]}


def render_hit(hit: Hit) -> str:
    """One hit for people: when it was seen and where, title, snippet and address, matched words in brackets."""
    stored, spans = hit.stored, hit.match.spans
    shown = snippet(stored.entry, spans)
    lines = [
        f"{stored.seen_at:%Y-%m-%d %H:%M} UTC  {stored.source.title}  (entry {stored.id})",
        f"  {bracketed(headline(stored.entry, spans))}",
        *([f"  {bracketed(shown)}"] if shown.text else []),
        *(f"  {field}: {_aside(spans, field)}" for field in _ASIDE if _aside(spans, field)),
        *([f"  {stored.entry.url}"] if stored.entry.url else []),
    ]
    return "\n".join(lines)


def bracketed(excerpt: Excerpt) -> str:
    """The text with ``[`` and ``]`` around every mark."""
    parts, at = [], 0
    for mark in excerpt.marks:
        parts += [excerpt.text[at : mark.start], "[", excerpt.text[mark.start : mark.end], "]"]
        at = mark.end
    return "".join([*parts, excerpt.text[at:]])


def _aside(spans: tuple[Span, ...], field: str) -> str:
    """The matched words of a field that is not shown otherwise."""
    return ", ".join(dict.fromkeys(f"[{span.text}]" for span in spans if span.field == field))
