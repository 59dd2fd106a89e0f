"""Excerpts: the stretch of a text where the matched words stand densest, cut where a reader would cut it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from monitor.model.alert import Excerpt, Mark
from monitor.model.entry import Entry
from monitor.model.watch import Span

WIDTH = 240  # code points of a snippet, its "…" not counted
_HEADLINE = 90  # of an entry that has no title
_REACH = 40  # how far a cut may move to a word's or sentence's edge
_SENTENCE_START = re.compile(r"(?:[.!?…]['\"»”’)\]]*\s+|[。！？]|\n)(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…]['\"»”’)\]]*(?=\s)|[。！？]|\n")


def headline(entry: Entry, spans: Sequence[Span]) -> Excerpt:
    """The title with its marks; without a title the first words of the text, else the URL."""
    if entry.title.strip():
        return _tidy(entry.title, _marks(spans, "title", entry.title))
    text = entry.summary if entry.summary.strip() else entry.body
    if text.strip():
        return Excerpt(_cut(text.lstrip(), 0, _HEADLINE, ()).text)
    return Excerpt(entry.url or "(no title)")


def snippet(entry: Entry, spans: Sequence[Span]) -> Excerpt:
    """About ``WIDTH`` characters around the densest marks of the body, else of the summary, else the beginning."""
    for name, text in (("body", entry.body), ("summary", entry.summary)):
        marks = _marks(spans, name, text)
        if marks:
            start, end = _window(text, marks, _terms(spans, name))
            return _cut(text, start, end, marks)
    text = entry.summary if entry.summary.strip() else entry.body
    return _cut(text, 0, WIDTH, ())


def _marks(spans: Iterable[Span], field: str, text: str) -> tuple[Mark, ...]:
    """Spans of one field in order, those that touch or overlap as one; what lies outside the text is left out."""
    merged: list[Mark] = []
    for start, end in sorted((s.start, min(s.end, len(text))) for s in spans if s.field == field):
        if not 0 <= start < end:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Mark(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Mark(start, end))
    return tuple(merged)


def _terms(spans: Iterable[Span], field: str) -> dict[int, str]:
    """Start of a span -> its term, so that a window with two terms beats one with the same term twice."""
    return {span.start: span.term for span in spans if span.field == field}


def _window(text: str, marks: Sequence[Mark], terms: dict[int, str]) -> tuple[int, int]:
    """The stretch of ``WIDTH`` that holds most different terms, then most marks; the first among equals."""
    best, best_score = (0, 1), (0, 0)
    inside: Counter[str] = Counter()
    first = 0
    for last, mark in enumerate(marks):
        inside[terms.get(mark.start, "")] += 1
        while first < last and mark.end - marks[first].start > WIDTH:
            gone = terms.get(marks[first].start, "")
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        score = (len(inside), last - first + 1)
        if score > best_score:
            best, best_score = (first, last + 1), score
    held = marks[best[0] : best[1]]
    return _around(text, held[0].start, min(held[-1].end, held[0].start + WIDTH))


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen to ``WIDTH``: from the sentence's start when that is near, else with a third of the room in front."""
    room = WIDTH - (end - start)
    begin = max(0, start - room // 3)
    begin = min(begin, max(0, len(text) - WIDTH))
    low = max(0, start - room)
    starts = [found.end() for found in _SENTENCE_START.finditer(text, low, start + 1) if found.end() <= start]
    if low == 0:
        starts.insert(0, 0)
    inside = [place for place in starts if place >= begin - _REACH]
    begin = inside[0] if inside else _word_start(text, begin, start)
    return begin, max(end, begin + WIDTH)


def _word_start(text: str, begin: int, limit: int) -> int:
    """The next word's start after ``begin``, not later than ``limit``; a script without spaces is cut anywhere."""
    if begin == 0 or text[begin - 1].isspace():
        return begin
    for place in range(begin, min(limit, begin + _REACH)):
        if text[place].isspace():
            return place + 1
    while begin < limit and _is_inside(text, begin):
        begin += 1
    return begin


def _cut(text: str, start: int, end: int, marks: Sequence[Mark]) -> Excerpt:
    """``text[start:end]`` ended at a sentence or word, with "…" where something is missing, marks shifted."""
    held = [mark for mark in marks if start <= mark.start < end]
    stop = len(text) if end >= len(text) else _stop(text, start, end, held[-1].end if held else start)
    inner = tuple(Mark(mark.start - start, min(mark.end, stop) - start) for mark in held if mark.start < stop)
    tidy = _tidy(text[start:stop], inner)
    front = "…" if text[:start].strip() else ""
    ended = tidy.text.endswith((".", "!", "?", "…"))  # a whole sentence: the sign stands apart
    back = (" …" if ended else "…") if text[stop:].strip() and tidy.text else ""
    marks = tuple(Mark(mark.start + len(front), mark.end + len(front)) for mark in tidy.marks)
    return Excerpt(f"{front}{tidy.text}{back}", marks)


def _stop(text: str, start: int, end: int, least: int) -> int:
    """Where to stop before ``end``: a sentence's end in the last third, else a word's, never before ``least``."""
    low = max(min(least, end), start + (end - start) * 2 // 3)
    ends = [
        found.end() for found in _SENTENCE_END.finditer(text, low, min(len(text), end + 1)) if found.end() <= end
    ]
    if ends:
        return ends[-1]
    if text[end].isspace():
        return end
    for place in range(end - 1, max(low, end - _REACH) - 1, -1):
        if text[place].isspace():
            return place
    while end > low and _is_inside(text, end):
        end -= 1
    return end


def _is_inside(text: str, place: int) -> bool:
    """A cut here would break a letter and its marks, or a joined emoji, in two."""
    joiner = "\u200d"
    return unicodedata.category(text[place])[0] == "M" or joiner in text[place - 1 : place + 1]


def _tidy(text: str, marks: Sequence[Mark]) -> Excerpt:
    """White space collapsed and trimmed, marks moved along."""
    out: list[str] = []
    place = [0] * (len(text) + 1)  # old offset -> new offset
    for old, character in enumerate(text):
        place[old] = len(out)
        if not character.isspace():
            out.append(character)
        elif out and out[-1] != " ":
            out.append(" ")
    place[len(text)] = len(out)
    tidy = "".join(out).rstrip()
    moved = (Mark(place[mark.start], min(place[mark.end], len(tidy))) for mark in marks)
    return Excerpt(tidy, tuple(mark for mark in moved if mark.start < mark.end))
