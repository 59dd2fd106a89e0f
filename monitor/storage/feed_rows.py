"""How a feed stands in its row: columns in and out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, Select, select

from monitor.model.feed import Feed, FeedSpec, FeedState, Validators
from monitor.storage.columns import clean, digest, micros, micros_or_none, to_json
from monitor.storage.tables import feeds

_PORTS = {"http": 80, "https": 443}

# What a poll may change. Title, tags, interval, weight and pause of the specification are not among them:
# the configuration may have changed while the poll was under way.
RECORD = """UPDATE feeds SET lease = '', lease_until = NULL,
url = ?, host = ?, next_poll_at = ?, title = ?, etag = ?, last_modified = ?, body_hash = ?, same_body = ?,
first_polled_at = ?, last_polled_at = ?, last_changed_at = ?, state = ?, state_since = ?, told_state = ?,
failures = ?, failing_since = ?, last_status = ?, last_error = ?, redirect_url = ?, redirect_count = ?,
redirect_since = ?, old_urls = ?, cadence = ?, hints = ? WHERE id = ?"""


def record_values(feed: Feed) -> tuple[Any, ...]:
    """Values of RECORD."""
    etag, modified = feed.validators.etag, feed.validators.last_modified
    return (
        clean(feed.spec.url),
        clean(feed.host),
        micros(feed.next_poll_at),
        clean(feed.title),
        None if etag is None else clean(etag),
        None if modified is None else clean(modified),
        feed.body_hash,
        feed.same_body,
        micros_or_none(feed.first_polled_at),
        micros_or_none(feed.last_polled_at),
        micros_or_none(feed.last_changed_at),
        feed.state.value,
        micros_or_none(feed.state_since),
        feed.told_state.value,
        feed.failures,
        micros_or_none(feed.failing_since),
        feed.last_status,
        clean(feed.last_error),
        clean(feed.redirect_url),
        feed.redirect_count,
        micros_or_none(feed.redirect_since),
        to_json(list(feed.old_urls)) if feed.old_urls else "[]",
        None if feed.cadence is None else round(feed.cadence.total_seconds() * 1_000_000),
        clean(feed.hints),
        feed.id,
    )


def new_values(spec: FeedSpec, origin: str, due: datetime) -> dict[str, Any]:
    """Columns of a feed never polled."""
    return {
        "config_url": spec.url,
        "config_digest": digest(spec.url),
        "url": spec.url,
        "origin": origin,
        **spec_values(spec),
        "paused": False,
        "archived": False,
        "host": host_of(spec.url),
        "next_poll_at": due,
        "lease": "",
        "title": "",
        "body_hash": "",
        "same_body": 0,
        "state": FeedState.OK.value,
        "told_state": FeedState.OK.value,
        "failures": 0,
        "last_status": 0,
        "last_error": "",
        "redirect_url": "",
        "redirect_count": 0,
        "old_urls": [],
        "hints": "",
    }


def spec_values(spec: FeedSpec) -> dict[str, Any]:
    """The columns that the configuration owns."""
    return {"spec_title": spec.title, "tags": list(spec.tags), "every": spec.every, "weight": spec.weight}


def select_feeds() -> Select[Any]:
    return select(feeds)


def feed_of(row: Row[Any]) -> Feed:
    """The feed of a row of ``select_feeds``; secrets are not stored and so not in its specification."""
    return Feed(
        id=row.id,
        spec=FeedSpec(row.url, row.spec_title, tuple(row.tags), row.every, row.weight),
        origin=row.origin,
        host=row.host,
        next_poll_at=row.next_poll_at,
        title=row.title,
        paused=row.paused,
        validators=Validators(row.etag, row.last_modified),
        body_hash=row.body_hash,
        same_body=row.same_body,
        lease=row.lease,
        first_polled_at=row.first_polled_at,
        last_polled_at=row.last_polled_at,
        last_changed_at=row.last_changed_at,
        state=FeedState(row.state),
        state_since=row.state_since,
        told_state=FeedState(row.told_state),
        failures=row.failures,
        failing_since=row.failing_since,
        last_status=row.last_status,
        last_error=row.last_error,
        redirect_url=row.redirect_url,
        redirect_count=row.redirect_count,
        redirect_since=row.redirect_since,
        old_urls=tuple(row.old_urls),
        cadence=row.cadence,
        hints=row.hints,
    )


def same_spec(row: Row[Any], spec: FeedSpec) -> bool:
    """Whether the row already says what the configuration says."""
    return (row.spec_title, tuple(row.tags), row.every, row.weight) == (
        spec.title,
        spec.tags,
        spec.every,
        spec.weight,
    )


def host_of(url: str) -> str:
    """The authority that politeness counts by: lower case, no user, no default port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url[:255]
    if not host:
        return url[:255]
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"


def by_any_name(rows: Sequence[Row[Any]]) -> Mapping[str, Row[Any]]:
    """Rows by configured, present and former URL; the configured one wins."""
    names = {url: row for row in rows for url in row.old_urls}
    names |= {row.url: row for row in rows}
    return names | {row.config_url: row for row in rows}
