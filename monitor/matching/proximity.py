"""NEAR and ONEAR: which occurrences stand close enough to each other (matching.md §2 and §7)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Words(Protocol):
    """An occurrence: the index of its first word and of the word after its last."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


W = TypeVar("W", bound=Words)


def near_pairs(left: Sequence[W], right: Sequence[W], distance: int, *, ordered: bool) -> list[W]:
    """Occurrences on both sides that have a partner: at most ``distance`` words between, never overlapping.

    ``ordered``: the left one comes first. n log n in the number of occurrences.
    """
    followed = _followed(left, right, distance)
    following = _following(right, left, distance)
    if ordered:
        return [*followed, *following]
    before = {id(place) for place in followed}
    after = {id(place) for place in following}
    left_too = [place for place in _following(left, right, distance) if id(place) not in before]
    right_too = [place for place in _followed(right, left, distance) if id(place) not in after]
    return [*followed, *left_too, *following, *right_too]


def _followed(places: Sequence[W], others: Sequence[W], distance: int) -> list[W]:
    """Those of ``places`` after which one of ``others`` begins in reach."""
    starts = sorted(other.first for other in others)
    return [
        place for place in places if bisect_left(starts, place.last) < bisect_right(starts, place.last + distance)
    ]


def _following(places: Sequence[W], others: Sequence[W], distance: int) -> list[W]:
    """Those of ``places`` before which one of ``others`` ends in reach."""
    ends = sorted(other.last for other in others)
    return [
        place for place in places if bisect_left(ends, place.first - distance) < bisect_right(ends, place.first)
    ]
