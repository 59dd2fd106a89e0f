"""Alerts: who is told what, when, why, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from monitor.model.watch import Severity


@dataclass(frozen=True, slots=True)
class Recipient:
    """A channel and, where the channel addresses people, one person.

    ``key`` ("desk-mail:olena", "desk-slack") names it in the ledger and the outbox.
    """

    channel: str
    person: str = ""
    address: str = ""  # e-mail address where the channel needs one
    timezone: str = "UTC"  # IANA name
    quiet: tuple[time, time] | None = None  # local start and end; may cross midnight
    budget: int | None = None  # interrupts a day; None = no limit

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.person}" if self.person else self.channel


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """Conditions of a route; an empty condition holds for everything."""

    watchlists: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    min_severity: Severity = Severity.LOW
    max_severity: Severity = Severity.CRITICAL
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # feed titles or hosts, any case
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Who hears of which matches, and when."""

    name: str
    match: RouteMatch
    to: tuple[Recipient, ...]
    digest: str = ""  # cron expression; empty = now
    title: str = ""
    stop: bool = False
    send_empty: bool = False
    update_on: tuple[str, ...] = ()  # "outlets>=5", "severity", "correction"

    @property
    def when(self) -> str:
        return "digest" if self.digest else "now"


class FateState(StrEnum):
    """What became of one (entry x watch x recipient): the ledger's states (delivery.md §2)."""

    QUEUED = "queued"  # in the outbox
    SENT = "sent"
    HELD = "held"  # waits for a digest or for quiet hours to end
    IN_DIGEST = "in-digest"  # in an outbox row that is a digest
    DIGESTED = "digested"  # that digest was accepted
    DUPLICATE = "duplicate"  # this recipient already heard of the story
    MUTED = "muted"
    BELOW_SEVERITY = "below-severity"
    NO_ROUTE = "no-route"
    TOO_OLD = "too-old"  # older than first_poll_max_age at a feed's first poll
    FLOOD = "flood"  # held by the flood guard
    DEAD = "dead"  # delivery failed for good
    DROPPED = "dropped"  # by `monitor outbox drop`


@dataclass(frozen=True, slots=True)
class Fate:
    """One row of the ledger."""

    entry_id: int
    watchlist: str
    watch: str
    recipient: str  # Recipient.key; "-" where no route applied
    route: str
    story_id: int | None
    state: FateState
    reason: str
    severity: Severity
    at: datetime
    until: datetime | None = None  # for HELD by quiet hours
    delivery_id: str | None = None


class DeliveryState(StrEnum):
    """States of an outbox row (delivery.md §3)."""

    PENDING = "pending"
    SENDING = "sending"
    RETRY = "retry"
    UNKNOWN = "unknown"  # the receiver may or may not have it; tried again under the same id
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row: one message to one recipient. ``payload`` is the JSON form of an Alert, Digest or Notice."""

    id: str  # fixed for ever: Message-ID, webhook-id
    kind: str  # alert.created | story.updated | digest.sent | feed.failing | feed.recovered | test
    channel: str
    recipient: str  # Recipient.key
    address: str
    route: str
    dedup_key: str  # unique: the same decision taken twice is one row
    order_key: str  # rows with the same key leave in order
    payload: Mapping[str, Any]
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_try_at: datetime | None = None
    lease: str = ""
    last_error: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the receiver said when it accepted a message, for the ledger."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text to highlight: code-point offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A snippet with whole matched words to highlight."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertWatch:
    """A watch that a story matched, with its reason in words."""

    watchlist: str
    watch: str
    title: str
    severity: Severity
    why: str  # "drone production (phrase) in title"
    wikidata: str = ""


@dataclass(frozen=True, slots=True)
class AlertStory:
    """A story as messages show it: everything a template needs and nothing else."""

    story_id: int
    entry_id: int
    title: Excerpt
    url: str
    source: str
    at: datetime
    severity: Severity
    watches: tuple[AlertWatch, ...]
    excerpt: Excerpt
    also_in: tuple[str, ...] = ()  # other outlets, in order of appearance
    language: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    correction: tuple[tuple[str, str], ...] = ()  # word diff: ("same"|"new"|"old", words)
    note: str = ""  # "update: now in 5 outlets"
    mute_url: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """An immediate message: one story to one recipient."""

    story: AlertStory
    route: str
    reason: str  # why now
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed that is not well, in words, for footers and notices."""

    feed: str
    url: str
    state: str
    words: str  # "answers 410 Gone since Mon 23 Nov 08:00; no longer polled"


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One watchlist's part of a digest. Counts cover all its stories, shown or not."""

    watchlist: str
    title: str
    mentions: int  # entries
    stories: tuple[AlertStory, ...]  # shown, most urgent first
    story_count: int
    bars: tuple[int, ...] = ()  # entries a day, oldest first, 14 days


@dataclass(frozen=True, slots=True)
class Change:
    """A count beside the one of the digest before."""

    now: int
    before: int | None = None  # None = there was none


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as templates see it. Header counts equal the sums of the sections."""

    route: str
    title: str
    recipient: str
    slot: str  # local slot, "2026-11-22T07:00"
    start: datetime  # window, half-open, UTC
    end: datetime
    timezone: str
    mentions: Change
    stories: Change
    high: Change
    sections: tuple[DigestSection, ...]
    health: tuple[FeedHealth, ...] = ()
    feeds_total: int = 0
    schedule: str = ""  # in words: "every day at 07:00"
    more_url: str = ""
    unsubscribe_url: str = ""
    languages: Mapping[str, int] = field(default_factory=dict)
