"""Desk: what people and the daemon set while the service runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from monitor.model.alert import Recipient
from monitor.ports import Mute
from monitor.storage.columns import clean, instant_or_none, micros, to_json
from monitor.storage.session import Session
from monitor.storage.tables import acks, digest_counts, digest_slots, facts, mutes

_CLOSE = """INSERT INTO digest_slots (route, recipient, slot, ended_at) VALUES (?, ?, ?, ?)
ON CONFLICT (route, recipient, slot) DO NOTHING"""
_COUNTS = """INSERT INTO digest_counts (route, recipient, counts) VALUES (?, ?, ?)
ON CONFLICT (route, recipient) DO UPDATE SET counts = excluded.counts"""
_MUTES = """SELECT id, kind, value, until, author, note FROM mutes
WHERE until IS NULL OR until > ? ORDER BY id"""
_ACK = "INSERT INTO acks (story_id, author, at) VALUES (?, ?, ?) ON CONFLICT (story_id) DO NOTHING"
_SET = "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


@dataclass(frozen=True, slots=True)
class Desk:
    """Implements ports.Desk."""

    session: Session

    def last_slot(self, route: str, recipient: Recipient) -> datetime | None:
        mine = (digest_slots.c.route == route, digest_slots.c.recipient == recipient.key)
        found: datetime | None = self.session.execute(
            select(func.max(digest_slots.c.ended_at)).where(*mine)
        ).scalar()
        return found

    def close_slot(self, route: str, recipient: Recipient, slot: str, end: datetime) -> bool:
        return self.session.run(_CLOSE, (route, recipient.key, slot, micros(end))).rowcount == 1

    def last_counts(self, route: str, recipient: Recipient) -> Mapping[str, int] | None:
        mine = (digest_counts.c.route == route, digest_counts.c.recipient == recipient.key)
        found: dict[str, int] | None = self.session.execute(select(digest_counts.c.counts).where(*mine)).scalar()
        return found

    def set_counts(self, route: str, recipient: Recipient, counts: Mapping[str, int]) -> None:
        self.session.run(_COUNTS, (route, recipient.key, to_json(dict(counts))))

    def add_mute(self, mute: Mute) -> int:
        """See the port; the id is the database's, not the mute's own."""
        values = {
            "kind": mute.kind,
            "value": mute.value,
            "until": mute.until,
            "author": mute.author,
            "note": mute.note,
        }
        return int(self.session.execute(insert(mutes).values(values).returning(mutes.c.id)).scalar_one())

    def mutes(self, now: datetime) -> list[Mute]:
        rows = self.session.run(_MUTES, (micros(now),))
        return [
            Mute(mute_id, kind, value, instant_or_none(until), author, note)
            for mute_id, kind, value, until, author, note in rows
        ]

    def remove_mute(self, mute_id: int) -> None:
        self.session.execute(delete(mutes).where(mutes.c.id == mute_id))

    def ack(self, story_id: int, author: str, at: datetime) -> None:
        """See the port; the first one stays."""
        self.session.run(_ACK, (story_id, clean(author), micros(at)))

    def acked(self, story_id: int) -> bool:
        return self.session.execute(select(acks.c.story_id).where(acks.c.story_id == story_id)).first() is not None

    def set(self, key: str, value: str) -> None:
        self.session.run(_SET, (key, clean(value)))

    def value(self, key: str) -> str | None:
        found: str | None = self.session.execute(select(facts.c.value).where(facts.c.key == key)).scalar()
        return found
