"""Re-dating: the sample is always fresh and otherwise byte for byte what was written."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from monitor.entrypoints.samples import read_manifest, redate, seeds_directory

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "shift", "moved"),
    [
        ("Sun, 22 Nov 2026 05:56:00 GMT", DAY, "Mon, 23 Nov 2026 05:56:00 GMT"),
        ("Sat, 21 Nov 2026 23:30:00 EEST", timedelta(hours=1), "Sun, 22 Nov 2026 00:30:00 EEST"),
        ("Sun, 22 Nov 2026 05:56:00 +0300", 40 * DAY, "Fri, 01 Jan 2027 05:56:00 +0300"),
        ("Sun, 22 Nov 2026 05:56 MSK", -DAY, "Sat, 21 Nov 2026 05:56 MSK"),
        ("22 Nov 2026 05:56:00 UT", DAY, "23 Nov 2026 05:56:00 UT"),
        ("<updated>2026-11-22T05:56:00Z</updated>", DAY, "<updated>2026-11-23T05:56:00Z</updated>"),
        ("2026-11-22T05:56:00.000+01:00", timedelta(minutes=5), "2026-11-22T06:01:00.000+01:00"),
        ("<dc:date>2026-11-30</dc:date>", DAY, "<dc:date>2026-12-01</dc:date>"),
    ],
)
def test_a_date_moves_and_keeps_its_form_and_zone(written: str, shift: timedelta, moved: str) -> None:
    assert redate(written.encode(), shift) == moved.encode()


@pytest.mark.parametrize(
    "text",
    [
        "<id>tag:elbe.example,2026-01-01:a</id>",
        "CVE-2026-41873",
        "in November 2026",
        "am 22 Nov 2026",
        "10:30 GMT",
    ],
)
def test_what_is_no_date_of_a_feed_stays(text: str) -> None:
    assert redate(text.encode(), DAY) == text.encode()


def test_no_shift_changes_no_byte_of_any_sample() -> None:
    seeds = seeds_directory()
    for path in [*(seeds / "feeds").iterdir(), *(seeds / "later").iterdir()]:
        assert redate(path.read_bytes(), timedelta()) == path.read_bytes(), path.name


def test_a_shift_moves_every_date_of_every_sample_and_no_identity() -> None:
    seeds = seeds_directory()
    shift = timedelta(days=37, hours=5, minutes=12)
    for path in (seeds / "feeds").glob("*.[xar]*"):
        before = feedparser.parse(path.read_bytes()).entries
        after = feedparser.parse(redate(path.read_bytes(), shift)).entries

        assert [e.get("id") for e in after] == [e.get("id") for e in before]
        assert [e.get("summary") for e in after] == [e.get("summary") for e in before]
        moved = [
            datetime(*new[field][:6], tzinfo=UTC) - datetime(*old[field][:6], tzinfo=UTC)
            for old, new in zip(map(dict, before), map(dict, after), strict=True)
            for field in ("published_parsed", "updated_parsed")
            if old.get(field) and len(old[field.removesuffix("_parsed")]) > len("2026-11-20")  # that moves by days
        ]
        assert set(moved) <= {shift}, path.name


def test_the_manifest_gives_an_aware_reference() -> None:
    reference, samples = read_manifest(seeds_directory())

    assert reference == datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert samples[0].path == "/feeds/dnipro-courier.xml"
