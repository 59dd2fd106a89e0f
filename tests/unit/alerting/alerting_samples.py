"""Small makers of what alerting takes, so that a test names only what it is about."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from monitor.alerting.decide import Decision, decide
from monitor.model.alert import Fate, FateState, Recipient, Route, RouteMatch
from monitor.model.entry import Entry, Source, StoredEntry
from monitor.model.story import Placement, Story, StoryEntry
from monitor.model.watch import Match, Severity, Span, Why
from monitor.ports import Mute

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday; 14:00 in Kyiv
OLENA = Recipient("desk-mail", "olena", "olena@example.org", "Europe/Kyiv")
SLACK = Recipient("desk-slack")
STORY = Placement(12, True, "original", "nothing like it")
WIRE = Source("Example Wire", "wire.example.org")
NIGHT = (time(22), time(7))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]  # parts are year, month, day …


def match(
    watch: str = "drones",
    severity: Severity = Severity.HIGH,
    watchlist: str = "ukraine",
    spans: Sequence[Span] = (),
) -> Match:
    return Match(watchlist, watch, "keyword", severity, tuple(spans), Why("term", watch, True))


def entry(
    entry_id: int = 20,
    *,
    source: Source = WIRE,
    published: datetime | None = None,
    seen_at: datetime = NOON,
    **fields: Any,
) -> StoredEntry:
    return StoredEntry(entry_id, 1, Entry("x", published=published, **fields), source, seen_at)


def route(name: str = "breaking", *to: Recipient, digest: str = "", **rest: Any) -> Route:
    conditions = {key: rest.pop(key) for key in list(rest) if key in RouteMatch.__dataclass_fields__}
    return Route(name, RouteMatch(**conditions), to or (SLACK,), digest, **rest)


def fate(
    state: FateState = FateState.SENT,
    *,
    entry_id: int = 17,
    watch: str = "drones",
    recipient: str = "desk-slack",
    route: str = "breaking",
    severity: Severity = Severity.HIGH,
    until: datetime | None = None,
    story_id: int = 12,
    watchlist: str = "ukraine",
) -> Fate:
    return Fate(entry_id, watchlist, watch, recipient, route, story_id, state, "", severity, NOON, until)


def story(*sources: str) -> Story:
    entries = tuple(
        StoryEntry(17 + n, n, f"Title in {source}", f"https://{n}.example/a", source, NOON + timedelta(minutes=n))
        for n, source in enumerate(sources)
    )
    return Story(12, "The lead", "https://0.example/a", NOON, NOON, entries)


def decided(
    *matches: Match,
    routes: Sequence[Route],
    stored: StoredEntry | None = None,
    mutes: Sequence[Mute] = (),
    told: Sequence[Fate] = (),
    interrupts: Callable[[str], int] = lambda _key: 0,
    first_poll_max_age: timedelta | None = None,
    now: datetime = NOON,
    outlets: int = 1,
    correction: bool = False,
    outlets_before: int | None = None,
) -> Decision:
    return decide(
        stored or entry(),
        matches or (match(),),
        STORY,
        routes=routes,
        mutes=mutes,
        told=lambda key: [row for row in told if row.recipient == key],
        interrupts=interrupts,
        first_poll_max_age=first_poll_max_age,
        now=now,
        outlets=outlets,
        correction=correction,
        outlets_before=outlets_before,
    )


def states(decision: Decision) -> list[tuple[str, str, str]]:
    """(watch, recipient, state) of every fate."""
    return [(row.watch, row.recipient, row.state.value) for row in decision.fates]
