"""Which of many regexes may match: RE2 sets, one pass a text (matching.md §5)."""

from collections.abc import Iterable, Sequence
from typing import Any

import re2

from monitor.matching.document import Text
from monitor.matching.regexes import options

_MEMORY = 256 << 20
_AT_ONCE = 500  # patterns in one set: a set that needs too much memory would answer nothing


class RegexSet:
    """Immutable; shared by threads."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._sets = [
            (start, _compiled(patterns[start : start + _AT_ONCE])) for start in range(0, len(patterns), _AT_ONCE)
        ]

    def found_in(self, texts: Iterable[Text]) -> set[int]:
        """Indexes of the patterns that match in any of the texts."""
        return {
            start + index
            for text in (texts if self._sets else ())
            for start, compiled in self._sets
            for index in compiled.Match(text.readable) or ()
        }


def _compiled(patterns: Sequence[str]) -> Any:
    chosen = options()
    chosen.max_mem = _MEMORY
    compiled = re2.Set.SearchSet(chosen)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled
