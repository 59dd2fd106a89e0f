"""Terms: what a word, phrase, wildcard or exact term of a query looks for, and where it stands in a text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from monitor.matching.budget import Budget
from monitor.matching.document import Text
from monitor.matching.wildcards import fitting, is_wild, prefix_of, split
from monitor.text import canonical, clean, word_bounds
from monitor.text.fold import SIGNS, is_single
from monitor.text.words import is_deleted

_DOTTED_SMALL = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.)+[^\W\d_](?![^\W_])(?!\.[^\W_])")
_SHORT = 2  # words of so few characters must not touch a sign
_BLOCKING_LEFT = frozenset(SIGNS) - {"#", "@"}  # *#UK* and *@UK* are fine


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sequence of adjacent canonical words.

    ``needle`` is " word word " when no wildcard is in it. ``touching``: words that must touch the word before;
    ``capitals``: words that must be written in capitals. ``exact``: what the original must read, cleaned.
    """

    words: tuple[str, ...]
    needle: str
    touching: tuple[int, ...] = ()
    capitals: tuple[int, ...] = ()
    short_left: bool = False
    short_right: bool = False
    exact: str = ""

    @property
    def is_checked(self) -> bool:
        """Whether finding the words is not yet finding the pattern."""
        return bool(self.touching or self.capitals or self.exact or self.short_left or self.short_right)


def compile_patterns(written: str, *, exact: bool = False) -> tuple[Pattern, ...]:
    """The word sequences that a term stands for; none when no word is in it.

    ``written`` holds wildcards as ``wildcards.mark`` left them. Dotted capitals give two: ``.us``, and ``us`` in capitals.
    """
    words = tuple(canonical(written).split())
    if not words:
        return ()
    touching = _touching(written, words)
    if exact:
        return (_pattern(words, touching, exact=clean(written)),)
    dotted = tuple(index for index, word in enumerate(words) if word[0] == ".")
    if dotted:
        plain = tuple(word.removeprefix(".") for word in words)
        return _pattern(words, touching), _pattern(plain, touching, capitals=dotted)
    if _DOTTED_SMALL.search(written):  # u.s. is U.S. in small letters
        capital = _DOTTED_SMALL.sub(lambda letters: letters[0].upper(), written)
        return _pattern(words, touching), _capital_pattern(capital)
    return (_pattern(words, touching),)


def find(pattern: Pattern, text: Text, budget: Budget) -> list[tuple[int, int]]:
    """First word and word after the last of each occurrence, in order, as many as the budget allows."""
    found = _find_needle(pattern, text, budget) if pattern.needle else _find_wild(pattern, text, budget)
    if found and pattern.is_checked:
        found = [place for place in found if holds(pattern, text, *place)]
    budget.listed(len(found))
    return found


def holds(pattern: Pattern, text: Text, first: int, last: int) -> bool:
    """Whether a place where the words stand is a place of the pattern: what canonical words do not show."""
    if not pattern.is_checked:
        return True
    words = text.words
    if pattern.short_right and last < len(words) and words[last] in SIGNS and text.touches(last):
        return False
    if pattern.short_left and first and words[first - 1] in _BLOCKING_LEFT and text.touches(first):
        return False
    if not all(text.touches(first + index) for index in pattern.touching):
        return False
    if not all(text.word(first + index).isupper() for index in pattern.capitals):
        return False
    return not pattern.exact or _reads(pattern, text, first, last)


def chunk(pattern: Pattern) -> str:
    """The longest literal stretch that any occurrence contains in canonical text."""
    if pattern.needle:
        return pattern.needle
    return max(split(f" {' '.join(pattern.words)} "), key=len)


def has_single(word: str) -> bool:
    """Whether a character of this word is a word of its own (CJK, Thai)."""
    return any(map(is_single, word))


def _pattern(words: tuple[str, ...], touching: tuple[int, ...], **more: Any) -> Pattern:
    needle = "" if any(map(is_wild, words)) else f" {' '.join(words)} "
    return Pattern(
        words, needle, touching, short_left=_is_short(words[0]), short_right=_is_short(words[-1]), **more
    )


def _capital_pattern(written: str) -> Pattern:
    words = tuple(canonical(written).split())
    return _pattern(words, _touching(written, words))


def _is_short(word: str) -> bool:
    return len(word) <= _SHORT and not is_wild(word) and not has_single(word)


def _touching(written: str, words: Sequence[str]) -> tuple[int, ...]:
    """Signs written directly after letters: *C#* is not *C #*, while *100%* is *100 %*."""
    if not any(word in SIGNS for word in words[1:]):
        return ()
    bounds = list(word_bounds(written))
    return tuple(
        index
        for index in range(1, len(words))
        if words[index] in SIGNS
        and not words[index - 1][-1].isdecimal()
        and is_deleted(written[bounds[index - 1][1] : bounds[index][0]])
    )


def _find_needle(pattern: Pattern, text: Text, budget: Budget) -> list[tuple[int, int]]:
    if not text.is_indexed():
        return _search(pattern.needle, len(pattern.words), text, budget.limit)
    if len(pattern.words) == 1:
        return [(place, place + 1) for place in text.places.get(pattern.words[0], ())[: budget.limit]]
    return _find_indexed([(word,) for word in pattern.words], text, budget)


def _search(needle: str, length: int, text: Text, limit: int) -> list[tuple[int, int]]:
    """Places where canonical text reads so; the needle begins with the space before a word."""
    canon = text.canonical
    found: list[tuple[int, int]] = []
    place, counted, word = canon.find(needle), 0, 0
    while place >= 0 and len(found) < limit:
        word += canon.count(" ", counted, place)
        counted = place
        found.append((word, word + length))
        text.is_at(word, place)
        place = canon.find(needle, place + 1)
    return found


def _find_wild(pattern: Pattern, text: Text, budget: Budget) -> list[tuple[int, int]]:
    if len(pattern.words) == 1 and not text.is_indexed():
        prefix = prefix_of(pattern.words[0])
        if prefix:
            return _search(f" {prefix}", 1, text, budget.limit)
    return _find_indexed([fitting(word, text, budget) for word in pattern.words], text, budget)


def _find_indexed(choices: Sequence[Sequence[str]], text: Text, budget: Budget) -> list[tuple[int, int]]:
    """Places where word after word is among its choices; looks only around the rarest one."""
    places = text.places
    known = [[word for word in choice if word in places] for choice in choices]
    counts = [sum(len(places[word]) for word in choice) for choice in known]
    rarest = min(range(len(counts)), key=counts.__getitem__)
    if not budget.pay(sum(map(len, choices)) // 8 + counts[rarest]):
        return []
    starts: Iterable[int] = (place - rarest for word in known[rarest] for place in places[word])
    if len(known[rarest]) > 1:
        starts = sorted(starts)
    length, words = len(choices), text.words
    last = len(words) - length
    others = [(index, frozenset(choice)) for index, choice in enumerate(known) if index != rarest]
    found = (
        (start, start + length)
        for start in starts
        if 0 <= start <= last and all(words[start + index] in choice for index, choice in others)
    )
    return list(islice(found, budget.limit))


def _reads(pattern: Pattern, text: Text, first: int, last: int) -> bool:
    """Whether the original reads letter for letter as the exact term, punctuation at its ends included."""
    start, end = text.span(first, last)
    bounds = list(word_bounds(pattern.exact))
    begin, finish = bounds[0][0], bounds[-1][1]
    before, core, after = pattern.exact[:begin], pattern.exact[begin:finish], pattern.exact[finish:]
    around = 4 * (len(before) + len(after)) + 8
    return (
        clean(text.original[start:end]) == core
        and clean(text.original[max(0, start - around) : start] + "|").endswith(before + "|")
        and clean("|" + text.original[end : end + around]).startswith("|" + after)
    )
