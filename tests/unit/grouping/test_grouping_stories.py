"""Where an entry goes, given what its keys found."""

from datetime import UTC, datetime

import pytest

from monitor.grouping.stories import place
from monitor.model.entry import Entry, Source, StoredEntry
from monitor.model.story import Placement

ENTRY = StoredEntry(20, 1, Entry("x"), Source("Example"), datetime(2026, 11, 22, tzinfo=UTC))


def test_an_entry_that_nothing_found_is_a_story_of_its_own() -> None:
    assert place(ENTRY, None) is None


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("url:https://example.org/a", "same canonical URL as entry 17"),
        ("text:0a1b", "same text as entry 17"),
    ],
)
def test_a_copy_joins_the_story_and_says_by_what(key: str, reason: str) -> None:
    assert place(ENTRY, (12, key, 17)) == Placement(12, False, "copy", reason)


def test_an_entry_that_finds_itself_is_a_new_version() -> None:
    assert place(ENTRY, (12, "text:0a1b", 20)) == Placement(12, False, "correction", "a new version of entry 20")
