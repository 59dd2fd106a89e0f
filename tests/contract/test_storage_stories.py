"""StoryStore's contract on both databases."""

from dataclasses import replace

import pytest
from storage_samples import DAY, HOUR, NOW, add_entries, add_feed, entry, match

from monitor.model.errors import NotFound
from monitor.model.story import Candidate, Placement
from monitor.ports import Database, Records


def _start(records: Records, entry_id: int, *keys: str) -> Placement:
    return records.stories.place(records.entries.get(entry_id), keys, None, NOW)


def test_a_story_begins_with_its_first_entry(database: Database) -> None:
    with database.write() as records:
        (entry_id,) = add_entries(records, ["a"])
        placed = _start(records, entry_id, "url:a", "text:1")
        story = records.stories.get(placed.story_id)

    assert (placed.is_new, placed.relation) == (True, "original")
    assert (story.title, story.url, story.outlets) == ("Title of a", entry("a").url, ("Outlet 1",))
    assert (story.first_at, story.last_at) == (NOW, NOW)


def test_an_entry_joins_the_story_that_its_keys_lead_to(database: Database) -> None:
    with database.write() as records:
        first, second = add_feed(records, 1), add_feed(records, 2)
        (one,) = records.entries.add(first, [entry("a", published=NOW - HOUR)], NOW)
        (two,) = records.entries.add(second, [entry("b", published=NOW - DAY)], NOW)
        story_id = _start(records, one, "url:a", "text:1").story_id
        found = records.stories.find(["url:b", "text:1", "url:a"], NOW - DAY)
        records.stories.place(
            records.entries.get(two), ["url:b"], Placement(story_id, False, "copy", "same text"), NOW + HOUR
        )
        records.entries.add_matches({one: [match("w", "b"), match("v", "a")], two: [match("w", "b")]})
        story = records.stories.get(story_id)
        by_new_key = records.stories.find(["url:b"], NOW + HOUR)

    assert found == (story_id, "text:1", one)
    assert by_new_key == (story_id, "url:b", two)
    assert [(member.entry_id, member.relation, member.source) for member in story.entries] == [
        (two, "copy", "Outlet 2"),
        (one, "original", "Outlet 1"),
    ]
    assert (story.first_at, story.last_at) == (NOW - DAY, NOW - HOUR)
    assert story.watchlists == ("a", "b")


def test_an_old_story_is_not_found_by_the_keys_of_a_new_one(database: Database) -> None:
    with database.write() as records:
        one, two = add_entries(records, ["a", "b"])
        _start(records, one, "url:a")
        too_late = records.stories.find(["url:a"], NOW + HOUR)
        second = records.stories.place(records.entries.get(two), ["url:a"], None, NOW + 2 * HOUR)
        found = records.stories.find(["url:a"], NOW)

    assert too_late is None
    assert found == (second.story_id, "url:a", two)


def test_no_keys_lead_nowhere(database: Database) -> None:
    with database.read() as records:
        assert records.stories.find([], NOW) is None


def test_placing_again_changes_nothing(database: Database) -> None:
    with database.write() as records:
        one, two = add_entries(records, ["a", "b"])
        first = _start(records, one, "url:a")
        before = records.stories.get(first.story_id)
        again = _start(records, one, "url:a")
        elsewhere = records.stories.place(
            records.entries.get(one), ["url:a"], Placement(first.story_id, False, "copy", "x"), NOW + HOUR
        )
        after = records.stories.get(first.story_id)
        loose = records.stories.of_entry(two)

    assert again == replace(first, is_new=False)
    assert elsewhere == again
    assert after == before
    assert loose is None


def test_a_corrected_headline_of_the_first_entry_is_the_storys(database: Database) -> None:
    with database.write() as records:
        (one,) = add_entries(records, ["a"])
        story_id = _start(records, one, "url:a").story_id
        records.entries.update(one, entry("a", title="Corrected"), NOW)
        records.stories.place(records.entries.get(one), ["text:new"], None, NOW)
        story = records.stories.get(story_id)
        found = records.stories.find(["text:new"], NOW)

    assert story.title == "Corrected"
    assert found == (story_id, "text:new", one)


def test_recent_stories_come_with_the_newest_activity_first(database: Database) -> None:
    with database.write() as records:
        ids = add_entries(records, ["a", "b", "c", "d"])
        for hours, entry_id in enumerate(ids[:3]):
            records.stories.place(records.entries.get(entry_id), [], None, NOW + hours * HOUR)
        join = Placement(2, False, "copy", "x")
        records.stories.place(records.entries.get(ids[3]), [], join, NOW + 9 * HOUR)
        recent = [story.id for story in records.stories.recent(NOW + HOUR)]

    assert recent == [2, 3]


def test_an_unknown_story_is_not_found(database: Database) -> None:
    with database.write() as records:
        (one,) = add_entries(records, ["a"])

        assert records.stories.get_many([7]) == {}
        with pytest.raises(NotFound, match="there is no story 7"):
            records.stories.get(7)
        with pytest.raises(NotFound, match="there is no story 7"):
            records.stories.place(records.entries.get(one), [], Placement(7, False, "copy", "x"), NOW)


def test_near_duplicates_are_found_by_the_keys_that_they_share(database: Database) -> None:
    with database.write() as records:
        one, two, three = add_entries(records, ["a", "b", "c"])
        first = records.stories.place(records.entries.get(one), ["near:1", "near:2"], None, NOW, b"sketch of a")
        second = records.stories.place(records.entries.get(two), ["near:2", "near:3"], None, NOW, b"sketch of b")
        old = records.stories.place(records.entries.get(three), ["near:1", "near:2"], None, NOW - DAY, b"old")
        found = records.stories.candidates(["near:2", "near:3", "near:4"], NOW - HOUR)
        nothing = records.stories.candidates(["near:4"], NOW - HOUR), records.stories.candidates([], NOW)

    assert found == [
        Candidate(second.story_id, two, b"sketch of b"),
        Candidate(first.story_id, one, b"sketch of a"),
    ]
    assert old.story_id not in {candidate.story_id for candidate in found}
    assert nothing == ([], [])


def test_a_new_version_is_compared_by_its_new_text(database: Database) -> None:
    with database.write() as records:
        (one,) = add_entries(records, ["a"])
        records.stories.place(records.entries.get(one), ["near:1"], None, NOW, b"before")
        records.stories.place(records.entries.get(one), ["near:2"], None, NOW, b"after")
        found = records.stories.candidates(["near:2"], NOW)

    assert [candidate.sketch for candidate in found] == [b"after"]


def test_a_key_that_many_stories_have_gives_a_handful_of_candidates(database: Database) -> None:
    with database.write() as records:
        ids = add_entries(records, [f"entry {number}" for number in range(30)])
        for entry_id in ids:
            records.stories.place(records.entries.get(entry_id), ["near:phrase"], None, NOW, b"x")
        found = records.stories.candidates(["near:phrase"], NOW)

    assert 1 <= len(found) <= 10
