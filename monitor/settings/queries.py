"""Queries and samples, tried once when the configuration is loaded; their errors get a place in their file."""

from collections.abc import Sequence

from monitor.model.errors import Problem, QueryError
from monitor.settings.positions import places
from monitor.settings.watchlists import ReadWatchlist, caret_node


def query_problems(read: Sequence[ReadWatchlist]) -> list[Problem]:
    """What keeps watches from compiling, and samples that they should or should not match."""
    from monitor.matching.engine import compile_watchlists

    by_id = {one.watchlist.id: one for one in read}
    compilation = compile_watchlists([one.watchlist for one in read])
    return [
        _placed(by_id[found.watchlist], found.kind, found.index, found.field, found.error)
        for found in compilation.problems
    ]


def _placed(one: ReadWatchlist, kind: str, index: int, field: str, error: QueryError) -> Problem:
    walked, node = caret_node(one, kind, index, field)
    document = one.document
    offsets = places(document.text, node) if isinstance(node.value, str) else None
    at = None
    if offsets:
        last = len(offsets) - 1
        start, end = offsets[min(error.offset, last)], offsets[min(error.offset + error.width, last)]
        at = (start, max(1, end - start))
    return document.problem(node, walked, error.what, " ".join(error.suggestion.split()), at=at)
