"""A correction shows which words changed."""

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerting.worddiff import word_diff
from monitor.model.entry import Entry


def diff(before: str, after: str) -> tuple[tuple[str, str], ...]:
    return word_diff(Entry("x", body=before), Entry("x", body=after))


def test_a_changed_number_is_shown_with_the_words_beside_it() -> None:
    assert diff("Output grows to 4 million drones.", "Output grows to 5 million drones.") == (
        ("same", "Output grows to"),
        ("old", "4"),
        ("new", "5"),
        ("same", "million drones."),
    )


def test_an_added_not_and_a_removed_word_are_shown() -> None:
    assert diff("He will go there soon", "He will not go there") == (
        ("same", "He will"),
        ("new", "not"),
        ("same", "go there"),
        ("old", "soon"),
    )


def test_title_and_text_are_both_compared() -> None:
    before, after = Entry("x", "Old title", "Same text."), Entry("x", "New title", "Same text.")

    assert word_diff(before, after) == (("old", "Old"), ("new", "New"), ("same", "title"))


def test_white_space_is_no_change() -> None:
    assert diff("One  two\nthree", "One two three") == ()


def test_words_that_only_went_or_came_are_shown() -> None:
    assert diff("", "All new") == (("new", "All new"),)
    assert diff("a a", "a a a") == (("same", "a a"), ("new", "a"))


def test_long_unchanged_stretches_are_shortened() -> None:
    words = [f"w{n}" for n in range(60)]
    changed = ["X", *words[1:30], "Y", *words[31:]]

    runs = diff(" ".join(words), " ".join(changed))

    assert ("same", "w1 w2 w3 w4 w5 w6 … w24 w25 w26 w27 w28 w29") in runs
    assert runs[-1] == ("same", "w31 w32 w33 w34 w35 w36 …")


def test_the_unchanged_beginning_keeps_only_its_end() -> None:
    words = " ".join(f"w{n}" for n in range(30))

    assert diff(f"{words} old", f"{words} new")[0] == ("same", "… w24 w25 w26 w27 w28 w29")


def test_a_rewritten_long_text_costs_little_and_says_that_more_follows() -> None:
    chance = random.Random(1)
    before, after = (" ".join(chance.choices("abc", k=50_000)) for _ in range(2))

    begun = time.perf_counter()
    runs = diff(before, after)

    assert time.perf_counter() - begun < 5
    assert ("same", "…") in runs


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_old_and_new_words_account_for_the_difference(before: list[str], after: list[str]) -> None:
    runs = diff(" ".join(before), " ".join(after))
    olds = sum(len(words.split()) for kind, words in runs if kind == "old")
    news = sum(len(words.split()) for kind, words in runs if kind == "new")

    assert len(before) - olds == len(after) - news
    assert (runs == ()) is (before == after)
