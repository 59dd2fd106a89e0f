"""A loopback origin for benchmarks: N feeds of 20 entries, about 34 KB each, with ETags; ``/advance`` adds one entry.

Run as ``python benchmarks/origin.py PORT FEEDS``; prints ``ready`` when it listens.
"""

import asyncio
import sys
from email.utils import formatdate

from aiohttp import web

WORDS = [
    "ministers",
    "agreed",
    "on",
    "a",
    "budget",
    "while",
    "engineers",
    "tested",
    "new",
    "turbines",
    "near",
    "the",
    "coast",
    "and",
    "researchers",
    "published",
    "figures",
    "on",
    "rainfall",
    "that",
    "surprised",
    "farmers",
    "in",
    "three",
    "provinces",
    "where",
    "the",
    "harvest",
    "had",
    "already",
    "begun",
    "last",
    "week",
]


def item(feed: int, number: int) -> str:
    """One entry, its text different from every other one's."""
    words = [WORDS[(feed * 7 + number * 13 + i * (3 + number % 5)) % len(WORDS)] for i in range(180)]
    text = " ".join(words)
    return (
        f"<item><title>Report {number} of outlet {feed}: {' '.join(words[:8])}</title>"
        f"<link>http://127.0.0.1/outlet-{feed}/report-{number}</link><guid isPermaLink='false'>o{feed}-r{number}</guid>"
        f"<pubDate>{formatdate(1_760_000_000 + number * 3600, usegmt=True)}</pubDate>"
        f"<description><![CDATA[<p>{text}.</p><p>Reference o{feed}r{number}.</p>]]></description></item>"
    )


def document(feed: int, extra: int) -> bytes:
    items = "".join(item(feed, number) for number in range(20 + extra - 1, extra - 1, -1))
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
    return f"{head}<title>Outlet {feed}</title><link>http://127.0.0.1/</link>{items}</channel></rss>".encode()


def application() -> web.Application:
    state = {"extra": 0, "not_modified": 0}

    async def feed(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        etag = f'"{number}-{state["extra"]}"'
        if request.headers.get("If-None-Match") == etag:
            state["not_modified"] += 1
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(
            body=document(number, state["extra"]), content_type="application/rss+xml", headers={"ETag": etag}
        )

    async def advance(_: web.Request) -> web.Response:
        state["extra"] += 1
        return web.Response(text="ok")

    app = web.Application()
    app.add_routes([web.get("/feeds/{number}", feed), web.post("/advance", advance)])
    return app


async def main(port: int) -> None:
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
