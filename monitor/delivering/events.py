"""Events: the body of a webhook, ``{type, timestamp, data}``, in shapes that are published as JSON Schemas. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from monitor.delivering.excerpts import Piece, diff_pieces, pieces, shorten, web_url
from monitor.delivering.payloads import message_from
from monitor.delivering.view import shares
from monitor.model.alert import Alert, AlertStory, Delivery, Digest
from monitor.model.watch import Severity

LIMIT = 20_000  # bytes of a body, and less than that
MOST_STORIES, ITEMS = 40, 12
TEXT, SNIPPET = 1000, 300  # characters of a text in an alert, and of a snippet in a digest

SeverityWord = Literal["low", "medium", "high", "critical"]
CorrectionKind = Literal["same", "new", "old"]
_KINDS: Mapping[str, CorrectionKind] = {"new": "new", "old": "old"}
_WORDS: Mapping[Severity, SeverityWord] = {
    Severity.LOW: "low",
    Severity.MEDIUM: "medium",
    Severity.HIGH: "high",
    Severity.CRITICAL: "critical",
}
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class WatchData:
    watchlist: str
    watch: str
    title: str
    severity: SeverityWord
    why: Annotated[str, Field(description="The reason in words.")]


@dataclass(frozen=True, slots=True)
class CorrectionData:
    kind: CorrectionKind
    words: str


@dataclass(frozen=True, slots=True)
class StoryData:
    id: Annotated[int, Field(description="The same for every message about this story.")]
    entry_id: int
    title: str
    url: Annotated[str, Field(description="http or https; empty when the feed gave none that is safe.")]
    source: str
    at: Annotated[datetime, Field(description="When it was published, else first seen; UTC.")]
    severity: SeverityWord
    watches: tuple[WatchData, ...]
    snippet: Annotated[str, Field(description="The text around the first match.")]
    highlights: Annotated[
        tuple[tuple[int, int], ...], Field(description="Matched words in the snippet: code-point offsets.")
    ]
    also_in: Annotated[tuple[str, ...], Field(description="Other outlets that carry the story.")]
    language: str
    author: str
    tags: tuple[str, ...]
    correction: Annotated[tuple[CorrectionData, ...], Field(description="Word diff against the text before.")]
    note: str


@dataclass(frozen=True, slots=True)
class AlertData:
    """One story."""

    route: str
    reason: Annotated[str, Field(description="Why now.")]
    story: StoryData


@dataclass(frozen=True, slots=True)
class SectionData:
    watchlist: str
    title: str
    mentions: Count
    story_count: Annotated[Count, Field(description="All stories of this watchlist, listed here or not.")]
    stories: tuple[StoryData, ...]


@dataclass(frozen=True, slots=True)
class FeedData:
    feed: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class DigestData:
    """Everything of one period. Counts cover all stories; the most urgent are listed, as many as fit."""

    route: str
    title: str
    slot: Annotated[str, Field(description="Local time of the digest.")]
    start: datetime
    end: datetime
    timezone: str
    mentions: Count
    stories: Count
    high: Count
    sections: tuple[SectionData, ...]
    feeds_total: Count
    unwell: Annotated[tuple[FeedData, ...], Field(description="Feeds that need attention.")]


@dataclass(frozen=True, slots=True)
class NoticeData:
    """News about the service itself: a feed that fails or is back, a message that could not be delivered, a test."""

    title: str
    text: str
    url: str
    severity: SeverityWord
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertEvent:
    type: Literal["alert.created", "story.updated"]
    timestamp: datetime
    data: AlertData


@dataclass(frozen=True, slots=True)
class DigestEvent:
    type: Literal["digest.sent"]
    timestamp: datetime
    data: DigestData


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    type: str
    timestamp: datetime
    data: NoticeData


SHAPES: Mapping[str, type[AlertEvent] | type[DigestEvent] | type[NoticeEvent]] = {
    "alert.created": AlertEvent,
    "story.updated": AlertEvent,
    "digest.sent": DigestEvent,
    "feed.failing": NoticeEvent,
    "feed.recovered": NoticeEvent,
}


def event_for(delivery: Delivery) -> dict[str, Any]:
    """``{type, timestamp, data}``, less than 20 KB; the same on every try. Raises DeliveryError if unreadable."""
    message = message_from(delivery.payload)
    room, stories = TEXT, MOST_STORIES
    while True:
        event = {
            "type": delivery.kind,
            "timestamp": _in_json(delivery.created_at),
            "data": _in_json(_data(delivery, message, room, stories)),
        }
        if len(body_of(event)) < LIMIT or room < 10:
            return event
        if isinstance(message, Digest) and stories:
            stories = min(stories - 1, stories * LIMIT // len(body_of(event)))
        else:
            room //= 2


def body_of(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def schema_for(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a body of this type."""
    schema = _adapters()[SHAPES[kind]].json_schema(mode="serialization")
    schema["properties"]["type"] = {"const": kind, "title": "Type", "type": "string"}
    schema["title"] = kind
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _data(
    delivery: Delivery, message: Alert | Digest, room: int, stories: int
) -> AlertData | DigestData | NoticeData:
    if isinstance(message, Digest):
        return _digest(message, room, stories)
    if delivery.kind in ("alert.created", "story.updated"):
        return AlertData(message.route, shorten(message.reason, room), _story(message.story, room))
    story = message.story
    return NoticeData(
        title=shorten(story.title.text, room),
        text=shorten(story.excerpt.text, room),
        url=web_url(story.url),
        severity=_WORDS[story.severity],
        at=story.at,
    )


def _digest(digest: Digest, room: int, shown: int) -> DigestData:
    share = shares(digest.sections, shown)
    sections = [
        SectionData(
            watchlist=section.watchlist,
            title=shorten(section.title, room),
            mentions=section.mentions,
            story_count=section.story_count,
            stories=tuple(_story(story, min(room, SNIPPET)) for story in section.stories[: share[index]]),
        )
        for index, section in enumerate(digest.sections[: room // 5])
    ]
    unwell = [FeedData(shorten(h.feed, 100), h.state, shorten(h.words, 200)) for h in digest.health[: room // 50]]
    return DigestData(
        route=digest.route,
        title=shorten(digest.title, 200),
        slot=digest.slot,
        start=digest.start,
        end=digest.end,
        timezone=digest.timezone,
        mentions=digest.mentions.now,
        stories=digest.stories.now,
        high=digest.high.now,
        sections=tuple(sections),
        feeds_total=digest.feeds_total,
        unwell=tuple(unwell),
    )


def _story(story: AlertStory, room: int) -> StoryData:
    snippet = pieces(story.excerpt, room)
    return StoryData(
        id=story.story_id,
        entry_id=story.entry_id,
        title=shorten(story.title.text, min(room, 300)),
        url=web_url(story.url),
        source=shorten(story.source, 100),
        at=story.at,
        severity=_WORDS[story.severity],
        watches=tuple(
            WatchData(w.watchlist, w.watch, shorten(w.title, 100), _WORDS[w.severity], shorten(w.why, 200))
            for w in story.watches[:ITEMS]
        ),
        snippet="".join(piece.text for piece in snippet),
        highlights=_offsets(snippet),
        also_in=tuple(shorten(name, 100) for name in story.also_in[:ITEMS]),
        language=story.language,
        author=shorten(story.author, 100),
        tags=tuple(shorten(tag, 50) for tag in story.tags[:ITEMS]),
        correction=tuple(
            CorrectionData(_KINDS.get(piece.kind, "same"), piece.text.strip())
            for piece in diff_pieces(story.correction, room)
            if piece.text.strip()
        ),
        note=shorten(story.note, 200),
    )


def _offsets(parts: Sequence[Piece]) -> tuple[tuple[int, int], ...]:
    at = 0
    found = []
    for part in parts:
        if part.kind == "match":
            found.append((at, at + len(part.text)))
        at += len(part.text)
    return tuple(found)


def _in_json(value: Any) -> Any:
    return _adapters()[type(value)].dump_python(value, mode="json")


@cache
def _adapters() -> Mapping[type, TypeAdapter[Any]]:
    """Built when first needed."""
    return {
        of: TypeAdapter(of)
        for of in (AlertData, DigestData, NoticeData, AlertEvent, DigestEvent, NoticeEvent, datetime)
    }
