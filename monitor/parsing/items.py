"""What every reader gives before text, dates and identities are made of it: raw strings of a document."""

from dataclasses import dataclass, field
from datetime import timedelta

from monitor.model.entry import Enclosure


@dataclass(frozen=True, slots=True)
class Markup:
    """A text as the feed holds it. ``html``: declared as HTML or HTML by the format's rules; else plain text."""

    value: str = ""
    html: bool = False


NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Item:
    """One item, nothing interpreted: dates are strings, links may be relative."""

    guid: str = ""
    link: str = ""
    title: Markup = NOTHING
    summary: Markup = NOTHING
    body: Markup = NOTHING
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What a document says about polling it."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()
    prev_archive: str = ""
    hub: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document, read. ``base`` is the URL that relative links stand on."""

    format: str
    base: str
    title: Markup = NOTHING
    link: str = ""
    language: str = ""
    items: tuple[Item, ...] = ()
    truncated: bool = False
    hints: Hints = field(default_factory=Hints)
