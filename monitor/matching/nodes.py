"""The tree of a compiled query. ``source`` is each part as written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from monitor.matching.entities import CompiledEntity, Form
from monitor.matching.regexes import Regex
from monitor.matching.terms import Pattern


@dataclass(frozen=True, slots=True)
class Term:
    """term, phrase, wildcard or exact: any of its patterns."""

    source: str
    kind: str
    label: str  # what spans call it
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class RegexTerm:
    source: str
    regex: Regex


@dataclass(frozen=True, slots=True)
class EntityRule:
    """An entity ready for matching: its forms, and what else must and must not hold.

    ``forms``: by first word, by number of words, by the other words. Hundreds of forms cost no more than one.
    """

    id: str
    compiled: CompiledEntity
    forms: Mapping[str, Mapping[int, Mapping[tuple[str, ...], Sequence[tuple[Form, Pattern]]]]]
    require: "Node | None" = None
    exclude: "Node | None" = None

    def patterns(self) -> Iterator[Pattern]:
        """What all forms look for, each word sequence once."""
        for by_length in self.forms.values():
            for by_rest in by_length.values():
                for forms in by_rest.values():
                    yield forms[0][1]


@dataclass(frozen=True, slots=True)
class EntityTerm:
    source: str
    rule: EntityRule


@dataclass(frozen=True, slots=True)
class LanguageIs:
    source: str
    language: str  # lower case, "en-gb"


@dataclass(frozen=True, slots=True)
class All:
    source: str
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    source: str
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    source: str
    child: "Node"


@dataclass(frozen=True, slots=True)
class Near:
    source: str
    left: "Node"
    right: "Node"
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class InField:
    source: str
    field: str
    child: "Node"


@dataclass(frozen=True, slots=True)
class AtLeast:
    source: str
    count: int
    child: "Node"


@dataclass(frozen=True, slots=True)
class Weighted:
    child: "Node"
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    source: str
    threshold: Decimal
    items: tuple[Weighted, ...]


Node: TypeAlias = Term | RegexTerm | EntityTerm | LanguageIs | All | Any | Not | Near | InField | AtLeast | Score


def is_positive(node: Node) -> bool:
    """Whether the node asks for something to be there: what only forbids could match every entry."""
    match node:
        case Not():
            return False
        case All(children=children):
            return any(map(is_positive, children))
        case Any(children=children):
            return all(map(is_positive, children))
        case InField(child=child):
            return is_positive(child)
        case _:
            return True


def fields_of(node: Node) -> set[str]:
    """Every field that a query names."""
    match node:
        case All(children=children) | Any(children=children):
            return set().union(*map(fields_of, children))
        case Near(left=left, right=right):
            return fields_of(left) | fields_of(right)
        case Not(child=child) | AtLeast(child=child):
            return fields_of(child)
        case InField(field=field, child=child):
            return {field} | fields_of(child)
        case Score(items=items):
            return set().union(*(fields_of(item.child) for item in items))
        case _:
            return set()


def unfit_for_near(node: Node) -> str:
    """What keeps this node from being a part of NEAR, in words; empty when nothing does."""
    return _unfit(node, (Term, EntityTerm))


def uncountable(node: Node) -> str:
    """What keeps this node from being counted by ATLEAST, in words; empty when nothing does."""
    return _unfit(node, (Term, EntityTerm, RegexTerm))


def is_counted(node: Node) -> bool:
    """Whether SCORE counts this part's occurrences; anything else counts once when true."""
    return not uncountable(node.child if isinstance(node, InField) else node)


def _unfit(node: Node, fit: tuple[type, ...]) -> str:
    if isinstance(node, fit):
        return ""
    if isinstance(node, Any):
        return next(filter(None, (_unfit(child, fit) for child in node.children)), "")
    return _NAMES[type(node)]


_NAMES: Mapping[type, str] = {
    All: "AND",
    Not: "NOT",
    Near: "NEAR",
    InField: "a field",
    LanguageIs: "lang:",
    RegexTerm: "a regex",
    AtLeast: "ATLEAST",
    Score: "SCORE",
}
