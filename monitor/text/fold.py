"""What each character becomes in canonical text (matching.md §1 and §7).

``FOLDED`` and ``KINDS`` are tables for ``str.translate`` that fill themselves as characters turn up, so that
starting the program costs nothing. Both come from one function, ``_fold``: they cannot disagree.
"""

import re
import unicodedata
from collections.abc import Callable

SIGNS = "&+#@$%€"  # words of their own

DOT = "\x02"  # stands before the letters of dotted capitals while a text is folded; "." afterwards
END = "\x03"  # ends a one-character word unless a mark follows
MARK = "\x04"  # stands before each mark that was kept
CONTROLS = DOT + END + MARK

DELETED = frozenset(
    "\u00ad\u034f\u061c\u180b\u180c\u180d\u180f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    + "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)]))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
DELETION = dict.fromkeys(map(ord, DELETED))

_APOSTROPHES = frozenset("\u02b9\u02bb\u02bc\u02be\ua78c")  # letters to Unicode, separators to readers
_TATWEEL = "\u0640"
_EQUAL = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
    "ё": "е",
}  # fmt: skip
_OWN_LETTERS = frozenset("ѓќЃЌ")  # г and к with an acute are letters, every other Cyrillic acute is stress
_STRESS = frozenset("\u0300\u0301")

# Characters that Unicode writes as compatibility forms of others: ligatures, Arabic and Hebrew presentation
# forms, full and half width.
_COMPATIBLE = re.compile("[\u0132\u0133\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufdff\ufe70-\ufefc\uff01-\uffdc]")
# Scripts whose marks do not make another letter.
BARE = (
    "A-Za-z\u00aa\u00ba\u00c0-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab6f"  # Latin
    "\u0370-\u03ff\u1f00-\u1fff"  # Greek
    "\u05d0-\u05f2"  # Hebrew
    "\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ff\u0750-\u077f\u0870-\u08c9"  # Arabic
)
CYRILLIC = "\u0400-\u052f\u1c80-\u1c8a\ua640-\ua69d"
_BARE = re.compile(f"[{BARE}]")
_CYRILLIC = re.compile(f"[{CYRILLIC}]")
# One word per character: Han, kana, Hangul, Thai, Lao, Khmer, Burmese.
_SINGLE = re.compile(
    "[\u3005\u3007\u3021-\u3029\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb"
    "\u0e01-\u0e7f\u0e81-\u0eff\u1780-\u17ff\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f]"
)
# Letters by category that continue the character before them: vowel and final jamo, Thai and Lao AM.
_CONTINUES = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb\u0e33\u0eb3]")


def is_single(character: str) -> bool:
    """Whether this character is a word of its own (CJK, Thai …)."""
    return _SINGLE.match(character) is not None


def _fold(character: str) -> str:
    """Canonical form of one character: "" dropped, " " separates, MARK + mark, " x " + END, or letters."""
    if character in DELETED or character == _TATWEEL:
        return ""
    if character == DOT:
        return "."
    composed = unicodedata.normalize("NFC", character)
    if _COMPATIBLE.match(composed):
        composed = "".join(unicodedata.normalize("NFKC", composed).split())
    if composed in SIGNS:
        return f" {composed} "
    if len(composed) != 1:
        return "".join(map(_fold, _without_marks(composed)))
    category = unicodedata.category(composed)
    if category[0] == "M" or _CONTINUES.match(composed):
        return MARK + composed
    if category[0] not in "LN" or composed in _APOSTROPHES:
        return " "
    if _SINGLE.match(composed):
        return f" {composed}{END}"
    return _fold_letter(composed)


def _fold_letter(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter)
    base, marks = decomposed[0], decomposed[1:]
    if marks and (_BARE.match(base) or _is_stressed(letter, base, marks)):
        letter = base
    folded = (_EQUAL.get(piece, piece) for piece in letter.casefold())
    return "".join(piece for piece in folded if _is_word(piece))


def _is_stressed(letter: str, base: str, marks: str) -> bool:
    return letter not in _OWN_LETTERS and _CYRILLIC.match(base) is not None and set(marks) <= _STRESS


def _without_marks(composed: str) -> str:
    """A ligature's letters; its marks stay only where nothing but marks is there, or the script keeps them."""
    return re.sub(f"(?<=[{BARE}])[{MARKS_OF_BARE}]+", "", composed)


def _is_word(piece: str) -> bool:
    return unicodedata.category(piece[0])[0] in "LNM" and piece not in _APOSTROPHES


# Marks met inside compatibility forms of Latin, Hebrew and Arabic letters.
MARKS_OF_BARE = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"


def _kind(character: str) -> str:
    """One letter for what a character does to words: u capital, l letter or digit, c one-character word,
    m mark, s sign, d deleted, "." full stop, " " separator."""
    if character in DELETED:
        return "d"
    if character in ".\uff0e":
        return "."
    folded = " " if character in CONTROLS else _fold(character)
    if not folded or folded[0] == MARK:
        return "m"
    if folded == " ":
        return " "
    if folded[-1] == " ":
        return "s"
    if folded[-1] == END:
        return "c"
    return "u" if unicodedata.category(character) in ("Lu", "Lt") else "l"


class _Table(dict[int, str]):
    """A ``str.translate`` table that asks once for each character it meets."""

    __slots__ = ("_of",)
    _LIMIT = 70_000  # every letter of a living script fits; a hostile text cannot make it grow further

    def __init__(self, of: Callable[[str], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, code: int) -> str:
        value = self._of(chr(code))
        if len(self) < self._LIMIT:
            self[code] = value
        return value


FOLDED = _Table(_fold)
KINDS = _Table(_kind)
