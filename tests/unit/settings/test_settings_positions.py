"""A caret points at the right character, through every way in which YAML writes a text."""

from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from monitor.settings.positions import places
from monitor.settings.yamlfile import Document, Node, read_yaml

TEXTS = st.lists(
    st.text(alphabet="abz(){}[]:#'\"\\/*&!|>%@`-?,. їґ日😀é=^~$", min_size=1, max_size=12), min_size=1, max_size=8
).map(lambda words: " ".join(words))


def node_of(text: str, directory: Path) -> tuple[Document, Node]:
    path = directory / "query.yaml"
    path.write_text(text, encoding="utf-8")
    document, problems = read_yaml(path, "query.yaml")
    assert document is not None, problems
    return document, document.descend(("query",))[1]


def pointed(text: str, directory: Path, word: str) -> tuple[int, int]:
    """Line and column (from 1) of a word of the value."""
    document, node = node_of(text, directory)
    offsets = places(document.text, node)
    assert offsets is not None
    offset = offsets[str(node.value).index(word)]
    return document.text.count("\n", 0, offset) + 1, offset - document.text.rfind("\n", 0, offset)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("query: drone HERE\n", 1, 14),
        ("query:   drone   HERE\n", 1, 18),
        ("query: 'it''s drone HERE'\n", 1, 21),
        ('query: "a\\u0020\\"b\\" HERE"\n', 1, 22),
        ('query: "drone \\\n    HERE"\n', 2, 5),
        ("query: drone\n  and\n\n  HERE\n", 4, 3),
        ("query: |\n  drone\n    HERE\n", 3, 5),
        ("query: |2-\n    drone\n  HERE\n", 3, 3),
        ("query: | # a comment\n\n  drone\n  HERE\n", 4, 3),
        ("query: >-\n  drone\n  and\n\n  HERE\n", 5, 3),
        ("a: 1\nquery: &x drone HERE\n", 2, 17),
        ("query: drone HERE # not this HERE\n", 1, 14),
        ("query: |\r\n  drone\r\n  HERE\r\n", 3, 3),
    ],
)
def test_a_word_is_found_where_it_stands(tmp_path: Path, text: str, line: int, column: int) -> None:
    assert pointed(text, tmp_path, "HERE") == (line, column)


@pytest.mark.parametrize(
    "style", [SingleQuotedScalarString, DoubleQuotedScalarString, LiteralScalarString, FoldedScalarString, str]
)
def test_every_character_of_every_text_is_found(
    style: type[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("texts")

    @settings(deadline=None)  # the file system is not the subject
    @given(TEXTS)
    def check(written: str) -> None:
        yaml, out = YAML(), StringIO()
        yaml.width = 30
        yaml.dump({"query": style(written)}, out)

        document, node = node_of(out.getvalue(), directory)
        offsets = places(document.text, node)

        value = str(node.value)
        assert offsets is not None
        assert len(offsets) == len(value) + 1
        escaped = style is DoubleQuotedScalarString or node.style == '"'
        for char, offset in zip(value, offsets, strict=False):
            found = document.text[offset]
            assert char.isspace() or found == char or (escaped and found == "\\")
        assert offsets == sorted(offsets)

    check()


def test_where_the_two_do_not_fit_there_is_no_place(tmp_path: Path) -> None:
    document, node = node_of("query: drone\n", tmp_path)
    other = Node("another text", node.start, node.end)

    assert places(document.text, other) is None
