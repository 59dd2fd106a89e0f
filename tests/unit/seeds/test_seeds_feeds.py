"""The sample feeds are what the manifest and the expectations say they are."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from ruamel.yaml import YAML

from monitor.entrypoints.samples import Sample, read_manifest, seeds_directory

SEEDS = seeds_directory()
REFERENCE, SAMPLES = read_manifest(SEEDS)
FEEDS = [sample for sample in SAMPLES if sample.status == 200]
FILES = [(sample, SEEDS / "feeds" / sample.name, sample.entries) for sample in FEEDS] + [
    (sample, SEEDS / "later" / sample.name, sample.later) for sample in FEEDS if sample.later is not None
]
EXPECTED: list[dict[str, Any]] = YAML(typ="safe").load((SEEDS / "expected.yaml").read_text(encoding="utf-8"))[
    "entries"
]


def parsed(path: Path) -> list[Any]:
    body = path.read_bytes()
    if path.suffix == ".json":
        return [_as_entry(item) for item in json.loads(body)["items"]]
    return list(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries)


def _as_entry(item: dict[str, Any]) -> Any:
    return feedparser.FeedParserDict(
        id=item["id"],
        link=item["url"],
        title=item["title"],
        summary=item["content_html"],
        published_parsed=datetime.fromisoformat(item["date_published"]).utctimetuple(),
    )


def text_of(entry: Any) -> str:
    html = " ".join([entry.get("summary", ""), *(part.value for part in entry.get("content", []))])
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize(
    ("sample", "path", "count"), FILES, ids=[f"{path.parent.name}-{path.name}" for _, path, _ in FILES]
)
def test_a_feed_has_as_many_entries_as_the_manifest_says(sample: Sample, path: Path, count: int) -> None:
    entries = parsed(path)

    assert len(entries) == count
    assert all(entry.title for entry in entries)


def test_the_sample_is_large_enough_and_in_many_languages() -> None:
    assert len([sample for sample in FEEDS if sample.entries]) >= 16
    assert sum(sample.entries for sample in FEEDS) >= 170
    assert {sample.language for sample in FEEDS} >= {"en", "uk", "ru", "de", "pl", "fr"}


def test_every_file_is_in_the_manifest_and_every_manifest_name_is_unique() -> None:
    names = [sample.name for sample in SAMPLES]

    assert len(set(names)) == len(names)
    assert {path.name for path in (SEEDS / "feeds").iterdir()} == {sample.name for sample in FEEDS}
    assert {path.name for path in (SEEDS / "later").iterdir()} == {s.name for s in FEEDS if s.later is not None}


def test_the_manifest_covers_the_ways_a_feed_can_misbehave() -> None:
    by_status = Counter(sample.status for sample in SAMPLES)
    moved = next(sample for sample in SAMPLES if sample.status == 301)

    assert by_status[410] == by_status[500] == by_status[301] == 1
    assert moved.target in {sample.path for sample in FEEDS}
    assert [sample.delay for sample in SAMPLES if sample.delay] == [3.0]
    assert [sample.name for sample in SAMPLES if not sample.feed] == ["riverside-portal.html"]


@pytest.mark.parametrize("folder", ["feeds", "later"])
def test_no_identity_stands_twice_in_a_feed(folder: str) -> None:
    for path in (SEEDS / folder).iterdir():
        identities = [entry.get("id") or entry.title for entry in parsed(path)]

        assert len(set(identities)) == len(identities), path.name


def test_a_later_version_keeps_every_earlier_entry() -> None:
    for path in (SEEDS / "later").iterdir():
        before = {entry.id for entry in parsed(SEEDS / "feeds" / path.name)}
        after = {entry.id for entry in parsed(path)}

        assert before < after, path.name


def test_dates_lie_before_the_reference_and_most_within_thirty_hours() -> None:
    dates = [
        datetime(*stamp[:6], tzinfo=REFERENCE.tzinfo)
        for sample in FEEDS
        if sample.name
        not in {"cold-coast.xml", "visnyk-stolytsi.xml", "vecherniy-meridian.xml"}  # zones it misreads
        for entry in parsed(SEEDS / "feeds" / sample.name)
        if (stamp := entry.get("published_parsed") or entry.get("updated_parsed"))
    ]
    recent = [date for date in dates if date > REFERENCE - timedelta(hours=30)]

    assert all(REFERENCE - timedelta(days=3) < date < REFERENCE for date in dates)
    assert 0.9 * len(dates) < len(recent) < len(dates)


def test_the_windows_1251_feed_really_is_in_windows_1251() -> None:
    body = (SEEDS / "feeds" / "vecherniy-meridian.xml").read_bytes()

    assert "Зеленский".encode("cp1251") in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert any("Умеровым" in entry.title for entry in parsed(SEEDS / "feeds" / "vecherniy-meridian.xml"))


def test_every_other_file_is_utf_8() -> None:
    for sample, path, _ in FILES:
        if "1251" not in sample.content_type:
            path.read_text(encoding="utf-8")


def test_the_truncated_feed_ends_in_the_middle_of_its_last_entry() -> None:
    body = (SEEDS / "feeds" / "granite-observer.xml").read_text(encoding="utf-8")

    assert not body.rstrip().endswith("</rss>")
    assert body.rindex("<item>") > body.rindex("</item>")


def test_some_entries_have_no_date_and_some_no_guid() -> None:
    entries = parsed(SEEDS / "feeds" / "quayside-news.xml")

    assert sum("published" not in entry for entry in entries) == 2
    assert sum("id" not in entry for entry in entries) == 2


def test_most_entries_read_like_a_report_and_not_like_a_headline() -> None:
    lengths = [len(text_of(entry).split()) for s in FEEDS for entry in parsed(SEEDS / "feeds" / s.name)]

    assert sum(length >= 30 for length in lengths) >= 0.9 * len(lengths)
    assert max(lengths) <= 450


def test_every_expectation_names_an_entry_that_is_there() -> None:
    for expected in EXPECTED:
        folder = "later" if expected.get("later") else "feeds"
        entries = parsed(SEEDS / folder / expected["feed"])
        found = [entry for entry in entries if entry.link == expected["link"]]

        assert [entry.get("id", "") for entry in found] == [expected["id"]], expected
        assert found[0].title == expected["title"]


def test_what_is_corrected_later_keeps_its_identity_and_changes_its_text() -> None:
    corrected = [expected for expected in EXPECTED if "corrected" in expected]
    for expected in corrected:
        before, after = (
            next(e for e in parsed(SEEDS / folder / expected["feed"]) if e.id == expected["id"])
            for folder in ("feeds", "later")
        )

        assert text_of(before) != text_of(after), expected["id"]
    assert len(corrected) >= 3


def test_the_lead_story_stands_in_six_outlets_as_the_copies_it_should_be() -> None:
    lead = {e["copy"]: e for e in EXPECTED if e["lead"] and e["story"] == "lead-en"}
    bodies = {
        copy: text_of(
            next(e for e in parsed(SEEDS / "feeds" / lead[copy]["feed"]) if e.link == lead[copy]["link"])
        )
        for copy in lead
    }
    original = bodies["original"]

    assert set(lead) == {"original", "wire-same-url", "wire", "retitled", "truncated", "rewritten"}
    assert bodies["wire"] == bodies["wire-same-url"] == bodies["retitled"] == original
    assert lead["wire-same-url"]["link"].split("?")[0] == lead["original"]["link"]
    assert lead["retitled"]["title"] != lead["original"]["title"]
    assert bodies["truncated"].endswith("…")
    assert bodies["truncated"].rstrip(" …") in " ".join(original.split())
    assert 250 <= len(original.split()) <= 400


def test_the_lead_story_is_told_in_five_languages() -> None:
    assert {e["language"][:2] for e in EXPECTED if e["lead"]} == {"en", "uk", "ru", "de", "pl"}


def test_names_of_the_watchlists_stand_only_in_entries_that_are_labelled() -> None:
    telling = re.compile(
        r"zele?n?sk|umerov|умєров|умеров|зеленськ|зеленск|selenskyj|zełensk|\bdrone|дрон|drohne|missile|CVE-|"
        r"kestrelworks|paletti|tandem ci|nimbagate|brightloom|left-orbit|military aid|air.defence|interceptor|протиповітрян|ппо\b|\bпво\b|rakiet|flugabwehr|joint production",
        re.IGNORECASE,
    )
    labelled = {(e["feed"], e["link"]) for e in EXPECTED}
    for folder in ("feeds", "later"):
        for path in (SEEDS / folder).iterdir():
            for entry in parsed(path):
                if telling.search(f"{entry.title} {text_of(entry)}"):
                    assert (path.name, entry.link) in labelled
