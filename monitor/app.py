"""The one place where parts are chosen and wired."""

import random
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import __version__, telemetry
from monitor.delivering.email import EmailChannel
from monitor.delivering.slack import SlackChannel
from monitor.delivering.webhook import WebhookChannel
from monitor.fetching.client import FeedClient
from monitor.fetching.politeness import authority
from monitor.fetching.schedule import PollPolicy
from monitor.matching.compile import compile_watchlists
from monitor.matching.engine import Engine
from monitor.matching.explain import why_words
from monitor.model.errors import NotFound
from monitor.model.feed import Feed, FeedSpec, FetchRequest, FetchResult
from monitor.parsing.formats import parse_fast, parse_whole
from monitor.pipeline.deliver import Deliver
from monitor.pipeline.digest import Digests
from monitor.pipeline.health import LIST_TITLE, SYSTEM, TITLES, DeadLetters, HealthNotices
from monitor.pipeline.notice import Notice
from monitor.pipeline.poll import Poll
from monitor.pipeline.reading import FeedParser
from monitor.pipeline.subscribe import Subscribe
from monitor.pipeline.tick import Cycle
from monitor.pipeline.wake import Wake
from monitor.ports import Channel, Database, HttpReply
from monitor.settings import (
    ChannelSpec,
    EmailSpec,
    Settings,
    SlackSpec,
    config_directory,
    environment,
    load,
)
from monitor.storage.address import sqlite_file
from monitor.storage.database import open_database
from monitor.storage.lock import hold
from monitor.storage.migrate import upgrade
from monitor.tasks.crash import CrashingChannel, CrashingDatabase, CrashPlan
from monitor.tasks.killable import KillablePool

LAST_FETCH = timedelta(seconds=60)  # after a reload, polls in flight may still use the old client for this long
QUICK_READERS, SLOW_READERS = (
    2,
    1,
)  # children for bodies that the fast path declines; a hostile one may take 200 MB
CHILDS_MODULES = ("feedparser", "monitor.parsing.formats", "monitor.parsing.xmlfeed")


class SystemClock:
    """The machine's own clock; implements ports.Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Steps:
    """Everything that one configuration decides; swapped whole at a reload."""

    engine: Engine
    notice: Notice
    poll: Poll
    wake: Wake
    digests: Digests
    deliver: Deliver
    subscribe: Subscribe
    cycle: Cycle


class Service:
    """The wired program over one database."""

    def __init__(self, directory: Path, settings: Settings, database: Database, crash: CrashPlan) -> None:
        self.directory = directory
        self.settings = settings
        self.database = database
        self.clock = SystemClock()
        self._crash = crash
        self._pool = KillablePool(modules=CHILDS_MODULES)
        self._quick = KillablePool(QUICK_READERS, modules=CHILDS_MODULES)
        self._slow = KillablePool(SLOW_READERS, nice=10, modules=CHILDS_MODULES)
        self._parse = FeedParser(parse_fast, parse_whole, self._quick, self._slow)
        self._stopping = threading.Event()
        self._client = LazyClient(settings)
        self.steps = self._wired(settings, self._client, None)

    def sync(self) -> None:
        """Make the stored feeds equal the configured ones."""
        with self.database.write() as records:
            records.feeds.sync(
                self.settings.feeds, self.clock.now(), self.settings.polling.interval, random.random
            )

    def reload(self) -> None:
        """Validate whole, then swap. Raises ConfigError and changes nothing when the new one is bad.

        A watch that cannot be compiled keeps its old version and stands in ``settings.watch_problems``.
        """
        settings = load(self.directory, environment(), keep_bad_watches=True)
        telemetry.redactor.learn(settings.secrets)
        client = LazyClient(settings)
        steps = self._wired(settings, client, self.steps.engine)
        before = (self._client, self.steps.deliver.channels)
        self._client, self.settings, self.steps = client, settings, steps
        self.sync()
        closing = threading.Timer(LAST_FETCH.total_seconds(), _close, before)  # running steps still hold them
        closing.daemon = True
        closing.start()

    def stop(self) -> None:
        """Running steps finish what they hold and claim nothing more."""
        self._stopping.set()

    def close(self) -> None:
        _close(self._client, self.steps.deliver.channels)
        for pool in (self._pool, self._quick, self._slow):
            pool.close()

    def once(
        self,
        *,
        force: bool,
        only: str | None = None,
        on_result: Callable[[FetchResult], None] = lambda _result: None,
    ) -> dict[str, Any]:
        """One full cycle; counts as `once --json` prints them."""
        return self.steps.cycle(force=force, only=only, on_result=on_result)

    def feeds_due(self, *, force: bool) -> int:
        """How many feeds `once` is going to poll, for a progress bar."""
        now = self.clock.now()
        with self.database.read() as records:
            counts = records.feeds.counts(now)
        return counts["total"] - counts["paused"] if force else counts["due"]

    def measure(self) -> None:
        """Set the gauges from the database."""
        now = self.clock.now()
        with self.database.read() as records:
            feeds, rows = records.feeds.counts(now), records.outbox.counts()
            pending, overdue = records.outbox.oldest_pending(), records.feeds.oldest_due(now)
        for state, count in feeds.items():
            telemetry.feeds_by_state.labels(state).set(count)
        for state, count in rows.items():
            telemetry.outbox_rows.labels(state).set(count)
        telemetry.oldest_pending.set((now - pending).total_seconds() if pending else 0)
        telemetry.oldest_overdue.set((now - overdue).total_seconds() if overdue else 0)

    def _channels(self, settings: Settings, client: "LazyClient") -> dict[str, Channel]:
        made = {name: self._channel(spec, settings, client) for name, spec in settings.channels.items()}
        if not self._crash.where:
            return made
        return {name: CrashingChannel(channel, self._crash) for name, channel in made.items()}

    def _channel(self, spec: ChannelSpec, settings: Settings, client: "LazyClient") -> Channel:
        templates = templates_of(settings)
        if isinstance(spec, EmailSpec):
            base = settings.base_url or None
            return EmailChannel(spec.name, spec.smtp, spec.sender, base, templates, killable=self._pool)
        if isinstance(spec, SlackSpec):
            return SlackChannel(spec.name, spec.url, client, templates)
        return WebhookChannel(spec.name, spec.url, spec.secrets, client, spec.template, killable=self._pool)

    def _wired(self, settings: Settings, client: "LazyClient", before: Engine | None) -> Steps:
        engine = compile_watchlists(settings.watchlists, before).engine
        database, clock, routes = self.database, self.clock, settings.routes
        titles = TITLES | {(watch.watchlist, watch.watch): watch.title or watch.watch for watch in engine.watches}
        notice = Notice(routes, titles, why_words, settings.polling.first_poll_max_age, _new_id)
        stopping = self._stopping.is_set
        deliver = Deliver(
            database,
            self._channels(settings, client),
            DeadLetters(notice),
            clock,
            random.random,
            stopping,
        )
        poll = Poll(
            database=database,
            fetcher=client,
            parse=self._parse,
            engine=engine,
            notice=notice,
            health=HealthNotices(notice),
            policy=_policy(settings),
            secrets=_secrets(settings.feeds),
            clock=clock,
            chance=random.random,
            per_host=_per_host(settings),
            capacity=2 * settings.polling.concurrency,
            stop=lambda: stopping() or self._client is not client,
        )
        wake = Wake(database, routes, titles, why_words, clock, _new_id)
        list_titles = {SYSTEM: LIST_TITLE} | {
            watchlist.id: watchlist.title or watchlist.id for watchlist in settings.watchlists
        }
        digests = Digests(database, routes, titles, list_titles, why_words, clock, _new_id)
        return Steps(
            engine=engine,
            notice=notice,
            poll=poll,
            wake=wake,
            digests=digests,
            deliver=deliver,
            subscribe=Subscribe(database, client, self._parse, clock, settings.polling.interval, random.random),
            cycle=Cycle(database, poll, wake, digests, deliver, clock),
        )


@contextmanager
def open_service(config: Path | None, *, exclusive: bool = False, looking: bool = False) -> Iterator[Service]:
    """Load, open, migrate, wire. ``exclusive``: the one process that polls and sends (rule 2's leases are its own).

    ``looking``: there is nothing to see where no database is, so none is made; raises NotFound.
    """
    env = environment()
    directory = config_directory(config, env)
    settings = load(directory, env)
    telemetry.redactor.learn(settings.secrets)
    file = sqlite_file(settings.database_url)
    if looking and file is not None and not file.exists() and not Path(f"{file}-wal").exists():
        raise NotFound(f"no database yet at {file}; `monitor once` makes it")
    with ExitStack() as stack:
        if exclusive:
            stack.enter_context(hold(settings.database_url))
        upgrade(settings.database_url)
        opened = open_database(settings.database_url)
        stack.callback(opened.close)
        crash = CrashPlan.read(env.get("MONITOR_CRASH_AT", ""))
        database: Database = CrashingDatabase(opened, crash) if crash.where else opened
        service = Service(directory, settings, database, crash)
        stack.callback(service.close)
        if exclusive and opened.dialect == "sqlite":
            with database.write() as records:
                records.feeds.break_leases()
                records.outbox.break_leases()
        service.sync()
        yield service


class LazyClient:
    """The guarded client, started when the network is first needed; implements ports.Fetcher and ports.Http."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: FeedClient | None = None
        self._lock = threading.Lock()

    def submit(self, requests: Iterable[FetchRequest]) -> None:
        wanted = list(requests)
        if wanted:
            self._started().submit(wanted)

    def collect(self, timeout: float) -> list[FetchResult]:
        return self._started().collect(timeout)

    @property
    def in_flight(self) -> int:
        return self._client.in_flight if self._client else 0

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply:
        return self._started().request(method, url, headers, body, timeout)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _started(self) -> FeedClient:
        with self._lock:
            if self._client is None:
                self._client = _client(self._settings)
                self._client.start()
            return self._client


def _close(client: LazyClient, channels: Mapping[str, Channel]) -> None:
    client.close()
    for channel in channels.values():
        if isinstance(channel, EmailChannel):
            channel.close()


def templates_of(settings: Settings) -> Path | None:
    """The folder of the user's own templates; None when there is none."""
    folder = settings.directory / "templates"
    return folder if folder.is_dir() else None


def user_agent(settings: Settings) -> str:
    """Who asks, how to reach them, and for how many people (P15)."""
    count = len({recipient.key for route in settings.routes for recipient in route.to})
    about = [f"+{settings.contact}"] if settings.contact else []
    return f"monitor/{__version__} ({'; '.join([*about, f'{count} subscribers'])})"


def _client(settings: Settings) -> FeedClient:
    return FeedClient(
        user_agent=user_agent(settings),
        timeout=settings.fetch.timeout,
        max_bytes=settings.fetch.max_bytes,
        allow_private=settings.fetch.allow_private,
        per_host_gap=settings.polling.per_host_gap,
        concurrency=settings.polling.concurrency,
    )


def _new_id() -> str:
    return uuid.uuid4().hex


def _policy(settings: Settings) -> PollPolicy:
    polling = settings.polling
    return PollPolicy(
        interval=polling.interval,
        floor=polling.floor,
        interval_explicit=polling.interval_explicit,
    )


def _per_host(settings: Settings) -> int:
    """Feeds of one host claimed together: as many as one connection can poll well within the lease."""
    gap = settings.polling.per_host_gap.total_seconds()
    return 100 if gap < 0.1 else 8


def _secrets(specs: Iterable[FeedSpec]) -> Callable[[Feed], FeedSpec]:
    """Join what is never stored: headers, credentials, proxy. A feed that moved to another host loses them (P12)."""
    known = {spec.url: spec for spec in specs}

    def joined(feed: Feed) -> FeedSpec:
        names = (feed.spec.url, *feed.old_urls)
        named = next((known[url] for url in names if url in known and authority(url) == feed.host), None)
        if named is None:
            return feed.spec
        return replace(
            feed.spec, headers=named.headers, username=named.username, password=named.password, proxy=named.proxy
        )

    return joined
