"""What a page shows, compared with what was known (polling.md P19, P22, §4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetching.news import News, compare, page_span, probably_lost
from monitor.model.entry import Entry
from monitor.model.feed import Feed, FeedSpec, FetchRequest, FetchResult, ParsedFeed

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = Feed(1, FeedSpec("https://example.org/"), "config", "example.org", NOW, first_polled_at=NOW)


def result(status: int = 200) -> FetchResult:
    return FetchResult(FetchRequest(1, "https://example.org/", "example.org"), status)


@pytest.mark.parametrize(
    ("shown", "new", "gap", "flood"),
    [
        (0, 0, False, False),
        (10, 9, False, False),
        (10, 10, True, False),
        (20, 20, True, False),  # not more than 20
        (21, 21, True, True),
        (100, 80, False, False),  # not more than 80 %
        (100, 81, False, True),
    ],
)
def test_a_page_of_nothing_but_news_is_a_gap_and_much_of_it_a_flood(
    shown: int, new: int, gap: bool, flood: bool
) -> None:
    assert compare(FEED, result(), shown, new) == News(shown, new, gap, flood)


def test_a_first_page_and_a_delta_are_neither() -> None:
    assert compare(replace(FEED, first_polled_at=None), result(), 50, 50) == News(50, 50)
    assert compare(FEED, result(226), 50, 50) == News(50, 50)


def test_older_pages_that_lead_to_a_known_entry_prove_that_it_is_no_flood() -> None:
    assert compare(FEED, result(), 100, 99, walked=True) == News(100, 99)
    assert compare(FEED, result(), 100, 100, walked=True) == News(100, 100, gap=True, flood=True)


def test_without_a_rhythm_or_an_earlier_look_nothing_is_guessed() -> None:
    page = ParsedFeed("t", (Entry("a", published=NOW),))
    regular = replace(FEED, cadence=HOUR)

    assert probably_lost(replace(FEED, last_polled_at=NOW), FEED, page, NOW) is None
    assert probably_lost(regular, regular, page, NOW) is None


def test_an_undated_page_is_taken_to_reach_back_as_far_as_its_length_says() -> None:
    before = replace(FEED, cadence=HOUR, last_polled_at=NOW - 10 * HOUR)

    assert probably_lost(before, before, ParsedFeed("t", (Entry("a"), Entry("b"))), NOW) == 8


def test_an_entry_from_the_future_does_not_move_the_estimate() -> None:
    before = replace(FEED, cadence=HOUR, last_polled_at=NOW - 10 * HOUR)
    page = ParsedFeed("t", (Entry("a", published=NOW + 50 * HOUR), Entry("b", published=NOW - 4 * HOUR)))

    assert probably_lost(before, before, page, NOW) == 6


def test_the_span_of_a_page_is_what_its_dates_say() -> None:
    dated = ParsedFeed("t", (Entry("a", published=NOW), Entry("b"), Entry("c", published=NOW - HOUR)))

    assert page_span(dated) == HOUR
    assert page_span(ParsedFeed("t", (Entry("a", published=NOW),))) is None
    assert page_span(ParsedFeed("t", (Entry("a"),))) is None
