"""The client: every request of this program, guarded and bounded, in one event loop in one thread."""

import asyncio
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.fetching.failures import explain
from monitor.fetching.guard import Network, check_address, check_url
from monitor.fetching.hints import HOST_BUSY, wants_rest
from monitor.fetching.inflate import Inflater
from monitor.fetching.politeness import Lanes, authority
from monitor.fetching.trip import REDIRECTS, Trip, response_headers
from monitor.model.errors import FetchError, ForbiddenAddress
from monitor.model.feed import FetchRequest, FetchResult
from monitor.ports import HttpReply

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"
)
MAX_REPLY = 64 * 1024  # bytes of a reply that `request` keeps
MAX_HEADER = 16 * 1024  # bytes of one header; 128 of them at most
MIN_RATE = 512  # bytes a second, judged after RATE_GRACE
RATE_GRACE = timedelta(seconds=8)
PATIENCE = 0.5  # seconds after which a slow server's request no longer keeps others waiting
_DNS_THREADS = 32
_KEEP_ALIVE = 30.0  # seconds
_WITH_BODY = (200, 226)
_PLAIN_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")

AddressInfo = tuple[Any, ...]
Lookup = Callable[[str, int], Sequence[AddressInfo]]


@dataclass(slots=True)
class _Dial:
    """What the guard saw while one request was connecting."""

    proxied: bool = False  # the connection goes to the configured proxy, which is exempt
    sockets: int = 0  # none: a kept connection was used
    refusals: list[str] = field(default_factory=list)


_DIAL: ContextVar[_Dial] = ContextVar("dial")


class FeedClient:
    """Implements ports.Fetcher and ports.Http. ``start`` before use, ``close`` after; both may be repeated.

    ``allow_private`` lists networks exempt from the guard; ``lookup`` answers (host, port) like
    ``socket.getaddrinfo``; ``ssl_context`` replaces the system's trust.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: timedelta = timedelta(seconds=30),
        connect_timeout: timedelta = timedelta(seconds=10),
        max_bytes: int = 10_000_000,
        allow_private: Sequence[Network] = (),
        per_host_gap: timedelta = timedelta(seconds=1),
        concurrency: int = 100,
        min_rate: int = MIN_RATE,
        rate_grace: timedelta = RATE_GRACE,
        lookup: Lookup | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        self._timeout, self._connect_timeout = timeout, min(connect_timeout, timeout)
        self._max_bytes, self._min_rate, self._rate_grace = max_bytes, min_rate, rate_grace.total_seconds()
        self._allow = tuple(allow_private)
        self._lookup = lookup or _look_up
        self._ssl = ssl_context
        self._lanes: Lanes[Trip] = Lanes(per_host_gap.total_seconds(), concurrency)
        self._wake: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: SimpleQueue[FetchResult] = SimpleQueue()
        self._starting, self._count = threading.Lock(), threading.Lock()
        self._in_flight = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # --- from any thread ---

    def start(self) -> None:
        """Begin the loop's thread."""
        with self._starting:
            if self._loop is not None:
                return
            loop = _new_loop()
            self._thread = threading.Thread(target=_run_loop, args=(loop,), name="monitor-fetch", daemon=True)
            self._thread.start()
            asyncio.run_coroutine_threadsafe(self._open(), loop).result()
            self._loop = loop

    def close(self) -> None:
        """End every request under way, without results, and the thread."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._loop = self._thread = None

    def submit(self, requests: Iterable[FetchRequest]) -> None:
        """See ports.Fetcher."""
        batch = list(requests)
        if not batch:
            return
        self.start()
        with self._count:
            self._in_flight += len(batch)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._enqueue, batch)

    def collect(self, timeout: float) -> list[FetchResult]:
        """See ports.Fetcher."""
        results = []
        try:
            results.append(self._results.get(timeout=timeout) if timeout > 0 else self._results.get_nowait())
            while True:
                results.append(self._results.get_nowait())
        except Empty:
            pass
        with self._count:
            self._in_flight -= len(results)
        return results

    @property
    def in_flight(self) -> int:
        return self._in_flight

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply:
        """See ports.Http. Each request has a connection of its own: nothing is ever sent twice unasked."""
        self.start()
        assert self._loop is not None
        asked = asyncio.run_coroutine_threadsafe(self._ask(method, url, headers, body, timeout), self._loop)
        try:
            return asked.result()
        except FutureCancelled as error:
            raise FetchError("we are shutting down", "local") from error

    # --- in the loop's thread ---

    async def _open(self) -> None:
        self._resolver = _Resolver(self._lookup)
        self._feeds = self._session(force_close=False)
        self._feeds._retry_connection = False  # it would repeat a GET on a fresh connection too (P1)
        self._single = self._session(force_close=True)

    def _session(self, *, force_close: bool) -> aiohttp.ClientSession:
        keep = {} if force_close else {"keepalive_timeout": _KEEP_ALIVE}
        connector = aiohttp.TCPConnector(
            limit=0,
            force_close=force_close,
            resolver=self._resolver,
            socket_factory=self._guarded_socket,
            ssl=self._ssl or True,
            **keep,  # type: ignore[arg-type]  # a default of aiohttp's own stands where we say nothing
        )
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )

    async def _shut(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._feeds.close()
        await self._single.close()
        await self._resolver.close()

    def _guarded_socket(self, info: AddressInfo) -> socket.socket:
        """The socket of a connection about to be made: the last place where an address can be refused."""
        family, kind, protocol, _, address = info
        dial = _DIAL.get()
        dial.sockets += 1
        reason = None if dial.proxied else check_address(str(address[0]), self._allow)
        if reason is not None:
            dial.refusals.append(reason)
            raise PermissionError(reason)
        return socket.socket(family, kind, protocol)

    def _enqueue(self, requests: Sequence[FetchRequest]) -> None:
        for request in requests:
            self._lanes.add(request.host, Trip(request, request.url))
        self._pump()

    def _pump(self) -> None:
        """Start what may start, and set the alarm for what must wait."""
        assert self._loop is not None
        for host, trip in self._lanes.start(self._loop.time()):
            task = self._loop.create_task(self._travel(host, trip))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        wake_at = self._lanes.next_at()
        if self._wake is not None:
            self._wake.cancel()
        self._wake = None if wake_at is None else self._loop.call_at(wake_at, self._pump)

    async def _travel(self, host: str, trip: Trip) -> None:
        """One hop; its end frees the host for the next."""
        assert self._loop is not None
        begun = self._loop.time()
        slow = self._loop.call_later(PATIENCE, self._call_slow, host)
        try:
            result = await self._hop(trip)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one feed, every request yields a result
            failure = explain(error, self._timeout, self._connect_timeout)
            result = FetchResult(trip.request, url=trip.url, error=str(failure), error_kind=failure.kind)
        finally:
            slow.cancel()
        now = self._loop.time()
        trip.spent += now - begun
        self._lanes.finish(host, now)
        if result is None:
            self._lanes.add(authority(trip.url), trip, first=True)
        else:
            self._results.put(replace(result, seconds=trip.spent))
            if wants_rest(result):
                self._turn_away(self._lanes.drop(host))
        self._pump()

    def _turn_away(self, trips: Iterable[Trip]) -> None:
        for trip in trips:
            words = "not asked: its host wants to be left alone for a while"
            self._results.put(FetchResult(trip.request, url=trip.url, error=words, error_kind=HOST_BUSY))

    def _call_slow(self, host: str) -> None:
        self._lanes.call_slow(host)
        self._pump()

    async def _hop(self, trip: Trip) -> FetchResult | None:
        """The result, or None when the trip goes on elsewhere."""
        dial = _Dial(proxied=bool(trip.request.proxy))
        _DIAL.set(dial)
        try:
            return await self._get(trip)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if dial.refusals:
                raise ForbiddenAddress(dial.refusals[0]) from error
            if dial.sockets:
                raise
        return await self._get(trip)  # the server had closed the connection that we kept: once more on a new one

    async def _get(self, trip: Trip) -> FetchResult | None:
        url = self._checked(trip.url, proxied=bool(trip.request.proxy))
        timeout = aiohttp.ClientTimeout(
            total=max(0.01, self._timeout.total_seconds() - trip.spent),
            connect=self._connect_timeout.total_seconds(),
        )
        async with self._feeds.get(
            url,
            headers=trip.headers(),
            allow_redirects=False,
            timeout=timeout,
            proxy=trip.request.proxy or None,
        ) as response:
            headers = response_headers(response.headers.items())
            if response.status in REDIRECTS:
                trip.turn(response.status, headers.get("location", ""))
                return None
            return FetchResult(
                trip.request,
                status=response.status,
                headers=headers,
                body=await self._read(response) if response.status in _WITH_BODY else b"",
                url=trip.url,
                permanent_url=trip.url if trip.hops and trip.permanent else "",
            )

    def _checked(self, url: str, *, proxied: bool) -> URL:
        reason = check_url(url)
        if reason:
            raise ForbiddenAddress(reason)
        parsed = URL(url, encoded=True) if _PLAIN_URL.fullmatch(url) else URL(url)
        host = parsed.raw_host or ""
        if proxied and (":" in host or host.replace(".", "").isdigit()):
            refusal = check_address(host, self._allow)  # behind a proxy only literals can be judged
            if refusal:
                raise ForbiddenAddress(refusal)
        return parsed

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        inflater = Inflater(response.headers.get("Content-Encoding", ""), self._max_bytes)
        begun, received = time.monotonic(), 0
        while chunk := await response.content.readany():
            inflater.feed(chunk)
            received += len(chunk)
            elapsed = time.monotonic() - begun
            if elapsed > self._rate_grace and received < elapsed * self._min_rate:
                raise FetchError(f"sends less than {self._min_rate} bytes a second", "too-slow")
        return inflater.body()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: timedelta
    ) -> HttpReply:
        dial = _Dial()
        _DIAL.set(dial)
        connect = min(self._connect_timeout, timeout)
        try:
            async with self._single.request(
                method,
                self._checked(url, proxied=False),
                headers={"Accept": "*/*", "Accept-Encoding": "identity", **headers},
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout.total_seconds(), connect=connect.total_seconds()),
            ) as response:
                reply = await _read_some(response.content)
                return HttpReply(response.status, response_headers(response.headers.items()), reply)
        except (aiohttp.ClientError, OSError, ValueError, FetchError) as error:
            if dial.refusals and not isinstance(error, FetchError):
                raise ForbiddenAddress(dial.refusals[0]) from None
            raise explain(error, timeout, connect) from None  # the cause would print the URL


class _Resolver(AbstractResolver):
    """Names in threads of our own: a slow name server takes a few of these, never the loop's."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(_DNS_THREADS, "monitor-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(self._threads, self._lookup, host, port)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found, _, protocol, _, address in infos
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> Sequence[AddressInfo]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # not on Windows
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


async def _read_some(content: aiohttp.StreamReader) -> bytes:
    """At most MAX_REPLY bytes."""
    reply = b""
    while len(reply) < MAX_REPLY and (chunk := await content.read(MAX_REPLY - len(reply))):
        reply += chunk
    return reply
