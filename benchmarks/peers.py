"""What else finds many rules in a text, each as well as its language lets it, for ``benchmarks/matching.py``.

Each peer takes rules and gives a function from a text to the number of rules that are true; where its language
cannot say a rule, it does less than we do, which is to its advantage.
"""

import importlib.util
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rules import Rule

from monitor.text import canonical

Search = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    build: Callable[[Sequence[Rule]], Search]
    does: str
    seconds: dict[int, float]  # about what one text costs at so many rules; decides on how many it is measured


def re_loop(rules: Sequence[Rule]) -> Search:
    """One compiled ``re.I`` pattern a phrase, one after the other."""

    def words(phrase: str) -> str:
        return r"\s+".join(map(re.escape, phrase.split()))

    def compiled(rule: Rule) -> tuple[list[list[Any]], list[Any]]:
        if rule.regex:
            return [[re.compile(rule.regex, re.IGNORECASE)]], []
        if rule.distance:
            a, b = map(words, rule.phrases)
            gap = rf"\W+(?:\w+\W+){{0,{rule.distance}}}"
            return [[re.compile(rf"\b{x}\b{gap}{y}\b", re.IGNORECASE) for x, y in ((a, b), (b, a))]], []
        end = "" if rule.kind == "prefix" else r"\b"
        clauses = [
            [re.compile(rf"\b{words(phrase)}{end}", re.IGNORECASE) for phrase in clause] for clause in rule.clauses
        ]
        return clauses, [re.compile(rf"\b{words(phrase)}\b", re.IGNORECASE) for phrase in rule.forbidden]

    ready = [compiled(rule) for rule in rules]
    re.purge()

    def search(text: str) -> int:
        return sum(
            all(any(pattern.search(text) for pattern in clause) for clause in clauses)
            and not any(pattern.search(text) for pattern in forbidden)
            for clauses, forbidden in ready
        )

    return search


def substring_loop(rules: Sequence[Rule]) -> Search:
    """``term in text`` on our canonical text. Of NEAR only that both are there, of a regex only its fixed part."""

    def needle(phrase: str, rule: Rule) -> str:
        words = canonical(phrase)
        return words.rstrip() if rule.kind in ("prefix", "regex") else words

    ready = [
        (
            [[needle(phrase, rule) for phrase in clause] for clause in rule.clauses],
            [needle(phrase, rule) for phrase in rule.forbidden],
        )
        for rule in rules
    ]

    def search(text: str) -> int:
        canon = canonical(text)
        return sum(
            all(any(phrase in canon for phrase in clause) for clause in clauses)
            and not any(phrase in canon for phrase in forbidden)
            for clauses, forbidden in ready
        )

    return search


def flashtext(rules: Sequence[Rule]) -> Search:
    """Finds the phrases of all rules; combines nothing."""
    from flashtext import KeywordProcessor

    processor = KeywordProcessor()
    for rule in rules:
        for phrase in rule.phrases:
            processor.add_keyword(phrase)
    return lambda text: len(processor.extract_keywords(text, span_info=True))


def spacy_phrases(rules: Sequence[Rule]) -> Search:
    """Blank multi-language tokenizer, phrases in small letters; combines nothing."""
    import spacy
    from spacy.matcher import PhraseMatcher

    tokenizer = spacy.blank("xx")
    matcher = PhraseMatcher(tokenizer.vocab, attr="LOWER")
    for number, rule in enumerate(rules):
        with suppress(ValueError):
            matcher.add(str(number), [tokenizer.make_doc(phrase) for phrase in rule.phrases])
    return lambda text: len(matcher(tokenizer.make_doc(text)))


def perq(rules: Sequence[Rule]) -> Search:
    """Words that must be there in any order: no phrases, no NEAR, no NOT, no prefixes; regexes by their fixed part."""
    from perq import Document, MemoryStore, Query, QueryMatcher, index
    from perq.models import tokenize

    def query(number: int, rule: Rule) -> Query:
        clauses = [(word,) for clause in rule.clauses if len(clause) == 1 for word in tokenize(clause[0])] + [
            tuple(tokenize(phrase)[0] for phrase in clause) for clause in rule.clauses if len(clause) > 1
        ]
        return Query(number, clauses)

    store = MemoryStore()
    index((query(number, rule) for number, rule in enumerate(rules)), store)
    matcher = QueryMatcher(store)
    return lambda text: sum(1 for _ in matcher.matches(Document.from_text(text)))


def sqlite_fts5(rules: Sequence[Rule]) -> Search:
    """The text as the only row of an FTS5 table, every rule a query; a regex as the prefix of its fixed part."""

    def quoted(phrase: str) -> str:
        return f'"{phrase}"'

    def query(rule: Rule) -> str:
        if rule.kind in ("prefix", "regex"):
            return quoted(rule.phrases[0]) + " *"
        if rule.distance:
            return f"NEAR({' '.join(map(quoted, rule.phrases))}, {rule.distance})"
        wanted = " AND ".join(f"({' OR '.join(map(quoted, clause))})" for clause in rule.clauses)
        return wanted + "".join(f" NOT {quoted(phrase)}" for phrase in rule.forbidden)

    queries = [(query(rule),) for rule in rules]
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE one USING fts5(text, tokenize='unicode61')")

    def search(text: str) -> int:
        database.execute("INSERT INTO one(rowid, text) VALUES (1, ?)", (text,))
        found = sum(
            database.execute("SELECT 1 FROM one WHERE one MATCH ?", one).fetchone() is not None for one in queries
        )
        database.execute("DELETE FROM one")
        return found

    return search


def available() -> list[Peer]:
    """Those whose package is installed."""
    all_of_them = {
        "re": Peer("loop of re.I patterns", re_loop, "all but folding", {1_000: 0.03, 10_000: 0.4}),
        "str": Peer("loop of `term in text`", substring_loop, "no NEAR, no regex", {1_000: 0.002, 10_000: 0.02, 100_000: 0.2}),
        "flashtext": Peer("FlashText", flashtext, "phrases only", {1_000: 0.0005, 10_000: 0.0005, 100_000: 0.001}),
        "spacy": Peer("spaCy PhraseMatcher", spacy_phrases, "phrases only", {1_000: 0.002, 10_000: 0.002, 100_000: 0.002}),
        "perq": Peer("perq", perq, "words only", {1_000: 0.001, 10_000: 0.001, 100_000: 0.002}),
        "sqlite3": Peer("SQLite FTS5", sqlite_fts5, "no regex", {1_000: 0.03, 10_000: 0.3}),
    }  # fmt: skip
    return [peer for package, peer in all_of_them.items() if package == "str" or importlib.util.find_spec(package)]
