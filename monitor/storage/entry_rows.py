"""How an entry and a match stand in their rows: columns in and out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from monitor.model.entry import Entry, Source, StoredEntry
from monitor.model.watch import Match, Severity
from monitor.storage.codec import (
    enclosures_from_json,
    enclosures_to_json,
    spans_from_json,
    spans_to_json,
    why_from_json,
    why_to_json,
)
from monitor.storage.columns import clean, digest, micros, micros_or_none, to_json
from monitor.storage.tables import entries, feeds

ADD = """INSERT INTO entries (feed_id, identity_digest, url_digest, seen_at, shown_at, at, published, updated,
version, matched, held, content_hash, language, identity, url, title, author, tags, enclosures, summary, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (feed_id, identity_digest) DO NOTHING"""


def new_values(feed_id: int, entry: Entry, seen_at: datetime, held: bool) -> tuple[Any, ...]:
    """Values of ADD."""
    seen = micros(seen_at)
    published = micros_or_none(entry.published)
    return (
        feed_id,
        digest(entry.identity),
        digest(entry.url) if entry.url else None,
        seen,
        seen,
        seen if published is None else published,
        published,
        micros_or_none(entry.updated),
        held,
        clean(entry.content_hash),
        clean(entry.language),
        clean(entry.identity),
        clean(entry.url),
        clean(entry.title),
        clean(entry.author),
        to_json(list(entry.tags)) if entry.tags else "[]",
        to_json(enclosures_to_json(entry.enclosures)) if entry.enclosures else "[]",
        clean(entry.summary),
        clean(entry.body),
    )


def text_values(entry: Entry, seen_at: datetime) -> dict[str, Any]:
    """The columns that an update replaces."""
    return {
        "identity": entry.identity,
        "identity_digest": digest(entry.identity),
        "url": entry.url,
        "url_digest": digest(entry.url) if entry.url else None,
        "at": entry.published or seen_at,
        "published": entry.published,
        "updated": entry.updated,
        "content_hash": entry.content_hash,
        "language": entry.language,
        "title": entry.title,
        "author": entry.author,
        "tags": list(entry.tags),
        "enclosures": enclosures_to_json(entry.enclosures),
        "summary": entry.summary,
        "body": entry.body,
    }


def select_stored() -> Select[Any]:
    """Entries with what matching and people care about in their feed."""
    source = (
        feeds.c.spec_title.label("feed_spec_title"),
        feeds.c.title.label("feed_title"),
        feeds.c.host.label("feed_host"),
        feeds.c.tags.label("feed_tags"),
        feeds.c.weight.label("feed_weight"),
    )
    return select(entries, *source).join(feeds, feeds.c.id == entries.c.feed_id)


def stored_of(row: Row[Any]) -> StoredEntry:
    """The entry of a row of ``select_stored``."""
    title = row.feed_spec_title or row.feed_title or row.feed_host
    source = Source(title, row.feed_host, tuple(row.feed_tags), row.feed_weight)
    return StoredEntry(row.id, row.feed_id, _entry_of(row), source, row.seen_at, row.version, row.held)


def _entry_of(row: Row[Any]) -> Entry:
    return Entry(
        identity=row.identity,
        title=row.title,
        summary=row.summary,
        body=row.body,
        url=row.url,
        author=row.author,
        tags=tuple(row.tags),
        language=row.language,
        published=row.published,
        updated=row.updated,
        enclosures=enclosures_from_json(row.enclosures),
        content_hash=row.content_hash,
    )


def match_values(entry_id: int, position: int, match: Match) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "watchlist": match.watchlist,
        "watch": match.watch,
        "position": position,
        "kind": match.kind,
        "severity": int(match.severity),
        "score": match.score,
        "spans": spans_to_json(match.spans),
        "why": why_to_json(match.why),
    }


def match_of(row: Row[Any]) -> Match:
    return Match(
        row.watchlist,
        row.watch,
        row.kind,
        Severity(row.severity),
        spans_from_json(row.spans),
        why_from_json(row.why),
        row.score,
    )
