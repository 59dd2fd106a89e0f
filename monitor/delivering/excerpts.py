"""Excerpts: feed text made safe to show, with its matched words marked, as HTML and as plain text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from monitor.model.alert import Excerpt

# controls, surrogates, and the bidi characters that would reorder the text around them (Unicode TR36 §3.4)
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SPACE = re.compile(r"\s+")
_WEB = re.compile(r"https?://[^\s\"'<>\\^`{|}]+\Z", re.ASCII | re.IGNORECASE)

ELLIPSIS = "…"
CONTEXT = 5  # unchanged words kept on each side of a change


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what it is: plain, match, new, old."""

    text: str
    kind: str = "plain"


def clean(text: str) -> str:
    """One line of visible characters."""
    return _SPACE.sub(" ", _UNSAFE.sub("", text))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where a word ends near enough."""
    text = clean(text).strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.–—-") + ELLIPSIS


def web_url(url: str) -> str:
    """The URL when it is safe to link, else nothing: a feed may say ``javascript:``."""
    url = url.strip().replace("|", "%7C").replace("'", "%27")
    return (
        url if len(url) <= 2000 and (_WEB.match(url) or _WEB.match(url.encode("ascii", "ignore").decode())) else ""
    )


def pieces(excerpt: Excerpt, limit: int) -> list[Piece]:
    """The text in order, parted at its marks, at most ``limit`` characters."""
    parts: list[Piece] = []
    at = 0
    for mark in sorted(excerpt.marks, key=lambda m: (m.start, m.end)):
        start, end = max(at, mark.start), min(mark.end, len(excerpt.text))
        if start >= end:
            continue
        parts += [Piece(excerpt.text[at:start]), Piece(excerpt.text[start:end], "match")]
        at = end
    return _cut([*parts, Piece(excerpt.text[at:])], limit)


def diff_pieces(correction: Sequence[tuple[str, str]], limit: int) -> list[Piece]:
    """A word diff ("same"|"new"|"old", words) with long unchanged stretches left out."""
    parts: list[Piece] = []
    for index, (kind, words) in enumerate(correction):
        if kind in ("new", "old"):
            parts.append(Piece(words.strip(), kind))
        else:
            parts.append(Piece(_context(words.split(), index == 0, index == len(correction) - 1)))
    spaced = [piece for part in parts if part.text for piece in (part, Piece(" "))]
    return _cut(spaced[:-1], limit)


def html(parts: Iterable[Piece]) -> Markup:
    """Escaped, with the matched words, insertions and deletions in their elements."""
    tags = {"match": '<b class="m">{}</b>', "new": '<ins class="n">{}</ins>', "old": '<del class="o">{}</del>'}
    return Markup("").join(Markup(tags.get(part.kind, "{}")).format(part.text) for part in parts)


def text(parts: Iterable[Piece], *, marked: bool = True) -> str:
    """For plain text: ``*match*``, ``[+new+]``, ``[-old-]``."""
    signs = {"match": "*{}*", "new": "[+{}+]", "old": "[-{}-]"}
    return "".join(signs.get(part.kind if marked else "", "{}").format(part.text) for part in parts)


def bdi(text: str) -> Markup:
    """A name from outside, isolated so that its direction disturbs nothing around it."""
    return Markup("<bdi>{}</bdi>").format(escape(text))


def _context(words: list[str], first: bool, last: bool) -> str:
    """The words next to a change."""
    if first and last:
        return ""
    if first:
        return " ".join(words if len(words) <= CONTEXT else [ELLIPSIS, *words[-CONTEXT:]])
    if last:
        return " ".join(words if len(words) <= CONTEXT else [*words[:CONTEXT], ELLIPSIS])
    return " ".join(words if len(words) <= 2 * CONTEXT else [*words[:CONTEXT], ELLIPSIS, *words[-CONTEXT:]])


def _cut(parts: Iterable[Piece], limit: int) -> list[Piece]:
    kept: list[Piece] = []
    room = limit
    for part in parts:
        cleaned = clean(part.text)
        if not cleaned:
            continue
        if len(cleaned) > room:
            kept.append(Piece(shorten(cleaned[: room + 1], room) if room > 1 else ELLIPSIS, part.kind))
            break
        kept.append(Piece(cleaned, part.kind))
        room -= len(cleaned)
    return kept
