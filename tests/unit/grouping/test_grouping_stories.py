"""Where an entry goes, given what its keys found."""

from datetime import UTC, datetime

import pytest

from monitor.grouping.signatures import Signature, packed, signature
from monitor.grouping.stories import place, place_near
from monitor.model.entry import Entry, Source, StoredEntry
from monitor.model.story import Candidate, Placement

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


def _signed(text: str) -> Signature:
    return signature(Entry("x", body=text, url="https://one.example/a"))


def _candidate(story_id: int, entry_id: int, text: str) -> Candidate:
    there = signature(Entry("y", body=text, url="https://two.example/b"))
    return Candidate(story_id, entry_id, packed(there))


WORDS = " ".join(f"word{number}" for number in range(100))


def test_a_near_copy_joins_the_likeliest_story_and_says_how_near_it_is() -> None:
    likely = [
        _candidate(12, 17, WORDS.replace("word50", "another")),
        _candidate(13, 18, f"{WORDS} and a line of the outlet's own"),
        _candidate(14, 19, "nothing of the kind " * 10),
    ]

    assert place_near(ENTRY, _signed(WORDS), likely) == Placement(
        13, False, "near-copy", "100 % of its words are in entry 18"
    )


def test_of_equally_near_entries_the_first_is_named() -> None:
    found = place_near(ENTRY, _signed(WORDS), [_candidate(13, 18, WORDS), _candidate(12, 17, WORDS)])

    assert found is not None
    assert found.story_id == 12


def test_candidates_that_are_not_near_lead_nowhere() -> None:
    assert (
        place_near(ENTRY, _signed(WORDS), [Candidate(12, 17, b""), Candidate(12, 17, b"not one of ours")]) is None
    )
    assert place_near(ENTRY, Signature(), []) is None


def test_an_entry_that_finds_its_own_earlier_text_is_a_new_version() -> None:
    assert place_near(ENTRY, _signed(WORDS), [_candidate(12, 20, WORDS)]) == Placement(
        12, False, "correction", "a new version of entry 20"
    )
