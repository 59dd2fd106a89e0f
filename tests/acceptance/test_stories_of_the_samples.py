"""The sample feeds, grouped: one story for the lead, and nothing glued to what it is not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from ruamel.yaml import YAML

from monitor.entrypoints.samples import read_manifest, seeds_directory
from monitor.model.entry import Entry
from monitor.model.feed import FeedSpec
from monitor.model.story import Story
from monitor.model.watch import Match, Severity, Why
from monitor.pipeline.notice import Item, Notice
from monitor.ports import Records
from monitor.storage.database import open_database
from monitor.storage.migrate import upgrade
from monitor.text.html import html_to_text

SEEDS = seeds_directory()
NOW, SAMPLES = read_manifest(SEEDS)
FEEDS = [sample for sample in SAMPLES if sample.status == 200]
EXPECTED = {
    (line["feed"], line["id"]): line
    for line in YAML(typ="safe").load((SEEDS / "expected.yaml").read_text(encoding="utf-8"))["entries"]
}
MATCH = Match("desk", "everything", "keyword", Severity.HIGH, (), Why("all", "everything", True))
NOTICE = Notice((), {}, lambda why: why.query, timedelta(days=365), lambda: "never used")

Placed = dict[tuple[str, str], Story]


def parsed(path: Path) -> list[Entry]:
    if path.suffix == ".json":
        items = json.loads(path.read_bytes())["items"]
        return [
            Entry(item["id"], item["title"], body=html_to_text(item["content_html"]), url=item["url"])
            for item in items
        ]
    found = feedparser.parse(path.read_bytes(), sanitize_html=False, resolve_relative_uris=False).entries
    return [_entry(item) for item in found]


def _entry(item: Any) -> Entry:
    body = " ".join(part.value for part in item.get("content", []))
    return Entry(
        identity=item.get("id") or item.get("link") or item.title,
        title=html_to_text(item.title),
        summary=html_to_text(item.get("summary", "")),
        body=html_to_text(body),
        url=item.get("link", ""),
    )


def group(records: Records, folder: str, only_new: frozenset[str] = frozenset()) -> dict[tuple[str, str], int]:
    """Each feed's entries placed as if they were polled in the manifest's order; (feed, identity) -> entry id."""
    ids = {}
    for sample in FEEDS:
        path = SEEDS / folder / sample.name
        if not path.exists():
            continue
        feed, _ = records.feeds.add(FeedSpec(f"https://origin.example/{sample.name}", sample.title), NOW)
        entries = [entry for entry in parsed(path) if entry.identity not in only_new]
        added = records.entries.add(feed.id, entries, NOW)
        NOTICE(records, [Item(records.entries.get(entry_id), (MATCH,)) for entry_id in added], NOW)
        ids |= {(sample.name, entry.identity): entry_id for entry, entry_id in zip(entries, added, strict=True)}
    return ids


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Placed:
    """The story of each sample entry, the later ones included."""
    url = f"sqlite:///{tmp_path_factory.mktemp('stories') / 'monitor.db'}"
    upgrade(url)
    database = open_database(url)
    with database.write() as records:
        ids = group(records, "feeds")
        ids |= group(records, "later", frozenset(identity for _, identity in ids))
        found = {where: records.stories.of_entry(entry_id) for where, entry_id in ids.items()}
        told = records.stories.get_many([story_id for story_id in found.values() if story_id])
    database.close()
    return {where: told[story_id] for where, story_id in found.items() if story_id}


def lead(stories: Placed, name: str) -> list[Story]:
    return [stories[where] for where, line in EXPECTED.items() if line.get("story") == name and line["lead"]]


def test_the_lead_story_is_one_story_in_six_outlets(stories: Placed) -> None:
    story, *others = lead(stories, "lead-en")

    assert len(others) == 5
    assert {other.id for other in others} == {story.id}
    assert len(story.outlets) == 6
    assert len(story.entries) == 6
    assert sorted(entry.relation for entry in story.entries) == ["copy"] * 3 + ["near-copy"] * 2 + ["original"]


def test_each_translation_is_a_story_of_its_own(stories: Placed) -> None:
    leads = {name: {story.id for story in lead(stories, name)} for name in _lead_names()}

    assert {len(ids) for ids in leads.values()} == {1}
    assert len(set().union(*leads.values())) == len(leads) == 5


def test_nothing_else_is_glued_together(stories: Placed) -> None:
    several = {story.id: story for story in stories.values() if len(story.entries) > 1}

    assert {story.id for name in ("lead-en", "lead-uk") for story in lead(stories, name)} == set(several)


def _lead_names() -> set[str]:
    return {line["story"] for line in EXPECTED.values() if line["lead"]}
