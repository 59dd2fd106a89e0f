"""Everything the core asks of the outside world, on one page. A docstring here is the contract.

Datetimes are aware UTC. No method waits for the network inside a transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from monitor.model.alert import Delivery, Fate, FateState, Receipt, Recipient
from monitor.model.entry import Entry, KnownEntry, StoredEntry
from monitor.model.feed import Feed, FeedSpec, FeedState, FetchRequest, FetchResult, ParsedFeed
from monitor.model.story import Candidate, Placement, Story
from monitor.model.watch import Match


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime: ...


class Chance(Protocol):
    """The only source of chance: a float in [0, 1)."""

    def __call__(self) -> float: ...


# --- the network -------------------------------------------------------------------------------------------


class Fetcher(Protocol):
    """Fetches feeds concurrently, one at a time and politely spaced for each host.

    ``submit`` never blocks and never raises for a bad URL: every request yields exactly one result, an answer
    or an error in words, through ``collect``. Every address is checked by the guard when connecting. A host that
    answers 429 is asked nothing more: what still waited for it yields an error of kind ``host-busy``.
    """

    def submit(self, requests: Iterable[FetchRequest]) -> None: ...

    def collect(self, timeout: float) -> list[FetchResult]:
        """Results that have arrived; waits at most ``timeout`` seconds for the first one."""
        ...

    @property
    def in_flight(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HttpReply:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # at most 64 KB


class Http(Protocol):
    """One guarded HTTP request, no redirects followed. Raises FetchError; its text never holds the URL."""

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply: ...


class Parser(Protocol):
    """Turns a body into entries, at once or elsewhere, where it can be killed.

    The future holds them, or a ParseError and never anything else.
    """

    def __call__(self, body: bytes, content_type: str, url: str) -> "Future[ParsedFeed]": ...


class Killable(Protocol):
    """Runs a module-level function in a child that is killed at ``timeout``.

    Raises what the function raised, ParseError("too-costly") when it was killed or died.
    """

    def __call__(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> Any: ...


class KillableQueue(Protocol):
    """A Killable that nobody waits for. Tasks begin in order; one that is ended by our own stop is kind ``local``."""

    def submit(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> "Future[Any]": ...


class Channel(Protocol):
    """One way to reach people.

    ``send`` returns once the receiver accepted the message, and raises DeliveryError otherwise. It must carry
    ``delivery.id`` on the wire so that a receiver can recognise a repeat.
    """

    def send(self, delivery: Delivery, now: datetime) -> Receipt: ...


@runtime_checkable
class BatchChannel(Channel, Protocol):
    """A channel that can put several deliveries to one recipient into one message."""

    def together(self, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
        """Divide them into messages: every one once, in the given order, none of them empty."""
        ...

    def send_together(self, deliveries: Sequence[Delivery], now: datetime) -> Receipt:
        """Like ``send``, for one message of ``together``: all are accepted or none, every id is on the wire."""
        ...


# --- memory ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SyncResult:
    added: tuple[str, ...] = ()  # URLs
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class FeedStore(Protocol):
    """Feeds, their leases and their politeness state."""

    def sync(self, wanted: Sequence[FeedSpec], now: datetime, spread: timedelta, chance: Chance) -> SyncResult:
        """Make the configured feeds equal ``wanted``; feeds added by command are left alone.

        New feeds are due at once when there are at most 100 of them, else spread over ``spread`` (P17). A feed
        that left the configuration is archived: kept with its entries, never polled, revived when it returns.
        """
        ...

    def add(self, spec: FeedSpec, now: datetime) -> tuple[Feed, bool]:
        """The feed and True, or the known feed and False."""
        ...

    def remove(self, feed_id: int) -> None:
        """Archive it."""
        ...

    def get(self, feed_id: int) -> Feed:
        """Raises NotFound."""
        ...

    def find(self, name: str) -> Feed:
        """By id, URL, or unique part of title or URL; raises NotFound with the near ones named."""
        ...

    def all(self) -> list[Feed]:
        """Every feed that is not archived, by id."""
        ...

    def set_paused(self, feed_id: int, paused: bool) -> None: ...

    def set_state(self, feed_id: int, state: FeedState, at: datetime) -> None: ...

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
        """Claim due feeds under a fresh fencing token, most overdue first.

        At most ``per_host`` of one host, and none of a host that has a live lease or waits after 429.
        ``unpolled``: feeds never polled are due whatever their time. ``force``: every feed not paused is due
        whose last poll is before ``polled_before``. Safe for many processes (SKIP LOCKED).
        """
        ...

    def record(self, feeds: Sequence[Feed]) -> list[int]:
        """Write back polled feeds, release their leases; returns ids whose lease token no longer held.

        Feeds whose token is stale are not written: the caller must not commit what belongs to them.
        """
        ...

    def break_leases(self) -> None:
        """At start-up of the only process on this database: every lease is a dead process's."""
        ...

    def hold_host(self, host: str, until: datetime, reason: str) -> None:
        """Leave every feed of this host alone until then (P9)."""
        ...

    def oldest_due(self, now: datetime) -> datetime | None:
        """The time of the most overdue poll; None when nothing is due."""
        ...

    def counts(self, now: datetime) -> dict[str, int]:
        """``due``, ``overdue`` and one key a state, plus ``total``."""
        ...


class EntryStore(Protocol):
    """Entries with their versions and matches."""

    def known(self, feed_id: int, entries: Sequence[Entry]) -> list[KnownEntry]:
        """Stored entries of this feed that share an identity or a URL with one of ``entries``."""
        ...

    def count(self, feed_id: int) -> int: ...

    def add(self, feed_id: int, entries: Sequence[Entry], seen_at: datetime, *, held: bool = False) -> list[int]:
        """Store new entries; ids in the same order."""
        ...

    def update(self, entry_id: int, entry: Entry, at: datetime) -> int:
        """Keep the old text as a version; returns the new version number."""
        ...

    def previous(self, entry_id: int) -> Entry | None:
        """The text before the latest update."""
        ...

    def versions(self, entry_ids: Sequence[int]) -> dict[int, list[tuple[datetime, Entry]]]:
        """Of entries that were updated: each older text with the time when it was replaced, oldest first."""
        ...

    def shown(self, entry_ids: Sequence[int], at: datetime) -> None:
        """The feed still shows these: they are remembered at least 90 days from ``at``."""
        ...

    def get(self, entry_id: int) -> StoredEntry:
        """Raises NotFound."""
        ...

    def get_many(self, entry_ids: Sequence[int]) -> dict[int, StoredEntry]: ...

    def since(self, at: datetime, until: datetime | None = None, limit: int | None = None) -> list[StoredEntry]:
        """By ``seen_at`` then id, oldest first."""
        ...

    def page(
        self, since: datetime, limit: int, *, after: StoredEntry | None = None, newest_first: bool = False
    ) -> list[StoredEntry]:
        """The next ``limit`` entries seen since then, by ``seen_at`` then id, after the last one of the page before.

        Pages leave nothing out and repeat nothing, however many entries were seen in the same instant.
        """
        ...

    def held(self, feed_id: int) -> list[StoredEntry]: ...

    def release(self, entry_ids: Sequence[int]) -> None:
        """They are no longer held."""
        ...

    def add_matches(self, matches: Mapping[int, Sequence[Match]]) -> None:
        """Replace what is recorded for these entry ids."""
        ...

    def matches(self, entry_ids: Sequence[int]) -> dict[int, list[Match]]: ...

    def daily_counts(self, watchlist: str, since: datetime, zone: str) -> dict[str, int]:
        """Matched entries a local day ("2026-11-22"), by ``seen_at``."""
        ...

    def latest(self, feed_id: int, limit: int) -> list[datetime]:
        """Newest ``published`` (else seen) times, for the feed's rhythm."""
        ...


class StoryPlaces(Protocol):
    """What putting an entry into its story needs: keys (canonical URL, body hash, parts of the text) and who has them."""

    def hold(self) -> None:
        """Until this transaction ends no other one passes here: what `find` did not find, nobody else is placing."""
        ...

    def find(self, keys: Sequence[str], since: datetime) -> tuple[int, str, int] | None:
        """(story id, the key that led there, entry id) of a story alive since then, earliest key first."""
        ...

    def candidates(self, keys: Sequence[str], since: datetime) -> list[Candidate]:
        """Entries of stories alive since then that share most of these keys: a handful, the likeliest first.

        A key that many stories have may leave out the older ones.
        """
        ...

    def place(
        self,
        entry: StoredEntry,
        keys: Sequence[str],
        placement: Placement | None,
        at: datetime,
        sketch: bytes = b"",
    ) -> Placement:
        """Attach to the placement's story, or start one; record keys and sketch. Repeating it changes nothing."""
        ...


class StoryStore(StoryPlaces, Protocol):
    """Stories and the keys by which an entry finds its own."""

    def of_entry(self, entry_id: int) -> int | None: ...

    def get(self, story_id: int) -> Story:
        """Raises NotFound."""
        ...

    def get_many(self, story_ids: Sequence[int]) -> dict[int, Story]: ...

    def recent(self, since: datetime) -> list[Story]:
        """Newest activity first."""
        ...


class Ledger(Protocol):
    """What became of every (entry x watch x recipient)."""

    def add(self, fates: Sequence[Fate]) -> None:
        """One row for each key; an existing row is kept (a step may be repeated)."""
        ...

    def told(self, story_id: int, recipient: str) -> list[Fate]:
        """Rows of this story that reached or will reach this recipient (queued … digested)."""
        ...

    def held(self, route: str, recipient: str) -> list[Fate]:
        """Rows in HELD without ``until`` for a digest route; in commit order."""
        ...

    def held_count(self) -> int:
        """Rows in HELD."""
        ...

    def held_until(self, now: datetime) -> list[Fate]:
        """Rows whose quiet hours have ended."""
        ...

    def move(
        self, fates: Sequence[Fate], state: FateState, reason: str, at: datetime, delivery_id: str | None = None
    ) -> None: ...

    def settle(self, delivery_id: str, state: FateState, reason: str, at: datetime) -> None:
        """Every row that rides on this delivery."""
        ...

    def of_entry(self, entry_id: int) -> list[Fate]: ...

    def interrupts(self, recipient: str, since: datetime) -> int:
        """Immediate deliveries decided for this recipient since then, for the budget."""
        ...

    def audit(self, since: datetime) -> dict[str, Any]:
        """Counts by state and every hole found (see pipeline.audit)."""
        ...


class Outbox(Protocol):
    """Messages to be delivered: written in the transaction that decided them."""

    def enqueue(self, deliveries: Sequence[Delivery]) -> list[str]:
        """Insert; a known ``dedup_key`` is left alone. Returns ids really inserted."""
        ...

    def due_channels(self, now: datetime) -> list[str]: ...

    def claim_due(self, channel: str, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        """pending, or retry/unknown whose time came, or sending whose lease ran out; in order.

        A row is not claimed while an older row of its ``order_key`` is unsettled (pending … unknown).
        """
        ...

    def break_leases(self) -> None:
        """At start-up of the only process on this database: rows in sending become unknown, due at once."""
        ...

    def sent(self, delivery: Delivery, at: datetime, reply: str) -> bool:
        """False when the lease token is stale (someone else has it): nothing written."""
        ...

    def retry(self, delivery: Delivery, at: datetime, error: str, *, ambiguous: bool) -> bool: ...

    def dead(self, delivery: Delivery, at: datetime, error: str) -> bool: ...

    def give_back(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Claimed but not tried: due again at ``at``, and this claim is not counted as a try."""
        ...

    def requeue(self, delivery_id: str, now: datetime) -> Delivery:
        """By command: dead or retry -> pending, attempts 0. Raises NotFound."""
        ...

    def drop(self, delivery_id: str, now: datetime) -> Delivery: ...

    def get(self, delivery_id: str) -> Delivery:
        """By its whole id or its unique beginning; raises NotFound."""
        ...

    def rows(self, states: Sequence[str], limit: int) -> list[Delivery]:
        """Rows in these states (none named: all), newest first."""
        ...

    def counts(self) -> dict[str, int]: ...

    def oldest_pending(self) -> datetime | None: ...

    def disable(self, channel: str, recipient: str, reason: str, at: datetime) -> None: ...

    def enable(self, channel: str) -> None: ...

    def disabled(self) -> dict[tuple[str, str], str]:
        """(channel, recipient key or "*") -> reason."""
        ...


@dataclass(frozen=True, slots=True)
class Mute:
    """A story, watch or source that stays silent until a time."""

    id: int
    kind: str  # story | watch | source
    value: str  # story id, "watchlist/watch", or part of a feed's title or host
    until: datetime | None
    author: str = ""
    note: str = ""


class Desk(Protocol):
    """What people set while the service runs: digest slots done, mutes, acknowledgements, small facts."""

    def last_slot(self, route: str, recipient: Recipient) -> datetime | None:
        """End (UTC) of the last digest window; None for a recipient never seen."""
        ...

    def close_slot(self, route: str, recipient: Recipient, slot: str, end: datetime) -> bool:
        """Remember that this slot is done; False when it was done before (then decide nothing)."""
        ...

    def last_counts(self, route: str, recipient: Recipient) -> Mapping[str, int] | None:
        """Counts of the digest before, for changes in words."""
        ...

    def set_counts(self, route: str, recipient: Recipient, counts: Mapping[str, int]) -> None: ...

    def add_mute(self, mute: Mute) -> int: ...

    def mutes(self, now: datetime) -> list[Mute]: ...

    def remove_mute(self, mute_id: int) -> None: ...

    def ack(self, story_id: int, author: str, at: datetime) -> None: ...

    def acked(self, story_id: int) -> bool: ...

    def set(self, key: str, value: str) -> None: ...

    def value(self, key: str) -> str | None: ...


class Records(Protocol):
    """Everything stored, inside one transaction."""

    @property
    def feeds(self) -> FeedStore: ...
    @property
    def entries(self) -> EntryStore: ...
    @property
    def stories(self) -> StoryStore: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def desk(self) -> Desk: ...


class Database(Protocol):
    """The truth. ``write`` commits when its block ends and rolls back when it raises; ``read`` is a snapshot.

    On SQLite writers are serialised (BEGIN IMMEDIATE); blocks must be short and never wait for the network.
    """

    def write(self) -> AbstractContextManager[Records]: ...

    def read(self) -> AbstractContextManager[Records]: ...
