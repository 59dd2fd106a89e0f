"""Poll: claim due feeds, fetch them together, and commit what each one brought in one transaction."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor import telemetry
from monitor.fetching.hints import HOST_BUSY
from monitor.fetching.news import News, compare
from monitor.fetching.schedule import AfterPoll, PollPolicy, after_outage, after_poll, is_our_outage
from monitor.matching.engine import Engine
from monitor.model.entry import Entry, KnownEntry, Source, StoredEntry
from monitor.model.feed import Feed, FeedSpec, FetchRequest, FetchResult, ParsedFeed
from monitor.model.watch import Match
from monitor.parsing.dates import settle
from monitor.parsing.identity import Verdict, classify, spellings
from monitor.pipeline.archive import Archives
from monitor.pipeline.health import HealthNotices
from monitor.pipeline.notice import Item, Notice
from monitor.pipeline.reading import Read, Reading
from monitor.ports import Chance, Clock, Database, Fetcher, Parser, Records
from monitor.telemetry import log

LEASE = timedelta(minutes=15)
RECENT, LATELY = 20, timedelta(minutes=2)  # results that say together whether our own network is down (P10)
BATCH = 100  # feeds claimed and results committed together
DRAIN = timedelta(seconds=15)  # after a stop, what still flies by then gives its lease back unpolled
AWHILE, BRIEFLY = 0.2, 0.05  # seconds to wait for answers, and while bodies are being read


@dataclass(slots=True)
class PollSummary:
    """Counts of one run over what was due."""

    due: int = 0
    changed: int = 0
    not_modified: int = 0
    failed: int = 0
    new: int = 0
    updated: int = 0
    matches: int = 0
    stories: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A new or updated entry and what it matched, computed before the transaction opens."""

    entry: Entry
    entry_id: int | None  # None = new
    matches: list[Match]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One polled feed, understood: everything that will be committed for it."""

    result: FetchResult
    before: Feed
    after: AfterPoll
    changes: tuple[Change, ...] = ()
    seen: tuple[int, ...] = ()  # entries the feed still shows
    parsed: bool = False
    flood: bool = False


@dataclass(slots=True)
class _Pace:
    """When to look for more due feeds: when half of what flew has landed, or a second has passed."""

    asked_at: datetime | None = None
    flew: int = 0

    def wants_more(self, flying: int, now: datetime) -> bool:
        return self.asked_at is None or 2 * flying <= self.flew or now - self.asked_at >= timedelta(seconds=1)

    def asked(self, flying: int, now: datetime) -> None:
        self.asked_at, self.flew = now, flying


@dataclass(frozen=True, slots=True)
class Poll:
    """One run: until nothing is due and nothing is in flight."""

    database: Database
    fetcher: Fetcher
    parse: Parser
    engine: Engine
    notice: Notice
    health: HealthNotices
    policy: PollPolicy
    secrets: Callable[[Feed], FeedSpec]  # joins headers, passwords and proxy, which are never stored
    clock: Clock
    chance: Chance
    per_host: int
    capacity: int
    stop: Callable[[], bool] = field(default=lambda: False)
    arrivals: deque[tuple[datetime, FetchResult]] = field(default_factory=lambda: deque(maxlen=RECENT))

    def __call__(
        self,
        *,
        force: bool = False,
        unpolled: bool = False,
        on_result: Callable[[FetchResult], None] = lambda _result: None,
    ) -> PollSummary:
        summary = PollSummary()
        flying: dict[int, Feed] = {}
        unclear: list[FetchResult] = []  # arrived, not judged: nobody has answered yet
        reading, archives = Reading(self.parse), Archives()
        begun, pace = self.clock.now(), _Pace()
        stopped: datetime | None = None
        try:
            while True:
                stopped = stopped or (self.clock.now() if self.stop() else None)
                if stopped and self.clock.now() - stopped > DRAIN:
                    return summary
                claimed = [] if stopped else self._claim(flying, pace, force, unpolled, begun)
                summary.due += len(claimed)
                self.fetcher.submit([self._request(feed) for feed in claimed])
                abroad = len(flying) - len(unclear) - len(reading)
                arrived = self.fetcher.collect(BRIEFLY if reading else AWHILE) if abroad else []
                recent = self._recent(arrived)
                outage = is_our_outage(recent)
                unclear += arrived
                if abroad == len(arrived) or not _is_unclear(recent, outage):
                    reading.add((flying[result.request.feed_id], result) for result in unclear)
                    unclear = []
                steps = [self._step(read, outage, archives) for read in reading.collect(0 if abroad else AWHILE)]
                self.fetcher.submit([step for step in steps if isinstance(step, FetchRequest)])
                outcomes = [step for step in steps if isinstance(step, Outcome)]
                self._commit(outcomes, summary)
                for outcome in outcomes:
                    del flying[outcome.before.id]
                    on_result(outcome.result)
                if not (flying or claimed or steps):  # what just ended may have freed its host for others
                    return summary
        finally:
            if flying:
                self._release(list(flying.values()))

    def _claim(
        self, flying: dict[int, Feed], pace: "_Pace", force: bool, unpolled: bool, begun: datetime
    ) -> list[Feed]:
        """Due feeds, under a lease of ours, which from now on fly."""
        now, room = self.clock.now(), min(BATCH, self.capacity - len(flying))
        if room <= 0 or not pace.wants_more(len(flying), now):
            return []
        with self.database.write() as records:
            claimed = records.feeds.claim_due(
                now, room, LEASE, self.per_host, force=force, unpolled=unpolled, polled_before=begun
            )
        flying |= {feed.id: feed for feed in claimed}
        pace.asked(len(flying), now)
        return claimed

    def _release(self, feeds: Sequence[Feed]) -> None:
        """Interrupted: give the leases back unchanged, so that the next start need not wait for them."""
        with self.database.write() as records:
            records.feeds.record(feeds)

    def _request(self, feed: Feed) -> FetchRequest:
        spec = self.secrets(feed)
        return FetchRequest(
            feed_id=feed.id,
            url=spec.url,
            host=feed.host,
            lease=feed.lease,
            validators=feed.validators,
            headers=spec.headers,
            username=spec.username,
            password=spec.password,
            proxy=spec.proxy,
        )

    def _recent(self, arrived: Sequence[FetchResult]) -> list[FetchResult]:
        """The newest results, those of the runs just before included: few feeds may be due at a time."""
        now = self.clock.now()
        self.arrivals.extend((now, result) for result in arrived)
        return [result for at, result in self.arrivals if now - at <= LATELY]

    def _step(self, read: Read, outage: bool, archives: Archives) -> Outcome | FetchRequest:
        """What to commit, or an older page to fetch before. Pure but for reading what is known."""
        read = archives.joined(read)
        feed, parsed = read.feed, read.parsed and settled(read.parsed, self.clock.now())
        if outage and read.result.error:
            again = after_outage(feed, self.policy, self.clock.now(), self.chance)
            return Outcome(read.result, feed, AfterPoll(again))
        if parsed is None:
            return self._unchanged(read)
        verdicts = classify(parsed.entries, self._known(feed, parsed))
        new = sum(verdict.kind == "new" for verdict in verdicts)
        news = compare(feed, read.result, len(verdicts), new, walked=read.walked)
        older = archives.next_page(read, self._request(feed), gap=news.gap)
        return older or self._understood(read, parsed, verdicts, news)

    def _known(self, feed: Feed, parsed: ParsedFeed) -> list[KnownEntry]:
        if feed.first_polled_at is None:
            return []
        with self.database.read() as records:
            known = records.entries.known(feed.id, parsed.entries)
            others = spellings(parsed.entries, known)  # the same addresses under http or https, www or not
            return known + (records.entries.known(feed.id, others) if others else [])

    def _unchanged(self, read: Read) -> Outcome:
        now, feed, result = self.clock.now(), read.feed, read.result
        after = after_poll(feed, result, None, read.body_hash, News(), self.policy, now, self.chance)
        return Outcome(result, feed, after)

    def _understood(self, read: Read, parsed: ParsedFeed, verdicts: Sequence[Verdict], news: News) -> Outcome:
        now, feed = self.clock.now(), read.feed
        source = source_of(feed, parsed.title)
        after = after_poll(feed, read.result, parsed, read.body_hash, news, self.policy, now, self.chance)
        return Outcome(
            result=read.result,
            before=feed,
            after=after,
            changes=tuple(
                Change(verdict.entry, verdict.entry_id, self.engine.match(verdict.entry, source))
                for verdict in verdicts
                if verdict.kind != "same"
            ),
            seen=tuple(v.entry_id for v in verdicts if v.entry_id is not None),
            parsed=True,
            flood=news.flood,
        )

    def _commit(self, outcomes: Sequence[Outcome], summary: PollSummary) -> None:
        """Rule 4: what these polls found commits together, and only where our lease still holds."""
        if not outcomes:
            return
        now = self.clock.now()
        with self.database.write() as records:
            if any(change.matches for outcome in outcomes for change in outcome.changes):
                records.stories.hold()  # before any other row is locked, or two processes could wait for each other
            stale = set(records.feeds.record([outcome.after.feed for outcome in outcomes]))
            for outcome in outcomes:
                if outcome.before.id in stale:
                    log.warning("poll.lease-lost", feed=outcome.before.id)
                    continue
                self._store(records, outcome, now, summary)

    def _store(self, records: Records, outcome: Outcome, now: datetime, summary: PollSummary) -> None:
        feed = outcome.after.feed
        _count(outcome, summary)
        if outcome.after.hold_host_until:
            records.feeds.hold_host(feed.host, outcome.after.hold_host_until, "the server asked us to wait")
        if outcome.seen:
            records.entries.shown(outcome.seen, now)
        new, updated = self._add(records, outcome, now), self._update(records, outcome, now)
        noticed = self.notice(records, updated if outcome.flood else [*new, *updated], now)
        summary.matches += noticed.matches
        summary.stories += noticed.stories
        if outcome.after.notice:
            self.health(records, feed, outcome.after.notice, now)

    def _add(self, records: Records, outcome: Outcome, now: datetime) -> list[Item]:
        new = [change for change in outcome.changes if change.entry_id is None]
        if not new:
            return []
        feed = outcome.after.feed
        ids = records.entries.add(feed.id, [change.entry for change in new], now, held=outcome.flood)
        first = outcome.before.first_polled_at is None
        source = source_of(feed)
        return [
            Item(
                StoredEntry(entry_id, feed.id, change.entry, source, now), tuple(change.matches), first_poll=first
            )
            for entry_id, change in zip(ids, new, strict=True)
        ]

    def _update(self, records: Records, outcome: Outcome, now: datetime) -> list[Item]:
        items = []
        source = source_of(outcome.after.feed)
        for change in outcome.changes:
            if change.entry_id is None:
                continue
            version = records.entries.update(change.entry_id, change.entry, now)
            stored = StoredEntry(change.entry_id, outcome.before.id, change.entry, source, now, version)
            previous = records.entries.previous(change.entry_id)
            items.append(Item(stored, tuple(change.matches), previous=previous))
        return items


def _is_unclear(recent: Sequence[FetchResult], outage: bool) -> bool:
    """Whether these failures may yet turn out to be our own outage (P10): nobody answered, and few were asked."""
    return not outage and all(result.error for result in recent)


def settled(parsed: ParsedFeed, now: datetime) -> ParsedFeed:
    """Dates that lie far ahead become "seen at"."""
    return replace(parsed, entries=tuple(settle(parsed.entries, now)))


def source_of(feed: Feed, title: str = "") -> Source:
    """The publisher of this feed's entries; ``title`` is the feed's own when it is not stored yet."""
    label = feed.spec.title or title or feed.title or feed.host
    return Source(label, feed.host, feed.spec.tags, feed.spec.weight)


def _count(outcome: Outcome, summary: PollSummary) -> None:
    new = sum(change.entry_id is None for change in outcome.changes)
    updated = len(outcome.changes) - new
    summary.new += new
    summary.updated += updated
    kind = _outcome_word(outcome)
    summary.failed += kind == "failed"
    summary.not_modified += kind == "not-modified"
    summary.changed += kind == "changed"
    telemetry.polls.labels(kind).inc()
    telemetry.entries_total.labels("new").inc(new)
    telemetry.entries_total.labels("updated").inc(updated)
    if kind == "failed":
        log.info("poll.failed", feed=outcome.before.spec.url, error=outcome.after.feed.last_error)


def _outcome_word(outcome: Outcome) -> str:
    if outcome.result.error_kind == HOST_BUSY:
        return "put-off"
    if outcome.result.error or outcome.after.feed.failures:
        return "failed"
    return "changed" if outcome.parsed else "not-modified"
