"""What stands around an occurrence of a name, as far as people read it to tell namesakes apart."""

import re
from dataclasses import dataclass

from monitor.matching.lexicon import fold

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*\.?")
_AROUND = 100
_SENTENCE_END = re.compile(r"[.!?…:;»”\"\n|]\s*[\"«“„(–—-]*\s*$|[–—]\s*$")
_JOINS = re.compile(r"[ \t\u00a0\u202f]*[-‐‑–]?[ \t\u00a0\u202f]*$")
_ARTICLES = frozenset(["al", "el", "as", "es", "ul", "аль", "ель", "эль", "ас", "ал", "ел", "αλ", "ελ"])
_SMALL = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "over",
        "into",
        "under",
        "after",
        "von",
        "der",
        "und",
        "mit",
        "les",
        "des",
        "pour",
        "della",
        "del",
        "dei",
        "con",
        "per",
    ]
)
_ABBREVIATED = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "col",
        "capt",
        "sen",
        "rep",
        "gov",
        "pres",
        "st",
        "jr",
        "sr",
        "им",
        "вул",
        "ул",
        "г",
        "пл",
        "ul",
        "al",
        "sig",
        "sra",
        "msgr",
        "maj",
        "lt",
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence with its neighbours as they stand in the text."""

    matched: str
    before: tuple[str, ...]  # nearest last
    after: tuple[str, ...]
    joined: bool  # only a space or a hyphen parts it from the word before
    followed: bool  # the same for the word after
    opens: bool  # the occurrence opens a sentence
    opener: bool  # the word before it opens a sentence
    article: bool  # an Arabic article stands before it (and is not in ``before``)
    dotted: bool  # U+00B7 or a katakana dot stands before it
    language: str
    around: str  # the text at both sides

    @property
    def has_capitals(self) -> bool:
        """The surroundings know capitals."""
        return any(letter.isupper() for letter in self.around)

    @property
    def shouting(self) -> bool:
        """A headline of capitals, or with a capital on every word but the small ones."""
        found = [word for word in _WORD.findall(self.around)[:10] if len(word) > 2 and word not in _SMALL]
        return self.matched.isupper() or (len(found) > 1 and all(word[0].isupper() for word in found))


def place_of(text: str, start: int, end: int, language: str) -> Place:
    """Look ``_AROUND`` characters to each side of ``text[start:end]``."""
    left, right = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    before = list(_WORD.finditer(left))[-4:]
    after = list(_WORD.finditer(right))[:3]
    article = (
        bool(before) and fold(before[-1].group()) in _ARTICLES and bool(_JOINS.match(left[before[-1].end() :]))
    )
    if article:
        left = left[: before.pop().start()]
    gap = left[before[-1].end() :] if before else left
    head = left[: before[-1].start()] if before else ""
    return Place(
        text[start:end],
        tuple(word.group() for word in before),
        tuple(word.group() for word in after),
        joined=bool(before) and bool(_JOINS.match(gap)) and not (_ends(before[-1].group())),
        followed=bool(after) and bool(_JOINS.match(right[: after[0].start()])),
        opens=not before or _ends(before[-1].group()) or bool(_SENTENCE_END.search(gap)),
        opener=bool(before) and (not head.strip() or bool(_SENTENCE_END.search(head))),
        article=article,
        dotted=left[-1:] in ("·", "・", "＝", "•", "‧"),
        language=language.partition("-")[0].lower(),
        around=left + right,
    )


def is_letter(word: str) -> bool:
    bare = word.rstrip(".")
    return bare[:1].isupper() and (len(bare) == 1 or (len(bare) == 2 and word.endswith(".") and bare[1].islower()))


def _ends(word: str) -> bool:
    """A full stop after a whole word ends a sentence; after an initial or a short title it does not."""
    return word.endswith(".") and not is_letter(word) and fold(word) not in _ABBREVIATED
