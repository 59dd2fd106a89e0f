"""Remembered: stories and fates of a backtest, kept in memory; each answers as its store in the database does."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alert import Fate, FateState
from monitor.model.entry import StoredEntry
from monitor.model.story import Candidate, Placement

_MOST_STORIES, _MOST_CANDIDATES = 12, 4  # as the database looks at: newest stories of a key, likeliest entries
_TOLD = frozenset({FateState.QUEUED, FateState.SENT, FateState.HELD, FateState.IN_DIGEST, FateState.DIGESTED})


@dataclass(slots=True)
class RememberedStory:
    """What deciding needs to know of a story."""

    active_at: datetime
    sources: dict[int, str] = field(default_factory=dict)  # by entry id


@dataclass(frozen=True, slots=True)
class RememberedStories:
    """Implements ports.StoryPlaces."""

    stories: dict[int, RememberedStory] = field(default_factory=dict)
    _keys: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))  # key -> story -> entry
    _placed: dict[int, Placement] = field(default_factory=dict)  # by entry id
    _sketches: dict[int, bytes] = field(default_factory=dict)

    def hold(self) -> None:
        """Nobody else is here."""

    def find(self, keys: Sequence[str], since: datetime) -> tuple[int, str, int] | None:
        for key in keys:
            alive = self._alive(self._keys.get(key, {}), since)
            if alive:
                story_id = max(alive, key=lambda one: (self.stories[one].active_at, one))
                return story_id, key, self._keys[key][story_id]
        return None

    def candidates(self, keys: Sequence[str], since: datetime) -> list[Candidate]:
        hits: dict[int, int] = defaultdict(int)
        for key in keys:
            holders = self._keys.get(key, {})
            for story_id in self._alive(sorted(holders)[-_MOST_STORIES:], since):
                hits[holders[story_id]] += 1
        likely = sorted(hits, key=lambda entry_id: (-hits[entry_id], entry_id))[:_MOST_CANDIDATES]
        return [Candidate(self._placed[one].story_id, one, self._sketches[one]) for one in likely]

    def place(
        self,
        entry: StoredEntry,
        keys: Sequence[str],
        placement: Placement | None,
        at: datetime,
        sketch: bytes = b"",
    ) -> Placement:
        before = self._placed.get(entry.id)
        if before is None:
            placed = placement or self._start(at)
            self._attach(entry, placed, at)
        else:  # an entry stays in the story it is in
            placed = Placement(before.story_id, False, before.relation, before.reason)
        self._sketches[entry.id] = sketch
        for key in keys:
            self._keys[key].setdefault(placed.story_id, entry.id)
        return placed

    def _start(self, at: datetime) -> Placement:
        story_id = len(self.stories) + 1
        self.stories[story_id] = RememberedStory(at)
        return Placement(story_id, True, "original", "no story alive has its keys")

    def _attach(self, entry: StoredEntry, placed: Placement, at: datetime) -> None:
        story = self.stories[placed.story_id]
        story.active_at = max(story.active_at, at)
        story.sources[entry.id] = entry.source.title
        self._placed[entry.id] = placed

    def _alive(self, story_ids: Sequence[int] | dict[int, int], since: datetime) -> list[int]:
        return [one for one in story_ids if self.stories[one].active_at >= since]


Key = tuple[int, str, str, str]  # entry id, watchlist, watch, recipient


@dataclass(frozen=True, slots=True)
class RememberedFates:
    """The ledger of a backtest."""

    fates: dict[Key, Fate] = field(default_factory=dict)
    _of_story: dict[tuple[int | None, str], list[Key]] = field(default_factory=lambda: defaultdict(list))

    def add(self, fates: Sequence[Fate]) -> list[Fate]:
        """Those that were not there yet; an existing one is kept."""
        new = [fate for fate in fates if key_of(fate) not in self.fates]
        for fate in new:
            self.put(fate)
            self._of_story[fate.story_id, fate.recipient].append(key_of(fate))
        return new

    def put(self, fate: Fate) -> None:
        """What became of it now."""
        self.fates[key_of(fate)] = fate

    def told(self, story_id: int, recipient: str) -> list[Fate]:
        rows = (self.fates[key] for key in self._of_story.get((story_id, recipient), ()))
        return [fate for fate in rows if fate.state in _TOLD]


def key_of(fate: Fate) -> Key:
    return (fate.entry_id, fate.watchlist, fate.watch, fate.recipient)
