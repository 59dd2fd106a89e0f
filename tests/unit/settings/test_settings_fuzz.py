"""Whatever stands in the files, people read problems and never a traceback."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.errors import ConfigError
from monitor.settings import format_problem, load

CONFIG = Path(__file__).parents[3] / "config"
MAIN = (CONFIG / "monitor.yaml").read_text(encoding="utf-8")
WATCHLIST = (CONFIG / "watchlists" / "supply-chain.yaml").read_text(encoding="utf-8")
MARKS = (
    "\t",
    "\n",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "|",
    ">",
    "&a ",
    "*a",
    "!x ",
    "#",
    "<<: ",
    "${",
    "---\n",
)
ODD = (
    "\x00",
    "…",
    "\ufeff",
    "\r",
    "\u2028",
    "null",
    "true",
    "-1",
    "0",
    "::",
    "@",
    "%",
    "http://[",
    "9" * 400,
    "1" * 5000 + "m",
)
SCRAPS = st.sampled_from((*MARKS, *ODD))
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), SCRAPS), min_size=1, max_size=4)


def edited(text: str, edits: list[tuple[float, int, str]]) -> str:
    for place, cut, scrap in edits:
        at = int(place * len(text))
        text = text[:at] + scrap + text[at + cut :]
    return text


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("fuzz")
    (directory / "watchlists").mkdir()
    (directory / "feeds.opml").write_text((CONFIG / "feeds.opml").read_text(encoding="utf-8"), encoding="utf-8")
    return directory


@settings(deadline=None)  # how long a load takes is not the subject
@given(main=EDITS, watchlist=EDITS)
def test_damaged_files_give_problems_in_words(
    directory: Path, main: list[tuple[float, int, str]], watchlist: list[tuple[float, int, str]]
) -> None:
    (directory / "monitor.yaml").write_text(edited(MAIN, main), encoding="utf-8")
    (directory / "watchlists" / "desk.yaml").write_text(edited(WATCHLIST, watchlist), encoding="utf-8")

    try:
        problems = load(directory, {}).warnings
    except ConfigError as error:
        problems = error.problems

    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert len(format_problem(problem).splitlines()) <= 4
