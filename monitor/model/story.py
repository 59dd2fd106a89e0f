"""Stories: entries that tell the same news."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One entry's place in a story."""

    entry_id: int
    feed_id: int
    title: str
    url: str
    source: str  # the outlet's label
    at: datetime
    relation: str = "original"  # original | copy | near-copy | correction


@dataclass(frozen=True, slots=True)
class Story:
    """A story with its entries, oldest first."""

    id: int
    title: str
    url: str
    first_at: datetime
    last_at: datetime
    entries: tuple[StoryEntry, ...] = ()
    watchlists: tuple[str, ...] = ()

    @property
    def outlets(self) -> tuple[str, ...]:
        """Independent names that carried it, in order of appearance."""
        return tuple(dict.fromkeys(entry.source for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Placement:
    """Where grouping put an entry, and why."""

    story_id: int
    is_new: bool
    relation: str  # original | copy | near-copy | correction
    reason: str  # "same canonical URL as entry 17"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of a story that may tell the same news, as the index of near-duplicates finds it."""

    story_id: int
    entry_id: int
    sketch: bytes
