"""Real multilingual text cut to articles, for ``benchmarks/matching.py``.

From a folder of unpacked packages: HTML pages (one folder a language, as documentation has them) and ``*.cor`` (one
news article a line). The feeds of ``seeds/`` are always among them. Paragraphs are used once.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.model.entry import Entry
from monitor.model.errors import ParseError
from monitor.parsing.formats import parse_fast, parse_tolerant
from monitor.text import html_to_text

SEEDS = Path(__file__).parent.parent / "seeds" / "feeds"
MEDIAN, SPREAD = 1300, 0.7  # characters of an article, log-normal
SHORTEST_PARAGRAPH = 80


def articles(folder: Path | None, seed: int = 7) -> list[Entry]:
    """In an order drawn by ``seed``, so that any stretch of them holds every language."""
    chance = random.Random(seed)
    seen: set[str] = set()
    found = [*_seed_entries()]
    for corpus in sorted(folder.rglob("*.cor")) if folder else ():
        found += [_entry(line, str(corpus)) for line in corpus.read_text("latin-1").splitlines() if line.strip()]
    for pages in sorted({page.parent for page in folder.rglob("*.html")}) if folder else ():
        paragraphs = list(_new_paragraphs(sorted(pages.glob("*.html")), seen))
        found += [_entry(text, str(pages)) for text in _packed(paragraphs, chance)]
    chance.shuffle(found)
    return found


def text_of(entry: Entry) -> str:
    """What the peers read."""
    return f"{entry.title}\n{entry.body or entry.summary}"


def joined(entries: Sequence[Entry], length: int) -> Entry:
    """One article of exactly so many characters, made of others."""
    text, parts = "", iter(entries)
    while len(text) < length:
        text += text_of(next(parts)) + "\n\n"
    return Entry("joined", body=text[:length])


def _seed_entries() -> Iterator[Entry]:
    for path in sorted(SEEDS.iterdir()):
        body = path.read_bytes()
        try:
            parsed = parse_fast(body, "", path.name) or parse_tolerant(body, "", path.name)
        except ParseError:
            continue  # one of the sample feeds is broken on purpose
        yield from parsed.entries


def _entry(text: str, identity: str) -> Entry:
    title = text[:90].split("\n", 1)[0].rsplit(" ", 1)[0]
    return Entry(identity, title, body=text[len(title) :].strip())


def _new_paragraphs(pages: Sequence[Path], seen: set[str]) -> Iterator[str]:
    for page in pages:
        for line in html_to_text(page.read_text("utf-8", "replace")).split("\n"):
            paragraph = line.strip()
            if len(paragraph) >= SHORTEST_PARAGRAPH and paragraph not in seen:
                seen.add(paragraph)
                yield paragraph


def _packed(paragraphs: Sequence[str], chance: random.Random) -> Iterator[str]:
    text, wanted = "", chance.lognormvariate(0, SPREAD) * MEDIAN
    for paragraph in paragraphs:
        text += paragraph + "\n"
        if len(text) >= wanted:
            yield text
            text, wanted = "", chance.lognormvariate(0, SPREAD) * MEDIAN
