"""What a feed becomes after a poll: timelines on a clock of our own (polling.md §1, §2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetching.news import News
from monitor.fetching.schedule import (
    NEVER,
    AfterPoll,
    PollPolicy,
    after_outage,
    after_poll,
    is_our_outage,
    status_words,
)
from monitor.model.entry import Entry
from monitor.model.feed import (
    Feed,
    FeedNotice,
    FeedSpec,
    FeedState,
    FetchRequest,
    FetchResult,
    ParsedFeed,
    Validators,
)

START = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://example.org/feed"
POLICY = PollPolicy()


def new_feed(**fields: object) -> Feed:
    spec = FeedSpec(URL, every=fields.pop("every", None))  # type: ignore[arg-type]
    return replace(Feed(1, spec, "config", "example.org", START), **fields)  # type: ignore[arg-type]


def entries(count: int, every: timedelta = HOUR, newest: datetime = START) -> tuple[Entry, ...]:
    return tuple(Entry(f"e{number}", published=newest - number * every) for number in range(count))


@dataclass
class Timeline:
    """Polls one feed again and again; by default at the very time that was set."""

    feed: Feed = field(default_factory=new_feed)
    policy: PollPolicy = POLICY
    chance: Callable[[], float] = lambda: 0.0
    now: datetime = START
    last: AfterPoll = field(default_factory=lambda: AfterPoll(new_feed()))
    told: list[str] = field(default_factory=list)

    def poll(
        self,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        parsed: ParsedFeed | None = None,
        body_hash: str = "h",
        error: str = "",
        kind: str = "",
        new: int = 0,
        gap: bool = False,
        flood: bool = False,
        moved_to: str = "",
        after: timedelta | None = None,
    ) -> "Timeline":
        if after is not None:
            self.now += after
        elif self.feed.last_polled_at is not None:
            self.now = self.feed.next_poll_at
        if status == 200 and parsed is None and not error and body_hash != self.feed.body_hash:
            parsed = ParsedFeed("Title", ())
        request = FetchRequest(1, self.feed.spec.url, self.feed.host, validators=self.feed.validators)
        result = FetchResult(
            request, 0 if error and not kind.startswith("not") else status, headers or {}, b"x",
            permanent_url=moved_to, error=error, error_kind=kind,
        )  # fmt: skip
        news = News(len(parsed.entries) if parsed else 0, new, gap, flood)
        self.last = after_poll(self.feed, result, parsed, body_hash, news, self.policy, self.now, self.chance)
        self.feed = self.last.feed
        if self.last.notice:
            self.told.append(self.last.notice.kind)
        return self

    @property
    def wait(self) -> timedelta:
        return self.feed.next_poll_at - self.now


ETAG = {"etag": '"1"'}


# --- validators (P2-P5) ------------------------------------------------------------------------------------


def test_validators_are_stored_as_sent_replaced_by_the_next_200_and_dropped_when_no_longer_sent() -> None:
    line = Timeline().poll(headers={"etag": 'W/"a b"', "last-modified": "yesterday-ish"})
    assert line.feed.validators == Validators('W/"a b"', "yesterday-ish")

    line.poll(headers={"etag": '"2"'}, body_hash="h2")

    assert line.feed.validators == Validators('"2"', None)


def test_a_304_renews_what_it_sends_and_keeps_the_rest() -> None:
    line = Timeline().poll(headers={"etag": '"1"', "last-modified": "then", "cache-control": "max-age=7200"})

    line.poll(304, {"etag": '"2"'})
    assert (line.feed.validators, line.wait) == (Validators('"2"', "then"), 2 * HOUR)
    line.poll(304, {"cache-control": "max-age=10800"})

    assert (line.feed.validators, line.wait) == (Validators('"2"', "then"), 3 * HOUR)


def test_a_body_that_cannot_be_parsed_vouches_for_nothing() -> None:
    line = Timeline().poll(headers=ETAG)

    line.poll(200, {"etag": '"broken"'}, error="is not a feed", kind="not-a-feed", body_hash="other")

    assert (line.feed.validators, line.feed.body_hash) == (Validators('"1"'), "h")
    assert (line.feed.state, line.feed.last_error) == (FeedState.NOT_A_FEED, "is not a feed")


# --- intervals (P6-P8, P17) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 24 * HOUR),
        (ETAG, HOUR),
        ({"last-modified": "x"}, HOUR),
        ({"cache-control": "max-age=7200"}, 2 * HOUR),
        ({"cache-control": 'public, MAX-AGE = "7200", s-maxage=60'}, 2 * HOUR),
        ({"cache-control": "max-age=7200", "age": "3600"}, HOUR),
        ({"cache-control": "max-age=7200", "age": "nonsense"}, 2 * HOUR),
        ({"cache-control": "max-age=60"}, 10 * MINUTE),
        ({"cache-control": "max-age=99999999"}, 24 * HOUR),
        ({"cache-control": "max-age=99999999999999999999"}, 24 * HOUR),
        (ETAG | {"cache-control": "max-age=0"}, HOUR),
        (ETAG | {"cache-control": "no-cache, max-age=7200"}, HOUR),
        (ETAG | {"cache-control": "no-store"}, HOUR),
        (ETAG | {"cache-control": "max-age=600", "age": "900"}, HOUR),
        (ETAG | {"cache-control": "private, must-revalidate"}, HOUR),
        ({"expires": "Tue, 24 Nov 2026 15:00:00 GMT"}, 3 * HOUR),
        ({"expires": "Tue, 24 Nov 2026 15:00:00 GMT", "date": "Tue, 24 Nov 2026 14:00:00 GMT"}, HOUR),
        (ETAG | {"expires": "0"}, HOUR),
        (ETAG | {"expires": "-1"}, HOUR),
        (ETAG | {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, HOUR),
        ({"expires": "Tue, 24 Nov 2026 15:00:00 GMT", "cache-control": "max-age=7200"}, 2 * HOUR),
    ],
)
def test_the_servers_word_on_freshness_is_kept_within_floor_and_a_day(
    headers: dict[str, str], wait: timedelta
) -> None:
    assert Timeline().poll(headers=headers).wait == wait


@pytest.mark.parametrize(
    ("ttl", "headers", "wait"),
    [
        (180 * MINUTE, ETAG, 3 * HOUR),
        (5 * MINUTE, ETAG, 10 * MINUTE),
        (30 * MINUTE, {"cache-control": "max-age=7200"}, 2 * HOUR),
    ],
)
def test_the_documents_ttl_counts_too_and_the_longer_one_wins(
    ttl: timedelta, headers: dict[str, str], wait: timedelta
) -> None:
    assert Timeline().poll(headers=headers, parsed=ParsedFeed("t", (), ttl=ttl)).wait == wait


def test_what_the_document_said_holds_through_a_304_and_until_another_document_says_otherwise() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", (), ttl=3 * HOUR))

    assert line.poll(304).wait == 3 * HOUR
    assert line.poll(200, ETAG, body_hash="h2").wait == HOUR


@pytest.mark.parametrize(
    ("every", "headers", "wait"),
    [
        (15 * MINUTE, {}, 15 * MINUTE),
        (15 * MINUTE, ETAG, 15 * MINUTE),
        (MINUTE, ETAG, 10 * MINUTE),
        (15 * MINUTE, {"cache-control": "max-age=3600"}, HOUR),
        (3 * HOUR, {"cache-control": "max-age=3600"}, 3 * HOUR),
        (7 * DAY, ETAG, 7 * DAY),
    ],
)
def test_an_interval_of_the_feeds_own_wins_but_never_against_floor_or_server(
    every: timedelta, headers: dict[str, str], wait: timedelta
) -> None:
    assert Timeline(new_feed(every=every)).poll(headers=headers).wait == wait


def test_an_interval_that_somebody_chose_holds_for_feeds_without_validators_too() -> None:
    chosen = PollPolicy(interval=20 * MINUTE, interval_explicit=True)

    assert Timeline(policy=chosen).poll().wait == 20 * MINUTE
    assert Timeline(policy=replace(chosen, interval=MINUTE)).poll().wait == 10 * MINUTE


def test_a_slow_feed_is_not_polled_at_the_haste_its_cache_headers_allow() -> None:
    daily, busy = ParsedFeed("t", entries(10, DAY)), ParsedFeed("t", entries(10, MINUTE))
    headers = {"cache-control": "max-age=60"}

    assert Timeline().poll(headers=headers, parsed=daily).wait == HOUR
    assert Timeline().poll(headers=headers, parsed=busy).wait == 10 * MINUTE


@pytest.mark.parametrize(
    ("chance", "wait"), [(0.0, 60 * MINUTE), (0.5, 63 * MINUTE), (0.999, timedelta(minutes=65.994))]
)
def test_polls_are_spread_by_up_to_a_tenth_and_never_early(chance: float, wait: timedelta) -> None:
    assert Timeline(chance=lambda: chance).poll(headers=ETAG).wait == wait


def test_spreading_never_leads_beyond_a_day() -> None:
    assert Timeline(chance=lambda: 0.99).poll().wait == 24 * HOUR


def test_skipped_hours_and_days_are_left_alone() -> None:
    night = ParsedFeed("t", (), skip_hours=frozenset({13, 14, 15}))
    wednesday = ParsedFeed("t", (), ttl=11 * HOUR, skip_days=frozenset({"Wednesday"}))
    always = ParsedFeed("t", (), skip_hours=frozenset(range(24)))

    assert Timeline().poll(headers=ETAG, parsed=night).feed.next_poll_at == START + 4 * HOUR
    assert Timeline().poll(headers=ETAG, parsed=wednesday).feed.next_poll_at == START + 11 * HOUR
    assert Timeline().poll(headers=ETAG, parsed=replace(wednesday, ttl=13 * HOUR)).wait == DAY
    assert Timeline().poll(headers=ETAG, parsed=always).wait == DAY


# --- failures (P9, P10, P13) -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7200", 2 * HOUR),
        ("Tue, 24 Nov 2026 15:00:00 GMT", 3 * HOUR),
        ("99999999999", 7 * DAY),
        ("5", 10 * MINUTE),
    ],
)
def test_retry_after_leaves_feed_and_host_alone(status: int, value: str, wait: timedelta) -> None:
    line = Timeline().poll(status, {"retry-after": value})

    assert line.wait == wait
    assert line.last.hold_host_until == START + (timedelta(seconds=5) if value == "5" else wait)


@pytest.mark.parametrize(
    ("value", "held"),
    [(None, 10 * MINUTE), ("nonsense", 10 * MINUTE), ("0", None), ("Mon, 23 Nov 2026 00:00:00 GMT", None)],
)
def test_too_many_requests_without_a_time_holds_the_host_for_the_floor(
    value: str | None, held: timedelta | None
) -> None:
    line = Timeline().poll(429, {} if value is None else {"retry-after": value})

    assert line.last.hold_host_until == (START + held if held else None)


def test_a_feed_that_was_not_asked_because_of_its_host_is_as_it_was_and_due() -> None:
    line = Timeline().poll(headers=ETAG)
    before = line.feed

    line.poll(error="its host wants to be left alone", kind="host-busy")

    assert line.feed == replace(before, next_poll_at=line.now)
    assert line.told == []


def test_retry_after_means_nothing_on_another_status() -> None:
    line = Timeline().poll(500, {"retry-after": "7200"})

    assert (line.wait, line.last.hold_host_until) == (10 * MINUTE, None)


def test_failures_back_off_to_a_day_with_jitter_and_never_give_up() -> None:
    line = Timeline(chance=lambda: 0.5).poll(headers=ETAG)
    waits = [line.poll(error="connection refused", kind="connect").wait for _ in range(100)]

    assert [round(wait / MINUTE, 1) for wait in waits[:4]] == [10.5, 21.0, 42.0, 84.0]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert line.feed.failures == 100
    assert line.feed.validators == Validators('"1"')


def test_a_failure_is_on_record_at_once_told_at_the_fifth_and_its_end_is_told() -> None:
    line = Timeline().poll(headers=ETAG).poll(500)
    assert (line.feed.state, line.feed.last_error, line.told) == (
        FeedState.FAILING,
        "answers 500 Internal Server Error",
        [],
    )

    for _ in range(3):
        line.poll(500)
    assert line.told == []
    line.poll(500)
    assert line.last.notice is not None
    assert (
        line.last.notice.words
        == "answers 500 Internal Server Error; 5 polls in a row failed since 24 Nov 13:00 UTC"
    )
    for _ in range(10):
        line.poll(502)
    line.poll(304)

    assert line.told == ["failing", "recovered"]
    assert line.last.notice is not None
    assert line.last.notice.words.startswith("answers again; it had failed since 24 Nov 13:00 UTC")
    assert (line.feed.state, line.feed.failures, line.feed.failing_since, line.feed.last_error) == (
        FeedState.OK,
        0,
        None,
        "",
    )


def test_a_failure_that_lasts_a_day_is_told_however_few_polls_it_took() -> None:
    line = Timeline().poll(headers=ETAG).poll(500).poll(500, after=DAY)

    assert line.told == ["failing"]


def test_a_failure_that_passes_soon_is_never_told() -> None:
    assert Timeline().poll(headers=ETAG).poll(500).poll(500).poll(304).told == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_often_passes_within_a_day_is_told_after_a_day_only(status: int) -> None:
    line = Timeline().poll(headers=ETAG)
    for _ in range(6):
        line.poll(status)
    assert line.told == []

    while line.now < START + 30 * HOUR:
        line.poll(status)

    assert line.told == ["failing"]
    assert line.feed.next_poll_at - line.now <= DAY


def test_gone_stops_the_polling_and_is_told_once() -> None:
    line = Timeline().poll(headers=ETAG).poll(410)
    assert line.last.notice is not None
    assert (line.feed.state, line.feed.next_poll_at, line.last.notice.words) == (
        FeedState.GONE,
        NEVER,
        "answers 410 Gone; no longer polled",
    )

    line.poll(410, after=DAY)
    line.poll(200, ETAG, body_hash="h2", after=DAY)

    assert line.told == ["gone", "recovered"]
    assert line.wait == HOUR


def test_a_page_that_is_no_feed_is_told_as_such() -> None:
    line = Timeline()
    for _ in range(5):
        line.poll(200, error="is a web page", kind="not-a-feed", body_hash="x")

    assert line.told == ["not-a-feed"]
    assert line.poll().told == ["not-a-feed", "recovered"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "answers 404 Not Found"),
        (301, "answers 301 Moved Permanently"),
        (299, "answers 299"),
        (999, "answers 999"),
    ],
)
def test_a_status_is_said_in_words(status: int, words: str) -> None:
    assert Timeline().poll(status).feed.last_error == words
    assert words.endswith(status_words(status))


def test_an_empty_body_and_a_304_out_of_nowhere_are_failures() -> None:
    assert Timeline().poll(200, body_hash="").feed.last_error == "sent an empty answer"
    assert Timeline().poll(304).feed.last_error == "answers 304 Not Modified to its first poll"


def test_our_own_shortage_counts_against_no_feed() -> None:
    line = Timeline().poll(headers=ETAG).poll(error="too many open files", kind="local")

    assert (line.feed.failures, line.feed.state, line.wait) == (0, FeedState.OK, 10 * MINUTE)


def result(host: str, kind: str) -> FetchResult:
    request = FetchRequest(1, f"https://{host}/", host)
    return FetchResult(request, error="x", error_kind=kind) if kind else FetchResult(request, 200)


@pytest.mark.parametrize(
    ("results", "ours"),
    [
        ([result(f"h{n}", "dns") for n in range(5)], True),
        ([result(f"h{n}", kind) for n, kind in enumerate(["dns", "connect", "timeout", "dns", "dns"])], True),
        ([result(f"h{n}", "dns") for n in range(4)], False),
        ([result("h", "dns") for _ in range(50)], False),
        ([*(result(f"h{n}", "dns") for n in range(50)), result("good", "")], False),
        ([*(result(f"h{n}", "dns") for n in range(50)), result("bad", "tls")], False),
        ([], False),
    ],
)
def test_an_outage_is_ours_when_many_hosts_are_silent_and_none_answers(
    results: Sequence[FetchResult], ours: bool
) -> None:
    assert is_our_outage(results) is ours


def test_after_an_outage_the_feed_is_as_it_was_and_soon_due() -> None:
    feed = new_feed(failures=2, last_error="x")

    again = replace(feed, last_polled_at=START, next_poll_at=START + 10 * MINUTE)
    assert after_outage(feed, POLICY, START, lambda: 0.0) == again


# --- moves (P11, P12) --------------------------------------------------------------------------------------

NEW = "https://new.example:8443/feed"


def test_three_identical_permanent_redirects_over_a_day_rewrite_the_url() -> None:
    line = Timeline().poll(headers=ETAG, moved_to=NEW).poll(304, moved_to=NEW).poll(304, moved_to=NEW)
    assert (line.feed.spec.url, line.feed.redirect_count) == (URL, 3)

    line.poll(304, moved_to=NEW, after=DAY)

    assert (line.feed.spec.url, line.feed.host, line.feed.old_urls) == (NEW, "new.example:8443", (URL,))
    assert (line.feed.state, line.feed.validators) == (FeedState.MOVED, Validators('"1"'))
    assert line.last.notice is not None
    assert line.last.notice.words == f"moved for good; now polled at {NEW}"
    line.poll(304)
    assert line.feed.state is FeedState.MOVED
    line.poll(304, after=DAY)
    assert (line.feed.state, line.told) == (FeedState.OK, ["moved"])


@pytest.mark.parametrize("third", [{"moved_to": "https://third.example/"}, {"moved_to": ""}, {"moved_to": URL}])
def test_another_target_or_none_starts_the_count_again(third: dict[str, str]) -> None:
    line = Timeline().poll(headers=ETAG, moved_to=NEW).poll(304, moved_to=NEW)

    line.poll(304, **third, after=DAY)  # type: ignore[arg-type]
    line.poll(304, moved_to=NEW, after=DAY)

    assert (line.feed.spec.url, line.feed.redirect_count) == (URL, 1)


def test_a_redirect_to_what_does_not_parse_counts_for_nothing() -> None:
    line = Timeline().poll(headers=ETAG)
    for _ in range(5):
        line.poll(200, error="is a web page", kind="not-a-feed", moved_to=NEW, body_hash="x", after=DAY)

    assert line.feed.spec.url == URL


# --- gaps, cuts, repeats, silence (P19, P20, §2) -----------------------------------------------------------


def page(line: Timeline, count: int = 21, every: timedelta = MINUTE) -> ParsedFeed:
    """What a feed with an entry a minute shows at the next poll."""
    return ParsedFeed("t", entries(count, every, line.feed.next_poll_at))


def test_a_gap_is_told_once_with_what_may_be_lost() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(20, MINUTE)), new=20)

    line.poll(200, ETAG, parsed=page(line), body_hash="h2", new=21, gap=True)

    assert line.last.notice is not None
    assert line.last.notice.kind == "gap"
    assert "about 40 by its usual rhythm" in line.last.notice.words
    line.poll(200, ETAG, parsed=page(line), body_hash="h3", new=21, gap=True)
    line.poll(304)
    assert line.feed.state is FeedState.GAP
    line.poll(200, ETAG, parsed=page(line), body_hash="h4", new=3)
    assert line.told == ["gap", "recovered"]


def test_after_a_gap_the_feed_is_polled_before_its_page_turns_over_and_no_longer_than_needed() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(31, MINUTE)), new=31)
    assert line.wait == HOUR

    line.poll(200, ETAG, parsed=page(line, 31), body_hash="h2", new=31, gap=True)
    assert line.wait == 15 * MINUTE
    line.poll(200, ETAG, parsed=page(line, 31), body_hash="h3", new=15)
    assert line.poll(304).wait == 15 * MINUTE
    line.poll(200, ETAG, parsed=page(line, 31, HOUR), body_hash="h4", new=1)

    assert line.wait == HOUR


def test_a_gap_never_breaks_what_the_server_or_the_user_said() -> None:
    asked = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(20, MINUTE)), new=20)
    asked.poll(200, {"cache-control": "max-age=7200"}, parsed=page(asked), body_hash="h2", new=21, gap=True)
    chosen = Timeline(new_feed(every=3 * HOUR)).poll(parsed=ParsedFeed("t", entries(20, MINUTE)), new=20)
    chosen.poll(200, ETAG, parsed=page(chosen), body_hash="h2", new=21, gap=True)

    assert (asked.wait, chosen.wait) == (2 * HOUR, 3 * HOUR)


def test_a_gap_of_a_feed_without_dates_halves_the_wait_that_was_too_long() -> None:
    undated = ParsedFeed("t", (Entry("a"), Entry("b")))
    line = Timeline().poll(headers=ETAG, parsed=undated, new=2)

    line.poll(200, ETAG, parsed=undated, body_hash="h2", new=2, gap=True)
    assert line.wait == 30 * MINUTE
    line.poll(200, ETAG, parsed=undated, body_hash="h3", new=2, gap=True)
    assert line.wait == 15 * MINUTE
    line.poll(200, ETAG, parsed=undated, body_hash="h4", new=1)

    assert line.wait == 15 * MINUTE


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"failing_since": START - 10 * HOUR, "failures": 9}, "about 7 by"),  # the polls since then saw nothing
        ({"last_changed_at": START - 10 * HOUR}, "about 7 by"),  # our own line was down, and counted for nothing
        ({"last_changed_at": START - 2 * HOUR}, "probably few"),
    ],
)
def test_the_estimate_counts_from_the_last_time_that_the_feed_was_really_seen(
    before: dict[str, object], words: str
) -> None:
    known = {"first_polled_at": START - DAY, "last_polled_at": START - MINUTE, "cadence": HOUR, **before}
    line = Timeline(new_feed(**known))

    line.poll(200, ETAG, parsed=ParsedFeed("t", entries(4)), new=4, gap=True, after=timedelta())

    assert words in line.feed.last_error


def test_a_gap_of_a_feed_without_rhythm_does_not_guess_a_number() -> None:
    line = Timeline().poll(headers=ETAG).poll(200, body_hash="h2", parsed=ParsedFeed("t", entries(2)), gap=True)

    assert line.last.notice is not None
    assert line.last.notice.words == "none of the 2 entries it shows was known: some in between may be lost"


def test_entries_left_out_by_the_cap_are_told_as_a_gap() -> None:
    line = Timeline().poll(parsed=ParsedFeed("t", entries(3), cut=500), new=3)

    assert line.last.notice is not None
    assert (line.last.notice.kind, "500 oldest" in line.last.notice.words) == ("gap", True)
    assert line.poll(parsed=ParsedFeed("t", entries(3), cut=501), body_hash="h2").told == ["gap"]


def test_a_document_that_breaks_off_twice_running_is_told() -> None:
    broken = ParsedFeed("t", entries(3), truncated=True)
    line = Timeline().poll(headers=ETAG, parsed=broken)
    assert (line.feed.state, line.told) == (FeedState.TRUNCATED, [])

    line.poll(200, ETAG, parsed=broken, body_hash="h2")
    line.poll(304)
    line.poll(200, ETAG, body_hash="h3")

    assert line.told == ["truncated", "recovered"]


def test_the_same_body_again_and_again_is_remarked_in_the_feeds_health() -> None:
    line = Timeline().poll()
    for _ in range(9):
        line.poll()
    assert (line.feed.same_body, line.feed.last_error) == (9, "")

    line.poll()
    assert line.feed.last_error == "sent the same body 10 times in a row: it ignores validators"
    line.poll(304)

    assert (line.feed.same_body, line.feed.last_error, line.told) == (0, "", [])


def test_a_feed_silent_for_longer_than_its_rhythm_is_told_and_so_is_its_next_entry() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(10, DAY)), new=10)
    assert line.feed.cadence == DAY

    line.poll(304, after=9 * DAY)
    assert line.told == []
    line.poll(304, after=2 * DAY)
    assert line.feed.last_error == "has shown nothing new since 24 Nov 12:00 UTC; usually every 24 h"
    line.poll(304)
    line.poll(200, ETAG, body_hash="h2", new=1)

    assert line.told == ["silent", "recovered"]


@pytest.mark.parametrize(("every", "words"), [(7 * DAY, "7 days"), (3 * HOUR, "3 h"), (10 * MINUTE, "10 min")])
def test_a_rhythm_is_said_in_fitting_units(every: timedelta, words: str) -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(10, every)), new=10)

    assert line.poll(304, after=71 * DAY).feed.last_error.endswith(f"usually every {words}")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_rhythm_needs_a_few_dated_entries(count: int) -> None:
    assert Timeline().poll(parsed=ParsedFeed("t", entries(count))).feed.cadence is None


HELD_WORDS = "shows 30 new entries at once, of 32 on its page; they are held until `monitor feeds release 1`"


def flooded() -> Timeline:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(2)), new=2)
    return line.poll(200, ETAG, parsed=ParsedFeed("t", entries(32)), body_hash="h2", new=30, flood=True)


def test_a_flood_is_held_told_once_and_lasts_until_it_is_released() -> None:
    line = flooded()
    assert line.last.notice == FeedNotice("held", HELD_WORDS)
    assert (line.feed.state, line.feed.last_error) == (FeedState.HELD, HELD_WORDS)

    line.poll(304).poll(200, ETAG, parsed=ParsedFeed("t", entries(32)), body_hash="h3", new=1)
    assert (line.feed.state, line.feed.last_error, line.told) == (FeedState.HELD, HELD_WORDS, ["held"])
    line.feed = replace(line.feed, state=FeedState.OK)  # as `monitor feeds release` does
    line.poll(304)

    assert (line.feed.state, line.told) == (FeedState.OK, ["held", "recovered"])


def test_a_held_feed_that_fails_is_told_to_fail_and_still_held_when_it_answers_again() -> None:
    line = flooded()
    for _ in range(5):
        line.poll(500)
    assert (line.feed.state, line.feed.failures, line.told) == (FeedState.HELD, 5, ["held", "failing"])

    line.poll(304)

    assert line.last.notice is not None
    assert line.last.notice.words.endswith("(5 polls); new entries are still held")
    assert (line.feed.state, line.feed.failures, line.told) == (
        FeedState.HELD,
        0,
        ["held", "failing", "recovered"],
    )
    assert line.feed.last_error == "new entries came at once; they are held until `monitor feeds release 1`"


def test_a_flood_that_leaves_nothing_known_says_so_in_the_same_notice() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("t", entries(30)), new=30)

    line.poll(200, ETAG, parsed=ParsedFeed("t", entries(30)), body_hash="h2", new=30, gap=True, flood=True)

    assert line.told == ["held"]
    assert "; none of the 30 entries it shows was known" in line.feed.last_error


def test_a_feed_that_answers_again_with_another_trouble_says_both() -> None:
    line = Timeline().poll(headers=ETAG)
    for _ in range(5):
        line.poll(500)

    line.poll(200, body_hash="h2", parsed=ParsedFeed("t", entries(2)), gap=True)

    assert line.last.notice is not None
    assert line.last.notice.words.startswith("answers again, but none of the 2 entries")


def test_what_the_poll_learned_is_on_the_feed() -> None:
    line = Timeline().poll(headers=ETAG, parsed=ParsedFeed("The Wire", entries(2)), new=2)

    feed = line.feed
    assert (feed.title, feed.body_hash, feed.last_status) == ("The Wire", "h", 200)
    assert (feed.first_polled_at, feed.last_polled_at, feed.last_changed_at) == (START, START, START)
    later = line.poll(304).feed
    assert (later.title, later.first_polled_at, later.last_changed_at) == ("The Wire", START, START)
    assert later.last_polled_at == START + HOUR
