"""Feeds: what is configured, what is due, who holds it, and what a poll left behind."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from monitor.model.errors import NotFound
from monitor.model.feed import Feed, FeedSpec, FeedState
from monitor.ports import Chance, SyncResult
from monitor.storage.columns import Instant, clean, digest, micros
from monitor.storage.feed_rows import (
    RECORD,
    by_any_name,
    feed_of,
    new_values,
    record_values,
    same_spec,
    select_feeds,
    spec_values,
)
from monitor.storage.session import Session, chunks, marks
from monitor.storage.tables import feeds, host_holds

AT_ONCE = 100  # new feeds up to this many are polled at once; more are spread (P17)
OVERDUE = timedelta(minutes=5)
_CLAIM_LOCK = 0x6D6F6E69746F72  # PostgreSQL: claims queue, or two workers could take two feeds of one host

_HOLD_HOST = """INSERT INTO host_holds (host, until, reason) VALUES (?, ?, ?)
ON CONFLICT (host) DO UPDATE SET until = excluded.until, reason = excluded.reason
WHERE excluded.until > host_holds.until"""


@dataclass(frozen=True, slots=True)
class FeedStore:
    """Implements ports.FeedStore."""

    session: Session

    def sync(self, wanted: Sequence[FeedSpec], now: datetime, spread: timedelta, chance: Chance) -> SyncResult:
        """See the port. A feed that moved (P11) is recognised by its old addresses as well."""
        rows = self.session.execute(select_feeds().order_by(feeds.c.id)).all()
        known = by_any_name(rows)
        kept: set[int] = set()
        new: list[FeedSpec] = []
        revived, changed = [], []
        for spec in {spec.url: spec for spec in wanted}.values():
            row = known.get(spec.url)
            if row is None:
                new.append(spec)
            elif row.id not in kept:  # else one feed named twice, by an old and a new address
                kept.add(row.id)
                if row.archived:
                    self._revive(row, spec, "config", now)
                    revived.append(spec.url)
                elif not same_spec(row, spec):
                    self._update(row.id, spec_values(spec))
                    changed.append(spec.url)
        gone = [row for row in rows if row.origin == "config" and not row.archived and row.id not in kept]
        for row in gone:
            self._update(row.id, {"archived": True})
        self._insert_all(new, now, spread, chance)
        added = (*(spec.url for spec in new), *revived)
        return SyncResult(added, tuple(changed), tuple(row.config_url for row in gone))

    def add(self, spec: FeedSpec, now: datetime) -> tuple[Feed, bool]:
        row = self._by_url(spec.url)
        if row is None:
            return self.get(self._insert(spec, "added", now)), True
        if not row.archived:
            return feed_of(row), False
        self._revive(row, spec, "added", now)
        return self.get(row.id), True

    def remove(self, feed_id: int) -> None:
        self._update(feed_id, {"archived": True})

    def get(self, feed_id: int) -> Feed:
        row = self.session.execute(select_feeds().where(feeds.c.id == feed_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no feed {feed_id}")
        return feed_of(row)

    def find(self, name: str) -> Feed:
        known = self.all()
        exact = [f for f in known if str(f.id) == name] or [f for f in known if name in (f.spec.url, *f.old_urls)]
        if exact:
            return exact[0]
        part = name.casefold()
        found = (
            []
            if name.isdigit()
            else [f for f in known if part in f.label.casefold() or part in f.spec.url.casefold()]
        )
        if len(found) == 1:
            return found[0]
        raise NotFound(_not_found(name, found, known))

    def all(self) -> list[Feed]:
        rows = self.session.execute(select_feeds().where(not_(feeds.c.archived)).order_by(feeds.c.id))
        return [feed_of(row) for row in rows]

    def set_paused(self, feed_id: int, paused: bool) -> None:
        self._update(feed_id, {"paused": paused})

    def set_state(self, feed_id: int, state: FeedState, at: datetime) -> None:
        self._update(feed_id, {"state": state.value, "state_since": at})

    def claim_due(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        per_host: int,
        *,
        force: bool = False,
        unpolled: bool = False,
        polled_before: datetime | None = None,
    ) -> list[Feed]:
        if limit <= 0 or per_host <= 0:
            return []
        if self.session.postgres:
            self.session.run("SELECT pg_advisory_xact_lock(?)", (_CLAIM_LOCK,))
        wanted = and_(_forced(polled_before or now) if force else _due(now, unpolled), _unheld(now))
        ids = self._turns(and_(wanted, _free_host(now)), limit, per_host)
        # ``wanted`` stands here again for PostgreSQL: a row that changed before we locked it is judged anew.
        claimed = select_feeds().where(feeds.c.id.in_(ids), wanted).order_by(feeds.c.next_poll_at, feeds.c.id)
        found = [feed_of(row) for row in self.session.execute(claimed.with_for_update(skip_locked=True))]
        token = secrets.token_hex(8)
        if found:
            statement = f"UPDATE feeds SET lease = ?, lease_until = ? WHERE id IN ({marks(len(found))})"
            self.session.run(statement, (token, micros(now + lease), *(feed.id for feed in found)))
        return [replace(feed, lease=token) for feed in found]

    def record(self, feeds: Sequence[Feed]) -> list[int]:
        held = self._leases([feed.id for feed in feeds])
        stale = [feed.id for feed in feeds if not feed.lease or held.get(feed.id) != feed.lease]
        lost = set(stale)
        self.session.many(RECORD, [record_values(feed) for feed in feeds if feed.id not in lost])
        return stale

    def break_leases(self) -> None:
        self.session.run("UPDATE feeds SET lease = '', lease_until = NULL WHERE lease_until IS NOT NULL")

    def hold_host(self, host: str, until: datetime, reason: str) -> None:
        """See the port; a later time that is already on record stays."""
        self.session.run(_HOLD_HOST, (clean(host), micros(until), clean(reason)))

    def oldest_due(self, now: datetime) -> datetime | None:
        due = and_(not_(feeds.c.archived), _due(now, unpolled=False))
        oldest: datetime | None = self.session.execute(
            select(func.min(feeds.c.next_poll_at)).where(due)
        ).scalar_one()
        return oldest

    def counts(self, now: datetime) -> dict[str, int]:
        """See the port; ``overdue`` are due for more than five minutes, ``paused`` counts as its own key."""
        live = not_(feeds.c.archived)
        due = and_(live, _due(now, unpolled=False))
        late = and_(due, feeds.c.next_poll_at < now - OVERDUE)
        states = select(feeds.c.state, func.count()).where(live).group_by(feeds.c.state)
        by_state = {row[0]: row[1] for row in self.session.execute(states)}
        return {
            "total": sum(by_state.values()),
            "due": self._count(due),
            "overdue": self._count(late),
            "paused": self._count(and_(live, feeds.c.paused)),
            **{state.value: by_state.get(state.value, 0) for state in FeedState},
        }

    def _by_url(self, url: str) -> Row[Any] | None:
        moved_here = and_(feeds.c.url != feeds.c.config_url, feeds.c.url == url)
        same = or_(feeds.c.config_digest == digest(url), moved_here)
        return self.session.execute(select_feeds().where(same).order_by(feeds.c.archived, feeds.c.id)).first()

    def _insert(self, spec: FeedSpec, origin: str, due: datetime) -> int:
        added = insert(feeds).values(new_values(spec, origin, due)).returning(feeds.c.id)
        return int(self.session.execute(added).scalar_one())

    def _insert_all(self, specs: Sequence[FeedSpec], now: datetime, spread: timedelta, chance: Chance) -> None:
        if specs:
            waits = [spread * chance() if len(specs) > AT_ONCE else timedelta() for _ in specs]
            pairs = zip(specs, waits, strict=True)
            self.session.execute(insert(feeds), [new_values(spec, "config", now + wait) for spec, wait in pairs])

    def _revive(self, row: Row[Any], spec: FeedSpec, origin: str, now: datetime) -> None:
        """Its due time stays when it lies ahead: the server may have asked for it."""
        due = max(row.next_poll_at, now)
        values = {"archived": False, "origin": origin, "next_poll_at": due, **spec_values(spec)}
        self._update(row.id, values)

    def _update(self, feed_id: int, values: dict[str, Any]) -> None:
        self.session.execute(update(feeds).where(feeds.c.id == feed_id).values(values))

    def _turns(self, condition: ColumnElement[bool], limit: int, per_host: int) -> list[int]:
        """Ids in order of due time, each host at most ``per_host`` times; reads no further than it must."""
        turns: Counter[str] = Counter()
        ids: list[int] = []
        page = select(feeds.c.id, feeds.c.host, feeds.c.next_poll_at).where(condition).limit(limit * 4)
        page = page.order_by(feeds.c.next_poll_at, feeds.c.id)
        rows = self.session.execute(page).all()
        while rows:
            for feed_id, host, _ in rows:
                turns[host] += 1
                if turns[host] <= per_host:
                    ids.append(feed_id)
                if len(ids) == limit:
                    return ids
            after = tuple_(literal(rows[-1].next_poll_at, Instant), literal(rows[-1].id))
            rows = self.session.execute(page.where(tuple_(feeds.c.next_poll_at, feeds.c.id) > after)).all()
        return ids

    def _leases(self, ids: Sequence[int]) -> dict[int, str]:
        """Lease tokens, their rows locked until the transaction ends."""
        lock = " ORDER BY id FOR UPDATE" if self.session.postgres else ""
        found: dict[int, str] = {}
        for part in chunks(ids):
            rows = self.session.run(f"SELECT id, lease FROM feeds WHERE id IN ({marks(len(part))}){lock}", part)
            found |= {row[0]: row[1] for row in rows}
        return found

    def _count(self, condition: ColumnElement[bool]) -> int:
        found = self.session.execute(select(func.count()).select_from(feeds).where(condition)).scalar()
        return int(found or 0)


def _due(now: datetime, unpolled: bool) -> ColumnElement[bool]:
    """Not paused and its time has come; a feed that is gone is never due (P13)."""
    time = feeds.c.next_poll_at <= now
    if unpolled:
        time = or_(time, feeds.c.last_polled_at.is_(None))
    return and_(time, not_(feeds.c.paused), feeds.c.state != FeedState.GONE.value)


def _forced(polled_before: datetime) -> ColumnElement[bool]:
    never = feeds.c.last_polled_at.is_(None)
    return and_(not_(feeds.c.paused), or_(never, feeds.c.last_polled_at < polled_before))


def _unheld(now: datetime) -> ColumnElement[bool]:
    """Not archived, and no live lease."""
    free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)
    return and_(not_(feeds.c.archived), free)


def _free_host(now: datetime) -> ColumnElement[bool]:
    """Nobody is with this host, nor has it asked us to stay away."""
    other = feeds.alias("other")
    leased = exists().where(
        other.c.host == feeds.c.host, other.c.lease_until.is_not(None), other.c.lease_until > now
    )
    waits = exists().where(host_holds.c.host == feeds.c.host, host_holds.c.until > now)
    return and_(not_(leased), not_(waits))


def _not_found(name: str, found: Sequence[Feed], known: Sequence[Feed]) -> str:
    if found:
        several = ", ".join(f"{feed.id} ({feed.label})" for feed in found[:5])
        return f"{len(found)} feeds match “{name}”: {several}; name one by its id"
    near = get_close_matches(name.casefold(), [feed.label.casefold() for feed in known], 3, 0.5)
    labels = [feed.label for feed in known if feed.label.casefold() in near]
    hint = f"; did you mean {', '.join(labels)}?" if labels else "; see `monitor feeds list`"
    return f"no feed matches “{name}”{hint}"
