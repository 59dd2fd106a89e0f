"""Golden queries: one line of data a case (tests/corpus/queries)."""

import json
from pathlib import Path

import pytest

from monitor.matching.compile import compile_entities, compile_watchlists
from monitor.matching.document import Document
from monitor.matching.evaluate import evaluate, evaluation
from monitor.matching.query import compile_query
from monitor.model.entry import Entry, Source
from monitor.model.errors import QueryError
from monitor.model.watch import Entity, Keyword, Watchlist

CORPUS = Path(__file__).parents[2] / "corpus" / "queries"
ENTITIES = compile_entities(
    [Watchlist("people", entities=(Entity("zelensky", "Volodymyr Zelensky"), Entity("umerov", "Rustem Umerov")))]
)


def lines(name):
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def entry_of(case):
    entry = Entry(
        "1",
        case.get("title", ""),
        case.get("summary", ""),
        case.get("body", ""),
        case.get("url", ""),
        case.get("author", ""),
        tuple(case.get("tags", ())),
        case.get("lang", ""),
    )
    return entry, Source(case.get("source", ""), case.get("host", ""), tuple(case.get("feed_tags", ())))


def name_of(case):
    return ascii(f"{case.get('rule', '')} {case['query']} {case.get('title', '')}")[:90]


@pytest.mark.parametrize("case", lines("golden.jsonl"), ids=name_of)
def test_a_golden_query_finds_exactly_what_its_line_says(case):
    entry, source = entry_of(case)

    result = evaluation(evaluate(compile_query(case["query"]).node, Document(entry, source)))

    assert result.matched == (case["found"] is not None)
    assert [f"{span.field}:{span.text}" for span in result.spans] == (case["found"] or [])
    assert result.score == case.get("score")
    for span in result.spans:
        if span.field in ("title", "summary", "body"):
            assert getattr(entry, span.field)[span.start : span.end] == span.text


def test_all_golden_queries_at_once_find_what_each_finds_alone():
    cases = lines("golden.jsonl")
    queries = list(dict.fromkeys(case["query"] for case in cases))
    watches = tuple(Keyword(str(number), query) for number, query in enumerate(queries))
    engine = compile_watchlists([Watchlist("golden", keywords=watches)]).engine
    nodes = {query: compile_query(query).node for query in queries}

    for case in cases:
        entry, source = entry_of(case)
        found = {queries[int(match.watch)] for match in engine.match(entry, source)}
        alone = {query for query, node in nodes.items() if evaluate(node, Document(entry, source)).matched}
        assert found == alone
        assert (case["query"] in found) == (case["found"] is not None)


@pytest.mark.parametrize("case", lines("refused.jsonl"), ids=name_of)
def test_a_refused_query_says_what_is_wrong_where_and_what_may_be_meant(case):
    with pytest.raises(QueryError) as caught:
        compile_query(case["query"], ENTITIES)

    error = caught.value
    assert error.what == case["what"]
    assert (error.offset + 1, error.width) == (case["column"], case["width"])
    assert error.suggestion == case["suggestion"]


@pytest.mark.parametrize("case", [case for case in lines("refused.jsonl") if case["suggestion"]], ids=name_of)
def test_every_suggestion_is_a_query_that_compiles(case):
    assert compile_query(case["suggestion"], ENTITIES).node
