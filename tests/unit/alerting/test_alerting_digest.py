"""Digests and stories as messages show them: counts that add up, an order that a reader expects."""

from dataclasses import replace
from datetime import timedelta

from alerting_samples import NOON, OLENA, entry, fate, match, route, story, utc
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerting.digest import SHOWN, DigestItem, alert_story, build_digest
from monitor.alerting.slots import Slot
from monitor.model.alert import AlertStory, AlertWatch, Change, Digest, Excerpt, FeedHealth, Mark
from monitor.model.entry import Entry, Source
from monitor.model.watch import Severity, Span, Why

TITLES = {("ukraine", "drones"): "Drone production"}
LEAD = entry(
    17,
    source=Source("Example Wire", "wire.example.org"),
    published=NOON - timedelta(hours=1),
    title="Kyiv raises drone target",
    body="The drone plan grows.",
    url="https://wire.example.org/a",
    language="en",
    author="A. Reporter",
    tags=("defence",),
)
DRONES = match(
    spans=(Span("title", 12, 17, "drone", "drone"), Span("body", 4, 9, "drone", "drone")),
)


def words(why: Why) -> str:
    return f"“{why.query}”"


def test_a_story_is_told_by_its_entry() -> None:
    told = alert_story(
        story("Example Wire", "Other News", "Third Post"),
        LEAD,
        [DRONES],
        TITLES,
        words,
        None,
        "update: now in 3 outlets",
    )

    assert told == AlertStory(
        story_id=12,
        entry_id=17,
        title=Excerpt("Kyiv raises drone target", (Mark(12, 17),)),
        url="https://wire.example.org/a",
        source="Example Wire",
        at=NOON - timedelta(hours=1),
        severity=Severity.HIGH,
        watches=(AlertWatch("ukraine", "drones", "Drone production", Severity.HIGH, "“drones”"),),
        excerpt=Excerpt("The drone plan grows.", (Mark(4, 9),)),
        also_in=("Other News", "Third Post"),
        language="en",
        author="A. Reporter",
        tags=("defence",),
        correction=(),
        note="update: now in 3 outlets",
    )


def test_the_most_severe_watch_comes_first_and_weight_counts() -> None:
    heavy = replace(LEAD, source=Source("Example Wire", weight=2.0))

    told = alert_story(story("Example Wire"), heavy, [match("aid", Severity.LOW), DRONES], TITLES, words, None, "")

    assert [(watch.title, watch.severity) for watch in told.watches] == [
        ("Drone production", Severity.CRITICAL),
        ("aid", Severity.MEDIUM),
    ]
    assert told.severity is Severity.CRITICAL


def test_a_correction_carries_its_diff() -> None:
    before = Entry("x", "Kyiv raises drone target", body="The drone plan shrinks.")

    told = alert_story(story("Example Wire"), LEAD, [DRONES], TITLES, words, before, "")

    assert told.correction == (("same", "The drone plan"), ("old", "shrinks."), ("new", "grows."))


def test_what_an_entry_lacks_is_taken_from_elsewhere() -> None:
    bare = entry(17, source=Source("", "wire.example.org"))

    told = alert_story(story("wire.example.org", "Other News"), bare, [], {}, words, None, "")

    assert (told.url, told.source, told.also_in) == ("https://0.example/a", "wire.example.org", ("Other News",))
    assert (told.severity, told.at) == (Severity.LOW, NOON)


# --- the digest --------------------------------------------------------------------------------------------


def item(
    story_id: int,
    *fates: tuple[int, str, Severity],
    also_in: int = 0,
    age: int = 0,
    language: str = "",
) -> DigestItem:
    """``fates``: (entry id, watchlist, severity)."""
    shown = AlertStory(
        story_id=story_id,
        entry_id=fates[0][0],
        title=Excerpt(f"Story {story_id}"),
        url="",
        source="Example Wire",
        at=NOON - timedelta(hours=age),
        severity=Severity.LOW,
        watches=(AlertWatch(fates[0][1], "drones", "", Severity.LOW, ""),),
        excerpt=Excerpt(""),
        also_in=tuple(f"Outlet {n}" for n in range(also_in)),
        language=language,
    )
    rows = tuple(
        fate(entry_id=entry_id, watchlist=watchlist, severity=severity, story_id=story_id)
        for entry_id, watchlist, severity in fates
    )
    return DigestItem(shown, rows)


def digest_of(*items: DigestItem, before: dict[str, int] | None = None, title: str = "") -> Digest:
    return build_digest(
        route("morning", OLENA, digest="0 7 * * *", title=title),
        OLENA,
        Slot("2026-11-23T07:00", utc(2026, 11, 23, 5)),
        utc(2026, 11, 22, 5),
        utc(2026, 11, 23, 5),
        items,
        titles={"ukraine": "Ukraine defence", "software": "Supply chain"},
        bars={"ukraine": (0, 1, 2)},
        before=before,
        health=[FeedHealth("Gone Gazette", "https://gone.example/rss", "gone", "answers 410 Gone")],
        feeds_total=14,
        schedule="every day at 07:00",
    )


def ids(digest: Digest) -> dict[str, list[int]]:
    return {section.watchlist: [told.story_id for told in section.stories] for section in digest.sections}


def test_an_empty_digest_has_no_sections_and_still_says_how_the_feeds_are() -> None:
    digest = digest_of()

    assert (digest.sections, digest.mentions, digest.stories, digest.high) == ((), Change(0), Change(0), Change(0))
    assert digest.health[0].feed == "Gone Gazette"
    assert (digest.feeds_total, digest.schedule, digest.title) == (14, "every day at 07:00", "morning")
    assert (digest.route, digest.recipient, digest.slot) == ("morning", "desk-mail:olena", "2026-11-23T07:00")
    assert (digest.timezone, digest.start, digest.end) == (
        "Europe/Kyiv",
        utc(2026, 11, 22, 5),
        utc(2026, 11, 23, 5),
    )


def test_mentions_are_entries_and_a_story_counts_once() -> None:
    one = item(1, (10, "ukraine", Severity.HIGH), (10, "ukraine", Severity.LOW), (11, "ukraine", Severity.LOW))
    two = item(2, (12, "ukraine", Severity.MEDIUM))

    digest = digest_of(one, two, before={"mentions": 5, "stories": 2}, title="Morning brief")

    assert digest.mentions == Change(3, 5)
    assert digest.stories == Change(2, 2)
    assert digest.high == Change(1, None)
    assert digest.title == "Morning brief"
    (section,) = digest.sections
    assert (section.title, section.mentions, section.story_count) == ("Ukraine defence", 3, 2)
    assert section.bars == (0, 1, 2)


def test_a_story_of_two_watchlists_stands_in_the_more_severe_one() -> None:
    both = item(1, (10, "ukraine", Severity.LOW), (10, "software", Severity.HIGH))

    assert ids(digest_of(both)) == {"software": [1]}


def test_among_equals_a_story_stands_in_the_first_watchlist() -> None:
    both = item(1, (10, "software", Severity.HIGH), (10, "ukraine", Severity.HIGH))

    assert ids(digest_of(both)) == {"software": [1]}


def test_the_ledgers_severity_reaches_the_story_and_its_watch() -> None:
    digest = digest_of(item(1, (10, "ukraine", Severity.LOW), (11, "ukraine", Severity.CRITICAL)))

    (told,) = digest.sections[0].stories
    assert told.severity is Severity.CRITICAL
    assert told.watches[0].severity is Severity.CRITICAL


def test_a_watch_without_a_fate_keeps_its_own_severity() -> None:
    lone = item(1, (10, "ukraine", Severity.HIGH))
    other = replace(lone.story, watches=(AlertWatch("chess", "w", "", Severity.MEDIUM, ""),))

    digest = digest_of(replace(lone, story=other))

    assert digest.sections[0].stories[0].watches[0].severity is Severity.MEDIUM


def test_stories_are_in_order_of_severity_then_outlets_then_recency() -> None:
    old = item(1, (1, "ukraine", Severity.HIGH), age=5)
    new = item(2, (2, "ukraine", Severity.HIGH), age=1)
    wide = item(3, (3, "ukraine", Severity.HIGH), age=9, also_in=4)
    top = item(4, (4, "ukraine", Severity.CRITICAL), age=20)

    assert ids(digest_of(old, new, wide, top)) == {"ukraine": [4, 3, 2, 1]}


def test_the_section_with_the_lead_story_comes_first() -> None:
    items = [
        item(1, (1, "software", Severity.MEDIUM), age=1),
        item(2, (2, "ukraine", Severity.MEDIUM), age=2),
        item(3, (3, "zebra", Severity.MEDIUM), age=9, also_in=3),
        item(5, (5, "urgent", Severity.HIGH), age=20),
    ]

    digest = digest_of(*items)

    assert list(ids(digest)) == ["urgent", "zebra", "software", "ukraine"]
    assert digest.sections[0].title == "urgent"
    assert digest.sections[0].bars == ()


def test_languages_are_counted_most_frequent_first() -> None:
    items = [
        item(n, (n, "ukraine", Severity.LOW), language=code) for n, code in enumerate(["en", "uk", "uk", ""], 1)
    ]

    assert list(digest_of(*items).languages.items()) == [("uk", 2), ("en", 1)]


def test_a_flood_is_cut_to_the_most_urgent_stories_and_counted_whole() -> None:
    calm = [item(n, (n, "ukraine", Severity.LOW)) for n in range(1, SHOWN + 50)]
    urgent = item(9999, (9999, "software", Severity.CRITICAL))

    digest = digest_of(*calm, urgent)

    assert sum(len(section.stories) for section in digest.sections) == SHOWN
    assert digest.sections[0].stories[0].story_id == 9999
    assert digest.stories.now == SHOWN + 50


watchlists = st.sampled_from(["ukraine", "software", "other"])
some_items = st.lists(
    st.lists(st.tuples(st.integers(1, 50), watchlists, st.sampled_from(Severity)), min_size=1, max_size=5),
    max_size=20,
).map(lambda rows: [item(n, *fates) for n, fates in enumerate(rows, 1)])


@given(some_items)
def test_the_headers_counts_are_the_sums_of_the_sections(items: list[DigestItem]) -> None:
    digest = digest_of(*items)

    assert digest.stories.now == sum(section.story_count for section in digest.sections) == len(items)
    assert digest.mentions.now == sum(section.mentions for section in digest.sections)
    told = [told for section in digest.sections for told in section.stories]
    assert len({each.story_id for each in told}) == len(told) == len(items)
    assert digest.high.now == sum(each.severity >= Severity.HIGH for each in told)
