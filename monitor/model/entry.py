"""Entries: one item of a feed, its text already free of HTML."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that an entry carries."""

    url: str
    type: str = ""
    length: int = 0  # bytes; 0 = unknown


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as parsed. ``title``, ``summary`` and ``body`` are plain text: HTML is removed once, in parsing.

    Spans of matches count code points in exactly these strings.
    """

    identity: str  # guid, link or hash: unique within its feed
    title: str = ""
    summary: str = ""
    body: str = ""
    url: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""  # BCP 47, lower case; empty = unknown
    published: datetime | None = None  # aware UTC; None = unusable or missing, "seen at" counts
    updated: datetime | None = None
    enclosures: tuple[Enclosure, ...] = ()
    content_hash: str = ""  # of title, summary and body: an unchanged hash means unchanged news


@dataclass(frozen=True, slots=True)
class Source:
    """Who published an entry, as far as matching and people care."""

    title: str = ""
    host: str = ""
    tags: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with its place in the database."""

    id: int
    feed_id: int
    entry: Entry
    source: Source
    seen_at: datetime
    version: int = 1
    held: bool = False  # by the flood guard

    @property
    def at(self) -> datetime:
        """When it happened, for ordering and display: published, else seen."""
        return self.entry.published or self.seen_at


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What deciding "new, updated or same" needs to know about an entry already stored."""

    id: int
    identity: str
    url: str
    title: str
    content_hash: str
