"""Word diff: what a correction changed, in words, at a cost that does not grow with the text."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from monitor.model.entry import Entry

_COMPARED = 250  # words compared closely after the common beginning and end are set aside
_CONTEXT = 6  # unchanged words shown beside a change


def word_diff(before: Entry, after: Entry) -> tuple[tuple[str, str], ...]:
    """("same"|"old"|"new", words) runs over title and text; empty when no word changed."""
    runs = [
        run
        for old, new in ((before.title, after.title), (_text(before), _text(after)))
        for run in _diff(old.split(), new.split())
    ]
    return tuple(runs)


def _text(entry: Entry) -> str:
    return entry.body if entry.body.strip() else entry.summary


def _diff(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    if old == new:
        return []
    shortest = min(len(old), len(new))
    head = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    tail = next((i for i in range(shortest - head) if old[-1 - i] != new[-1 - i]), shortest - head)
    runs = [("same", _context(old[:head], first=True, last=False))]
    runs += _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    runs.append(("same", _context(old[len(old) - tail :], first=False, last=True)))
    return [(kind, words) for kind, words in runs if words]


def _middle(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, old[:_COMPARED], new[:_COMPARED], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            runs.append(("same", _context(old[a:b], first=False, last=False)))
        else:
            runs += [("old", " ".join(old[a:b])), ("new", " ".join(new[c:d]))]
    if len(old) > _COMPARED or len(new) > _COMPARED:
        runs.append(("same", "…"))
    return runs


def _context(words: Sequence[str], *, first: bool, last: bool) -> str:
    """Unchanged words near a change; ``first`` and ``last`` stand at the text's edge and need one side only."""
    left = [] if first else list(words[:_CONTEXT])
    right = [] if last else list(words[-_CONTEXT:])
    if len(words) <= len(left) + len(right):
        return " ".join(words)
    return " ".join([*left, "…", *right])
