"""Queries are tried when the configuration is loaded: each refusal is placed, in whatever words matching gives it."""

from pathlib import Path

import pytest

from monitor.model.errors import ConfigError, Problem
from monitor.settings import load


def problems_of(directory: Path, watchlist: str) -> list[Problem]:
    (directory / "watchlists").mkdir()
    (directory / "monitor.yaml").write_text("timezone: UTC\n", encoding="utf-8")
    (directory / "watchlists" / "desk.yaml").write_text(watchlist, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(directory, {})
    return [problem for problem in caught.value.problems if problem.level == "error"]


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("drone AND (aid", "("),
        ("'@nobody'", "@nobody"),
        ("drone OR who:me", "who:"),
        ("'drone AND /CVE-(/'", "CVE-(/"),
        ("NOT drone", "NOT drone"),
        ("'*'", "*"),
        ("drone (i?)", "(i?)"),
    ],
)
def test_a_refused_query_is_underlined_where_it_is_wrong(tmp_path: Path, query: str, refused: str) -> None:
    (problem,) = problems_of(tmp_path, f"keywords:\n  - id: a\n    query: {query}\n")

    start = problem.column - 1
    assert problem.where == "keywords.0.query"
    assert problem.line == 3
    assert problem.excerpt[start:].startswith(refused[0])
    assert problem.excerpt[start : start + problem.width] in refused


def test_conditions_and_names_of_entities_are_tried_too(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        'entities:\n  - { id: a, name: Kyiv, require: "(Kyiv" }\n  - { id: b, name: Kyiv, exclude: "Kyiv)" }\n'
        '  - { id: c, name: "!!" }\n',
    )

    assert [problem.where for problem in problems] == [
        "entities.0.require",
        "entities.1.exclude",
        "entities.2.name",
    ]


def test_a_query_is_tried_even_where_its_watch_has_another_fault(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path, "keywords:\n  - { nonsense: 1 }\n  - { id: a, query: drone NEAR aid, severity: huge }\n"
    )

    assert {problem.where for problem in problems} >= {"keywords.0", "keywords.1.query", "keywords.1.severity"}


def test_a_sample_that_fails_is_an_error_at_the_sample(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        "keywords:\n  - { id: a, query: aid, samples: { match: [aid, said], no_match: [said, aid] } }\n"
        "entities:\n  - { id: b, name: Kyiv, samples: Lviv }\n",
    )

    assert [problem.where for problem in problems] == [
        "keywords.0.samples.match.1",
        "keywords.0.samples.no_match.1",
        "entities.0.samples",
    ]
