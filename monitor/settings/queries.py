"""Queries and samples, tried once when the configuration is loaded; their errors get a place in their file."""

import re
from collections.abc import Iterator, Sequence

from monitor.model.errors import Problem, QueryError
from monitor.model.watch import Watchlist
from monitor.settings.positions import places
from monitor.settings.watchlists import ReadWatchlist, caret_node

_LIKE_OPERATORS = re.compile(r"\b(and|or|not|o?near|atleast|score)\b", re.IGNORECASE)


def query_problems(read: Sequence[ReadWatchlist]) -> list[Problem]:
    """Watches that cannot be compiled, samples that they judge otherwise than they should, and doubtful words."""
    from monitor.matching.compile import compile_watchlists
    from monitor.matching.samples import check_samples

    by_id: dict[str, ReadWatchlist] = {}
    for one in read:
        by_id.setdefault(one.watchlist.id, one)
    watchlists = [one.watchlist for one in by_id.values()]
    compilation = compile_watchlists(watchlists)
    problems = [
        _placed(by_id[found.watchlist], found.kind, found.index, found.field, found.error)
        for found in compilation.problems
    ]
    for failed in check_samples(compilation.engine, watchlists):
        one = by_id[failed.watchlist]
        walked, node = caret_node(one, failed.kind, failed.index, f"samples.{failed.number}")
        problems.append(one.document.problem(node, walked, failed.words))
    for watchlist in watchlists:
        for kind, index, field, warning in _doubts(watchlist):
            problems.append(_placed(by_id[watchlist.id], kind, index, field, warning, "warning"))
    return problems


def _doubts(watchlist: Watchlist) -> Iterator[tuple[str, int, str, QueryError]]:
    """Words that look like operators and are none."""
    from monitor.matching.lexer import tokens_of

    fields = [("keywords", i, "query", keyword.query) for i, keyword in enumerate(watchlist.keywords)]
    for i, entity in enumerate(watchlist.entities):
        fields += [("entities", i, "require", entity.require), ("entities", i, "exclude", entity.exclude)]
    for kind, index, field, query in fields:
        if not _LIKE_OPERATORS.search(query):
            continue
        try:
            _, warnings = tokens_of(query)
        except QueryError:
            continue  # told as an error
        for warning in warnings:
            yield kind, index, field, QueryError(warning.what, warning.offset, warning.width, warning.suggestion)


def _placed(
    one: ReadWatchlist, kind: str, index: int, field: str, error: QueryError, level: str = "error"
) -> Problem:
    walked, node = caret_node(one, kind, index, field)
    document = one.document
    offsets = places(document.text, node) if isinstance(node.value, str) else None
    at = None
    if offsets:
        last = len(offsets) - 1
        start, end = offsets[min(error.offset, last)], offsets[min(error.offset + error.width, last)]
        at = (start, max(1, end - start))
    return document.problem(node, walked, error.what, " ".join(error.suggestion.split()), level, at)
