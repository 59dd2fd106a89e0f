"""The real poll over a real file and a real client, on a clock that the test moves, and an origin that logs what it saw."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from monitor.fetching.client import FeedClient
from monitor.fetching.schedule import PollPolicy
from monitor.matching.compile import compile_watchlists
from monitor.matching.engine import Engine
from monitor.matching.explain import why_words
from monitor.model.feed import Feed, FeedSpec, ParsedFeed
from monitor.parsing.formats import parse_fast, parse_tolerant
from monitor.pipeline.health import HealthNotices
from monitor.pipeline.notice import Notice
from monitor.pipeline.poll import Poll, PollSummary
from monitor.pipeline.release import release
from monitor.pipeline.subscribe import Subscribe
from monitor.ports import Database
from monitor.storage.database import open_database

START = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SY = "http://purl.org/rss/1.0/modules/syndication/"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """What a path is answered with; a header may come several times."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; ``at`` on the simulated clock, ``began`` and ``ended`` in seconds of the real one."""

    method: str
    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    at: datetime
    connection: int
    began: float
    ended: float

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def conditional(self) -> bool:
        return self.get("if-none-match") is not None or self.get("if-modified-since") is not None


Answer = Callable[[Seen], Reply]


def always(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    """The same answer to everybody; ``cache_control="…"`` stands for Cache-Control."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda _seen: Reply(status, named, body)


def in_turn(*answers: Answer) -> Answer:
    """One after the other; the last one for ever."""
    left = list(answers)
    return lambda seen: (left.pop(0) if len(left) > 1 else left[0])(seen)


class MannersOrigin:
    """Serves every host name of the test on one loopback port."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.pages: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return self._any
                raise AttributeError(name)

            def _any(self) -> None:
                host = self.headers.get("Host", "").split(":")[0]
                headers, began = tuple(self.headers.items()), time.monotonic()
                seen = Seen(self.command, host, self.path, headers, now(), self.client_address[1], began, began)
                reply = origin.pages.get(self.path, always(404))(seen)
                self.send_response_only(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                if reply.status != 304:
                    self.send_header("Content-Length", str(len(reply.body)))
                origin.seen.append(replace(seen, ended=time.monotonic()))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # clients give up in the middle of requests here

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str = "/feed", host: str = "wire.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, path: str = "/feed") -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]


@dataclass
class Desk:
    """``poll`` is one tick of the service: everything that is due now."""

    file: str
    now: datetime = START
    luck: float = 0.0
    policy: PollPolicy = field(default_factory=PollPolicy)
    options: Mapping[str, Any] = field(default_factory=dict)  # of the client
    watchlists: Sequence[Any] = ()
    secrets: dict[str, FeedSpec] = field(default_factory=dict)
    parsed: int = 0

    def __post_init__(self) -> None:
        self.origin = MannersOrigin(lambda: self.now)
        self._engine: Engine = compile_watchlists(self.watchlists).engine
        self._open()

    def close(self) -> None:
        self._shut()
        self.origin.close()

    def restart(self, without: Callable[[Database], Database] = lambda database: database) -> None:
        """The process ends and another one begins on the same file."""
        self._shut()
        self._open()
        self._wrapped = without(self.database)

    def add(self, path: str = "/feed", host: str = "wire.example", **spec: Any) -> Feed:
        wanted = FeedSpec(self.origin.url(path, host), **spec)
        self.secrets[wanted.url] = wanted
        with self.database.write() as records:
            return records.feeds.add(wanted, self.now)[0]

    def poll(self, after: timedelta = timedelta()) -> PollSummary:
        self.now += after
        notice = Notice((), {}, why_words, DAY, lambda: "never")
        return Poll(
            database=self._wrapped,
            fetcher=self._client,
            parse=self._parse,
            engine=self._engine,
            notice=notice,
            health=HealthNotices(notice),
            policy=self.policy,
            secrets=lambda feed: self.secrets.get(feed.spec.url, feed.spec),
            clock=self._clock,
            chance=lambda: self.luck,
            per_host=1000,
            capacity=200,
        )()

    def poll_when_due(self, path: str = "/feed") -> PollSummary:
        """At the very moment that was set; nothing goes out a second before."""
        due, before = self.feed(path).next_poll_at, len(self.origin.seen)
        self.now = due - timedelta(seconds=1)
        self.poll()
        assert len(self.origin.seen) == before, "polled too early"
        return self.poll(timedelta(seconds=1))

    def feed(self, path: str = "/feed") -> Feed:
        with self.database.read() as records:
            return next(
                f for f in records.feeds.all() if path in [urlsplit(u).path for u in (f.spec.url, *f.old_urls)]
            )

    def wait(self, path: str = "/feed") -> timedelta:
        return self.feed(path).next_poll_at - self.now

    def titles(self) -> list[str]:
        """Every entry of a feed, in the order of its coming."""
        return [one.entry.title for one in self._entries() if not one.entry.identity.startswith("feed:")]

    def notices(self) -> list[str]:
        """What people were told about feeds: ``failing``, ``recovered`` … and the words."""
        told = [one.entry for one in self._entries() if one.entry.identity.startswith("feed:")]
        return [f"{entry.identity.split(':')[2]}: {entry.title}" for entry in told]

    def kinds(self) -> Counter[str]:
        return Counter(notice.split(":")[0] for notice in self.notices())

    def release(self, path: str = "/feed") -> int:
        notice = Notice((), {}, why_words, DAY, lambda: "never")
        return release(self.database, self._engine, notice, self._clock, self.feed(path))

    def subscribe(self) -> Subscribe:
        return Subscribe(self.database, self._client, self._parse, self._clock, HOUR, lambda: self.luck)

    @property
    def _clock(self) -> "_Clock":
        return _Clock(self)

    def _entries(self) -> list[Any]:
        with self.database.read() as records:
            return records.entries.since(LONG_AGO)

    def _open(self) -> None:
        self.database = open_database(f"sqlite:///{self.file}")
        with self.database.write() as records:
            records.feeds.break_leases()
        self._wrapped: Database = self.database
        self._client = FeedClient(
            **{
                "user_agent": "monitor/test",
                "allow_private": [ip_network("127.0.0.0/8")],
                "per_host_gap": timedelta(0),
                "lookup": lambda _host, port: [(2, 1, 6, "", ("127.0.0.1", port))],
                **self.options,
            }
        )

    def _shut(self) -> None:
        self._client.close()
        self.database.close()

    def _parse(self, body: bytes, content_type: str, url: str) -> "Future[ParsedFeed]":
        """As ports.Parser; no feed of these tests needs to be killed."""
        self.parsed += 1
        answer: Future[ParsedFeed] = Future()
        try:
            answer.set_result(parse_fast(body, content_type, url) or parse_tolerant(body, content_type, url))
        except Exception as error:  # noqa: BLE001 - the port says: the future holds it
            answer.set_exception(error)
        return answer


@dataclass(frozen=True)
class _Clock:
    desk: Desk

    def now(self) -> datetime:
        return self.desk.now


def rss(*titles: str, at: datetime = START, every: timedelta = HOUR, head: str = "") -> bytes:
    """A feed with these entries, newest first, one in each ``every``."""
    items = "".join(
        f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid>"
        f"<pubDate>{format_datetime(at - number * every)}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0' xmlns:sy='{SY}'><channel><title>Scripted Wire</title>{head}{items}</channel></rss>".encode()


def with_etag(body: bytes, etag: str = '"1"', **headers: str) -> Answer:
    """A server that knows its validator: 304 to who has it."""

    def answer(seen: Seen) -> Reply:
        named = (("ETag", etag), *((name.replace("_", "-"), value) for name, value in headers.items()))
        return Reply(304, named) if seen.get("if-none-match") == etag else Reply(200, named, body)

    return answer
