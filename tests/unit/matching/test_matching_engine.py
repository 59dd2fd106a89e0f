"""Engines: reload, problems, threads, samples, what a match carries."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.matching.compile import compile_watchlists
from monitor.matching.explain import span_json, why_json, why_words
from monitor.matching.query import compile_query
from monitor.matching.samples import check_samples
from monitor.model.entry import Entry, Source
from monitor.model.errors import NotFound
from monitor.model.watch import Entity, Keyword, Sample, Severity, Watchlist

SOURCE = Source("Example Wire", "news.example.org", ("ukraine",))
UMEROV = Entity("umerov", "Rustem Umerov", "person", aliases=("Рустем Умєров",), wikidata="Q1")


def desk(*keywords, entities=()):
    return [Watchlist("desk", "The desk", Severity.HIGH, keywords, entities)]


def found(engine, title, body=""):
    return [match.watch for match in engine.match(Entry("1", title, body=body), SOURCE)]


def test_a_match_carries_watch_severity_spans_and_why():
    engine = compile_watchlists(desk(Keyword("drones", "drone*", Severity.LOW), entities=(UMEROV,))).engine

    keyword, entity = engine.match(Entry("1", "Рустем Умєров on drones"), SOURCE)

    assert (keyword.watchlist, keyword.watch, keyword.kind, keyword.severity) == (
        "desk",
        "drones",
        "keyword",
        Severity.LOW,
    )
    assert (entity.watch, entity.kind, entity.severity) == ("umerov", "entity", Severity.HIGH)
    assert [span_json(span) for span in keyword.spans] == [
        {"field": "title", "start": 17, "end": 23, "text": "drones", "term": "drone*"}
    ]
    assert entity.spans[0].term == "@umerov"
    assert why_words(entity.why) == "@umerov as “Рустем Умєров” in the title"


def test_matches_come_in_the_order_of_the_watchlists():
    engine = compile_watchlists(desk(*(Keyword(name, "drone") for name in "zyx"))).engine

    assert found(engine, "a drone") == ["z", "y", "x"]


def test_a_bad_watch_is_reported_and_does_not_stop_the_others():
    compilation = compile_watchlists(desk(Keyword("good", "drone"), Keyword("bad", "drone NEAR plan")))

    (problem,) = compilation.problems
    assert (problem.watchlist, problem.kind, problem.index, problem.field) == ("desk", "keywords", 1, "query")
    assert problem.error.suggestion == "drone NEAR/5 plan"
    assert found(compilation.engine, "a drone") == ["good"]


def test_the_old_version_of_a_bad_watch_stays_in_force():
    first = compile_watchlists(desk(Keyword("a", "drone"), entities=(UMEROV,))).engine
    spoiled = Entity("umerov", "Rustem Umerov", "person", require="(")

    second = compile_watchlists(desk(Keyword("a", "(drone"), entities=(spoiled,)), first)

    assert [(problem.kind, problem.field) for problem in second.problems] == [
        ("entities", "require"),
        ("keywords", "query"),
    ] or [(problem.kind, problem.field) for problem in second.problems] == [
        ("keywords", "query"),
        ("entities", "require"),
    ]
    assert found(second.engine, "Rustem Umerov, drone") == ["a", "umerov"]


def test_a_reload_adds_removes_and_changes_watches_without_building_all_anew():
    many = [Keyword(f"k{number}", f"word{number}") for number in range(200)]
    first = compile_watchlists(desk(*many)).engine
    changed = [Keyword("k0", "other"), *many[2:], Keyword("new", "drone")]

    second = compile_watchlists(desk(*changed), first).engine
    third = compile_watchlists(desk(*many), second).engine

    text = "word0 word1 word2 other drone"
    assert found(second, text) == ["k0", "k2", "new"]
    assert found(third, text) == ["k0", "k1", "k2"]
    assert found(first, text) == ["k0", "k1", "k2"]
    assert [watch.watch for watch in second.watches] == [keyword.id for keyword in changed]


def test_severity_and_title_follow_a_reload_although_the_query_did_not_change():
    first = compile_watchlists(desk(Keyword("a", "drone", Severity.LOW))).engine

    second = compile_watchlists(desk(Keyword("b", "drone", Severity.CRITICAL)), first).engine

    (match,) = second.match(Entry("1", "drone"), SOURCE)
    assert (match.watch, match.severity) == ("b", Severity.CRITICAL)


def test_two_watches_with_one_query_both_match_after_a_reload():
    first = compile_watchlists(desk(Keyword("a", "drone"))).engine

    second = compile_watchlists(desk(Keyword("a", "drone"), Keyword("b", "drone")), first).engine

    assert found(second, "drone") == ["a", "b"]


def test_threads_share_an_engine():
    engine = compile_watchlists(desk(Keyword("a", r"/\bdro\w+/ OR дрон*"))).engine
    texts = [f"drone {number} дрони" for number in range(200)]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: found(engine, text), texts))

    assert results == [["a"]] * 200


def test_why_tells_the_truth_of_each_part_of_a_watch_that_does_not_match():
    engine = compile_watchlists(desk(Keyword("a", "drone AND (plan OR deal) NOT music"))).engine

    why = engine.why(Entry("1", "drone music"), SOURCE, "desk", "a")

    assert (why.node, why.matched) == ("and", False)
    assert [(child.node, child.matched) for child in why.children] == [
        ("term", True),
        ("or", False),
        ("not", False),
    ]
    assert why_json(why)["children"][0]["spans"][0]["text"] == "drone"
    assert why_words(why) == "drone AND (plan OR deal) NOT music does not match"


def test_an_unknown_watch_is_not_found():
    engine = compile_watchlists([]).engine

    with pytest.raises(NotFound, match="desk/a"):
        engine.why(Entry("1"), SOURCE, "desk", "a")


def test_entities_need_what_they_require_and_not_what_they_exclude():
    chess = Entity("umerov", "Rustem Umerov", "person", require="Kyiv OR drone*", exclude="chess")
    engine = compile_watchlists(desk(entities=(chess,))).engine

    assert found(engine, "Rustem Umerov", "in Kyiv") == ["umerov"]
    assert found(engine, "Rustem Umerov") == []
    assert found(engine, "Rustem Umerov", "in Kyiv, chess") == []


def test_entities_may_name_each_other_but_not_in_a_circle():
    one = Entity("one", "Alpha Beta", require="@two")
    two = Entity("two", "Gamma Delta")
    circle = Entity("three", "Epsilon Zeta", require="@three")

    compilation = compile_watchlists(desk(entities=(one, two, circle)))

    assert found(compilation.engine, "Alpha Beta, Gamma Delta") == ["one", "two"]
    assert found(compilation.engine, "Alpha Beta, Epsilon Zeta") == []
    (problem,) = compilation.problems
    assert (problem.index, problem.field) == (2, "require")


def test_an_entity_inside_a_query_counts_in_near_and_fields():
    keywords = (Keyword("near", "@umerov NEAR/2 drone*"), Keyword("title", "title:@umerov"))
    engine = compile_watchlists(desk(*keywords, entities=(UMEROV,))).engine

    assert found(engine, "Rustem Umerov on drones") == ["near", "title", "umerov"]
    assert found(engine, "x", "Rustem Umerov") == ["umerov"]


def test_samples_that_fail_are_named():
    keyword = Keyword("a", "drone", samples=(Sample("a drone"), Sample("a plan"), Sample("drone", matches=False)))
    watchlists = desk(keyword)

    failed = check_samples(compile_watchlists(watchlists).engine, watchlists)

    assert [(one.kind, one.index, one.number) for one in failed] == [("keywords", 0, 1), ("keywords", 0, 2)]
    assert failed[0].words == "this sample must match, but it does not"
    assert failed[1].words == "this sample must not match, but it does"


@pytest.mark.parametrize(
    ("query", "offset", "suggestion"),
    [
        ("drone near/5 plan", 6, "drone NEAR/5 plan"),
        ("drone Or plan", 6, "drone OR plan"),
        ("drone and plan", 6, "drone AND plan"),
        ("not drone", 0, "NOT drone"),
        ("drone –music", 6, "drone -music"),
        ("or", 0, "OR"),
    ],
)
def test_what_looks_like_an_operator_is_a_word_with_a_warning(query, offset, suggestion):
    (warning,) = compile_query(query).warnings

    assert (warning.offset, warning.suggestion) == (offset, suggestion)


def test_warnings_of_watches_are_collected():
    compilation = compile_watchlists(desk(Keyword("a", "drone or plan")))

    assert [(one.watchlist, one.index, one.field) for one in compilation.warnings] == [("desk", 0, "query")]
