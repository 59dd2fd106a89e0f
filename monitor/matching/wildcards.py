"""Wildcards: ``*`` is any number of letters, ``?`` exactly one, within a word (matching.md §2 and §7)."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2

from monitor.matching.budget import Budget
from monitor.matching.document import Text
from monitor.text.fold import is_single

# While a query's words are folded, wildcards are letters of a dead script: they fold to themselves.
STAR = "\U00010000"
ONE = "\U00010001"
_WILD = re.compile(f"[{STAR}{ONE}]")
_SPECIAL = re.compile(r"[*?\\]")
_BESIDE = re.compile(f".?[{STAR}{ONE}].?", re.DOTALL)
_CHARACTERS_A_WORD = 20  # a longer word costs as much as several
_LEAST_LETTERS = 2  # that a wildcard leaves fixed


def mark(written: str, *, escapes: bool) -> tuple[str, bool]:
    """A term's text with its wildcards as STAR and ONE, and whether there are any.

    ``escapes``: a backslash takes the meaning from the character after it.
    """
    if not _SPECIAL.search(written):
        return written, False
    pieces: list[str] = []
    wild, place = False, 0
    while place < len(written):
        character = written[place]
        if escapes and character == "\\" and place + 1 < len(written):
            pieces.append(written[place + 1])
            place += 2
            continue
        if character in "*?":
            wild = True
            character = STAR if character == "*" else ONE
        pieces.append(character)
        place += 1
    return re.sub(f"{STAR}+", STAR, "".join(pieces)), wild


def is_wild(word: str) -> bool:
    return _WILD.search(word) is not None


def is_loose(word: str) -> bool:
    """Whether too little of a word with wildcards is fixed."""
    return len(_WILD.sub("", word)) < _LEAST_LETTERS or 0 <= word.find(STAR) < _LEAST_LETTERS


def split(word: str) -> list[str]:
    """What stands between the wildcards."""
    return _WILD.split(word)


def prefix_of(word: str) -> str:
    """What a word begins with whose only wildcard is the star at its end; else empty."""
    return word[:-1] if word[-1] == STAR and not is_wild(word[:-1]) else ""


def without_beside_single(text: str) -> str:
    """The text without wildcards where one stands beside a character that is a word of its own; else empty."""
    beside = {neighbour for stretch in _BESIDE.finditer(text) for neighbour in stretch[0]}
    return _WILD.sub("", text) if any(map(is_single, beside)) else ""


def fitting(word: str, text: Text, budget: Budget) -> Sequence[str]:
    """The words of the text that a canonical word with or without wildcards stands for."""
    if not is_wild(word):
        return (word,)
    if prefix := prefix_of(word):
        return text.words_starting(prefix)
    prefix = split(word)[0]
    candidates = text.words_starting(prefix) if prefix else list(text.places)
    if not budget.pay(len(candidates) + sum(map(len, candidates)) // _CHARACTERS_A_WORD):
        return ()
    matches = _matcher(word) if candidates else bool
    return [candidate for candidate in candidates if matches(candidate)]


@lru_cache(maxsize=4096)
def _matcher(word: str) -> Callable[[str], Any]:
    """Whether a canonical word fits. Several stars in one word go to RE2, which stays linear."""
    pieces = ("[^.]*" if piece == STAR else "[^.]" if piece == ONE else re.escape(piece) for piece in word)
    pattern = "(?s)" + "".join(pieces)
    compiled = re.compile(pattern) if word.count(STAR) <= 1 else re2.compile(pattern)
    matches: Callable[[str], Any] = compiled.fullmatch
    return matches
