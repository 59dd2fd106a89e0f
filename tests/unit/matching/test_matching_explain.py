"""Reasons in words (matching.md §4)."""

import pytest

from monitor.matching.compile import compile_watchlists
from monitor.matching.document import Document
from monitor.matching.evaluate import evaluate, evaluation
from monitor.matching.explain import why_words
from monitor.matching.query import compile_query
from monitor.matching.samples import check_samples
from monitor.model.entry import Entry, Source
from monitor.model.errors import QueryError
from monitor.model.watch import Entity, Keyword, Sample, Watchlist

ENTRY = Entry("1", "Drone plan", body="drones and\nplans", author="Jane Doe", language="en", tags=("war",))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("drone", "“Drone” in the title"),
        ("drone*", "“Drone” in the title, “drones” in the text"),
        ("drone NEAR/1 plan", "“Drone” in the title, “plan” in the title"),
        ("drone NOT music", "“Drone” in the title"),
        ('"and plans"', "“and plans” in the text"),
        ("lang:en drone", "lang:en, “Drone” in the title"),
        ("author:doe OR tag:war", "“Doe” in the author, “war” in the tags"),
        ("SCORE/1 (drone^2, plans^-1)", "“Drone” in the title"),
        ("ATLEAST/2 (drone OR plan)", "“Drone” in the title, “plan” in the title"),
        ("drone OR plan OR drones OR and OR plans OR author:jane", "“Drone” in the title, “plan” in the title, “drones” in the text, “and” in the text, “plans” in the text and 1 more"),
        ("tank", "tank does not match"),
    ],
)  # fmt: skip
def test_a_reason_is_one_line(query, words):
    assert why_words(evaluation(evaluate(compile_query(query).node, Document(ENTRY, Source()))).why) == words


def test_a_sum_and_a_count_are_noted():
    found = evaluation(evaluate(compile_query("SCORE/3 (drone, plan^0.5)").node, Document(ENTRY, Source())))
    counted = evaluation(evaluate(compile_query("ATLEAST/3 (drone)").node, Document(ENTRY, Source())))

    assert (found.why.note, found.score) == ("1.5 of 3", 1.5)
    assert counted.why.note == "1 of 3 occurrences"


def test_an_entity_without_a_word_is_a_problem_of_its_name():
    (problem,) = compile_watchlists([Watchlist("w", entities=(Entity("x", "!!!"),))]).problems

    assert (problem.kind, problem.field, problem.error.what) == (
        "entities",
        "name",
        "there is no word in this name",
    )


def test_an_unchanged_entity_is_compiled_once():
    watchlists = [Watchlist("w", entities=(Entity("umerov", "Rustem Umerov", "person"),))]
    first = compile_watchlists(watchlists).engine

    second = compile_watchlists(watchlists, first).engine

    assert second.watches[0].node is first.watches[0].node


def test_a_sample_of_a_watch_that_could_not_be_compiled_is_skipped():
    watchlists = [Watchlist("w", keywords=(Keyword("a", "(", samples=(Sample("x"),)),))]

    assert check_samples(compile_watchlists(watchlists).engine, watchlists) == []


def test_a_word_that_needs_a_positive_part_is_refused_inside_score():
    with pytest.raises(QueryError, match="negative weight"):
        compile_query("SCORE/1 (drone, NOT plan)")
