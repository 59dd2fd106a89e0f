"""Stories: entries that tell the same news, and the keys by which the next one finds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from monitor.model.entry import StoredEntry
from monitor.model.errors import NotFound
from monitor.model.story import Candidate, Placement, Story, StoryEntry
from monitor.storage.columns import clean, digest, instant, micros
from monitor.storage.session import Session, chunks, marks

_FIND = """SELECT k.digest, k.story_id, k.entry_id FROM story_keys k JOIN stories s ON s.id = k.story_id
WHERE k.digest IN ({marks}) AND s.active_at >= ? ORDER BY s.active_at, s.id"""
_ADD_KEY = "INSERT INTO story_keys (digest, story_id, entry_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_PLACED = "SELECT story_id, relation, reason FROM story_entries WHERE entry_id = ?"
_RESKETCH = "UPDATE story_entries SET sketch = ? WHERE entry_id = ?"
# An entry that is in a story already starts none and joins none.
_START = """INSERT INTO stories (entry_id, title, url, first_at, last_at, active_at) SELECT ?, ?, ?, ?, ?, ?
WHERE NOT EXISTS (SELECT 1 FROM story_entries WHERE entry_id = ?) RETURNING id"""
_ATTACH = """INSERT INTO story_entries (entry_id, story_id, relation, reason, sketch)
SELECT ?, id, ?, ?, ? FROM stories WHERE id = ? ON CONFLICT DO NOTHING"""
_REVIVE = """UPDATE stories SET first_at = CASE WHEN first_at > ? THEN ? ELSE first_at END,
last_at = CASE WHEN last_at < ? THEN ? ELSE last_at END,
active_at = CASE WHEN active_at < ? THEN ? ELSE active_at END WHERE id = ?"""
_RETITLE = "UPDATE stories SET title = ?, url = ? WHERE id = ? AND entry_id = ?"
_STORY = "SELECT id, title, url, first_at, last_at FROM stories"
_STORIES = f"{_STORY} WHERE id IN ({{marks}}) ORDER BY id"
_RECENT = f"{_STORY} WHERE active_at >= ? ORDER BY active_at DESC, id DESC"
_MEMBERS = """SELECT m.story_id, e.id, e.feed_id, e.title, e.url, f.spec_title, f.title, f.host, e.at, m.relation
FROM story_entries m JOIN entries e ON e.id = m.entry_id JOIN feeds f ON f.id = e.feed_id
WHERE m.story_id IN ({marks}) ORDER BY e.at, e.id"""
_WATCHLISTS = """SELECT DISTINCT s.story_id, m.watchlist FROM story_entries s
JOIN matches m ON m.entry_id = s.entry_id WHERE s.story_id IN ({marks}) ORDER BY m.watchlist"""
_LOCK = 0x73746F72696573  # PostgreSQL: one transaction at a time places entries

# Each key has its own limit, so that one which thousands of stories have costs no more than another.
_MOST_STORIES, _MOST_CANDIDATES = 12, 4
_KEY = f"""SELECT * FROM (SELECT story_id, entry_id FROM story_keys WHERE digest = ?
ORDER BY story_id DESC LIMIT {_MOST_STORIES}) AS k{{number}}"""
_CANDIDATES = f"""SELECT m.story_id, m.entry_id, m.sketch FROM (
SELECT k.entry_id, count(*) AS hits FROM ({{keys}}) AS k JOIN stories s ON s.id = k.story_id
WHERE s.active_at >= ? GROUP BY k.entry_id ORDER BY hits DESC, k.entry_id LIMIT {_MOST_CANDIDATES}
) AS c JOIN story_entries m ON m.entry_id = c.entry_id ORDER BY c.hits DESC, c.entry_id"""


_digest = lru_cache(maxsize=256)(digest)  # the keys just looked up are recorded next


@lru_cache
def _candidates(count: int) -> str:
    return _CANDIDATES.format(keys=" UNION ALL ".join(_KEY.format(number=number) for number in range(count)))


@dataclass(frozen=True, slots=True)
class StoryStore:
    """Implements ports.StoryStore."""

    session: Session

    def hold(self) -> None:
        """See the port. A transaction that writes to SQLite is alone from its beginning."""
        if self.session.postgres:
            self.session.run("SELECT pg_advisory_xact_lock(?)", (_LOCK,))

    def find(self, keys: Sequence[str], since: datetime) -> tuple[int, str, int] | None:
        """See the port. Among several stories that have the key, the one with the latest news."""
        if not keys:
            return None
        digests = [_digest(key) for key in keys]
        statement = _FIND.format(marks=marks(len(digests)))
        found = {row[0]: (row[1], row[2]) for row in self.session.run(statement, (*digests, micros(since)))}
        for key, one in zip(keys, digests, strict=True):
            if one in found:
                return found[one][0], key, found[one][1]
        return None

    def candidates(self, keys: Sequence[str], since: datetime) -> list[Candidate]:
        """See the port."""
        if not keys:
            return []
        values = (*(_digest(key) for key in keys), micros(since))
        return [Candidate(*row) for row in self.session.run(_candidates(len(keys)), values)]

    def place(
        self,
        entry: StoredEntry,
        keys: Sequence[str],
        placement: Placement | None,
        at: datetime,
        sketch: bytes = b"",
    ) -> Placement:
        """See the port. An entry stays in the story it is in; new keys of a new version are added to it."""
        placed = self._start(entry, at, sketch) if placement is None else self._join(placement, entry, at, sketch)
        if placed is None:
            placed = self._again(entry, placement, sketch)
        self.session.many(_ADD_KEY, [(_digest(key), placed.story_id, entry.id) for key in dict.fromkeys(keys)])
        return placed

    def of_entry(self, entry_id: int) -> int | None:
        row = self.session.run(_PLACED, (entry_id,)).first()
        return None if row is None else int(row[0])

    def get(self, story_id: int) -> Story:
        found = self.get_many([story_id])
        if story_id not in found:
            raise NotFound(f"there is no story {story_id}")
        return found[story_id]

    def get_many(self, story_ids: Sequence[int]) -> dict[int, Story]:
        found: dict[int, Story] = {}
        for part in chunks(sorted(set(story_ids))):
            found |= self._stories(self.session.run(_STORIES.format(marks=marks(len(part))), part))
        return found

    def recent(self, since: datetime) -> list[Story]:
        return list(self._stories(self.session.run(_RECENT, (micros(since),))).values())

    def _start(self, entry: StoredEntry, at: datetime, sketch: bytes) -> Placement | None:
        """None: the entry is in a story already."""
        happened, title, url = micros(entry.at), clean(entry.entry.title), clean(entry.entry.url)
        values = (entry.id, title, url, happened, happened, micros(at), entry.id)
        story_id = self.session.run(_START, values).scalar()
        if story_id is None:
            return None
        placed = Placement(story_id, True, "original", "no story alive has its keys")
        self._attach(placed, entry, sketch)
        return placed

    def _join(self, placement: Placement, entry: StoredEntry, at: datetime, sketch: bytes) -> Placement | None:
        """None: the entry is in a story already, or there is no such story."""
        if not self._attach(placement, entry, sketch):
            return None
        happened, active = micros(entry.at), micros(at)
        self.session.run(_REVIVE, (*[happened] * 4, active, active, placement.story_id))
        return placement

    def _attach(self, placement: Placement, entry: StoredEntry, sketch: bytes) -> bool:
        values = (entry.id, placement.relation, clean(placement.reason), sketch, placement.story_id)
        return self.session.run(_ATTACH, values).rowcount == 1

    def _again(self, entry: StoredEntry, placement: Placement | None, sketch: bytes) -> Placement:
        """An entry stays where it is; only what tells how alike it is follows its new version."""
        row = self.session.run(_PLACED, (entry.id,)).first()
        if row is None:
            raise NotFound(f"there is no story {placement.story_id}" if placement else "there is no such story")
        placed = Placement(row[0], False, row[1], row[2])
        self._retitle(placed.story_id, entry)
        self.session.run(_RESKETCH, (sketch, entry.id))
        return placed

    def _retitle(self, story_id: int, entry: StoredEntry) -> None:
        """A corrected headline of the entry that started a story is the story's headline."""
        self.session.run(_RETITLE, (clean(entry.entry.title), clean(entry.entry.url), story_id, entry.id))

    def _stories(self, rows: Iterable[Sequence[Any]]) -> dict[int, Story]:
        """Rows of _STORIES, with their members and watchlists."""
        plain = {row[0]: row for row in rows}
        members = self._members(plain)
        watchlists = self._watchlists(plain)
        return {
            story_id: Story(
                story_id,
                title,
                url,
                instant(first_at),
                instant(last_at),
                tuple(members.get(story_id, ())),
                tuple(watchlists.get(story_id, ())),
            )
            for story_id, title, url, first_at, last_at in plain.values()
        }

    def _members(self, story_ids: Iterable[int]) -> Mapping[int, list[StoryEntry]]:
        """Entries by story, oldest first."""
        found: dict[int, list[StoryEntry]] = {}
        for part in chunks(story_ids):
            for (
                story_id,
                entry_id,
                feed_id,
                title,
                url,
                spec_title,
                feed_title,
                host,
                at,
                relation,
            ) in self.session.run(_MEMBERS.format(marks=marks(len(part))), part):
                label = spec_title or feed_title or host
                member = StoryEntry(entry_id, feed_id, title, url, label, instant(at), relation)
                found.setdefault(story_id, []).append(member)
        return found

    def _watchlists(self, story_ids: Iterable[int]) -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = {}
        for part in chunks(story_ids):
            for story_id, watchlist in self.session.run(_WATCHLISTS.format(marks=marks(len(part))), part):
                found.setdefault(story_id, []).append(watchlist)
        return found
