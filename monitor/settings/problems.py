"""Problems: how they are worded, placed and printed."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from monitor.model.errors import Problem

_WIDEST = 140  # an excerpt longer than this is cut around the caret
_LONG = 80
_INDENT = "    "
_SECRETS = (
    re.compile(r"""(://[^\s/@:"'$]*:)((?!\$\{)[^\s/@"']+)(?=@)"""),  # a password in an address
    re.compile(
        r"""((?:password|secret|ping_url|authorization|cookie|[\w-]*token|[\w-]*key)["']?:\s+\[?["']?)"""
        r"""((?!\$\{)[^\s"',{}\[\]](?:[^"',{}\[\]]*[^\s"',{}\[\]])?)""",
        re.IGNORECASE,
    ),
    re.compile(r"(whsec_)([\w+/=-]+)"),
    re.compile(r"(hooks\.slack\.com/(?:services|workflows)/|/api/webhooks/)([^\s\"'`,}]+)"),
)


def format_problem(problem: Problem) -> str:
    """``file:line:col: error: where: what``, then the source line, a caret and what may be meant."""
    where = f"{problem.where}: " if problem.where else ""
    place = f"{problem.file}:{problem.line}:{problem.column}"
    lines = [_printable(f"{place}: {problem.level}: {where}{problem.what}")]
    if problem.excerpt.strip():
        lines.extend(_underlined(problem))
    if problem.suggestion:
        lines.append(_printable(f"{_INDENT}did you mean: {problem.suggestion}"))
    return "\n".join(lines)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file, line and column, each one once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda problem: (problem.file, problem.line, problem.column, problem.what)))


def shortened(value: str) -> str:
    """As much of a value as a message repeats."""
    return value if len(value) <= _LONG else value[:_LONG] + "…"


def masked(problem: Problem) -> Problem:
    """Secrets as asterisks, one for each character: problems are printed, logged and shown on the page."""
    return replace(
        problem,
        what=_masked(problem.what),
        excerpt=_masked(problem.excerpt),
        suggestion=_masked(problem.suggestion),
    )


def near(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one, else an empty string."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else ""


def _masked(text: str) -> str:
    for secret in _SECRETS:
        text = secret.sub(lambda found: found[1] + "*" * len(found[2]), text)
    return text


def _underlined(problem: Problem) -> list[str]:
    line = problem.excerpt.rstrip()
    cut = len(line) - len(line.lstrip())
    caret = max(0, problem.column - 1 - cut)
    width = problem.width
    line = _printable(line[cut:])
    if len(line) > _WIDEST:
        start = max(0, min(caret - _WIDEST // 2, len(line) - _WIDEST))
        end = min(len(line), start + _WIDEST)
        line = ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
        caret += (1 if start else 0) - start
    width = max(1, min(width, len(line) - caret))
    gap, carets = _cells(line[:caret]), _cells(line[caret : caret + width])
    return [f"{_INDENT}{line}".rstrip(), f"{_INDENT}{' ' * gap}{'^' * max(1, carets)}"]


def _printable(line: str) -> str:
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in line)


def _cells(text: str) -> int:
    """Width on a terminal: marks take no cell, wide East Asian characters two."""
    cells = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        cells += 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
    return cells
