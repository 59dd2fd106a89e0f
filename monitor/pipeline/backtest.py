"""Backtest: what watches would have matched and sent over entries of the past, on the clock of these entries.

The steps are those of the live service: Engine.match, group, decide; quiet hours end and digests leave in between.
Nothing is read or written here. Not known any more, and left out: mutes, and how deliveries went.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from monitor.alerting.budget import day_start
from monitor.alerting.decide import decide
from monitor.alerting.slots import next_slots
from monitor.matching.engine import Engine
from monitor.model.alert import Fate, FateState, Recipient, Route
from monitor.model.entry import Entry, StoredEntry
from monitor.model.watch import Match
from monitor.pipeline.group import group
from monitor.pipeline.remembered import RememberedFates, RememberedStories, key_of

FIRST = 20  # entries kept whole, to be shown
_INSTANT = timedelta(microseconds=1)  # what is found at the very time of a digest goes with it


@dataclass(frozen=True, slots=True)
class Past:
    """A text as it was seen: a new entry, or (``previous``) an update of one, which was seen when it changed."""

    stored: StoredEntry
    first_poll: bool = False
    previous: Entry | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Who hears of what."""

    routes: tuple[Route, ...]
    first_poll_max_age: timedelta


@dataclass(frozen=True, slots=True)
class Found:
    """A text that matched."""

    stored: StoredEntry
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """An entry that matched, in short. ``story_id`` is None while the flood guard holds it."""

    entry_id: int
    at: datetime
    source: str
    story_id: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """Something that would have been sent. ``kind``: alert | woken (after quiet hours or budget) | digest."""

    at: datetime
    kind: str
    route: str
    recipient: str
    story_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; mentions and messages in order of time."""

    mentions: tuple[Mention, ...]
    first: tuple[Found, ...]
    messages: tuple[Message, ...]
    fates: tuple[Fate, ...]

    @property
    def stories(self) -> int:
        return len({mention.story_id for mention in self.mentions} - {None})

    @property
    def alerts(self) -> tuple[Message, ...]:
        """Messages that interrupt."""
        return tuple(message for message in self.messages if message.kind != "digest")


@dataclass(frozen=True, slots=True)
class Difference:
    """Entries that only the one or only the other matches; the first of each kind whole."""

    old: Outcome
    new: Outcome
    gained: int
    lost: int
    first_gained: tuple[Found, ...]
    first_lost: tuple[Found, ...]


def backtest(engine: Engine, past: Iterable[Past], rules: Rules, until: datetime) -> Outcome:
    """``past`` in order of ``seen_at``; what waits at ``until`` stays held."""
    replay = Replay(rules)
    for one in past:
        replay.see(one, engine.match(one.stored.entry, one.stored.source))
    return replay.outcome(until)


def compare(old: Engine, new: Engine, past: Iterable[Past], rules: Rules, until: datetime) -> Difference:
    """Both over the same past, each text read once."""
    before, after = Replay(rules), Replay(rules)
    gained: dict[int, Found] = {}
    lost: dict[int, Found] = {}
    for one, olds, news in _both(old, new, past):
        before.see(one, olds)
        after.see(one, news)
        if bool(olds) != bool(news):
            (gained if news else lost).setdefault(one.stored.id, Found(one.stored, tuple(news or olds)))
    olds_too, news_too = ({mention.entry_id for mention in each.mentions} for each in (before, after))
    only_new = [found for entry_id, found in gained.items() if entry_id not in olds_too]
    only_old = [found for entry_id, found in lost.items() if entry_id not in news_too]
    return Difference(
        old=before.outcome(until),
        new=after.outcome(until),
        gained=len(only_new),
        lost=len(only_old),
        first_gained=tuple(only_new[:FIRST]),
        first_lost=tuple(only_old[:FIRST]),
    )


def _both(old: Engine, new: Engine, past: Iterable[Past]) -> Iterator[tuple[Past, list[Match], list[Match]]]:
    """What each engine finds: one engine of both, whose watches are told apart by a mark at their watchlist."""
    marked = [replace(watch, watchlist=f"+{watch.watchlist}") for watch in new.watches]
    engine = Engine([*(replace(watch, watchlist=f"-{watch.watchlist}") for watch in old.watches), *marked])
    for one in past:
        found = engine.match(one.stored.entry, one.stored.source)
        sides = ([_plain(match) for match in found if match.watchlist[0] == side] for side in "-+")
        olds, news = sides
        yield one, olds, news


def _plain(match: Match) -> Match:
    return replace(match, watchlist=match.watchlist[1:])


@dataclass(slots=True)
class Replay:
    """The service's memory while the past goes by."""

    rules: Rules
    mentions: list[Mention] = field(default_factory=list)
    _first: list[Found] = field(default_factory=list)
    _messages: list[Message] = field(default_factory=list)
    _stories: RememberedStories = field(default_factory=RememberedStories)
    _ledger: RememberedFates = field(default_factory=RememberedFates)
    _interrupts: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    _alarms: list[tuple[datetime, bool]] = field(default_factory=list)  # heap: (when, whether a digest leaves)
    _waiting: dict[tuple[datetime, bool], list[Fate]] = field(default_factory=lambda: defaultdict(list))
    _slots: dict[tuple[str, str], tuple[datetime, datetime]] = field(default_factory=dict)
    _mentioned: set[int] = field(default_factory=set)
    _woken: set[tuple[int, str, str]] = field(default_factory=set)

    def see(self, one: Past, matches: Sequence[Match]) -> None:
        """One text, later than those before."""
        if not matches:
            return
        stored = one.stored
        self._let_pass(lambda at: at < stored.seen_at)
        story_id = None if stored.held else self._notice(one, matches)
        if stored.id not in self._mentioned:
            self._mentioned.add(stored.id)
            self.mentions.append(Mention(stored.id, stored.seen_at, stored.source.title, story_id))
            if len(self._first) < FIRST:
                self._first.append(Found(stored, tuple(matches)))

    def outcome(self, until: datetime) -> Outcome:
        self._let_pass(lambda at: at <= until)
        fates = tuple(self._ledger.fates.values())
        return Outcome(tuple(self.mentions), tuple(self._first), tuple(self._messages), fates)

    def _notice(self, one: Past, matches: Sequence[Match]) -> int:
        """As pipeline.notice does it."""
        stored, now = one.stored, one.stored.seen_at
        placement = group(self._stories, stored, now)
        sources = self._stories.stories[placement.story_id].sources
        decision = decide(
            stored,
            matches,
            placement,
            routes=self.rules.routes,
            mutes=(),
            told=lambda recipient: self._ledger.told(placement.story_id, recipient),
            interrupts=lambda recipient: self._today(recipient, now),
            first_poll_max_age=self.rules.first_poll_max_age if one.first_poll else None,
            now=now,
            outlets=len(set(sources.values())),
            correction=one.previous is not None,
            outlets_before=len({source for entry_id, source in sources.items() if entry_id != stored.id}),
        )
        for alert in decision.alerts:
            self._send(Message(now, "alert", alert.route.name, alert.recipient.key, placement.story_id))
        for fate in self._ledger.add(decision.fates):
            if fate.state is FateState.HELD:
                self._wait(fate)
        return placement.story_id

    def _send(self, message: Message) -> None:
        self._messages.append(message)
        if message.kind != "digest":
            self._interrupts[message.recipient].append(message.at)

    def _today(self, key: str, now: datetime) -> int:
        recipient = next(one for route in self.rules.routes for one in route.to if one.key == key)
        start = day_start(recipient, now)
        return sum(at >= start for at in self._interrupts[key])

    def _wait(self, fate: Fate) -> None:
        at = fate.until or self._next_slot(fate)
        if at is None:
            return
        alarm = (at, fate.until is None)
        if alarm not in self._waiting:
            heappush(self._alarms, alarm)
        self._waiting[alarm].append(fate)

    def _next_slot(self, fate: Fate) -> datetime | None:
        """When the digest leaves that this one waits for."""
        route, recipient = self._target(fate)
        begin, slot = self._slots.get((fate.route, fate.recipient), (fate.at, fate.at - _INSTANT))
        if not begin <= fate.at <= slot:
            slots = next_slots(route.digest, recipient.timezone, fate.at - _INSTANT, 1) if route.digest else []
            if not slots:
                return None
            slot = slots[0].utc
            self._slots[fate.route, fate.recipient] = (fate.at, slot)
        return slot

    def _target(self, fate: Fate) -> tuple[Route, Recipient]:
        route = next(route for route in self.rules.routes if route.name == fate.route)
        everybody = (one for each in (route, *self.rules.routes) for one in each.to)
        return route, next(one for one in everybody if one.key == fate.recipient)

    def _let_pass(self, is_past: Callable[[datetime], bool]) -> None:
        """What had to happen in the meantime."""
        while self._alarms and is_past(self._alarms[0][0]):
            at, is_digest = alarm = heappop(self._alarms)
            fates = self._waiting.pop(alarm)
            state = FateState.IN_DIGEST if is_digest else FateState.QUEUED
            for fate in fates:
                self._ledger.put(replace(self._ledger.fates[key_of(fate)], state=state, at=at, until=None))
            (self._send_digests if is_digest else self._wake)(fates, at)

    def _send_digests(self, fates: Sequence[Fate], at: datetime) -> None:
        for route, recipient in dict.fromkeys((fate.route, fate.recipient) for fate in fates):
            self._send(Message(at, "digest", route, recipient))

    def _wake(self, fates: Sequence[Fate], at: datetime) -> None:
        """One for each story, as pipeline.wake does it: an entry that was told so once is not told so again."""
        first: dict[tuple[int | None, str, str], int] = {}
        for fate in fates:
            first.setdefault((fate.story_id, fate.route, fate.recipient), fate.entry_id)
        for (story_id, route, recipient), entry_id in first.items():
            if (entry_id, route, recipient) not in self._woken:
                self._woken.add((entry_id, route, recipient))
                self._send(Message(at, "woken", route, recipient, story_id))
