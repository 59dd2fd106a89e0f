"""The schedule: what a feed becomes after a poll, and when it is polled again (polling.md §1). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median

from monitor.fetching.health import NOT_TOLD_EARLY, settle, tell_failure
from monitor.fetching.hints import HOST_BUSY, Hints, read_hints, retry_after, updated, wants_rest
from monitor.fetching.news import News, page_span
from monitor.fetching.politeness import authority
from monitor.model.feed import Feed, FeedNotice, FeedState, FetchResult, ParsedFeed, Validators
from monitor.ports import Chance

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""``next_poll_at`` of a feed that is gone."""

JITTER = 0.1  # later polls spread by up to a tenth, never earlier than allowed (P17)
MOVES_AFTER, MOVES_OVER = 3, timedelta(hours=24)  # identical permanent redirects, and over how long (P11)
SAME_BODIES = 10  # so many 200s with an unchanged body are worth a remark (P20)
OUTAGE_HOSTS = 5  # so many hosts silent at once and none that answers: it is us (P10)
_UNREACHABLE = ("dns", "connect", "timeout")
_RHYTHM_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """How often feeds may be polled. ``interval_explicit``: somebody chose the interval (P8)."""

    interval: timedelta = timedelta(minutes=60)
    floor: timedelta = timedelta(minutes=10)
    ceiling: timedelta = timedelta(hours=24)
    interval_explicit: bool = False


@dataclass(frozen=True, slots=True)
class AfterPoll:
    """The feed to store, how long its host is left alone, and what people are told."""

    feed: Feed
    hold_host_until: datetime | None = None
    notice: FeedNotice | None = None


def after_poll(
    feed: Feed,
    result: FetchResult,
    parsed: ParsedFeed | None,
    body_hash: str,
    news: News,
    policy: PollPolicy,
    now: datetime,
    chance: Chance,
) -> AfterPoll:
    """What one poll makes of a feed.

    ``parsed`` is None when nothing was parsed: a 304, a body with the feed's ``body_hash``, or a failure.
    """
    if result.status == HTTPStatus.GONE:
        return _gone(feed, now)
    if result.error_kind == HOST_BUSY:
        return AfterPoll(replace(feed, next_poll_at=now))  # as soon as the hold of its host has ended
    if result.error_kind == "local":
        return AfterPoll(after_outage(feed, policy, now, chance))
    words = _failure(feed, result, parsed, body_hash)
    if words:
        return _failed(feed, result, words, policy, now, chance)
    well, notice = _well(feed, result, parsed, body_hash, news, now)
    return AfterPoll(replace(well, next_poll_at=_next_poll_at(well, news, policy, now, chance)), notice=notice)


def is_our_outage(results: Sequence[FetchResult]) -> bool:
    """Whether these recent results say that our own network is down: several hosts, and none of them answered."""
    unreached = {result.request.host for result in results if result.error_kind in _UNREACHABLE}
    return len(unreached) >= OUTAGE_HOSTS and all(result.error_kind in _UNREACHABLE for result in results)


def after_outage(feed: Feed, policy: PollPolicy, now: datetime, chance: Chance) -> Feed:
    """A poll that failed by our own fault: tried again soon, yet not in this run, and counted against nobody."""
    return replace(feed, last_polled_at=now, next_poll_at=now + policy.floor * (1 + JITTER * chance()))


def _failure(feed: Feed, result: FetchResult, parsed: ParsedFeed | None, body_hash: str) -> str:
    """What went wrong in words; empty when nothing did."""
    if result.error:
        return result.error
    if result.status == HTTPStatus.NOT_MODIFIED:
        asked = result.request.validators != Validators() or feed.first_polled_at is not None
        return "" if asked else "answers 304 Not Modified to its first poll"
    if result.status in (HTTPStatus.OK, HTTPStatus.IM_USED):
        known = parsed is not None or (body_hash and body_hash == feed.body_hash)
        return "" if known else "sent an empty answer"
    return f"answers {status_words(result.status)}"


def status_words(status: int) -> str:
    """``404 Not Found``; just the number where it has no name."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _gone(feed: Feed, now: datetime) -> AfterPoll:
    """410: stop, tell once (P13)."""
    notice = (
        FeedNotice("gone", "answers 410 Gone; no longer polled") if feed.told_state is not FeedState.GONE else None
    )
    return AfterPoll(
        replace(
            feed,
            last_polled_at=now,
            last_status=HTTPStatus.GONE.value,
            next_poll_at=NEVER,
            state=FeedState.GONE,
            state_since=feed.state_since if feed.state is FeedState.GONE else now,
            told_state=FeedState.GONE,
            failures=feed.failures + 1,
            failing_since=feed.failing_since or now,
            last_error="answers 410 Gone",
        ),
        notice=notice,
    )


def _failed(
    feed: Feed, result: FetchResult, words: str, policy: PollPolicy, now: datetime, chance: Chance
) -> AfterPoll:
    """Back off, never give up, keep validators and entries as they were (P5, P9, P10, P13)."""
    asked = retry_after(result.headers, now) if wants_rest(result) else None
    backoff = min(policy.floor * 2 ** min(feed.failures, 10) * (1 + JITTER * chance()), policy.ceiling)
    hold = asked if asked is not None else policy.floor if result.status == HTTPStatus.TOO_MANY_REQUESTS else None
    trouble = FeedState.NOT_A_FEED if result.error_kind == "not-a-feed" else FeedState.FAILING
    state = FeedState.HELD if feed.state is FeedState.HELD else trouble  # what is held stays so
    failed = replace(
        feed,
        last_polled_at=now,
        last_status=result.status,
        next_poll_at=now + max(backoff, asked or timedelta(0)),
        state=state,
        state_since=feed.state_since if feed.state is state else now,
        failures=feed.failures + 1,
        failing_since=feed.failing_since or now,
        last_error=words,
    )
    notice = tell_failure(failed, trouble, now, patient=result.status in NOT_TOLD_EARLY)
    if notice:
        failed = replace(failed, told_state=trouble)
    return AfterPoll(failed, now + hold if hold else None, notice)


def _well(
    feed: Feed,
    result: FetchResult,
    parsed: ParsedFeed | None,
    body_hash: str,
    news: News,
    now: datetime,
) -> tuple[Feed, FeedNotice | None]:
    """An answer that we understand: take over what it says, and see whether something is wrong all the same."""
    repeated = parsed is None and result.status != HTTPStatus.NOT_MODIFIED
    same_body = feed.same_body + 1 if repeated else 0
    hints = updated(read_hints(feed.hints), result.headers, parsed, now)
    well = replace(
        feed,
        last_polled_at=now,
        last_status=result.status,
        validators=_validators(feed.validators, result),
        hints=replace(hints, often=_often(feed, hints, parsed, news, now)).write(),
        body_hash=body_hash if parsed is not None else feed.body_hash,
        same_body=same_body,
        first_polled_at=feed.first_polled_at or now,
        last_changed_at=now if news.new or feed.first_polled_at is None else feed.last_changed_at,
        failures=0,
        failing_since=None,
        last_error=_same_body_words(same_body),
        title=parsed.title if parsed is not None and parsed.title else feed.title,
        cadence=_cadence(parsed) or feed.cadence if parsed is not None else feed.cadence,
    )
    return settle(feed, _follow(well, result, now), parsed, news, now)


def _same_body_words(count: int) -> str:
    return f"sent the same body {count} times in a row: it ignores validators" if count >= SAME_BODIES else ""


def _validators(before: Validators, result: FetchResult) -> Validators:
    """Byte for byte (P2). A 200 replaces both and drops what it does not send (P3); a 304 may renew them (P4)."""
    etag, modified = result.headers.get("etag"), result.headers.get("last-modified")
    if result.status == HTTPStatus.NOT_MODIFIED:
        return Validators(
            before.etag if etag is None else etag, before.last_modified if modified is None else modified
        )
    return Validators(etag, modified)


def _follow(feed: Feed, result: FetchResult, now: datetime) -> Feed:
    """Count identical permanent redirects that still work; after enough of them the feed has moved (P11)."""
    target = result.permanent_url
    if not target or target == feed.spec.url:
        return replace(feed, redirect_url="", redirect_count=0, redirect_since=None)
    if target != feed.redirect_url or feed.redirect_since is None:
        return replace(feed, redirect_url=target, redirect_count=1, redirect_since=now)
    count = feed.redirect_count + 1
    if count < MOVES_AFTER or now - feed.redirect_since < MOVES_OVER:
        return replace(feed, redirect_count=count)
    return replace(
        feed,
        spec=replace(feed.spec, url=target),
        host=authority(target),
        old_urls=(*feed.old_urls, feed.spec.url),
        redirect_url="",
        redirect_count=0,
        redirect_since=None,
    )


def _cadence(parsed: ParsedFeed) -> timedelta | None:
    """The feed's own rhythm: the median gap between its newest entries."""
    times = sorted((entry.published for entry in parsed.entries if entry.published), reverse=True)[
        :_RHYTHM_ENTRIES
    ]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    return timedelta(seconds=round(median(gaps))) if len(gaps) >= 3 and median(gaps) >= 1 else None


def _often(feed: Feed, hints: Hints, parsed: ParsedFeed | None, news: News, now: datetime) -> timedelta | None:
    """After a gap: half the time that an entry stays on the page, else half the wait that was too long."""
    if parsed is None or not (news.gap or hints.often):
        return hints.often
    span = page_span(parsed)
    if span is None and news.gap and feed.last_polled_at:
        span = now - feed.last_polled_at
    return span / 2 if span else hints.often


def _next_poll_at(feed: Feed, news: News, policy: PollPolicy, now: datetime, chance: Chance) -> datetime:
    """When a well feed is polled again: within what server and document allow, near what is useful (P6-P8, P19)."""
    hints = read_hints(feed.hints)
    wish = feed.spec.every or _usual(feed, hints.least, policy)
    if not feed.spec.every:
        wish = min(wish / 2 if news.gap else wish, hints.often or wish)
    ceiling = max(policy.ceiling, feed.spec.every or policy.ceiling)
    wait = min(max(wish, hints.least, policy.floor), ceiling)
    latest = now + ceiling
    due = min(now + wait * (1 + JITTER * chance()), latest)
    while hints.skips(due) and due < latest:
        due = min(due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), latest)
    return due


def _usual(feed: Feed, least: timedelta, policy: PollPolicy) -> timedelta:
    """The wait where nobody chose one for this feed."""
    if least:
        patience = feed.cadence / 2 if feed.cadence else timedelta(0)  # slow feeds gain nothing from haste
        return max(least, min(patience, policy.interval))
    if feed.validators != Validators() or policy.interval_explicit:
        return policy.interval
    return policy.ceiling
