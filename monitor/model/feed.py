"""Feeds: what we poll, what we send, what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.entry import Entry


class FeedState(StrEnum):
    """How a feed is doing, in one word (polling.md §2)."""

    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"
    GAP = "gap"
    MOVED = "moved"
    GONE = "gone"
    TRUNCATED = "truncated"
    NOT_A_FEED = "not-a-feed"
    HELD = "held"  # the flood guard holds its new entries until `monitor feeds release`


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A feed as the configuration or a command names it."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    every: timedelta | None = None  # explicit polling interval
    weight: float = 1.0  # how much this outlet counts; 2 or more raises severity by one step
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # extra request headers, maybe tokens
    username: str = ""
    password: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Validators:
    """ETag and Last-Modified byte for byte as the server sent them (RFC 9110 §8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as stored: its specification and everything remembered between polls. Datetimes are aware UTC."""

    id: int
    spec: FeedSpec
    origin: str  # config | added
    host: str  # authority, "example.org" or "127.0.0.1:8000"; the unit of politeness
    next_poll_at: datetime
    title: str = ""  # the feed's own title, used where the spec names none
    paused: bool = False
    validators: Validators = Validators()
    body_hash: str = ""
    same_body: int = 0  # polls in a row that got a 200 with an unchanged body
    lease: str = ""  # fencing token of the current claim
    first_polled_at: datetime | None = None  # first successful poll
    last_polled_at: datetime | None = None
    last_changed_at: datetime | None = None
    state: FeedState = FeedState.OK
    state_since: datetime | None = None
    told_state: FeedState = FeedState.OK  # the state people were last told about
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    last_status: int = 0
    last_error: str = ""
    redirect_url: str = ""  # target of the permanent redirects seen lately
    redirect_count: int = 0
    redirect_since: datetime | None = None
    old_urls: tuple[str, ...] = ()
    cadence: timedelta | None = None  # the feed's own rhythm: median gap between entries
    hints: str = ""  # what server and document last said about polling, in fetching.schedule's own notation

    @property
    def label(self) -> str:
        """What people call this feed."""
        return self.spec.title or self.title or self.host


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One GET of one feed."""

    feed_id: int
    url: str
    host: str
    lease: str = ""
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one GET gave: an answer (``status`` > 0) or an error in words (``error`` not empty)."""

    request: FetchRequest
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""  # decompressed
    url: str = ""  # where the body came from after redirects
    permanent_url: str = ""  # set when every hop was a 301 or 308
    error: str = ""
    error_kind: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document, understood. Entries are in document order."""

    title: str
    entries: tuple[Entry, ...]
    link: str = ""
    language: str = ""
    format: str = ""  # rss20, atom10, rdf, json11 …
    truncated: bool = False  # the document's end was missing
    cut: int = 0  # entries beyond the cap that were left out
    skipped: tuple[str, ...] = ()  # one sentence for each entry that had to be left out
    ttl: timedelta | None = None  # <ttl> or sy:update*
    skip_hours: frozenset[int] = frozenset()  # UTC hours
    skip_days: frozenset[str] = frozenset()  # "Monday" …
    prev_archive: str = ""  # RFC 5005
    hub: str = ""


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """A change in how a feed is doing that people are told of, once for each state and once for its end.

    ``kind``: failing, recovered, gone, gap, moved, truncated, not-a-feed, silent or held.
    """

    kind: str
    words: str  # a predicate: "answers 410 Gone; no longer polled"
