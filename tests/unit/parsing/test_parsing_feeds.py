"""What feeds of every kind give: own fixtures with their expectations, and the sample feeds with their manifest."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.model.entry import Entry
from monitor.model.errors import ParseError
from monitor.model.feed import ParsedFeed
from monitor.parsing.formats import parse_fast, parse_tolerant, parse_whole

ROOT = Path(__file__).parents[3]
FEEDS = ROOT / "tests/corpus/feeds"
EXPECTED: dict[str, dict[str, Any]] = YAML(typ="safe").load((FEEDS / "expected.yaml").read_text(encoding="utf-8"))
SEEDS = ROOT / "seeds"
SERVED: list[dict[str, Any]] = [
    feed
    for feed in YAML(typ="safe").load((SEEDS / "manifest.yaml").read_text(encoding="utf-8"))["feeds"]
    if feed["status"] == 200
]
COUNTS = [
    (feed, folder, feed[key])
    for feed in SERVED
    for folder, key in (("feeds", "entries"), ("later", "later"))
    if key in feed
]
URL = "https://feeds.example/dir/feed"


def parse(body: bytes, content_type: str = "", url: str = URL) -> ParsedFeed:
    return parse_whole(body, content_type, url)


def shown(feed: ParsedFeed) -> dict[str, Any]:
    """As expected.yaml writes it: what is empty is left out."""
    values = {
        "format": feed.format,
        "title": feed.title,
        "link": feed.link,
        "language": feed.language,
        "truncated": feed.truncated,
        "cut": feed.cut,
        "skipped": list(feed.skipped),
        "ttl": int((feed.ttl or timedelta()).total_seconds()),
        "skip_hours": sorted(feed.skip_hours),
        "skip_days": sorted(feed.skip_days),
        "prev_archive": feed.prev_archive,
        "hub": feed.hub,
    }
    return {key: value for key, value in values.items() if value} | {
        "entries": [shown_entry(e) for e in feed.entries]
    }


def shown_entry(entry: Entry) -> dict[str, Any]:
    values = {
        "identity": entry.identity,
        "title": entry.title,
        "summary": entry.summary,
        "body": entry.body,
        "url": entry.url,
        "author": entry.author,
        "tags": list(entry.tags),
        "language": entry.language,
        "published": entry.published.isoformat() if entry.published else "",
        "updated": entry.updated.isoformat() if entry.updated else "",
        "enclosures": [[one.url, one.type, one.length] for one in entry.enclosures],
    }
    return {key: value for key, value in values.items() if value}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_feed_gives_what_is_expected_of_it(name: str) -> None:
    body = (FEEDS / name).read_bytes()
    expected = dict(EXPECTED[name])
    fast = expected.pop("fast")

    assert (parse_fast(body, "", URL) is not None) is fast
    assert shown(parse(body)) == expected
    assert shown(parse_tolerant(body, "", URL)) == expected


def test_every_fixture_is_expected() -> None:
    files = {path.name for path in FEEDS.iterdir()} - {"README.md", "expected.yaml", "histories.yaml"}

    assert files == set(EXPECTED)


@pytest.mark.parametrize(
    ("feed", "folder", "count"), COUNTS, ids=[f"{folder}-{feed['name']}" for feed, folder, _ in COUNTS]
)
def test_a_sample_feed_has_as_many_entries_as_the_manifest_says(
    feed: dict[str, Any], folder: str, count: int
) -> None:
    body = (SEEDS / folder / feed["name"]).read_bytes()
    if feed.get("feed") is False:
        with pytest.raises(ParseError, match="this is a web page, not a feed") as raised:
            parse(body, feed["content_type"])
        assert raised.value.kind == "not-a-feed"
        return

    parsed = parse(body, feed["content_type"])

    assert len(parsed.entries) == count
    assert parsed.title == feed["title"]
    assert parsed.skipped == ()
    assert parsed.truncated is (feed["name"] == "granite-observer.xml")
    assert all(entry.title and entry.language for entry in parsed.entries)


def test_sample_feeds_keep_their_zones_and_their_letters() -> None:
    def first(name: str) -> Entry:
        return parse((SEEDS / "feeds" / name).read_bytes()).entries[0]

    assert str(first("cold-coast.xml").published) == "2026-11-22 03:20:00+00:00"
    assert str(first("visnyk-stolytsi.xml").published) == "2026-11-22 04:10:00+00:00"
    assert str(first("vecherniy-meridian.xml").published) == "2026-11-22 03:35:00+00:00"
    assert first("vecherniy-meridian.xml").title == "Снегоуборочным машинам дали имена"


def test_all_sample_feeds_but_the_truncated_one_are_read_fast() -> None:
    slow = [
        feed["name"]
        for feed in SERVED
        if parse_fast((SEEDS / "feeds" / feed["name"]).read_bytes(), feed["content_type"], URL) is None
    ]

    assert slow == ["granite-observer.xml", "riverside-portal.html"]
