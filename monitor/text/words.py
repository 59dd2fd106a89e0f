"""Canonical text and the way back to the original (matching.md §1).

Canonical text is the folded words of a text with one space before, between and after them, so that looking for
whole words is looking for a substring: ``" drone production "``. Dotted capitals are one word with a dot in
front: *U.S.* is ``.us``. The places of the words in the original are worked out only for texts that matter.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from monitor.text.fold import BARE, CONTROLS, CYRILLIC, DELETED, DELETION, DOT, END, FOLDED, KINDS, MARK
from monitor.text.pages import Page, pages

# Over a text's kinds (fold.KINDS): dotted capitals, a word, a one-character word, a sign.
_DOTTED = r"u[md]*+(?:\.d*+u[md]*+)+(?!d*[ulm])(?!\.d*[ulm])\.?"
_TOKEN = re.compile(rf"{_DOTTED}|[ul][ulmd]*+|[cs][md]*+")
_DOTTED_TOKEN = re.compile(rf"(?P<dotted>{_DOTTED})|[ul][ulmd]*+")
_DOTTED_ON_PAGE = re.compile(rb"u(?<![ulm]u)(?:\.u)+(?![ulm])(?!\.[ulm])\.?")  # nothing deleted, no marks

# One-character words that are their own canonical form and compose with nothing before them.
_SINGLES = re.compile("([\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+)")
_MOST_STRETCHES = 20  # in a piece of text; beyond, going character by character is as fast
_JOINERS = re.compile(f"[{''.join(sorted(DELETED))}\ufdfc]")  # the last is a sign that folds to letters
_HALF_WIDTH_KANA = re.compile("[\uff65-\uff9f]+")
_STRESSED = re.compile(f"[{CYRILLIC}][\u0300-\u036f]+")
_STRESS = {0x300: None, 0x301: None}
_CONTROL = re.compile(f"[{CONTROLS}]")
_MARKED_BARE = re.compile(f"([{BARE}])(?:{MARK}.)+", re.DOTALL)
_MARKED_SINGLE = re.compile(f"{END}((?:{MARK}.)+)", re.DOTALL)
_STRAY_MARKS = re.compile(f"(?<= )(?:{MARK}.)+", re.DOTALL)


def canonical(text: str) -> str:
    """``" word word "``; a single space where there are no words. Never raises, linear in the text."""
    if text.isascii() and not any(control in text for control in CONTROLS):
        return _canonical_page(text.encode("ascii"), pages()[0])
    for page in pages():
        raw = page.encode(text)
        if raw is not None:
            return _canonical_page(raw, page)
    return _canonical_mixed(text)


def word_bounds(text: str) -> Iterator[tuple[int, int]]:
    """Start and end in the original of each word of ``canonical(text)``, in order, found as they are asked for.

    Deleted characters at a word's edge are outside, marks that were folded away are inside.
    """
    kinds = _kinds(text)
    if "d" not in kinds:
        return map(re.Match.span, _TOKEN.finditer(kinds))
    return _without_deleted_ends(kinds)


def _without_deleted_ends(kinds: str) -> Iterator[tuple[int, int]]:
    for token in _TOKEN.finditer(kinds):
        start, end = token.span()
        while kinds[end - 1] == "d":
            end -= 1
        yield start, end


def steady_kinds(text: str, canon: str) -> str:
    """Where a text's canonical form has the same letters one by one: its kinds, separators as spaces; else empty."""
    kinds = _kinds(text).replace(".", " ")
    if "d" in kinds or "m" in kinds or len(kinds) - kinds.count(" ") != len(canon) - canon.count(" "):
        return ""
    return kinds


def place_of_letter(kinds: str, number: int) -> int:
    """Where in the original the letter stands before which there are ``number`` others; for ``steady_kinds``."""
    place, separators = number, kinds.count(" ", 0, number + 1)
    while number + separators > place:
        counted, place = place + 1, number + separators
        separators += kinds.count(" ", counted, place + 1)
    return place


def clean(text: str) -> str:
    """NFC, deleted characters gone, white space one space: what ``=`` terms compare letter for letter."""
    return " ".join(unicodedata.normalize("NFC", text.translate(DELETION)).split())


def is_deleted(text: str) -> bool:
    """Whether nothing but deleted characters stands here: the words on both sides touch."""
    return all(character in DELETED for character in text)


def separated(text: str) -> str:
    """Canonical text where deleted characters part words, as they do to regexes; empty where that changes nothing."""
    if text.isascii():
        return ""
    for page in pages():
        raw = page.encode(text)
        if raw is not None:
            has_joiners = len(raw.translate(None, page.joiners)) < len(raw)
            return canonical(_JOINERS.sub(" ", text)) if has_joiners else ""
    return canonical(_JOINERS.sub(" ", text)) if _JOINERS.search(text) else ""


def is_without_marks(text: str) -> bool:
    """Whether a text is surely free of combining marks; false where that is not known at once."""
    return any(page.encode(text) is not None for page in pages())


def _canonical_page(raw: bytes, page: Page) -> str:
    joined = " ".join(_folded_page(raw, page).split())
    return f" {joined} " if joined else " "


def _folded_page(raw: bytes, page: Page) -> str:
    kinds = raw.translate(page.kinds, page.deleted)
    if b"u.u" in kinds:
        raw = _undot(raw.translate(None, page.deleted), kinds)
    return page.fold(raw)


def _canonical_mixed(text: str) -> str:
    """Of a text that no page holds: stretch by stretch, so that what is rare in it does not slow the rest down."""
    folded: list[str] = []
    for number, piece in enumerate(_SINGLES.split(text)):
        between = (
            f" {' '.join(piece)} " if number % 2 else _folded_short(piece) if len(piece) < 4 else _folded(piece)
        )
        if between is None:
            folded = [_folded_any(text)]
            break
        folded.append(between)
    joined = " ".join("".join(folded).split())
    return f" {joined} " if joined else " "


def _folded(piece: str) -> str | None:
    """Canonical text of what stands between one-character words; None where these have to be seen as well."""
    for page in pages()[::-1]:
        raw = page.encode(piece)
        if raw is not None:
            return _folded_page(raw, page)
    stretches = [*_stretches(piece)]
    if any(page is None and _leans(stretch) for stretch, page in stretches):
        return None
    return "".join(
        _folded_any(stretch) if page is None else _folded_page(page.encode(stretch) or b"", page)
        for stretch, page in stretches
    )


_folded_short = lru_cache(maxsize=10_000)(_folded)


def _stretches(text: str) -> Iterator[tuple[str, Page | None]]:
    """The text in pieces that end at spaces: what one page holds, and single words of other letters."""
    _, _, page = max((page.reach(text), -number, page) for number, page in enumerate(pages()))
    place = 0
    for _ in range(_MOST_STRETCHES):
        rest = text[place:] if place else text
        reach = page.reach(rest)
        if reach == len(rest):
            yield rest, page
            return
        start = rest.rfind(" ", 0, reach) + 1
        if start:
            yield rest[:start], page
        end = rest.find(" ", reach)
        yield rest[start:end] if end >= 0 else rest[start:], None
        if end < 0:
            return
        place += end
    yield text[place:], None


def _leans(stretch: str) -> bool:
    """Whether what stands before a stretch may change its beginning: a mark, or a part of a syllable."""
    stretch = stretch.translate(DELETION)
    return bool(stretch) and (KINDS[ord(stretch[0])] == "m" or _HALF_WIDTH_KANA.match(stretch) is not None)


def _undot(raw: bytes, kinds: bytes) -> bytes:
    """Dotted capitals written as DOT and their letters."""
    pieces, done = [], 0
    for dotted in _DOTTED_ON_PAGE.finditer(kinds):
        start, end = dotted.span()
        pieces += [raw[done:start], DOT.encode(), raw[start:end].replace(b".", b"")]
        done = end
    return b"".join([*pieces, raw[done:]])


def _folded_any(text: str) -> str:
    """Canonical text character by character, spaces not yet joined."""
    text = _CONTROL.sub(" ", text).translate(DELETION)
    text = _HALF_WIDTH_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "\u0301" in text or "\u0300" in text:
        text = unicodedata.normalize("NFC", _STRESSED.sub(lambda letter: letter[0].translate(_STRESS), text))
    if "." in text or "\uff0e" in text:
        text = _undot_any(text)
    folded = " " + text.translate(FOLDED)
    if MARK in folded:
        folded = _MARKED_BARE.sub(r"\1", folded)
        folded = _MARKED_SINGLE.sub(r"\1 ", folded)
        folded = _STRAY_MARKS.sub("", folded).replace(MARK, "")
    return folded.replace(END, " ")


def _undot_any(text: str) -> str:
    kinds = text.translate(KINDS)
    if "u.u" not in kinds.replace("m", ""):
        return text
    pieces, done = [], 0
    for token in _DOTTED_TOKEN.finditer(kinds):
        if token["dotted"]:
            start, end = token.span()
            letters = text[start:end].replace(".", "").replace("\uff0e", "")
            pieces += [text[done:start], DOT, letters]
            done = end
    return "".join([*pieces, text[done:]])


def _kinds(text: str) -> str:
    for page in pages():
        raw = page.encode(text)
        if raw is not None:
            return raw.translate(page.kinds).decode("ascii")
    pieces = enumerate(_SINGLES.split(text))
    return "".join("c" * len(piece) if number % 2 else _kinds_between(piece) for number, piece in pieces)


def _kinds_between(piece: str) -> str:
    for page in pages()[::-1] if len(piece) < 100 else ():
        raw = page.encode(piece)
        if raw is not None:
            return raw.translate(page.kinds).decode("ascii")
    return "".join(
        stretch.translate(KINDS)
        if page is None
        else (page.encode(stretch) or b"").translate(page.kinds).decode("ascii")
        for stretch, page in _stretches(piece)
    )
