"""The configurations of tests/corpus/config and what loading says about each."""

import shutil
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from monitor.model.errors import ConfigError, Problem
from monitor.settings import format_problem, load

CORPUS = Path(__file__).parents[2] / "corpus" / "config"
ENVIRONMENT = {"SMTP_PASSWORD": "p@ss/word", "HOST": "monitor.example.org", "EMPTY": ""}
MAIN = "routes: [{ name: all, to: [desk] }]\nchannels: { desk: { type: slack, url: 'http://127.0.0.1/slack' } }\n"
WATCHLIST = "keywords:\n  - { id: drone, query: drone }\n"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    source: Path
    expected: Path


def cases() -> Iterator[Case]:
    for source in sorted(CORPUS.glob("*/*")):
        if source.is_dir():
            yield Case(f"{source.parent.name}/{source.name}", source, source / "expected.txt")
        elif source.suffix == ".yaml":
            yield Case(f"{source.parent.name}/{source.stem}", source, source.with_suffix(".txt"))


def told(case: Case, home: Path) -> str:
    """What is printed when this configuration is loaded from ``config/``."""
    config = home / "config"
    kind = case.source.parent.name
    if kind == "whole":
        shutil.copytree(case.source, config)
    else:
        (config / "watchlists").mkdir(parents=True)
        places = {"main": config / "monitor.yaml", "watchlist": config / "watchlists" / case.source.name}
        (config / "monitor.yaml").write_text(MAIN, encoding="utf-8")
        if kind == "main":
            (config / "watchlists" / "ukraine.yaml").write_text(WATCHLIST, encoding="utf-8")
        shutil.copyfile(case.source, places[kind])
    for path in config.rglob("*.*"):
        path.chmod(0o600 if path.is_file() else 0o700)
    with chdir(home):
        return "".join(format_problem(problem) + "\n" for problem in _problems()) or "ok\n"


def _problems() -> tuple[Problem, ...]:
    try:
        return load(Path("config"), ENVIRONMENT).warnings
    except ConfigError as error:
        return error.problems
