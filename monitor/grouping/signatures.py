"""Signatures: what of an entry is kept to tell later how alike two texts are.

The words of the text are taken in runs of three ("shingles") and hashed. A signature keeps the smallest hashes
(a bottom-k sketch: Broder 1997, "On the resemblance and containment of documents"), which stand for the whole
text, and every hash of its first words, which stand for its news: two reports may share their last paragraphs.
Runs of long words count as smaller than all others: "of the war" stands in many reports, their subject does not.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct, pack, unpack_from
from zlib import crc32

from monitor.grouping.likeness import MIN_WORDS, entry_words
from monitor.grouping.words import canonical_words
from monitor.model.entry import Entry

SHINGLE = 3  # words; twice as many where most words are one character, as in Chinese
KEPT = 128  # hashes; the standard error of a resemblance is about 1 / sqrt(KEPT), 0.09 at most
READ = 1000  # words; of a longer text the rest is left out
LEAD = 60  # words
OPENING = 20  # shingles
FEW = 16  # fewer hashes than this estimate nothing

_LONG = 20  # characters of a run of long words; in bytes, twice that in Cyrillic
_OF_ALL, _OF_OPENING = 10, 6  # hashes that are keys
_MOST = 40  # words of a title, figures of a lead
_MIX = 0x9E3779B1  # odd, so that multiplying only reorders: CRCs of like texts lie in patterns
_ALL = 0xFFFFFFFF
_COUNTS = Struct("<4BI")
_FIGURE = re.compile(r"\w*\d\w*")


@dataclass(frozen=True, slots=True)
class Signature:
    """Hashes in ascending order, but for the lead; empty for a text that says too little."""

    hashes: tuple[int, ...] = ()
    lead: tuple[int, ...] = ()  # all of the first words, in the order of the text
    title: tuple[int, ...] = ()  # of its single words
    figures: tuple[int, ...] = ()  # of words with digits in title and lead
    site: int = 0  # of the host of its address; 0 = unknown

    @property
    def complete(self) -> bool:
        """Whether the hashes are all there are, and no sample."""
        return len(self.hashes) < KEPT


def signature(entry: Entry, words: Sequence[str] | None = None) -> Signature:
    """Of the body, or the summary where there is no body (``words``, if already at hand); empty when it is short."""
    words = (entry_words(entry) if words is None else words)[:READ]
    if len(words) < MIN_WORDS:
        return Signature()
    size = SHINGLE if sum(map(len, words)) > 2 * len(words) else 2 * SHINGLE
    runs = _runs(words, size)
    title = canonical_words(entry.title)
    return Signature(
        hashes=tuple(sorted({*runs})[:KEPT]),
        lead=tuple(dict.fromkeys(runs[: LEAD - size + 1])),
        title=_words(title),
        figures=_words(_FIGURE.findall(" ".join((*title, *words[:LEAD])))),
        site=_site(entry.url),
    )


def similarity(one: Signature, other: Signature) -> float:
    """Resemblance in 0 … 1: shared shingles among all shingles of both."""
    mine, theirs = _comparable(one, other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def share(one: Signature, other: Signature) -> float:
    """How much of the first text stands in the second one, in 0 … 1."""
    mine, theirs = _comparable(one, other)
    sampled = len(mine & theirs) / len(mine) if len(mine) >= FEW else 0.0
    if not one.complete:
        return sampled
    # All of a short text is known. What of its lead stands in the other text is exact, and the least there can be.
    return max(sampled, lead_share(one, other) * len(one.lead) / max(1, len(one.hashes)))


def containment(one: Signature, other: Signature) -> float:
    """How much of the shorter text stands in the longer one, in 0 … 1."""
    return max(share(one, other), share(other, one))


def lead_share(one: Signature, other: Signature) -> float:
    """How much of the first text's lead stands in the lead, or is known to stand in the text, of the second."""
    return _known(one.lead, other)


def opening_share(one: Signature, other: Signature) -> float:
    """The same of the first text's opening, which says what is new."""
    return _known(one.lead[:OPENING], other)


def near_keys(mine: Signature) -> tuple[str, ...]:
    """Keys by which a near-duplicate is found: the smallest hashes of the whole text and of its opening.

    Two texts whose resemblance is r share each of the first with probability r; a text cut short shares the
    second with its original, however long that is.
    """
    smallest = (*mine.hashes[:_OF_ALL], *sorted(mine.lead[:OPENING])[:_OF_OPENING])
    return tuple(f"near:{number:08x}" for number in dict.fromkeys(smallest))


def packed(mine: Signature) -> bytes:
    """For storing beside the entry; nothing for an empty one."""
    if not mine.hashes:
        return b""
    parts = (mine.hashes, mine.lead, mine.title, mine.figures)
    numbers = [number for part in parts for number in part]
    return _COUNTS.pack(*map(len, parts), mine.site) + pack(f"<{len(numbers)}I", *numbers)


def unpacked(stored: bytes) -> Signature:
    """The signature that ``packed`` made; empty for what it did not make."""
    if len(stored) < _COUNTS.size:
        return Signature()
    *counts, site = _COUNTS.unpack_from(stored)
    if len(stored) != _COUNTS.size + 4 * sum(counts):
        return Signature()
    numbers = unpack_from(f"<{sum(counts)}I", stored, _COUNTS.size)
    ends = [sum(counts[: at + 1]) for at in range(4)]
    hashes, lead, title, figures = (numbers[end - count : end] for end, count in zip(ends, counts, strict=True))
    return Signature(hashes, lead, title, figures, site)


def _known(part: Sequence[int], other: Signature) -> float:
    known = {*other.lead, *other.hashes}
    return len(known.intersection(part)) / len(part) if part else 0.0


def _comparable(one: Signature, other: Signature) -> tuple[set[int], set[int]]:
    """The hashes of both below the number up to which both are known whole."""
    limit = min((each.hashes[-1] for each in (one, other) if not each.complete), default=_ALL)
    mine, theirs = (each.hashes[: bisect_right(each.hashes, limit)] for each in (one, other))
    return {*mine}, {*theirs}


def _runs(words: Sequence[str], size: int) -> list[int]:
    """A hash for each run of words, in the order of the text."""
    text = " ".join(words)
    encoded = text.encode("utf-8", "replace")
    long = _LONG * round(len(encoded) / len(text))
    words_as_bytes = encoded.split(b" ")
    runs = map(b" ".join, zip(*(words_as_bytes[at:] for at in range(size)), strict=False))
    return [(crc32(run) * _MIX & _ALL) >> 1 | (len(run) < long) << 31 for run in runs]


def _words(words: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted({_hash(word) for word in words})[:_MOST])


def _site(url: str) -> int:
    host = url.partition("//")[2].partition("/")[0].casefold().removeprefix("www.")
    return _hash(host) if host else 0


def _hash(text: str) -> int:
    return crc32(text.encode("utf-8", "replace")) * _MIX & _ALL
