"""The strict reader against feedparser: where it accepts a document, both give the same entries (polling.md §4)."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.errors import ParseError
from monitor.model.feed import ParsedFeed
from monitor.parsing.entries import build
from monitor.parsing.fastxml import read_fast
from monitor.parsing.xmlfeed import read_xml

ROOT = Path(__file__).parents[3]
CORPUS = os.environ.get("MONITOR_CORPUS", "")
URL = "https://feeds.example/dir/feed.xml"
FIELDS = (
    "identity",
    "url",
    "title",
    "published",
    "updated",
    "summary",
    "body",
    "author",
    "tags",
    "enclosures",
    "language",
)


@dataclass
class Table:
    """How many documents were accepted, and for how many of them each field differed."""

    files: int = 0
    accepted: int = 0
    entries: int = 0
    differ: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [
            f"{name:12} {self.accepted - self.differ[name]:5} of {self.accepted}" for name in ("count", *FIELDS)
        ]
        head = f"{self.files} files, {self.accepted} accepted, {self.entries} entries; equal by field:"
        return "\n".join([head, *rows, *self.names])


def compare(files: Iterable[Path]) -> Table:
    table = Table()
    for path in files:
        table.files += 1
        body = path.read_bytes()
        document = read_fast(body, "", URL)
        if document is None:
            continue
        table.accepted += 1
        fast = build(document)
        table.entries += len(fast.entries)
        wrong = differences(fast, tolerant(body))
        table.differ.update(wrong)
        table.names += [f"{path.name}: {', '.join(wrong)}"] if wrong else []
    return table


def tolerant(body: bytes) -> ParsedFeed | None:
    try:
        return build(read_xml(body, "", URL))
    except ParseError:
        return None


def differences(fast: ParsedFeed, slow: ParsedFeed | None) -> list[str]:
    if slow is None or len(fast.entries) != len(slow.entries):
        return ["count"]
    pairs = list(zip(fast.entries, slow.entries, strict=True))
    return [name for name in FIELDS if any(getattr(one, name) != getattr(other, name) for one, other in pairs)]


def files_below(folder: str) -> list[Path]:
    if not CORPUS:
        pytest.skip("MONITOR_CORPUS names no directory with feeds to compare on")
    return sorted(path for path in (Path(CORPUS) / folder).rglob("*") if path.is_file())


def test_real_feeds_are_read_alike_and_most_of_them_fast(capsys: pytest.CaptureFixture[str]) -> None:
    table = compare(files_below("feeds"))

    with capsys.disabled():
        print(f"\nreal feeds: {table}")
    assert table.accepted >= 0.8 * table.files
    assert not table.differ, table


def test_torture_cases_are_read_alike(capsys: pytest.CaptureFixture[str]) -> None:
    table = compare(files_below("feedparser"))

    with capsys.disabled():
        print(f"\ntorture cases: {table}")
    assert table.accepted >= 0.4 * table.files
    assert all(count <= 0.005 * table.accepted for count in table.differ.values()), table


def test_own_fixtures_and_sample_feeds_are_read_alike() -> None:
    folders = ("tests/corpus/feeds", "seeds/feeds", "seeds/later")
    files = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).iterdir())
        if path.suffix in (".xml", ".atom", ".rdf", ".html")
    ]

    table = compare(files)

    assert table.accepted >= 25
    assert not table.differ, table


WORDS = st.text(
    st.sampled_from("ab кї éÅ ñ&<>\"' \n\t.#@;-/0123456789漢\u00a0\u200b\u0301"), max_size=24
) | st.sampled_from(
    [
        "<p>One</p><p>two</p>",
        "AT&amp;T",
        "<b>x</b> y",
        "a < b",
        "&lt;i&gt;",
        "Fish &#8211; chips",
        "été «",
        "Ã©",
        "List<String>",
    ]
)
DATES = st.sampled_from(
    ["Sun, 22 Nov 2026 08:00:00 +0200", "2026-11-22T08:00:00Z", "22 Nov 2026 08:00 EEST", "2026-11-22", "soon", ""]
)
LINKS = st.sampled_from(
    [
        "https://n.example/1",
        "/one",
        "http://n.example/?a=1&b=2",
        "javascript:alert(1)",
        "https://n.example/ж",
        "urn:x:1",
        "",
    ]
)


def element(name: str, values: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy[str]:
    def written(value: str, as_cdata: bool) -> str:
        inner = f"<![CDATA[{value}]]>" if as_cdata and "]]>" not in value else escape(value)
        return f"<{name}{attributes}>{inner}</{name}>"

    return st.builds(written, values, st.booleans())


def linked(name: str, attributes: str) -> st.SearchStrategy[str]:
    return LINKS.map(lambda link: f'<{name} href="{escape(link)}"{attributes}/>')


COMMON = [
    element("title", WORDS),
    element("dc:creator", WORDS),
    element("dc:subject", WORDS),
    element("dc:date", DATES),
    element("dc:language", st.sampled_from(["en", "uk-UA", "x y"])),
    element("media:description", WORDS),
    element("media:title", WORDS),
    element("x:other", WORDS),
    element("itunes:summary", WORDS),
    element("itunes:keywords", WORDS),
    element("itunes:author", WORDS),
    WORDS.map(
        lambda text: (
            f"<media:group><media:title>t</media:title><media:description>{escape(text)}</media:description></media:group>"
        )
    ),
]
RSS = [
    *COMMON,
    element("link", LINKS),
    element("guid", LINKS | WORDS),
    element("guid", LINKS | WORDS, ' isPermaLink="false"'),
    element("description", WORDS),
    element("content:encoded", WORDS),
    element("pubDate", DATES),
    element("author", WORDS | st.sampled_from(["a@b.example (Ann Lee)", "a@b.example", "Ann <a@b.example>"])),
    element("category", WORDS),
    element("category", WORDS, ' domain="d"'),
    element("source", WORDS, ' url="https://s.example/"'),
    element("comments", LINKS),
    LINKS.map(lambda link: f'<enclosure url="{escape(link)}" length="12" type="Audio/MPEG"/>'),
    linked("atom:link", ' rel="alternate"'),
    linked("atom:link", ' rel="self"'),
]
ATOM = [
    *COMMON,
    element("title", WORDS, ' type="html"'),
    element("id", LINKS | WORDS),
    linked("link", ""),
    linked("link", ' rel="alternate" type="text/html"'),
    linked("link", ' rel="enclosure" type="audio/ogg" length="x"'),
    linked("link", ' rel="related"'),
    element("published", DATES),
    element("updated", DATES),
    element("summary", WORDS),
    element("summary", WORDS, ' type="html"'),
    element("content", WORDS, ' type="html"'),
    element("content", WORDS, ' type="text"'),
    st.just(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x<br/>y &amp; z</p></div></content>'
    ),
    WORDS.map(lambda name: f"<author><name>{escape(name)}</name><email>a@b.example</email></author>"),
    WORDS.map(lambda name: f'<category term="{escape(name)}"/>'),
    WORDS.map(lambda name: f'<category term="t" label="{escape(name)}"/>'),
    st.just("<source><title>Other</title><id>urn:o</id><updated>2026-11-22T08:00:00Z</updated></source>"),
]
NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="https://x.example/ns"'
)


def items(name: str, elements: list[st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    item = st.lists(st.one_of(elements), max_size=8).map(lambda parts: f"<{name}>{''.join(parts)}</{name}>")
    return st.lists(item, max_size=3).map("".join)


def rss(inner: str) -> str:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>T</title><link>https://n.example/</link>{inner}</channel></rss>'


def atom(inner: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>T</title><id>urn:f</id>{inner}</feed>'


DOCUMENTS = items("item", RSS).map(rss) | items("entry", ATOM).map(atom)


def both(document: str) -> Iterator[tuple[ParsedFeed, ParsedFeed | None]]:
    body = document.encode()
    read = read_fast(body, "", URL)
    if read is not None:
        yield build(read), tolerant(body)


@settings(
    max_examples=int(os.environ.get("MONITOR_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(DOCUMENTS)
def test_made_up_feeds_are_read_alike_where_they_are_read_fast(document: str) -> None:
    for fast, slow in both(document):
        assert differences(fast, slow) == []
