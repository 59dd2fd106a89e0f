"""How much one query may cost on one entry: hostile queries end early, and say so (matching.md, bad input)."""

_OCCURRENCES = 5_000  # listed for one query and entry; beyond, each part only says whether it is there
_WORK = 300_000  # words compared with wildcards; about 0.1 s


class Budget:
    """Counts down while a query is evaluated. Depends on query and text only, never on the clock."""

    __slots__ = ("_occurrences", "_work")

    def __init__(self) -> None:
        self._occurrences = _OCCURRENCES
        self._work = _WORK

    @property
    def limit(self) -> int:
        """How many occurrences the next part may list."""
        return max(1, self._occurrences)

    def listed(self, count: int) -> None:
        self._occurrences -= count

    def pay(self, work: int) -> bool:
        """Whether there was enough left for so many comparisons."""
        self._work -= work
        return self._work > 0

    @property
    def is_spent(self) -> bool:
        return self._work <= 0
