"""Health: the state of a feed after a poll, and the one notice that each state and its end are worth (polling.md §2)."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.fetching.news import News, probably_lost
from monitor.model.feed import Feed, FeedNotice, FeedState, ParsedFeed

TOLD_AFTER, TOLD_AFTER_FAILURES = timedelta(hours=24), 5
NOT_TOLD_EARLY = (401, 403, 404)
"""Statuses that often pass within a day: told by their age only (P13)."""

SILENT_AFTER, SILENT_RHYTHMS = timedelta(days=3), 10  # nothing new for so long, whichever is longer
MOVED_SHOWN = timedelta(hours=24)  # how long a new address is shown as a state

_FAILING = (FeedState.FAILING, FeedState.NOT_A_FEED)
_LASTING = (FeedState.GAP, FeedState.TRUNCATED)  # only another parsed document can end them


def tell_failure(feed: Feed, state: FeedState, now: datetime, *, patient: bool) -> FeedNotice | None:
    """A notice of ``state`` once a failure has lasted: 24 hours, or 5 polls unless ``patient``."""
    if feed.told_state in _FAILING or feed.failing_since is None:
        return None
    lasted = now - feed.failing_since >= TOLD_AFTER
    if not lasted and (patient or feed.failures < TOLD_AFTER_FAILURES):
        return None
    words = f"{feed.last_error}; {feed.failures} polls in a row failed since {_moment(feed.failing_since)}"
    return FeedNotice(state.value, words)


def settle(
    before: Feed, feed: Feed, parsed: ParsedFeed | None, news: News, now: datetime
) -> tuple[Feed, FeedNotice | None]:
    """State and notice of a feed that answered well; ``before`` is the feed before this poll."""
    state, words = _state(before, feed, parsed, news, now)
    settled = replace(
        feed,
        state=state,
        state_since=None if state is FeedState.OK else before.state_since if state is before.state else now,
        last_error=words or feed.last_error,
    )
    told, notice = _notice(before, settled, words)
    return replace(settled, told_state=told), notice


def _state(
    before: Feed, feed: Feed, parsed: ParsedFeed | None, news: News, now: datetime
) -> tuple[FeedState, str]:
    """The state and what is wrong in words."""
    if news.flood:
        return FeedState.HELD, _flood_words(before, feed, parsed, news, now)
    if before.state is FeedState.HELD:  # until somebody releases what is held
        return (
            FeedState.HELD,
            before.last_error if before.failures == 0 else f"new entries came at once; {_held_words(feed)}",
        )
    if feed.spec.url != before.spec.url:
        return FeedState.MOVED, f"moved for good; now polled at {feed.spec.url}"
    if news.gap and parsed is not None:
        return FeedState.GAP, _gap_words(before, feed, parsed, now)
    if parsed is not None and parsed.cut:
        return FeedState.GAP, f"shows more entries than are read at once: the {parsed.cut} oldest were left out"
    if parsed is not None and parsed.truncated:
        return FeedState.TRUNCATED, "its document breaks off before the end; entries may be missing"
    if parsed is None and before.state in _LASTING:
        return before.state, before.last_error
    if _is_silent(feed, now):
        return FeedState.SILENT, _silent_words(feed)
    if before.state is FeedState.MOVED and before.state_since and now - before.state_since < MOVED_SHOWN:
        return FeedState.MOVED, before.last_error
    return FeedState.OK, ""


def _notice(before: Feed, feed: Feed, words: str) -> tuple[FeedState, FeedNotice | None]:
    """What people now know, and what to tell them."""
    told = before.told_state
    if feed.state is told:
        return told, None
    if feed.state is FeedState.HELD and told in _FAILING:
        return FeedState.HELD, FeedNotice(
            "recovered", _recovery_words(before, feed) + "; new entries are still held"
        )
    if feed.state is FeedState.OK:
        quiet = told in (FeedState.OK, FeedState.MOVED)
        return FeedState.OK, None if quiet else FeedNotice("recovered", _recovery_words(before, feed))
    if feed.state is FeedState.TRUNCATED and before.state is not FeedState.TRUNCATED:
        return told, None  # once may be an accident of the line
    again = "answers again, but " if told in _FAILING else ""
    return feed.state, FeedNotice(feed.state.value, again + words)


def _gap_words(before: Feed, feed: Feed, parsed: ParsedFeed, now: datetime) -> str:
    words = f"none of the {len(parsed.entries)} entries it shows was known: some in between may be lost"
    lost = probably_lost(before, feed, parsed, now)
    if lost is None:
        return words
    return f"{words}, about {lost} by its usual rhythm" if lost else f"{words}, probably few"


def _flood_words(before: Feed, feed: Feed, parsed: ParsedFeed | None, news: News, now: datetime) -> str:
    words = f"shows {news.new} new entries at once, of {news.shown} on its page; {_held_words(feed)}"
    return f"{words}; {_gap_words(before, feed, parsed, now)}" if news.gap and parsed is not None else words


def _held_words(feed: Feed) -> str:
    return f"they are held until `monitor feeds release {feed.id}`"


def _is_silent(feed: Feed, now: datetime) -> bool:
    if feed.cadence is None or feed.last_changed_at is None:
        return False
    return now - feed.last_changed_at > max(SILENT_AFTER, feed.cadence * SILENT_RHYTHMS)


def _silent_words(feed: Feed) -> str:
    assert feed.last_changed_at is not None
    assert feed.cadence is not None
    return f"has shown nothing new since {_moment(feed.last_changed_at)}; usually every {_span(feed.cadence)}"


def _recovery_words(before: Feed, feed: Feed) -> str:
    if before.told_state in _FAILING and before.failing_since:
        return f"answers again; it had failed since {_moment(before.failing_since)} ({before.failures} polls)"
    if before.told_state is FeedState.GONE:
        return "answers again; it had said it was gone"
    if before.told_state is FeedState.SILENT:
        return "shows new entries again"
    if before.told_state is FeedState.HELD:
        return "is well again: what was held has been released"
    return "is complete again"


def _moment(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"


def _span(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 60 * 48 else f"{round(minutes / 60 / 24)} days"
