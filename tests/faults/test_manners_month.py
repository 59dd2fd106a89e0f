"""F14: thirty simulated days with 200 scripted feeds: how polite we were, by the servers' own books."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random

from manners_month import DAY, HOUR, MINUTE, ROWS, START, Internet, score_sheet

from monitor.fetching.schedule import NEVER, PollPolicy
from monitor.matching.compile import compile_watchlists
from monitor.matching.explain import why_words
from monitor.model.feed import Feed, FeedSpec, FeedState, FetchRequest, ParsedFeed, Validators
from monitor.parsing.formats import parse_whole
from monitor.pipeline.health import HealthNotices
from monitor.pipeline.notice import Notice
from monitor.pipeline.poll import Poll
from monitor.storage.database import Database, open_database
from monitor.storage.migrate import upgrade

GRID = 30 * MINUTE  # we look no more often: late is polite, early is not


@dataclass
class Clock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time


def parse(body: bytes, content_type: str, url: str) -> "Future[ParsedFeed]":
    done: Future[ParsedFeed] = Future()
    done.set_result(parse_whole(body, content_type, url))
    return done


def politely(request: FetchRequest) -> FetchRequest:
    return request


def rudely(request: FetchRequest) -> FetchRequest:
    """Every second time without validators, else with others; cookies, a referer and a parameter of our own."""
    bare = request.feed_id % 2
    validators = Validators() if bare else Validators('"made up"')
    headers = (("Cookie", "visitor=1"), ("Referer", "https://here.example/"))
    return replace(request, validators=validators, headers=headers, url=f"{request.url}?utm_source=monitor")


@dataclass
class Month:
    """The wired poll over a file, an internet in memory and a clock that jumps to whatever is due next."""

    database: Database
    internet: Internet
    clock: Clock

    def run(self, days: int, *, force: bool = False) -> None:
        notice = Notice((), {}, why_words, DAY, lambda: "never")
        chance = Random(14)
        poll = Poll(
            database=self.database,
            fetcher=self.internet,
            parse=parse,
            engine=compile_watchlists([]).engine,
            notice=notice,
            health=HealthNotices(notice),
            policy=PollPolicy(),
            secrets=lambda feed: feed.spec,
            clock=self.clock,
            chance=chance.random,
            per_host=1000,
            capacity=400,
        )
        end = START + days * DAY
        while self.clock.time < end:
            poll(force=force)
            self.clock.time += GRID
            if not force:
                self.clock.time = max(self.clock.time, self._next_due(end))

    def _next_due(self, end: datetime) -> datetime:
        with self.database.read() as records:
            due = records.feeds.oldest_due(end) or end
        return START + -((START - due) // GRID) * GRID

    def feeds(self) -> list[Feed]:
        with self.database.read() as records:
            return records.feeds.all()


@contextmanager
def month(path: Path, spoil: Callable[[FetchRequest], FetchRequest]) -> Iterator[Month]:
    url = f"sqlite:///{path / 'month.db'}"
    upgrade(url)
    database, clock = open_database(url), Clock()
    internet = Internet(clock.now, spoil)
    with database.write() as records:
        records.feeds.sync([FeedSpec(url) for url in internet.servers], START, HOUR, lambda: 0.5)
    yield Month(database, internet, clock)
    database.close()


def test_f14_thirty_days_with_200_feeds_and_not_one_breach_of_manners(tmp_path: Path) -> None:
    began = time.process_time()
    with month(tmp_path, politely) as run:
        run.run(30)
        feeds = run.feeds()
    print("\n" + score_sheet(run.internet, time.process_time() - began))

    assert len(run.internet.servers) == 200
    assert {row: run.internet.score()[row] for row in ROWS} == dict.fromkeys(ROWS, 0)
    busy = {url for url, server in run.internet.servers.items() if server.habit.every_nth}  # some were so just now
    states = Counter(feed.state for feed in feeds if feed.spec.url not in busy)
    assert states == Counter({FeedState.OK: 180, FeedState.GONE: 10})
    assert sum(feed.spec.url.endswith("/moved") for feed in feeds) == 10
    alive = [server for server in run.internet.servers.values() if server.habit.trouble != 410]
    assert all(run.clock.time - server.last_at < 26 * HOUR for server in alive), "nobody was given up"
    assert all(feed.next_poll_at == NEVER for feed in feeds if feed.state is FeedState.GONE)


def test_f14_no_entry_of_a_feed_that_stayed_up_is_missing(tmp_path: Path) -> None:
    with month(tmp_path, politely) as run:
        run.run(10)
        with run.database.read() as records:
            counts = {
                feed.spec.url.removesuffix("/moved"): records.entries.count(feed.id)
                for feed in records.feeds.all()
            }

    for server in run.internet.servers.values():
        if not server.habit.trouble:
            assert counts[server.url] == server.version + 1


def test_f14_a_rude_client_is_found_out_in_every_row(tmp_path: Path) -> None:
    with month(tmp_path, rudely) as run:
        run.run(1, force=True)

    assert all(run.internet.score()[row] > 0 for row in ROWS), run.internet.score()
