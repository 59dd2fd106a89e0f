"""Reading: bodies become entries; one that takes long, or never ends, does not hold up the others."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.model.errors import ParseError
from monitor.model.feed import Feed, FetchResult, ParsedFeed
from monitor.ports import KillableQueue, Parser

SMALL = 500_000  # bytes of a body that may be read at once: the worst take a quarter of a second
FIRST_TRY = timedelta(seconds=1)  # ten times what all but a few need: a busy machine makes no body costly
PARSE_TIMEOUT = timedelta(seconds=5)  # reading one body may take this long before its child is killed


@dataclass(frozen=True, slots=True)
class FeedParser:
    """Implements ports.Parser: small clean bodies at once, other small ones in the quick lane, large ones in the slow.

    What its first try does not finish begins again in the slow lane, behind the others: there hostile bodies wait for
    each other. ``whole`` reads what ``fast`` declines as well; a module-level function.
    """

    fast: Callable[[bytes, str, str], ParsedFeed | None]
    whole: Callable[[bytes, str, str], ParsedFeed]
    quick: KillableQueue
    slow: KillableQueue

    def __call__(self, body: bytes, content_type: str, url: str) -> "Future[ParsedFeed]":
        answer: Future[ParsedFeed] = Future()
        if len(body) > SMALL:
            self._try(self.slow, (body, content_type, url), answer)
            return answer
        try:
            parsed = self.fast(body, content_type, url)
        except ParseError as error:
            answer.set_exception(error)
            return answer
        if parsed is None:
            self._try(self.quick, (body, content_type, url), answer)
        else:
            answer.set_result(parsed)
        return answer

    def _try(
        self,
        lane: KillableQueue,
        document: tuple[bytes, str, str],
        answer: "Future[ParsedFeed]",
    ) -> None:
        def judge(done: "Future[ParsedFeed]") -> None:
            error = done.exception()
            if isinstance(error, ParseError) and error.kind == "too-costly":
                again = self.slow.submit(self.whole, *document, timeout=PARSE_TIMEOUT)
                again.add_done_callback(lambda done: _pass_on(done, answer))
            else:
                _pass_on(done, answer)

        lane.submit(self.whole, *document, timeout=FIRST_TRY).add_done_callback(judge)


def _pass_on(done: "Future[ParsedFeed]", answer: "Future[ParsedFeed]") -> None:
    error = done.exception()
    if error is None:
        answer.set_result(done.result())
    else:
        answer.set_exception(error)


@dataclass(frozen=True, slots=True)
class Read:
    """A fetched feed, its body understood where it brought a new one."""

    feed: Feed
    result: FetchResult  # with the error of a body that could not be read
    body_hash: str
    parsed: ParsedFeed | None = None  # None: nothing new to parse, or an error
    walked: bool = False  # entries of older pages are among the parsed ones (P19)


class Reading:
    """What one run has fetched and not yet understood."""

    def __init__(self, parse: Parser) -> None:
        self._parse = parse
        self._ready: list[Read] = []
        self._waiting: dict[Future[ParsedFeed], Read] = {}

    def __len__(self) -> int:
        return len(self._ready) + len(self._waiting)

    def add(self, fetched: Iterable[tuple[Feed, FetchResult]]) -> None:
        """The skip ladder (polling.md §6): an error or a 304, the same body again, a body to parse."""
        for feed, result in fetched:
            body_hash = hashlib.blake2b(result.body, digest_size=16).hexdigest() if result.body else ""
            read = Read(feed, result, body_hash)
            if result.status not in (200, 226) or body_hash == feed.body_hash:
                self._ready.append(read)
            else:
                parsing = self._parse(result.body, result.headers.get("content-type", ""), result.url)
                self._waiting[parsing] = replace(read, result=replace(result, body=b""))  # may be 10 MB

    def collect(self, timeout: float) -> list[Read]:
        """What is understood by now; waits at most ``timeout`` seconds for the first one."""
        if self._waiting and not self._ready:
            wait(self._waiting, timeout, FIRST_COMPLETED)
        done = [parsing for parsing in self._waiting if parsing.done()]
        understood = [_understood(self._waiting.pop(parsing), parsing) for parsing in done]
        ready, self._ready = self._ready, []
        return [*ready, *understood]


def _understood(read: Read, parsing: "Future[ParsedFeed]") -> Read:
    error = parsing.exception()
    if error is None:
        return replace(read, parsed=parsing.result())
    assert isinstance(error, ParseError)
    return replace(read, result=replace(read.result, error=str(error), error_kind=error.kind))
