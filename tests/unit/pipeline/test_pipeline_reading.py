"""Bodies on their way to become entries: which lane reads them, and that no hostile one holds up a good one."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.model.errors import ParseError
from monitor.model.feed import Feed, FeedSpec, FetchRequest, FetchResult, ParsedFeed
from monitor.pipeline.reading import FIRST_TRY, PARSE_TIMEOUT, SMALL, FeedParser, Reading

URL = "http://wire.example/feed"
FEED = Feed(1, FeedSpec(URL), "config", "wire.example", datetime(2026, 11, 22, tzinfo=UTC))
PARSED = ParsedFeed("Wire", ())


@dataclass
class Lane:
    """Children as ports.KillableQueue describes them, which finish when the test says so."""

    asked: list[tuple[Callable[..., Any], tuple[Any, ...], timedelta]] = field(default_factory=list)
    futures: "list[Future[Any]]" = field(default_factory=list)

    def submit(self, function: Callable[..., Any], *arguments: Any, timeout: timedelta) -> "Future[Any]":
        self.asked.append((function, arguments, timeout))
        self.futures.append(Future())
        return self.futures[-1]


def whole(_body: bytes, _content_type: str, _url: str) -> ParsedFeed:
    return PARSED


def fast(body: bytes, _content_type: str, _url: str) -> ParsedFeed | None:
    if body == b"nothing":
        raise ParseError("the answer is empty", "empty")
    return PARSED if body == b"clean" else None


@dataclass
class Desk:
    quick: Lane = field(default_factory=Lane)
    slow: Lane = field(default_factory=Lane)

    @property
    def parse(self) -> FeedParser:
        return FeedParser(fast, whole, self.quick, self.slow)


def answer(body: bytes = b"clean", status: int = 200, feed: Feed = FEED) -> tuple[Feed, FetchResult]:
    request = FetchRequest(feed.id, URL, feed.host)
    return feed, FetchResult(request, status, {"content-type": "text/xml"}, body, URL)


def test_a_small_clean_body_is_read_at_once_and_in_no_child() -> None:
    desk = Desk()

    parsed = desk.parse(b"clean", "text/xml", URL).result(0)

    assert parsed is PARSED
    assert desk.quick.asked == desk.slow.asked == []


def test_what_is_no_feed_for_certain_is_told_at_once() -> None:
    assert str(Desk().parse(b"nothing", "", URL).exception(0)) == "the answer is empty"


def test_what_the_fast_path_declines_is_read_in_the_quick_lane() -> None:
    desk = Desk()

    parsing = desk.parse(b"odd", "text/xml", URL)
    desk.quick.futures[0].set_result(PARSED)

    assert desk.quick.asked == [(whole, (b"odd", "text/xml", URL), FIRST_TRY)]
    assert parsing.result(0) is PARSED
    assert desk.slow.asked == []


def test_what_is_too_much_for_the_quick_lane_begins_again_in_the_slow_one() -> None:
    desk = Desk()

    parsing = desk.parse(b"odd", "text/xml", URL)
    desk.quick.futures[0].set_exception(ParseError("took longer than 0.5 s", "too-costly"))

    assert not parsing.done()
    assert desk.slow.asked == [(whole, (b"odd", "text/xml", URL), PARSE_TIMEOUT)]
    desk.slow.futures[0].set_exception(ParseError("took longer than 5 s", "too-costly"))
    assert str(parsing.exception(0)) == "took longer than 5 s"


def test_what_the_quick_lane_finds_broken_is_not_read_twice() -> None:
    desk = Desk()

    parsing = desk.parse(b"odd", "text/xml", URL)
    desk.quick.futures[0].set_exception(ParseError("this is a web page, not a feed", "not-a-feed"))

    assert str(parsing.exception(0)) == "this is a web page, not a feed"
    assert desk.slow.asked == []


def test_a_large_body_goes_to_the_slow_lane_and_after_a_first_try_behind_the_others() -> None:
    desk, large = Desk(), b"x" * (SMALL + 1)

    parsing, other = desk.parse(large, "", URL), desk.parse(large, "", URL)
    desk.slow.futures[0].set_exception(ParseError("took longer than 1 s", "too-costly"))
    desk.slow.futures[1].set_result(PARSED)
    desk.slow.futures[2].set_result(PARSED)

    assert (parsing.result(0), other.result(0)) == (PARSED, PARSED)
    assert [timeout for _, _, timeout in desk.slow.asked] == [FIRST_TRY, FIRST_TRY, PARSE_TIMEOUT]
    assert desk.quick.asked == []


def test_a_hostile_body_holds_up_nobody_behind_it() -> None:
    desk = Desk()
    reading = Reading(desk.parse)

    reading.add([answer(b"odd"), answer(b"clean")])

    (read,) = reading.collect(0)
    assert read.parsed is PARSED
    assert len(reading) == 1
    assert reading.collect(0) == []
    desk.quick.futures[0].set_exception(ParseError("broken", "broken"))
    (late,) = reading.collect(0)
    assert (late.parsed, late.result.error, late.result.error_kind) == (None, "broken", "broken")
    assert len(reading) == 0


@pytest.mark.parametrize("status", [304, 404, 500])
def test_an_answer_without_a_feed_is_not_parsed(status: int) -> None:
    reading = Reading(Desk().parse)

    reading.add([answer(b"", status)])

    (read,) = reading.collect(0)
    assert (read.parsed, read.body_hash, read.result.error) == (None, "", "")


def test_the_same_body_again_is_not_parsed() -> None:
    desk = Desk()
    first = Reading(desk.parse)
    first.add([answer(b"clean")])
    (before,) = first.collect(0)
    known = replace(FEED, body_hash=before.body_hash)

    again = Reading(desk.parse)
    again.add([answer(b"clean", feed=known)])

    (read,) = again.collect(0)
    assert (read.parsed, read.body_hash) == (None, before.body_hash)
