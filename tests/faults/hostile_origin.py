"""Origins on loopback that mean us harm (polling.md §3), and a hundred that do not; each has a port of its own."""

import asyncio
import gzip
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Talk = Callable[[asyncio.StreamWriter, str], Coroutine[Any, Any, None]]


def feed(items: str, head: str = "") -> bytes:
    return (
        f"<?xml version='1.0'?>{head}<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
    )


def item(inner: str, title: str = "x") -> str:
    return f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid>{inner}</item>"


def described(text: str) -> bytes:
    return feed(item(f"<description>{text}</description>"))


def answer(body: bytes, **headers: str) -> Talk:
    """One complete answer; ``content_encoding="gzip"`` stands for Content-Encoding."""

    async def talk(writer: asyncio.StreamWriter, _path: str) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *lines, "", ""])
        writer.write(head.encode() + body)
        await writer.drain()

    return talk


async def endless(writer: asyncio.StreamWriter, _path: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
    while True:
        writer.write(b"<item>" * 10_000)
        await writer.drain()


async def byte_by_byte(writer: asyncio.StreamWriter, _path: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def huge_header(writer: asyncio.StreamWriter, _path: str) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(1000):
        writer.write(b"x" * 10_000)
        await writer.drain()
    writer.write(b"\r\n\r\n")


async def redirect_loop(writer: asyncio.StreamWriter, path: str) -> None:
    writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path}?again\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()


async def silent(_writer: asyncio.StreamWriter, _path: str) -> None:
    await asyncio.sleep(3600)


LAUGHS = "<!DOCTYPE lolz [<!ENTITY l0 'lol'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)
)
POISON = "".join([
    item("<pubDate>the day after never</pubDate>", "bad date"),
    item("<description>a&#0;b&#xD800;c</description>", "nul and surrogate"),
    item("<link>javascript:alert(1)</link>", "script link"),
    item("<link> java\tscript:alert(1)</link>", "script link with a tab"),
    item("<link>data:text/html,x</link>", "data link"),
    item("<description>&lt;script&gt;alert(1)&lt;/script&gt;kept</description>", "&lt;script&gt;alert(2)&lt;/script&gt;"),
    item("", "long " + "t" * 1_000_000),
    item("<link>https://good.example/</link>", "good item"),
])  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """``costly``: it takes a child most of its time. ``survives``: its entries, if any, are taken."""

    name: str
    talk: Talk
    costly: bool = False
    survives: bool = False


ATTACKS = (
    Attack("gzip bomb", answer(gzip.compress(bytes(300_000_000), 1), content_encoding="gzip")),
    Attack("gzip in gzip", answer(gzip.compress(gzip.compress(described("x"))), content_encoding="gzip, gzip")),
    Attack("brotli", answer(b"\x8b\x02\x80" * 1000, content_encoding="br")),
    Attack("endless body", endless),
    Attack("a byte a second", byte_by_byte),
    Attack("10 MB header", huge_header),
    Attack("redirect loop", redirect_loop),
    Attack("never answers", silent),
    Attack("billion laughs", answer(feed(item("<description>&l9;</description>"), LAUGHS + "]>")), survives=True),
    Attack("quadratic blow-up", survives=True, talk=answer(
        feed(item(f"<description>{'&a;' * 50_000}</description>"), f"<!DOCTYPE r [<!ENTITY a '{'x' * 50_000}'>]>"))),
    Attack("external entity", survives=True, talk=answer(
        feed(item("<description>&x;</description>"), "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"))),
    Attack("author that backtracks", answer(b"\n" + feed(item(f"<author>{'a' * 32_000}</author>&nope;"))), costly=True),
    Attack("a million nested tags", answer(described("<b>" * 1_000_000)), costly=True),
    Attack("half a million nested elements", answer(feed("<x>" * 500_000 + "</x>" * 500_000)), costly=True),
    Attack("open angles", answer(b"<rss><channel><title>" + b"<" * 3_000_000), costly=True),
    Attack("ampersands", answer(described("&" * 3_000_000)), costly=True),
    Attack("attributes", answer(b"<rss " + b"".join(b'a%d="" ' % n for n in range(300_000)) + b"/>"), costly=True),
    Attack("comments", answer(described("<!--" * 500_000)), survives=True),
    Attack("200,000 items", answer(feed("<item><title>a</title></item>" * 200_000)), costly=True, survives=True),
    Attack("poison items", answer(feed(POISON)), survives=True),
)  # fmt: skip
COSTLY_IN_SHORT = ("author that backtracks", "a million nested tags")
GOOD_ENTRIES = 20


def good(number: int) -> bytes:
    """A feed like others; each fifth has an entity that only a tolerant reader takes."""
    odd = "&nbsp;" if number % 5 == 0 else " "
    words = " ".join(f"word{n}" for n in range(60))
    return feed(
        "".join(
            item(f"<description>{words}{odd}{n}</description>", f"Good {number}.{n}") for n in range(GOOD_ENTRIES)
        )
    )


class Origins:
    """All of them in one thread's event loop, until ``close``."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self._talking: set[asyncio.Task[Any]] = set()

    def good(self, count: int, each: int = 10) -> Iterator[str]:
        """URLs of so many good feeds, ``each`` to a host."""
        for first in range(0, count, each):
            bodies = {f"/{n}": answer(good(n)) for n in range(first, first + each)}

            async def talk(writer: asyncio.StreamWriter, path: str, bodies: dict[str, Talk] = bodies) -> None:
                await bodies[path](writer, path)

            root = self.serve(talk)
            yield from (f"{root}{path}" for path in bodies)

    def serve(self, talk: Talk) -> str:
        """The address of a host that talks like this."""
        return asyncio.run_coroutine_threadsafe(self._listen(talk), self._loop).result()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self, talk: Talk) -> str:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._talking.add(task)
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    await talk(writer, head.split(b" ")[1].decode())
            self._talking.discard(task)
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _shut(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
