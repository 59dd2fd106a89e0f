r"""Regexes of queries: RE2 syntax with Unicode-aware ``\b \w \d``, always in linear time."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

from monitor.matching.budget import Budget
from monitor.matching.dialect import TOKEN, Dialect
from monitor.matching.document import BOUNDARY, Text
from monitor.matching.literals import required_literals

_MAX_MEMORY = 16 << 20
_MOST_REPETITIONS = 300  # {n} within {m} multiply; more would make RE2 slow on some texts
_LARGEST = 100_000  # instructions
_CLASS = 1_500  # instructions that a class of letters may need
_CHARACTERS_A_WORD = 10  # that a regex reads while a wildcard compares one word
_LOOSE = Dialect(bounded=False, loose=True)
_LOOSE_BOUNDED = Dialect(bounded=True, loose=True)
_EXACT = Dialect(bounded=False, loose=False)
_EXACT_BOUNDED = Dialect(bounded=True, loose=False)


class RegexProblem(ValueError):
    """Why a regex is refused, in words; ``offset`` within the pattern, ``suggestion`` a better pattern."""

    def __init__(self, what: str, offset: int = 0, width: int = 1, suggestion: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        self.width = width
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Regex:
    """A regex that RE2 takes. Its patterns are made where they are first needed: most never are."""

    written: str
    flags: str
    prefilter: str  # matches wherever this regex does, on the text as it is; exact on ASCII but for boundaries
    is_bounded: bool
    literals: tuple[str, ...]  # one of them stands in canonical text wherever this regex matches


def compile_regex(written: str, *, case_sensitive: bool) -> Regex:
    """Raises RegexProblem."""
    _refuse_known_traps(written)
    repetitions = _repetitions(written)
    if repetitions > _MOST_REPETITIONS:
        what = f"this regex repeats its parts more than {_MOST_REPETITIONS} times; NEAR may do what is meant"
        raise RegexProblem(what, 0, len(written))
    flags = "" if case_sensitive else "(?i)"
    prefilter = flags + _LOOSE.pattern(written)
    compiled = _checked(prefilter, written)
    tokens = [*TOKEN.finditer(written)]
    classes = sum(token.lastgroup in ("class", "escape") for token in tokens)
    is_small = compiled.programsize + classes * (repetitions + 1) * _CLASS <= _LARGEST
    if not is_small and _checked(flags + _EXACT.pattern(written), written).programsize > _LARGEST:
        raise RegexProblem("this regex is too large", 0, len(written))
    if compiled.search("") is not None:
        raise RegexProblem("a regex that matches the empty string could match every entry", 0, len(written))
    is_bounded = any(token.lastgroup == "boundary" for token in tokens)
    if is_bounded and not is_small:
        _checked(flags + _EXACT_BOUNDED.pattern(written), written)
    return Regex(written, flags, prefilter, is_bounded, required_literals(tokens))


def find(regex: Regex, text: Text, budget: Budget) -> list[tuple[int, int]]:
    """Start and end of each match in the original, whole graphemes, as many as the budget allows."""
    if not budget.pay(len(text.original) // _CHARACTERS_A_WORD) or not _is_possible(regex, text):
        return []
    found = _found(regex, text, budget.limit)
    budget.listed(len(found))
    return [_whole_graphemes(text.original, start, end) for start, end in found if start < end]


def _is_possible(regex: Regex, text: Text) -> bool:
    """What is cheap to know before boundaries are marked and exact classes made."""
    if regex.literals and not any(
        literal in text.canonical or literal in text.separated for literal in regex.literals
    ):
        return False
    return _loosely(regex.prefilter).search(text.readable) is not None


def _found(regex: Regex, text: Text, limit: int) -> list[tuple[int, int]]:
    is_ascii = text.original.isascii()
    if not regex.is_bounded:
        return _spans(_loosely(regex.prefilter) if is_ascii else _exact(regex), text.readable, limit)
    loose = _loose_bounded(regex)
    if is_ascii:
        return _unmarked(text.marked, _spans(loose, text.marked, limit))
    if loose.search(text.marked) is None:
        return []
    return _unmarked(text.marked, _spans(_exact(regex), text.marked, limit))


def _unmarked(marked: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in the text without boundaries."""
    places: list[tuple[int, int]] = []
    counted, boundaries = 0, 0
    for start, end in spans:
        before = boundaries + marked.count(BOUNDARY, counted, start)
        counted, boundaries = end, before + marked.count(BOUNDARY, start, end)
        places.append((start - before, end - boundaries))
    return places


def _spans(compiled: Any, text: str, limit: int) -> list[tuple[int, int]]:
    return [match.span() for match in islice(compiled.finditer(text), limit)]


def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, options=options())


_loosely = lru_cache(maxsize=8_192)(_compiled)  # a few KB each


@lru_cache(maxsize=8_192)
def _loose_bounded(regex: Regex) -> Any:
    return _compiled(regex.flags + _LOOSE_BOUNDED.pattern(regex.written))


@lru_cache(maxsize=512)  # up to 100 KB each
def _exact(regex: Regex) -> Any:
    return _compiled(regex.flags + (_EXACT_BOUNDED if regex.is_bounded else _EXACT).pattern(regex.written))


def options() -> Any:
    """RE2 options for every pattern of ours; bad patterns are told by us, not on stderr."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.never_capture = True
    chosen.max_mem = _MAX_MEMORY
    return chosen


def _refuse_known_traps(written: str) -> None:
    trap = written.find("(i?)")
    if trap >= 0:
        better = written.replace("(i?)", "(?i)" if trap == 0 else "i?", 1)
        raise RegexProblem("(i?) is an optional letter i; a flag is written (?i)", trap, 4, better)
    for token in TOKEN.finditer(written):
        text = token[0]
        if token.lastgroup == "escape" and re.fullmatch(r"\\[1-9]\d*", text):
            raise RegexProblem(f"back-references such as {text} are not possible here", token.start(), len(text))
        if text == r"\C":
            raise RegexProblem(r"\C is not possible here; use . for any character", token.start(), 2)
    if around := re.search(r"(?<!\\)\(\?<?[=!]", written):
        raise RegexProblem("look-around is not possible here", around.start(), len(around[0]))


def _repetitions(written: str) -> int:
    """How many times the counted repetitions repeat something in all."""
    sums, last = [0], 0
    for token in TOKEN.finditer(written):
        text = token[0]
        if token.lastgroup == "group" and text[-1] != ")":
            sums.append(0)
        elif text == ")" and len(sums) > 1:
            last = sums.pop()
            sums[-1] += last
        elif token.lastgroup == "repeat" and (numbers := re.findall(r"\d+", text)):
            sums[-1] += int(numbers[-1][:6]) * max(1, last) - last
            last = 0
        else:
            last = 0
    return sum(sums)


def _checked(pattern: str, written: str) -> Any:
    try:
        return _compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else "not understood"
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        what, _, part = words.rpartition(": ")
        offset = written.find(part)
        if offset < 0 or not part:
            offset, part = 0, written
        raise RegexProblem(f"not a regex: {what or words}", offset, len(part)) from error


def _whole_graphemes(original: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and unicodedata.combining(original[start]):
        start -= 1
    while end < len(original) and unicodedata.category(original[end])[0] == "M":
        end += 1
    return start, end
