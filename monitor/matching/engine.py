"""All watches over one entry at once (matching.md §5).

Canonical text once, one automaton over every watch's rarest words, one RE2 set over regexes; only the watches
that these make candidates are evaluated. An engine never changes: threads share it, a reload makes another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.matching.document import Document
from monitor.matching.evaluate import Evaluation, evaluate, evaluation
from monitor.matching.index import Index
from monitor.matching.nodes import Node
from monitor.model.entry import Entry, Source
from monitor.model.errors import NotFound
from monitor.model.watch import Match, Severity, Why

_MOST_NEW = 1_000  # watches in the second index before both are built as one


@dataclass(frozen=True, slots=True)
class Watch:
    """A keyword or entity of a watchlist, compiled."""

    watchlist: str
    watch: str
    kind: str  # keyword | entity
    severity: Severity
    title: str
    node: Node


class Engine:
    """Compiled watches. Immutable; ``match`` may run in any number of threads."""

    def __init__(self, watches: Sequence[Watch], previous: "Engine | None" = None) -> None:
        """``previous`` lends its index, so that a change of a few watches costs what these few cost."""
        self.watches = tuple(watches)
        lent: Index | None = previous._main if previous is not None else None
        main, new = _divided(self.watches, lent)
        if lent is None or len(new) > _MOST_NEW or len(new) > len(main) or len(lent.queries) > 2 * len(main):
            self._main: Index = Index([watch.node for watch in watches])
            self._parts = [(self._main, list(range(len(watches))))]
            return
        self._main = lent
        number = {id(self.watches[position].node): position for position in main}
        self._parts = [
            (lent, [number.get(id(query), -1) for query in lent.queries]),
            (Index([self.watches[position].node for position in new]), new),
        ]

    def match(self, entry: Entry, source: Source) -> list[Match]:
        """Every watch that matches, in the order of the watchlists. Never raises for what an entry holds."""
        document = Document(entry, source)
        matches: list[Match] = []
        for position in self._candidates(document):
            watch = self.watches[position]
            outcome = evaluate(watch.node, document)
            if outcome.matched:
                found = evaluation(outcome)
                matches.append(
                    Match(
                        watch.watchlist,
                        watch.watch,
                        watch.kind,
                        watch.severity,
                        found.spans,
                        found.why,
                        found.score,
                    )
                )
        return matches

    def evaluate(self, entry: Entry, source: Source, watchlist: str, watch: str) -> Evaluation:
        """One watch over an entry, matching or not. Raises NotFound."""
        for candidate in self.watches:
            if candidate.watchlist == watchlist and candidate.watch == watch:
                return evaluation(evaluate(candidate.node, Document(entry, source)))
        raise NotFound(f"there is no watch {watchlist}/{watch}")

    def why(self, entry: Entry, source: Source, watchlist: str, watch: str) -> Why:
        """The tree of one watch with the truth of each part. Raises NotFound."""
        return self.evaluate(entry, source, watchlist, watch).why

    def _candidates(self, document: Document) -> list[int]:
        found = [positions[number] for index, positions in self._parts for number in index.candidates(document)]
        return sorted(position for position in found if position >= 0)


def _divided(watches: Sequence[Watch], lent: Index | None) -> tuple[list[int], list[int]]:
    """Positions of the watches whose query is in the lent index, each once, and of all others."""
    known = {id(query) for query in lent.queries} if lent is not None else set()
    main: list[int] = []
    new: list[int] = []
    for position, watch in enumerate(watches):
        key = id(watch.node)
        (main if key in known else new).append(position)
        known.discard(key)
    return main, new
