"""An entry as matching sees it: texts by field, their words worked out only where something was found."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from urllib.parse import unquote

from monitor.model.entry import Entry, Source
from monitor.text import canonical, word_bounds
from monitor.text.words import is_deleted, is_without_marks, place_of_letter, separated, steady_kinds

DEFAULT_FIELDS = ("title", "summary", "body")
FIELDS = (*DEFAULT_FIELDS, "author", "url", "source", "tag")
BOUNDARY = "\x01"  # stands twice at every edge of a word in ``Text.marked``
_GAPS = re.compile(r"(\w+)")  # splits a text into gaps and words
_MANY_SPANS = 20  # from here on finding all words is cheaper than counting letters
_MANY_LOOKUPS = 50  # from here on an index of the words is cheaper than searching


class Text:
    """One text of one field. ``canonical`` is " word word " (monitor.text.words)."""

    def __init__(self, field: str, original: str) -> None:
        self.field = field
        self.original = original
        self.canonical = canonical(original)
        self._lookups = 0
        self._offsets: dict[int, int] = {}
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        self._known_bounds: list[tuple[int, int]] = []
        self._more_bounds: Iterator[tuple[int, int]] | None = None

    def is_indexed(self) -> bool:
        """Whether to look words up in ``places``; counts the questions."""
        self._lookups += 1
        return self._lookups > _MANY_LOOKUPS

    @cached_property
    def words(self) -> list[str]:
        return self.canonical.split()

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each word stands."""
        places: dict[str, list[int]] = {}
        for index, word in enumerate(self.words):
            places.setdefault(word, []).append(index)
        return places

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self.places)

    def words_starting(self, prefix: str) -> Sequence[str]:
        """The different words of the text that start so."""
        vocabulary = self._vocabulary
        return vocabulary[bisect_left(vocabulary, prefix) : bisect_left(vocabulary, prefix + "\U0010ffff")]

    def is_at(self, first: int, offset: int) -> None:
        """Note that the space before word ``first`` was seen at this offset of ``canonical``."""
        self._offsets[first] = offset

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where words ``first`` up to before ``last`` stand in the original."""
        known = self._spans.get((first, last))
        if known is None:
            known = self._spans[first, last] = self._span_by_letters(first, last) or self._span_by_words(
                first, last
            )
        return known

    def _span_by_words(self, first: int, last: int) -> tuple[int, int]:
        bounds = self._bounds(last)
        return bounds[first][0], bounds[last - 1][1]

    def _span_by_letters(self, first: int, last: int) -> tuple[int, int] | None:
        """For a few spans of a long text: by counting letters instead of finding every word before."""
        offset = self._offsets.get(first, -1)
        if (
            offset < 0
            or len(self._spans) > _MANY_SPANS
            or len(self._known_bounds) >= last
            or not self._steady_kinds
        ):
            return None
        end = offset
        for _ in range(first, last):
            end = self.canonical.index(" ", end + 1)
        kinds = self._steady_kinds
        return place_of_letter(kinds, offset - first), place_of_letter(kinds, end - last - 1) + 1

    @cached_property
    def _steady_kinds(self) -> str:
        return steady_kinds(self.original, self.canonical)

    def word(self, index: int) -> str:
        """The word as written."""
        start, end = self._bounds(index + 1)[index]
        return self.original[start:end]

    def touches(self, index: int) -> bool:
        """Whether nothing visible stands between this word and the one before."""
        bounds = self._bounds(index + 1)
        return is_deleted(self.original[bounds[index - 1][1] : bounds[index][0]])

    def _bounds(self, count: int) -> list[tuple[int, int]]:
        """Places of at least the first ``count`` words; what lies behind is not worked out."""
        missing = count - len(self._known_bounds)
        if missing > 0:
            if self._more_bounds is None:
                self._more_bounds = word_bounds(self.original)
            self._known_bounds.extend(islice(self._more_bounds, missing))
        return self._known_bounds

    @cached_property
    def separated(self) -> str:
        """``canonical`` as regexes see it, where that is different: deleted characters part words."""
        return separated(self.original)

    @cached_property
    def readable(self) -> str:
        """The original as RE2 can take it, character for character: no lone surrogates."""
        return self.original if self.original.isascii() else self.original.encode("utf-8", "replace").decode()

    @cached_property
    def marked(self) -> str:
        """``readable`` with two BOUNDARY at every edge of a word; those before a place tell where it was."""
        text = self.readable.replace(BOUNDARY, " ")
        gaps = _GAPS if text.isascii() or is_without_marks(text) else _gaps_beside_marks()
        return (BOUNDARY * 2).join(gaps.split(text))


class Document:
    """An entry with its source, field by field."""

    def __init__(self, entry: Entry, source: Source) -> None:
        self._entry = entry
        self._source = source
        self._fields: dict[str, tuple[Text, ...]] = {}

    @property
    def language(self) -> str:
        """BCP 47 in lower case; empty where unknown."""
        return self._entry.language.lower().replace("_", "-")

    @cached_property
    def default(self) -> tuple[Text, ...]:
        """Title, summary and body; a summary that the body starts with counts once, in the body."""
        title, summary, body = (self.field(name) for name in DEFAULT_FIELDS)
        if summary and body and _is_copy(summary[0], body[0]):
            summary = ()
        return (*title, *summary, *body)

    def field(self, name: str) -> tuple[Text, ...]:
        """The texts of a field; no phrase crosses from one to the next."""
        texts = self._fields.get(name)
        if texts is None:
            texts = self._fields[name] = tuple(Text(name, text) for text in self._originals(name) if text)
        return texts

    def _originals(self, name: str) -> Sequence[str]:
        entry = self._entry
        match name:
            case "title":
                return (entry.title,)
            case "summary":
                return (entry.summary,)
            case "body":
                return (entry.body,)
            case "author":
                return (entry.author,)
            case "url":
                return (unquote(entry.url),)
            case "source":
                return (self._source.title, self._source.host)
            case _:
                return tuple(dict.fromkeys((*self._source.tags, *entry.tags)))


def _is_copy(summary: Text, body: Text) -> bool:
    """The summary's words, less a cut last one, start the body."""
    words = summary.canonical.rstrip()
    return bool(words) and body.canonical.startswith(words)


def is_word(character: str) -> bool:
    r"""What ``\w`` and ``\b`` of a regex count as part of a word."""
    return character == "_" or unicodedata.category(character)[0] in "LMN"


@lru_cache(maxsize=1)
def _gaps_beside_marks() -> re.Pattern[str]:
    r"""As ``_GAPS``, but marks, which ``\w`` of Python leaves out, are parts of words."""
    found = "".join(chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] == "M")
    marks = f"[{re.escape(found)}]+"
    return re.compile(rf"(\w+(?:{marks}\w*)*|{marks}\w*(?:{marks}\w*)*)")
