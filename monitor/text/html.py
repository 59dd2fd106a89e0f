"""HTML to plain text, in linear time whatever the markup looks like (matching.md §1.1 and §7).

Block tags, ``br``, ``hr`` and table cells break words, inline tags do not; entities are decoded once; attributes,
comments, ``script`` and ``style`` are not text. Text without markup comes back as it is.
"""

import html
import re

_BREAKING = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body br caption center col colgroup dd details dialog dir div dl dt fieldset
        figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav
        noframes ol optgroup option p pre search section select summary table tbody td tfoot th thead title tr ul
        """,
    )
)
_SILENT = frozenset(("script", "style"))
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_ATTRIBUTES = re.compile(r"""[^"'>]*+""")
# Longer numbers are no character; Python refuses to read very long ones.
_ENDLESS_NUMBER = re.compile(r"&#(?:0*+[0-9]{8,}+|[xX]0*+[0-9a-fA-F]{7,}+);?")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def plain_text(text: str) -> str:
    """A title: entities decoded once, tags are text, no control characters or lone surrogates, one line."""
    text = _readable(_decode(text))
    if not _is_one_line(text):
        return " ".join(text.split())
    return text.strip()


def html_to_text(markup: str) -> str:
    """What a reader sees: lines for blocks, white space as HTML shows it. The caller caps the size."""
    if "<" not in markup:
        return _readable(_decode(markup))
    pieces = _Scanner(markup).pieces()
    lines = (" ".join(_decode(line).split()) for line in _lines(pieces))
    return _readable("\n".join(line for line in lines if line))


def _decode(text: str) -> str:
    if "&" not in text:
        return text
    return html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))


def _readable(text: str) -> str:
    """One space for each control character, U+FFFD for each lone surrogate: nothing that cannot be stored."""
    text = _CONTROLS.sub(" ", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _is_one_line(text: str) -> bool:
    return len(text.splitlines()) <= 1 and "\t" not in text


def _lines(pieces: list[str | None]) -> list[str]:
    """Text between breaks (None)."""
    lines: list[str] = []
    current: list[str] = []
    for piece in pieces:
        if piece is None:
            lines.append("".join(current))
            current = []
        else:
            current.append(piece)
    return [*lines, "".join(current)]


class _Scanner:
    """One pass over markup. A ``find`` that failed once is not tried again: floods stay linear."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._lower = markup.lower()
        self._quotes = True  # attribute values may hold ">"; given up after an unclosed one

    def pieces(self) -> list[str | None]:
        """Stretches of text, None where words break."""
        found: list[str | None] = []
        markup, place = self._markup, 0
        while True:
            tag = markup.find("<", place)
            if tag < 0:
                found.append(markup[place:])
                return found
            found.append(markup[place:tag])
            place, shown = self._after(tag)
            if shown != "":
                found.append(shown)

    def _after(self, tag: int) -> tuple[int, str | None]:
        """Where text goes on after the "<" at ``tag``, and what it shows: "", "<" or None for a break."""
        markup = self._markup
        name = _NAME.match(markup, tag + 1)
        if name is None:
            if markup.startswith("!--", tag + 1):
                return self._find_end("-->", tag + 2), ""
            if markup[tag + 1 : tag + 2] in ("!", "?", "/"):
                return self._find_end(">", tag + 1), ""
            return tag + 1, "<"
        end = self._tag_end(name.end())
        word = name[1].lower()
        if word in _SILENT and markup[tag + 1] != "/":
            closing = self._lower.find(f"</{word}", end)
            return (self._tag_end(closing + 2) if closing >= 0 else len(markup)), ""
        return end, None if word in _BREAKING else ""

    def _find_end(self, mark: str, place: int) -> int:
        found = self._markup.find(mark, place)
        return found + len(mark) if found >= 0 else len(self._markup)

    def _tag_end(self, place: int) -> int:
        """After the ">" that closes a tag; quoted values are skipped."""
        start = place
        while self._quotes:
            stop = _ATTRIBUTES.match(self._markup, place)
            place = stop.end() if stop else place
            character = self._markup[place : place + 1]
            if character == ">":
                return place + 1
            closing = self._markup.find(character, place + 1) if character else -1
            if closing < 0:
                self._quotes = False
            place = closing + 1
        return self._find_end(">", start)
