"""What the README tells people to type works as told."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from monitor.entrypoints.cli.root import app

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
_COMMAND = re.compile(r"(?:^|[`|]|\$ |bin/|run )\s*monitor((?: [a-z]+)+)", re.MULTILINE)


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def blocks(text: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for named, block in fenced if named == language]


def commands() -> Iterator[list[str]]:
    for found in _COMMAND.finditer(README):
        yield found[1].split()


def test_every_command_that_the_readme_names_exists() -> None:
    named = {tuple(words) for words in commands()}

    for words in named:
        tree: Any = get_command(app)
        for word in words:
            below = getattr(tree, "commands", {})
            assert word in below or not below, f"monitor {' '.join(words)}"  # below a command are its arguments
            tree = below.get(word)
    assert {("demo",), ("try",), ("backtest",), ("search",), ("test",)} <= {words[:1] for words in named}


@pytest.mark.timeout(180)
def test_the_walk_through_of_a_rule_gives_what_is_shown(tmp_path: Path) -> None:
    shown = section("Will this rule flood me?")
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"}

    done = subprocess.run(
        ["sh", "-e"], input="\n".join(blocks(shown, "sh")), capture_output=True, text=True, cwd=tmp_path, env=here,
        timeout=170, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    for line in "".join(blocks(shown, "")).splitlines():
        assert line.split("…")[0].rstrip() in done.stdout
