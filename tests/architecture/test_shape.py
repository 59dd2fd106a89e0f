"""The shape of the code, so that it stays the one that style.md asks for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MONITOR = ROOT / "monitor"
FILES = sorted(path for path in MONITOR.rglob("*.py") if "migrations/versions" not in path.as_posix())
MAX_FILE, MAX_FUNCTION = 400, 60
# longer for a reason that a reader accepts: one page of contracts is the point
LONG_FILES = {"monitor/ports.py"}
BANNED_NAMES = {"utils", "helpers", "common", "base", "manager", "misc"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_file_has_one_concept_and_opens_by_saying_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert path.stem not in BANNED_NAMES
    assert ast.get_docstring(ast.parse(text)), "a module opens with one line saying what it is for"
    assert text.count("\n") <= MAX_FILE or _name(path) in LONG_FILES


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_functions_are_short(path: Path) -> None:
    long = [f"{f.name}: {(f.end_lineno or 0) - f.lineno + 1}" for f in _functions(path)
            if (f.end_lineno or 0) - f.lineno + 1 > MAX_FUNCTION]  # fmt: skip

    assert long == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = {_name(path) for path in FILES if re.search(r"os\.environ|getenv", path.read_text(encoding="utf-8"))}

    assert {name for name in readers if not name.startswith("monitor/settings")} <= {
        "monitor/entrypoints/daemon.py"
    }


def test_broad_excepts_stand_only_where_a_loop_must_survive_or_a_foreign_error_is_wrapped() -> None:
    found = [
        (_name(path), node.lineno)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception"
    ]

    assert len(found) <= 8, found


def test_every_import_layer_named_in_the_contract_exists() -> None:
    contract = (ROOT / ".importlinter").read_text(encoding="utf-8")
    layers = re.search(r"layers =\n((?:    .+\n)+)", contract)

    assert layers is not None
    for name in re.findall(r"[a-z]+", layers.group(1)):
        assert (MONITOR / name).is_dir() or (MONITOR / f"{name}.py").is_file(), name
