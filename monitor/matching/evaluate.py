"""A query over an entry: one evaluation answers whether, where, and why or why not.

Every node becomes an Outcome; nothing is cut short, so the tree of outcomes explains a miss as well as a match.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from monitor.matching import nodes, regexes, terms
from monitor.matching.budget import Budget
from monitor.matching.document import Document, Text
from monitor.matching.entities import Form, is_namesake
from monitor.matching.nodes import Node
from monitor.matching.proximity import near_pairs
from monitor.model.watch import Span, Why

_TOO_COSTLY = "not looked for: too costly on this text"
_MOST_COUNTED = 3


class Place(NamedTuple):
    """One occurrence: its words in the text, or, for a regex, only its offsets in the original."""

    text: Text
    first: int
    last: int
    start: int
    end: int
    term: str


class Outcome:
    """What one node of the query came to."""

    __slots__ = ("children", "matched", "node", "note", "places", "score")

    def __init__(
        self,
        node: Node,
        matched: bool,
        places: Sequence[Place] = (),
        children: Sequence["Outcome"] = (),
        note: str = "",
        score: Decimal | None = None,
    ) -> None:
        self.node = node
        self.matched = matched
        self.places = places
        self.children = children
        self.note = note
        self.score = score


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer: spans of what was found (empty when unmatched), the tree, the sum where SCORE is the root."""

    matched: bool
    spans: tuple[Span, ...]
    why: Why
    score: float | None = None


def evaluate(node: Node, document: Document) -> Outcome:
    """Never raises; bounded by the size of the text and of the query."""
    return _Evaluator(document).outcome(node, document.default)


def evaluation(outcome: Outcome) -> Evaluation:
    """The outcome as it is reported."""
    spans = _spans(_reasons(outcome)) if outcome.matched else ()
    score = None if outcome.score is None else float(outcome.score)
    return Evaluation(outcome.matched, spans, why(outcome), score)


def why(outcome: Outcome) -> Why:
    node = outcome.node
    kind = node.kind if isinstance(node, nodes.Term) else _KINDS[type(node)]
    if isinstance(node, nodes.Near) and node.ordered:
        kind = "onear"
    children = tuple(map(why, outcome.children))
    return Why(kind, node.source, outcome.matched, _spans(outcome.places), children, outcome.note)


def _reasons(outcome: Outcome) -> list[Place]:
    """Every occurrence of every true part that is asked for."""
    if not outcome.matched or isinstance(outcome.node, nodes.Not):
        return []
    if outcome.places or not outcome.children:
        return list(outcome.places)
    return [place for child in outcome.children for place in _reasons(child)]


def _spans(places: Sequence[Place]) -> tuple[Span, ...]:
    """In reading order, each once."""
    found = dict.fromkeys(
        (_FIELD_ORDER.get(place.text.field, 9), *_offsets(place), place.term, place.text) for place in places
    )
    return tuple(
        Span(text.field, start, end, text.original[start:end], term)
        for _, start, end, term, text in sorted(found, key=_without_text)
    )


def _without_text(found: tuple[int, int, int, str, Text]) -> tuple[int, int, int, str]:
    return found[:4]


_FIELD_ORDER = {name: index for index, name in enumerate(("title", "summary", "body"))}


def _offsets(place: Place) -> tuple[int, int]:
    return place.text.span(place.first, place.last) if place.start < 0 else (place.start, place.end)


class _Evaluator:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._budget = Budget()
        self._known: dict[tuple[object, int], list[tuple[int, int, int]]] = {}

    def outcome(self, node: Node, texts: Sequence[Text]) -> Outcome:
        return self._OF[type(node)](self, node, texts)

    def _term(self, node: nodes.Term, texts: Sequence[Text]) -> Outcome:
        key = (node.patterns, id(texts))
        found = self._known.get(key)
        if found is not None:
            found = found[: self._budget.limit]
            self._budget.listed(len(found))
        else:
            found = self._known[key] = [
                (number, first, last)
                for number, text in enumerate(texts)
                for pattern in node.patterns
                for first, last in terms.find(pattern, text, self._budget)
            ]
        places = [Place(texts[number], first, last, -1, -1, node.label) for number, first, last in found]
        return self._found(node, places)

    def _regex(self, node: nodes.RegexTerm, texts: Sequence[Text]) -> Outcome:
        places = [
            Place(text, -1, -1, start, end, node.source)
            for text in texts
            for start, end in regexes.find(node.regex, text, self._budget)
        ]
        return self._found(node, places)

    def _found(self, node: Node, places: Sequence[Place]) -> Outcome:
        note = _TOO_COSTLY if not places and self._budget.is_spent else ""
        return Outcome(node, bool(places), places, (), note)

    def _entity(self, node: nodes.EntityTerm, texts: Sequence[Text]) -> Outcome:
        rule = node.rule
        language = self._document.language
        places: list[Place] = []
        reasons: dict[str, None] = {}
        for text in texts:
            counted: dict[tuple[int, int], Place] = {}
            for first, last, form in _forms_in(rule, text, self._budget):
                if (first, last) in counted:
                    continue
                start, end = text.span(first, last)
                reason = is_namesake(rule.compiled, form, text.original, start, end, language)
                if reason is None:
                    counted[first, last] = Place(text, first, last, start, end, f"@{rule.id}")
                else:
                    reasons[reason] = None
            places += _outermost(counted.values())
        children = [
            self.outcome(condition, self._document.default)
            for condition in (rule.require, rule.exclude)
            if condition is not None and places
        ]
        conditions = {id(child.node): child.matched for child in children}
        matched = (
            bool(places)
            and (rule.require is None or conditions[id(rule.require)])
            and (rule.exclude is None or not conditions[id(rule.exclude)])
        )
        return Outcome(node, matched, places, children, "; ".join(reasons))

    def _language(self, node: nodes.LanguageIs, _texts: Sequence[Text]) -> Outcome:
        language = self._document.language
        return Outcome(node, language == node.language or language.startswith(f"{node.language}-"))

    def _all(self, node: nodes.All, texts: Sequence[Text]) -> Outcome:
        children = [self.outcome(child, texts) for child in node.children]
        return Outcome(node, all(child.matched for child in children), (), children)

    def _any(self, node: nodes.Any, texts: Sequence[Text]) -> Outcome:
        children = [self.outcome(child, texts) for child in node.children]
        return Outcome(node, any(child.matched for child in children), (), children)

    def _not(self, node: nodes.Not, texts: Sequence[Text]) -> Outcome:
        child = self.outcome(node.child, texts)
        return Outcome(node, not child.matched, (), [child])

    def _field(self, node: nodes.InField, _texts: Sequence[Text]) -> Outcome:
        child = self.outcome(node.child, self._document.field(node.field))
        return Outcome(node, child.matched, (), [child])

    def _near(self, node: nodes.Near, texts: Sequence[Text]) -> Outcome:
        children = [self.outcome(node.left, texts), self.outcome(node.right, texts)]
        left, right = map(_reasons, children)
        places = [
            place
            for text in texts
            for place in near_pairs(
                [place for place in left if place.text is text],
                [place for place in right if place.text is text],
                node.distance,
                ordered=node.ordered,
            )
        ]
        return Outcome(node, bool(places), places, children)

    def _at_least(self, node: nodes.AtLeast, texts: Sequence[Text]) -> Outcome:
        child = self.outcome(node.child, texts)
        places = _reasons(child)
        count = _apart(places)
        return Outcome(node, count >= node.count, places, [child], f"{count} of {node.count} occurrences")

    def _score(self, node: nodes.Score, texts: Sequence[Text]) -> Outcome:
        children = [self.outcome(item.child, texts) for item in node.items]
        total = Decimal(0)
        places: list[Place] = []
        for item, child in zip(node.items, children, strict=True):
            if child.matched:
                found = _reasons(child)
                total += item.weight * (min(_MOST_COUNTED, _apart(found)) if nodes.is_counted(item.child) else 1)
                places += found if item.weight > 0 else []
        return Outcome(node, total >= node.threshold, places, children, f"{total} of {node.threshold}", total)

    _OF: ClassVar[dict[type, Callable[["_Evaluator", Any, Sequence[Text]], Outcome]]] = {
        nodes.Term: _term,
        nodes.RegexTerm: _regex,
        nodes.EntityTerm: _entity,
        nodes.LanguageIs: _language,
        nodes.All: _all,
        nodes.Any: _any,
        nodes.Not: _not,
        nodes.InField: _field,
        nodes.Near: _near,
        nodes.AtLeast: _at_least,
        nodes.Score: _score,
    }


def _forms_in(rule: nodes.EntityRule, text: Text, budget: Budget) -> list[tuple[int, int, Form]]:
    """Where forms of an entity stand, with the form."""
    words = text.words
    found = [
        (place, place + length, form)
        for word in rule.forms.keys() & text.places.keys()
        for place in text.places[word][: budget.limit]
        for length, by_rest in rule.forms[word].items()
        for form, pattern in by_rest.get(tuple(words[place + 1 : place + length]), ())
        if terms.holds(pattern, text, place, place + length)
    ]
    budget.listed(len(found))
    return found


def _outermost(places: Iterable[Place]) -> list[Place]:
    """Without those that stand inside another: a surname inside the full name is the same mention."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.first, -place.last)):
        if not kept or place.last > kept[-1].last:
            kept.append(place)
    return kept


def _apart(places: Sequence[Place]) -> int:
    """How many occurrences there are when one place counts once: the most that do not overlap."""
    count, text, reached = 0, None, 0
    for place in sorted(places, key=lambda place: (id(place.text), _offsets(place)[1])):
        start, end = _offsets(place)
        if place.text is not text or start >= reached:
            count, text, reached = count + 1, place.text, end
    return count


_KINDS: dict[type, str] = {
    nodes.RegexTerm: "regex",
    nodes.EntityTerm: "entity",
    nodes.LanguageIs: "lang",
    nodes.All: "and",
    nodes.Any: "or",
    nodes.Not: "not",
    nodes.InField: "field",
    nodes.Near: "near",
    nodes.AtLeast: "atleast",
    nodes.Score: "score",
}
