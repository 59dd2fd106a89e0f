"""Watchlists and what a match says about itself."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How urgent; written in lower case everywhere people see it."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that a watch must, or must not, match; run by `monitor check` and `monitor test`."""

    text: str
    matches: bool = True
    language: str = ""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A watch that is a query (matching.md §2)."""

    id: str
    query: str
    severity: Severity | None = None  # None = the watchlist's
    title: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A watch that is a person, organisation, place, product or event (matching.md §3)."""

    id: str
    name: str
    type: str = "other"
    wikidata: str = ""
    aliases: tuple[str, ...] = ()
    forms: str | tuple[str, ...] = "auto"  # auto | exact | the only forms that count
    require: str = ""
    exclude: str = ""
    severity: Severity | None = None
    title: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A named set of watches."""

    id: str
    title: str = ""
    severity: Severity = Severity.MEDIUM
    keywords: tuple[Keyword, ...] = ()
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A matched stretch of a field's text: code-point offsets, ``text == field[start:end]``, and the term."""

    field: str  # title | summary | body | author | url | source | tag
    start: int
    end: int
    text: str
    term: str


@dataclass(frozen=True, slots=True)
class Why:
    """One node of a query's tree with its truth: "why" and "why not" are the same answer."""

    node: str  # and | or | not | near | onear | term | phrase | wildcard | exact | regex | field | entity | …
    query: str  # this part of the query as written
    matched: bool
    spans: tuple[Span, ...] = ()
    children: tuple["Why", ...] = ()
    note: str = ""  # e.g. "2 of 3 occurrences", "another given name stands before it"


@dataclass(frozen=True, slots=True)
class Match:
    """One watch that matched one entry."""

    watchlist: str
    watch: str
    kind: str  # keyword | entity | system
    severity: Severity
    spans: tuple[Span, ...]
    why: Why
    score: float | None = None
