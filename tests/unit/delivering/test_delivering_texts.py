from datetime import datetime
from pathlib import Path

import pytest

from monitor.delivering.texts import our_texts, texts_from
from monitor.model.errors import TemplateError


def written(folder: Path, words: str) -> Path:
    (folder / "texts.yaml").write_text(words, "utf-8")
    return folder


def test_english_has_two_plural_forms() -> None:
    texts = our_texts()

    assert [texts("mentions", n=n) for n in (0, 1, 2)] == ["0 mentions", "1 mention", "2 mentions"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("uk", {1: "a", 2: "b", 5: "c", 11: "c", 12: "c", 21: "a", 22: "b", 25: "c", 112: "c"}),
        ("pl", {1: "a", 2: "b", 5: "c", 12: "c", 21: "c", 22: "b"}),
    ],
)
def test_slavic_languages_have_three(tmp_path: Path, language: str, expected: dict[int, str]) -> None:
    texts = texts_from(written(tmp_path, f"language: {language}\nmentions: a|b|c\n"))

    assert {n: texts("mentions", n=n) for n in expected} == expected


def test_dates_are_written_with_the_words_of_the_file(tmp_path: Path) -> None:
    texts = texts_from(written(tmp_path, "weekdays_short: [пн, вт, ср, чт, пт, сб, нд]\n"))

    assert texts.moment(datetime(2026, 11, 22, 6, 41)) == "нд 22 Nov, 06:41"  # noqa: DTZ001 - a local time
    assert our_texts().day(datetime(2026, 11, 2).date(), long=True) == "Monday 2 November 2026"  # noqa: DTZ001


def test_without_a_file_ours_are_used(tmp_path: Path) -> None:
    assert texts_from(tmp_path) == our_texts() == texts_from(None)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("mentionz: x", "unknown text 'mentionz'"),
        ("why: [a]", "why must be a text"),
        ("weekdays_short: [a]", "needs 7 items"),
        ("- a", "must be a mapping"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, words: str, complaint: str) -> None:
    with pytest.raises(TemplateError, match=complaint):
        texts_from(written(tmp_path, words))


def test_values_are_filled_in_and_never_evaluated(tmp_path: Path) -> None:
    texts = texts_from(written(tmp_path, "because_digest: '{route} {route.__class__} {other}'\n"))

    assert texts("because_digest", route="{recipient}", recipient="x") == "{recipient} {route.__class__} {other}"


def test_arabic_runs_from_right_to_left(tmp_path: Path) -> None:
    assert texts_from(written(tmp_path, "language: ar\n")).direction == "rtl"
    assert our_texts().direction == "ltr"
