"""Regexes of queries: RE2 syntax with Unicode-aware ``\\b \\w \\d``, always in linear time.

RE2's own ``\\b`` knows ASCII only and it has no look-around. A pattern with ``\\b`` therefore runs on a text in
which BOUNDARY stands twice at every edge of a word (once for a match that ends there, once for one that begins
there): ``\\b`` becomes that character, and everything that consumes a character may be preceded by it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

from monitor.matching.budget import Budget
from monitor.matching.document import BOUNDARY, Text, is_word
from monitor.matching.literals import required_literals

_WORD = r"\p{L}\p{M}\p{N}_"
_SPACE = r"\s\p{Z}"
_CLASSES = {"w": _WORD, "d": r"\p{Nd}", "s": _SPACE}
_MAX_MEMORY = 16 << 20
_MOST_REPETITIONS = 300  # {n} within {m} multiply; more would make RE2 slow on some texts
_LARGEST = 100_000  # instructions
_CLASS = 1_500  # instructions that a class of letters may need
_CHARACTERS_A_WORD = 10  # that a regex reads while a wildcard compares one word
# One token of RE2 syntax. Inside a class the same escapes stand for parts of it.
TOKEN = re.compile(
    r"""
    (?P<quoted>\\Q.*?(?:\\E|\Z))
    | (?P<boundary>\\b)
    | (?P<anchor>\\[ABz]|[\^$])
    | (?P<escape>\\(?:[pP](?:\{[^}]*\}|.)|x(?:\{[^}]*\}|[0-9a-fA-F]{2})|[0-7]{1,3}|.))
    | (?P<class>\[\^?\]?(?:\[:[^\]:]*:\]|\\.|[^\]\\])*\])
    | (?P<group>\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*[:)]))?)
    | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)
    | (?P<structure>[|)])
    | (?P<literal>.)
    """,
    re.VERBOSE | re.DOTALL,
)


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
    """RE2 patterns of a regex. ``prefilter`` matches wherever this one does, on the text as it is."""

    prefilter: str
    bounded: str = ""  # with word boundaries; runs on a text with its boundaries marked
    literals: tuple[str, ...] = ()  # one of them stands in canonical text wherever this one matches


def compile_regex(written: str, *, case_sensitive: bool) -> Regex:
    """Raises RegexProblem."""
    _refuse_known_traps(written)
    repetitions = _repetitions(written)
    if repetitions > _MOST_REPETITIONS:
        what = f"this regex repeats its parts more than {_MOST_REPETITIONS} times; NEAR may do what is meant"
        raise RegexProblem(what, 0, len(written))
    flags = "" if case_sensitive else "(?i)"
    prefilter = flags + _translate(written, bounded=False)
    tokens = [*TOKEN.finditer(written)]
    sketch = _compile(flags + _sketch(tokens), written)
    classes = sum(token.lastgroup in ("class", "escape") for token in tokens)
    is_small = sketch.programsize + classes * (repetitions + 1) * _CLASS <= _LARGEST
    if not is_small and _compile(prefilter, written).programsize > _LARGEST:
        raise RegexProblem("this regex is too large", 0, len(written))
    if sketch.search("") is not None:
        raise RegexProblem("a regex that matches the empty string could match every entry", 0, len(written))
    is_bounded = any(token.lastgroup == "boundary" for token in tokens)
    bounded = flags + _translate(written, bounded=True) if is_bounded else ""
    return Regex(prefilter, bounded, required_literals(tokens))


def find(regex: Regex, text: Text, budget: Budget) -> list[tuple[int, int]]:
    """Start and end of each match in the original, whole graphemes, as many as the budget allows."""
    if not budget.pay(len(text.original) // _CHARACTERS_A_WORD):
        return []
    if regex.literals and not any(literal in text.canonical for literal in regex.literals):
        return []
    limit = budget.limit
    if regex.bounded and not _spans(regex.prefilter, text.readable, 1):
        return []
    if regex.bounded:
        found = _unmarked(text.marked, _spans(regex.bounded, text.marked, limit))
    else:
        found = _spans(regex.prefilter, text.readable, limit)
    budget.listed(len(found))
    return [_whole_graphemes(text.original, start, end) for start, end in found if start < end]


def _sketch(tokens: Sequence[re.Match[str]]) -> str:
    """The regex with classes that compile in no time: the same syntax, and characters where it has characters."""
    return "".join(map(_sketched, tokens))


def _sketched(token: re.Match[str]) -> str:
    text = token[0]
    match token.lastgroup:
        case "boundary":
            return ""
        case "anchor":
            return _anchor(text, bounded=False)
        case "escape" if text[1] in _CLASSES or text[1].lower() in _CLASSES:
            return "a"
        case "class" if "-" not in text:
            return re.sub(r"\\[wdsWDS]", "a", text)
        case "class":
            return _character_class(text, bounded=False)
        case _:
            return text


def _unmarked(marked: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in the text without boundaries."""
    places: list[tuple[int, int]] = []
    counted, boundaries = 0, 0
    for start, end in spans:
        before = boundaries + marked.count(BOUNDARY, counted, start)
        counted, boundaries = end, before + marked.count(BOUNDARY, start, end)
        places.append((start - before, end - boundaries))
    return places


def _spans(pattern: str, text: str, limit: int) -> list[tuple[int, int]]:
    return [match.span() for match in islice(_compiled(pattern).finditer(text), limit)]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, options=options())


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


def _compile(pattern: str, written: str) -> Any:
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


def _translate(written: str, *, bounded: bool) -> str:
    """RE2 pattern with Unicode classes. Unbounded: without word boundaries; bounded: for a marked text."""
    pieces: list[str] = []
    newline = [True]  # for each open group: whether "." stops at a newline
    for token in TOKEN.finditer(written):
        text = token[0]
        match token.lastgroup:
            case "quoted":
                pieces += [_consume(re2.escape(literal), bounded) for literal in text[2:].removesuffix(r"\E")]
            case "boundary":
                if bounded and pieces[-1:] != [BOUNDARY]:
                    pieces.append(BOUNDARY)
            case "anchor":
                pieces.append(_anchor(text, bounded))
            case "escape":
                pieces.append(_consume(_escape(text, bounded), bounded))
            case "class":
                pieces.append(_consume(_character_class(text, bounded), bounded))
            case "literal" if text == "." and bounded:
                pieces.append(_consume(rf"[^\n{BOUNDARY}]" if newline[-1] else f"[^{BOUNDARY}]", bounded))
            case "literal":
                pieces.append(_consume(text, bounded))
            case _:
                _follow_flags(text, newline)
                pieces.append(text)
    return "".join(pieces)


def _follow_flags(text: str, newline: list[bool]) -> None:
    """Keep account of the ``s`` flag as groups open and close."""
    flags = re.fullmatch(r"\(\?([a-zA-Z]*)(-[a-zA-Z]*)?[:)]", text)
    if text[0] == "(":
        now = newline[-1]
        if flags:
            now = False if "s" in flags[1] else True if "s" in (flags[2] or "") else now
        if text[-1] == ")":
            newline[-1] = now
        else:
            newline.append(now)
    elif text == ")" and len(newline) > 1:
        newline.pop()


def _consume(atom: str, bounded: bool) -> str:
    return f"(?:{BOUNDARY}{{0,2}}{atom})" if bounded else atom


def _anchor(text: str, bounded: bool) -> str:
    if text == r"\B":
        return text if bounded else ""
    return f"{BOUNDARY}{{0,2}}{text}" if bounded and text in ("$", r"\z") else text


def _escape(text: str, bounded: bool) -> str:
    letter, but = text[1], BOUNDARY if bounded else ""
    if len(text) == 2 and letter in "wds":
        return f"[{_CLASSES[letter]}]"
    if len(text) == 2 and letter in "WDS":
        return f"[^{_CLASSES[letter.lower()]}{but}]"
    if letter == "P" and bounded:
        return rf"[^\p{text[2:]}{but}]"
    return text


def _character_class(text: str, bounded: bool) -> str:
    negated = text.startswith("[^")
    content = re.sub(r"\\(?:[wds]|([WDS])|.)", _in_class, text[2 if negated else 1 : -1])
    return f"[^{content}{BOUNDARY if bounded else ''}]" if negated else f"[{content}]"


def _in_class(escape: re.Match[str]) -> str:
    if escape[1]:
        return _complement(escape[1].lower())
    return _CLASSES.get(escape[0][1], escape[0])


@lru_cache(maxsize=3)
def _complement(letter: str) -> str:
    """All ranges outside a class, for the rare class that holds a negated one. BOUNDARY is never among them."""
    inside = {"w": is_word, "d": _is_digit, "s": _is_space}[letter]
    ranges: list[str] = []
    start = -1
    for code in range(0x110001):
        outside = code < 0x110000 and chr(code) != BOUNDARY and not inside(chr(code))
        if outside and start < 0:
            start = code
        elif not outside and start >= 0:
            ranges.append(f"\\x{{{start:x}}}-\\x{{{code - 1:x}}}")
            start = -1
    return "".join(ranges)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _is_space(character: str) -> bool:
    return character in "\t\n\f\r " or unicodedata.category(character)[0] == "Z"


def _whole_graphemes(original: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and unicodedata.combining(original[start]):
        start -= 1
    while end < len(original) and unicodedata.category(original[end])[0] == "M":
        end += 1
    return start, end
