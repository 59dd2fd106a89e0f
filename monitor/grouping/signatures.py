"""Signatures: how alike two texts are, from a sketch of fixed size.

A signature is a bottom-k sketch (Broder 1997, "On the resemblance and containment of documents"): the smallest
hashes of a text's three-word shingles. Below ``KEPT`` shingles it is exact. Beside resemblance it gives
containment, which finds a truncated copy. An index would look entries up by single hashes.
"""

import hashlib
from dataclasses import dataclass

from monitor.grouping.likeness import MIN_WORDS, entry_words
from monitor.model.entry import Entry

SHINGLE = 3  # words
KEPT = 128  # hashes; the standard error of a resemblance is about 1 / sqrt(KEPT), 0.09 at most


@dataclass(frozen=True, slots=True)
class Signature:
    """The smallest hashes in order, and how many different shingles there were."""

    hashes: tuple[int, ...] = ()
    shingles: int = 0


def signature(entry: Entry) -> Signature:
    """Of the body, or the summary where there is no body; empty for a text that says too little."""
    words = entry_words(entry)
    if len(words) < MIN_WORDS:
        return Signature()
    found = {_hash(" ".join(words[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)}
    return Signature(tuple(sorted(found)[:KEPT]), len(found))


def similarity(one: Signature, other: Signature) -> float:
    """Resemblance in 0 … 1: shared shingles among all shingles of both."""
    smallest = sorted({*one.hashes, *other.hashes})[:KEPT]
    if not one.hashes or not other.hashes:
        return 0.0
    shared = {*one.hashes} & {*other.hashes}
    return sum(number in shared for number in smallest) / len(smallest)


def containment(one: Signature, other: Signature) -> float:
    """How much of the shorter text stands in the longer one, in 0 … 1."""
    alike = similarity(one, other)
    shorter = min(one.shingles, other.shingles)
    if not shorter:
        return 0.0
    shared = alike * (one.shingles + other.shingles) / (1 + alike)
    return min(1.0, shared / shorter)


def _hash(shingle: str) -> int:
    return int.from_bytes(hashlib.blake2b(shingle.encode("utf-8", "replace"), digest_size=8).digest(), "big")
