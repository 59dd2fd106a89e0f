"""The one seam to the library that finds many strings at once.

ahocorasick-rs and daachorse give the same answers; `benchmarks/matching.py` measures both.
"""

from collections.abc import Sequence

import ahocorasick_rs


class Automaton:
    """Finds which of many needles are in a text. Immutable; shared by threads."""

    def __init__(self, needles: Sequence[str]) -> None:
        patterns = [needle.encode("utf-8", "surrogatepass") for needle in needles]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns) if patterns else None

    def found_in(self, text: str) -> set[int]:
        """Indexes of the needles that occur, overlapping ones included."""
        if self._automaton is None:
            return set()
        haystack = text.encode("utf-8", "surrogatepass")
        return {index for index, _, _ in self._automaton.find_matches_as_indexes(haystack, overlapping=True)}
