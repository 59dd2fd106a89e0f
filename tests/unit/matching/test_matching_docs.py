"""What docs/query-language.md promises."""

import re
from pathlib import Path

import pytest

from monitor.matching.compile import compile_entities
from monitor.matching.document import Document
from monitor.matching.evaluate import evaluate
from monitor.matching.query import compile_query
from monitor.model.entry import Entry, Source
from monitor.model.watch import Entity, Watchlist

DOCS = Path(__file__).parents[3] / "docs" / "query-language.md"
ROW = re.compile(r"^\| `(?P<query>.+)` \| (?P<hit>.+) \| (?P<miss>.+) \|$", re.MULTILINE)
ENTITIES = compile_entities(
    [Watchlist("people", entities=(Entity("umerov", "Rustem Umerov", "person", aliases=("Рустем Умєров",)),))]
)


def document(cell):
    field, _, text = cell.partition(": ")
    if field == "source":
        return Document(Entry("1"), Source(title=text))
    if field == "tag":
        return Document(Entry("1", tags=(text,)), Source())
    name = {"lang": "language"}.get(field, field)
    if name in ("title", "summary", "body", "author", "url", "language"):
        return Document(Entry("1", **{name: text}), Source())
    return Document(Entry("1", body=cell), Source())


@pytest.mark.parametrize(
    "row", [row.groupdict() for row in ROW.finditer(DOCS.read_text("utf-8"))], ids=lambda row: row["query"]
)
def test_an_example_matches_its_text_and_not_the_other(row):
    node = compile_query(row["query"], ENTITIES).node

    assert evaluate(node, document(row["hit"])).matched
    assert not evaluate(node, document(row["miss"])).matched


def test_every_construct_has_an_example():
    queries = " ".join(row["query"] for row in ROW.finditer(DOCS.read_text("utf-8")))

    for construct in (
        '"',
        "*",
        "?",
        "=",
        " AND ",
        " OR ",
        " NOT ",
        "-",
        "(",
        "NEAR/",
        "ONEAR/",
        "title:",
        "summary:",
    ):
        assert construct in queries
    for construct in (
        "body:",
        "author:",
        "url:",
        "source:",
        "tag:",
        "lang:",
        "/s",
        "ATLEAST/",
        "SCORE/",
        "^",
        "@",
    ):
        assert construct in queries
