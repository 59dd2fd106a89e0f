r"""Our regexes in RE2's dialect: Unicode-aware ``\b \w \d \s`` (matching.md §7).

RE2's own ``\b`` knows ASCII only and it has no look-around. A pattern with ``\b`` therefore runs on a text in
which BOUNDARY stands twice at every edge of a word (once for a match that ends there, once for one that begins
there): ``\b`` becomes that character, and everything that consumes a character may be preceded by it.

Classes of Unicode letters are large programs. A loose pattern takes every character beyond ASCII for a letter, a
digit and a space at once: it is small, matches wherever the exact one does, and on ASCII it is the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import re2

from monitor.matching.document import BOUNDARY, is_word

# One token of RE2 syntax. Inside a class the same escapes stand for parts of it.
TOKEN = re.compile(
    r"""
    (?P<quoted>\\Q.*?(?:\\E|\Z))
    | (?P<boundary>\\b)
    | (?P<anchor>\\[ABz]|[\^$])
    | (?P<escape>\\(?:[pP](?:\{[^}]*\}|.)|x(?:\{[^}]*\}|[0-9a-fA-F]{2})|[0-7]{1,3}|.))
    | (?P<class>\[\^?\]?(?:\[:[^\]:]*:\]|\\.|[^\]\\])*\])
    | (?P<group>\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*[:)]))?)
    | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)
    | (?P<structure>[|)])
    | (?P<literal>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLASSES = {"w": r"\p{L}\p{M}\p{N}_", "d": r"\p{Nd}", "s": r"\s\p{Z}"}
_ASCII = {"w": "0-9A-Za-z_", "d": "0-9", "s": r"\s"}
_ASCII_COMPLEMENTS = {
    "w": r"\x00\x02-/:-@\[-\x5e`{-\x7f",
    "d": r"\x00\x02-/:-\x7f",
    "s": r"\x00\x02-\x08\x0b\x0e-\x1f!-\x7f",
}
_BEYOND_ASCII = r"\x80-\x{10ffff}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """``bounded``: for a text with its boundaries marked; otherwise boundaries are left out."""

    bounded: bool
    loose: bool

    def pattern(self, written: str) -> str:
        pieces: list[str] = []
        newline = [True]  # for each open group: whether "." stops at a newline
        for token in TOKEN.finditer(written):
            text = token[0]
            match token.lastgroup:
                case "quoted":
                    pieces += [self._consume(re2.escape(literal)) for literal in text[2:].removesuffix(r"\E")]
                case "boundary":
                    if self.bounded and pieces[-1:] != [BOUNDARY]:
                        pieces.append(BOUNDARY)
                case "anchor":
                    pieces.append(self._anchor(text))
                case "escape":
                    pieces.append(self._consume(self._escape(text)))
                case "class":
                    pieces.append(self._consume(self._class(text)))
                case "literal" if text == "." and self.bounded:
                    pieces.append(self._consume(rf"[^\n{BOUNDARY}]" if newline[-1] else f"[^{BOUNDARY}]"))
                case "literal":
                    pieces.append(self._consume(text))
                case _:
                    _follow_flags(text, newline)
                    pieces.append(text)
        return "".join(pieces)

    def _consume(self, atom: str) -> str:
        return f"(?:{BOUNDARY}{{0,2}}{atom})" if self.bounded else atom

    def _anchor(self, text: str) -> str:
        if text == r"\B":
            return text if self.bounded else ""
        return f"{BOUNDARY}{{0,2}}{text}" if self.bounded and text in ("$", r"\z") else text

    def _escape(self, text: str) -> str:
        letter, but = text[1], BOUNDARY if self.bounded else ""
        if len(text) == 2 and letter in "wds":
            return f"[{self._inside(letter)}]"
        if len(text) == 2 and letter in "WDS":
            return f"[^{(_ASCII if self.loose else _CLASSES)[letter.lower()]}{but}]"
        if letter == "P" and self.bounded:
            return rf"[^\p{text[2:]}{but}]"
        return text

    def _class(self, text: str) -> str:
        negated = text.startswith("[^")

        def part(escape: re.Match[str]) -> str:
            letter = escape[0][1]
            if letter in "wds":
                return _ASCII[letter] if self.loose and negated else self._inside(letter)
            if letter not in "WDS":
                return escape[0]
            if not self.loose:
                return _complement(letter.lower())
            return _ASCII_COMPLEMENTS[letter.lower()] + ("" if negated else _BEYOND_ASCII)

        content = re.sub(r"\\.", part, text[2 if negated else 1 : -1], flags=re.DOTALL)
        return f"[^{content}{BOUNDARY if self.bounded else ''}]" if negated else f"[{content}]"

    def _inside(self, letter: str) -> str:
        return _ASCII[letter] + _BEYOND_ASCII if self.loose else _CLASSES[letter]


def _follow_flags(text: str, newline: list[bool]) -> None:
    """Keep account of the ``s`` flag as groups open and close."""
    flags = re.fullmatch(r"\(\?([a-zA-Z]*)(-[a-zA-Z]*)?[:)]", text)
    if text[0] == "(":
        now = newline[-1]
        if flags:
            now = False if "s" in flags[1] else True if "s" in (flags[2] or "") else now
        if text[-1] == ")":
            newline[-1] = now
        else:
            newline.append(now)
    elif text == ")" and len(newline) > 1:
        newline.pop()


@lru_cache(maxsize=3)
def _complement(letter: str) -> str:
    """All ranges outside a class, for the rare class that holds a negated one. BOUNDARY is never among them."""
    inside = {"w": is_word, "d": _is_digit, "s": _is_space}[letter]
    ranges: list[str] = []
    start = -1
    for code in range(0x110001):
        outside = code < 0x110000 and chr(code) != BOUNDARY and not inside(chr(code))
        if outside and start < 0:
            start = code
        elif not outside and start >= 0:
            ranges.append(f"\\x{{{start:x}}}-\\x{{{code - 1:x}}}")
            start = -1
    return "".join(ranges)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _is_space(character: str) -> bool:
    return character in "\t\n\f\r " or unicodedata.category(character)[0] == "Z"
