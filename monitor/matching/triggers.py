"""What must be in an entry for a query to be true: the needles that make it a candidate (matching.md §5).

A trigger is one needle in canonical text, or one regex, and needles that must be there as well. If no trigger of
a query holds, the query is false; the other way round the query still has to be evaluated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.matching import nodes
from monitor.matching.nodes import Node
from monitor.matching.terms import chunk

_REGEX_WORTH = 4  # a regex costs more than a word and is rarer than a short one


@dataclass(frozen=True, slots=True)
class Trigger:
    """Exactly one of ``needle`` and ``regex`` is set."""

    needle: str = ""
    regex: str = ""
    required: tuple[str, ...] = ()
    of_regex: bool = False  # the needle is a literal of a regex


def triggers(node: Node) -> list[Trigger]:
    """At least one of these holds wherever the query is true. Raises ValueError for a node that only forbids."""
    match node:
        case nodes.Term(patterns=patterns):
            return [Trigger(chunk(pattern)) for pattern in patterns]
        case nodes.RegexTerm(regex=regex):
            return [Trigger(literal, of_regex=True) for literal in regex.literals] or [
                Trigger(regex=regex.prefilter)
            ]
        case nodes.EntityTerm(rule=rule):
            return [Trigger(chunk(pattern)) for pattern in rule.patterns()]
        case nodes.LanguageIs(language=language):
            return [Trigger(language_needle(language))]
        case nodes.Any(children=children):
            return _merged([trigger for child in children for trigger in triggers(child)])
        case nodes.All(children=children):
            return _rarest(children)
        case nodes.Near(left=left, right=right):
            return _rarest((left, right))
        case nodes.InField(child=child) | nodes.AtLeast(child=child):
            return triggers(child)
        case nodes.Score(items=items):
            return _merged([trigger for item in items if item.weight > 0 for trigger in triggers(item.child)])
        case _:
            raise ValueError(f"nothing triggers {node.source}")


def language_needle(language: str) -> str:
    """A word that stands for the entry's language in the text that is searched."""
    return f" \x01{language} "


def _rarest(children: Sequence[Node]) -> list[Trigger]:
    """The triggers of the part that is hardest to find; the other parts' needles are required."""
    choices = [(child, triggers(child)) for child in children if nodes.is_positive(child)]
    best, chosen = max(choices, key=lambda choice: _worth(choice[1]))
    required = tuple(needle for child, _ in choices if child is not best for needle in _required(child))
    return [replace(trigger, required=trigger.required + required) for trigger in chosen] if required else chosen


def _worth(found: Sequence[Trigger]) -> tuple[int, int]:
    return min(len(trigger.needle.strip()) if trigger.needle else _REGEX_WORTH for trigger in found), -len(found)


def _required(node: Node) -> tuple[str, ...]:
    match node:
        case nodes.Term(patterns=patterns) if len(patterns) == 1:
            return (chunk(patterns[0]),)
        case nodes.All(children=children):
            return tuple(needle for child in children if nodes.is_positive(child) for needle in _required(child))
        case nodes.Near(left=left, right=right):
            return _required(left) + _required(right)
        case nodes.InField(child=child):
            return _required(child)
        case _:
            return ()


def _merged(found: Sequence[Trigger]) -> list[Trigger]:
    return list(dict.fromkeys(found))
