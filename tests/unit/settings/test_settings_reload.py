"""A reload goes on without a bad watch; a start does not."""

from pathlib import Path

import pytest

from monitor.model.errors import ConfigError
from monitor.settings import load


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "monitor.yaml").write_text("timezone: UTC\n")
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "desk.yaml").write_text(
        "keywords:\n  - { id: good, query: drone }\n  - { id: bad, query: drone NEAR aid }\n"
    )
    return tmp_path


def test_a_bad_query_refuses_a_start(config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(config, {})

    (problem,) = (problem for problem in caught.value.problems if problem.level == "error")
    assert (problem.where, problem.line, problem.column) == ("keywords.1.query", 3, 29)


def test_a_reload_keeps_the_bad_watch_apart(config: Path) -> None:
    settings = load(config, {}, keep_bad_watches=True)

    assert [keyword.id for keyword in settings.watchlists[0].keywords] == ["good", "bad"]
    assert [problem.where for problem in settings.watch_problems] == ["keywords.1.query"]


def test_a_reload_still_refuses_a_file_that_makes_no_sense(config: Path) -> None:
    (config / "watchlists" / "desk.yaml").write_text("keywords: [{ id: good, querry: drone }]\n")

    with pytest.raises(ConfigError):
        load(config, {}, keep_bad_watches=True)
