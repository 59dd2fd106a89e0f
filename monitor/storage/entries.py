"""Entries: what feeds said, their older versions and what they matched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, insert, literal, select, tuple_, update

from monitor.model.entry import Entry, KnownEntry, StoredEntry
from monitor.model.errors import NotFound
from monitor.model.watch import Match
from monitor.storage.codec import entry_from_json, entry_to_json
from monitor.storage.columns import digest, instant, micros
from monitor.storage.entry_rows import (
    ADD,
    match_of,
    match_values,
    new_values,
    select_stored,
    stored_of,
    text_values,
)
from monitor.storage.session import Session, chunks, marks
from monitor.storage.tables import entries, entry_versions, matches

SHOWN_GRAIN = timedelta(days=1)
"""``shown_at`` lags by up to this much, so that a page shown again costs reads only; pruning must allow for it."""

_KNOWN = """SELECT id, identity, url, title, content_hash FROM entries
WHERE feed_id = ? AND {column} IN ({marks})"""
_IDS = "SELECT identity_digest, id FROM entries WHERE feed_id = ? AND identity_digest IN ({marks})"
_SHOWN = "UPDATE entries SET shown_at = ? WHERE shown_at < ? AND id IN ({marks})"
_MATCHED = "UPDATE entries SET matched = true WHERE id IN ({marks})"
_FORGET = "DELETE FROM matches WHERE entry_id IN ({marks})"
_DAILY = """SELECT e.seen_at, count(DISTINCT e.id) FROM matches m JOIN entries e ON e.id = m.entry_id
WHERE m.watchlist = ? AND e.seen_at >= ? GROUP BY e.seen_at"""
_LATEST = "SELECT at FROM entries WHERE feed_id = ? ORDER BY at DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class EntryStore:
    """Implements ports.EntryStore."""

    session: Session

    def known(self, feed_id: int, entries: Sequence[Entry]) -> list[KnownEntry]:
        found: dict[int, KnownEntry] = {}
        lookups = {
            "identity_digest": {digest(entry.identity) for entry in entries},
            "url_digest": {digest(entry.url) for entry in entries if entry.url},
        }
        for column, digests in lookups.items():
            for part in chunks(digests):
                statement = _KNOWN.format(column=column, marks=marks(len(part)))
                for row in self.session.run(statement, (feed_id, *part)):
                    found[row[0]] = KnownEntry(*row)
        return [found[entry_id] for entry_id in sorted(found)]

    def count(self, feed_id: int) -> int:
        return int(self.session.run("SELECT count(*) FROM entries WHERE feed_id = ?", (feed_id,)).scalar_one())

    def add(self, feed_id: int, entries: Sequence[Entry], seen_at: datetime, *, held: bool = False) -> list[int]:
        """See the port. An identity that this feed already has is left as it is and its id returned."""
        digests = [digest(entry.identity) for entry in entries]
        self.session.many(ADD, [new_values(feed_id, entry, seen_at, held) for entry in entries])
        ids: dict[bytes, int] = {}
        for part in chunks(set(digests)):
            for row in self.session.run(_IDS.format(marks=marks(len(part))), (feed_id, *part)):
                ids[row[0]] = row[1]
        return [ids[one] for one in digests]

    def update(self, entry_id: int, entry: Entry, at: datetime) -> int:
        """See the port. Until its matches are stored anew the entry counts as not matched.

        Repeating it with the text that is already there keeps the version.
        """
        before = self.get(entry_id)
        if before.entry == entry:
            return before.version
        old = {
            "entry_id": entry_id,
            "version": before.version,
            "replaced_at": at,
            "entry": entry_to_json(before.entry),
        }
        self.session.execute(insert(entry_versions).values(old))
        values = text_values(entry, before.seen_at)
        if self._identity_taken(before, entry.identity):
            del values["identity"], values["identity_digest"]
        changed = {**values, "version": before.version + 1, "matched": False}
        self.session.execute(update(entries).where(entries.c.id == entry_id).values(changed))
        return before.version + 1

    def previous(self, entry_id: int) -> Entry | None:
        versions = select(entry_versions.c.entry).where(entry_versions.c.entry_id == entry_id)
        newest = versions.order_by(entry_versions.c.version.desc()).limit(1)
        found = self.session.execute(newest).scalar_one_or_none()
        return None if found is None else entry_from_json(found)

    def versions(self, entry_ids: Sequence[int]) -> dict[int, list[tuple[datetime, Entry]]]:
        """See the port."""
        found: dict[int, list[tuple[datetime, Entry]]] = {}
        for part in chunks(entry_ids):
            wanted = select(entry_versions).where(entry_versions.c.entry_id.in_(part))
            for row in self.session.execute(wanted.order_by(entry_versions.c.entry_id, entry_versions.c.version)):
                found.setdefault(row.entry_id, []).append((row.replaced_at, entry_from_json(row.entry)))
        return found

    def shown(self, entry_ids: Sequence[int], at: datetime) -> None:
        now, grain = micros(at), micros(at - SHOWN_GRAIN)
        for part in chunks(sorted(entry_ids)):
            self.session.run(_SHOWN.format(marks=marks(len(part))), (now, grain, *part))

    def get(self, entry_id: int) -> StoredEntry:
        row = self.session.execute(select_stored().where(entries.c.id == entry_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no entry {entry_id}")
        return stored_of(row)

    def get_many(self, entry_ids: Sequence[int]) -> dict[int, StoredEntry]:
        found: dict[int, StoredEntry] = {}
        for part in chunks(sorted(set(entry_ids))):
            rows = self._stored(select_stored().where(entries.c.id.in_(part)).order_by(entries.c.id))
            found |= {stored.id: stored for stored in rows}
        return found

    def since(self, at: datetime, until: datetime | None = None, limit: int | None = None) -> list[StoredEntry]:
        wanted = select_stored().where(entries.c.seen_at >= at)
        if until is not None:
            wanted = wanted.where(entries.c.seen_at < until)
        return self._stored(wanted.order_by(entries.c.seen_at, entries.c.id).limit(limit))

    def page(
        self, since: datetime, limit: int, *, after: StoredEntry | None = None, newest_first: bool = False
    ) -> list[StoredEntry]:
        """See the port."""
        place = (entries.c.seen_at, entries.c.id)
        wanted = select_stored().where(entries.c.seen_at >= since)
        if after is not None:
            there = tuple_(literal(after.seen_at, entries.c.seen_at.type), literal(after.id, entries.c.id.type))
            wanted = wanted.where(tuple_(*place) < there if newest_first else tuple_(*place) > there)
        order = [column.desc() for column in place] if newest_first else place
        return self._stored(wanted.order_by(*order).limit(limit))

    def held(self, feed_id: int) -> list[StoredEntry]:
        wanted = select_stored().where(entries.c.feed_id == feed_id, entries.c.held)
        return self._stored(wanted.order_by(entries.c.id))

    def release(self, entry_ids: Sequence[int]) -> None:
        for part in chunks(entry_ids):
            self.session.execute(update(entries).where(entries.c.id.in_(part)).values(held=False))

    def add_matches(self, matches: Mapping[int, Sequence[Match]]) -> None:
        """See the port. This marks the entries as matched, those with no match as well (rule 4)."""
        for part in chunks(sorted(matches)):
            self.session.run(_FORGET.format(marks=marks(len(part))), part)
            self.session.run(_MATCHED.format(marks=marks(len(part))), part)
        self._insert_matches(matches)

    def matches(self, entry_ids: Sequence[int]) -> dict[int, list[Match]]:
        """See the port. Every id asked for has its list, an empty one where nothing matched."""
        found: dict[int, list[Match]] = {entry_id: [] for entry_id in entry_ids}
        for part in chunks(found):
            wanted = select(matches).where(matches.c.entry_id.in_(part))
            for row in self.session.execute(wanted.order_by(matches.c.entry_id, matches.c.position)):
                found[row.entry_id].append(match_of(row))
        return found

    def daily_counts(self, watchlist: str, since: datetime, zone: str) -> dict[str, int]:
        local = ZoneInfo(zone)
        counts: dict[str, int] = {}
        for seen_at, count in self.session.run(_DAILY, (watchlist, micros(since))):
            day = instant(seen_at).astimezone(local).date().isoformat()
            counts[day] = counts.get(day, 0) + count
        return dict(sorted(counts.items()))

    def latest(self, feed_id: int, limit: int) -> list[datetime]:
        """See the port; newest first."""
        return [instant(row[0]) for row in self.session.run(_LATEST, (feed_id, limit))]

    def _stored(self, wanted: Select[Any]) -> list[StoredEntry]:
        return [stored_of(row) for row in self.session.execute(wanted)]

    def _identity_taken(self, before: StoredEntry, identity: str) -> bool:
        """Whether another entry of this feed has that identity: then this one keeps its old one."""
        if identity == before.entry.identity:
            return False
        same = select(entries.c.id).where(
            entries.c.feed_id == before.feed_id, entries.c.identity_digest == digest(identity)
        )
        return self.session.execute(same).first() is not None

    def _insert_matches(self, found: Mapping[int, Sequence[Match]]) -> None:
        rows: dict[tuple[int, str, str], dict[str, Any]] = {}
        for entry_id, several in found.items():
            for position, match in enumerate(several):
                rows.setdefault((entry_id, match.watchlist, match.watch), match_values(entry_id, position, match))
        if rows:
            self.session.execute(insert(matches), list(rows.values()))
