"""Synthetic rules out of real words, for ``benchmarks/matching.py``: phrases, boolean, NEAR, prefixes, regexes."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from articles import text_of

from monitor.model.entry import Entry
from monitor.text import canonical, word_bounds

MIX = {"phrase": 0.60, "boolean": 0.20, "near": 0.10, "prefix": 0.05, "regex": 0.05}
_PLAIN = re.compile(r"\w+(?: \w+)*")
_OPERATOR = re.compile(r"(AND|OR|NOT|NEAR|ONEAR)")


@dataclass(frozen=True, slots=True)
class Rule:
    """``query`` in our language; the rest is what peers build theirs from.

    True where of each of ``clauses`` one phrase is there and none of ``forbidden``.
    """

    kind: str
    query: str
    clauses: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...] = ()
    distance: int = 0  # words between, for NEAR
    regex: str = ""

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(phrase for clause in self.clauses for phrase in clause)


class Drawer:
    """Draws rules from texts; words that stand in more than one article in fifty are taken only inside phrases."""

    def __init__(self, entries: Sequence[Entry], seed: int) -> None:
        self._chance = random.Random(seed)
        self._texts = [(text, list(word_bounds(text))) for text in map(text_of, entries)]
        self._texts = [(text, bounds) for text, bounds in self._texts if len(bounds) > 20]
        frequencies = Counter(word for text, _ in self._texts for word in set(canonical(text).split()))
        self._common = {word for word, count in frequencies.items() if count > len(entries) / 50}

    def rules(self) -> Iterator[Rule]:
        """No query twice, in the proportions of MIX; without end."""
        makers: dict[str, Callable[[], Rule]] = {
            "phrase": self._phrase_rule, "boolean": self._boolean, "near": self._near,
            "prefix": self._prefix, "regex": self._regex,
        }  # fmt: skip
        seen: set[str] = set()
        while True:
            kind = self._chance.choices(list(MIX), list(MIX.values()))[0]
            rule = makers[kind]()
            while canonical(rule.query) in seen:
                rule = makers[kind]()
            seen.add(canonical(rule.query))
            yield rule

    def _phrase(self, text: str, bounds: Sequence[tuple[int, int]], near: int = -1) -> str:
        """One to three words as they stand; not all of them common."""
        for _ in range(200):
            length = self._chance.choices((1, 2, 3), (2, 5, 3))[0]
            place = self._chance.randrange(len(bounds) - length)
            if near >= 0:
                place = min(max(0, near + self._chance.randint(-5, 5)), len(bounds) - length - 1)
            written = text[bounds[place][0] : bounds[place + length - 1][1]]
            words = canonical(written).split()
            if (
                _PLAIN.fullmatch(written)
                and not _OPERATOR.search(written)
                and not all(word in self._common or len(word) < 3 for word in words)
            ):
                return written
        return self._phrase(*self._chance.choice(self._texts))

    def _any_phrase(self) -> str:
        return self._phrase(*self._chance.choice(self._texts))

    def _phrase_rule(self) -> Rule:
        phrase = self._any_phrase()
        return Rule("phrase", f'"{phrase}"', ((phrase,),))

    def _boolean(self) -> Rule:
        text = self._chance.choice(self._texts)
        a, b = self._phrase(*text), self._phrase(*text)
        c = self._any_phrase()
        shape = self._chance.randrange(4)
        if shape == 0:
            return Rule("boolean", f'"{a}" AND "{b}"', ((a,), (b,)))
        if shape == 1:
            return Rule("boolean", f'"{a}" OR "{c}"', ((a, c),))
        if shape == 2:
            return Rule("boolean", f'"{a}" AND ("{b}" OR "{c}")', ((a,), (b, c)))
        return Rule("boolean", f'"{a}" NOT "{c}"', ((a,),), (c,))

    def _near(self) -> Rule:
        text, bounds = self._chance.choice(self._texts)
        place = self._chance.randrange(len(bounds) - 4)
        a, b = self._phrase(text, bounds, place), self._phrase(text, bounds, place)
        distance = self._chance.choice((3, 5, 10))
        return Rule("near", f'"{a}" NEAR/{distance} "{b}"', ((a,), (b,)), distance=distance)

    def _prefix(self) -> Rule:
        while True:
            word = self._any_phrase().split()[-1]
            if len(word) >= 6 and word.isalpha() and len(canonical(word).split()) == 1:
                prefix = word[: self._chance.randint(5, len(word) - 1)]
                return Rule("prefix", f"{prefix}*", ((prefix,),))

    def _regex(self) -> Rule:
        while True:
            word = self._any_phrase().split()[0].lower()
            if len(word) < 5 or not word.isalpha():
                continue
            head, tail = word[:-2], word[-1]
            shape = self._chance.randrange(3)
            other = self._any_phrase().split()[-1].lower()
            pattern = (rf"\b{head}\w{tail}\b", rf"\b{word}[- ]\d+", rf"\b(?:{head}|{other})\w{{1,3}}\b")[shape]
            return Rule("regex", f"/{pattern}/", ((word if shape == 1 else head,),), regex=pattern)


def chosen(pool: Sequence[Rule], hits: Sequence[int], count: int, wanted: float, most: float) -> list[Rule]:
    """``count`` rules in the proportions of MIX of which each kind has its share of ``wanted`` hits in all.

    ``hits``: in how many articles each rule of the pool matches; ``most``: a rule with more is no keyword.
    """
    rules: list[Rule] = []
    for kind, share in MIX.items():
        candidates = [(rule, hit) for rule, hit in zip(pool, hits, strict=True) if rule.kind == kind]
        alive = iter([pair for pair in candidates if 0 < pair[1] <= most])
        silent = iter([pair for pair in candidates if not pair[1]])
        number, total = round(count * share), 0
        for place in range(number):
            behind = total < wanted * share * (place + 1) / number
            rule, hit = next(alive if behind else silent, (None, 0)) if behind else next(silent, (None, 0))
            if rule is None:
                rule, hit = next(silent if behind else alive)
            total += hit
            rules.append(rule)
    return rules
