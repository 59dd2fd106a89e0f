r"""Literals of a regex: what stands in canonical text wherever it matches, so that the automaton finds its candidates.

A literal beside ``\b`` has a space there. Deleted characters are none to a regex: a text that holds any is looked
at with spaces in their place as well (``Text.separated``).
"""

import re
from collections.abc import Sequence

from monitor.text import canonical

_WORTH = 3  # characters; shorter ones are everywhere
_MOST = 20  # alternatives
# Letters that fold the same whatever stands beside them, in small letters and in capitals.
_STEADY = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ſΆΈ-ώЀ-ѿא-תء-ؿف-ي]")
_MAY_BE_MISSING = re.compile(r"[*?]|\{0*[,}]")


class _Group:
    """An open group: what its finished alternatives need, what the present one needs, and letters just read."""

    __slots__ = ("at_boundary", "finished", "needed", "run")

    def __init__(self, *, at_boundary: bool = False) -> None:
        self.at_boundary = at_boundary  # whether alternatives begin at the edge of a word
        self.finished: list[tuple[str, ...]] = []
        self.needed: tuple[str, ...] = ()
        self.run = " " * at_boundary

    def need(self, literals: tuple[str, ...]) -> None:
        """The better of what is needed so far and these."""
        self.needed = max(self.needed, literals, key=lambda found: min(map(len, found), default=0))

    def end_run(self, *, at_boundary: bool = False) -> None:
        run = self.run.strip()
        # A mark behind the last letter could make it another one in canonical text: и and й.
        folded = canonical(run if run.isascii() or at_boundary else run[:-1]).strip()
        if len(folded) >= _WORTH:
            self.need((" " * self.run.startswith(" ") + folded + " " * at_boundary,))
        self.run = " " * at_boundary

    def end_alternative(self) -> None:
        self.end_run()
        self.finished.append(self.needed)
        self.needed = ()
        self.run = " " * self.at_boundary

    @property
    def literals(self) -> tuple[str, ...]:
        found = [literal for literals in self.finished for literal in literals]
        return tuple(dict.fromkeys(found)) if all(self.finished) and len(found) <= _MOST else ()


def required_literals(tokens: Sequence[re.Match[str]]) -> tuple[str, ...]:
    """One of these is in canonical text where the regex of these tokens matches; none when nothing can be said."""
    groups = [_Group()]
    for number, token in enumerate(tokens):
        text = token[0]
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        repeat = after[0] if after is not None and after.lastgroup == "repeat" else ""
        if token.lastgroup == "literal" and _STEADY.fullmatch(text) and not repeat:
            groups[-1].run += text
            continue
        follows_boundary = groups[-1].run == " "
        groups[-1].end_run(at_boundary=token.lastgroup == "boundary" and not repeat)
        if token.lastgroup == "group" and text[-1] != ")":
            groups.append(_Group(at_boundary=follows_boundary))
        elif text == "|":
            groups[-1].end_alternative()
        elif text == ")" and len(groups) > 1:
            groups[-1].end_alternative()
            closed = groups.pop().literals
            groups[-1].need(() if _MAY_BE_MISSING.match(repeat) else closed)
    groups[0].end_alternative()
    return groups[0].literals
