"""Feeds that mean harm or are broken: repaired, skipped with a sentence, or refused with one (polling.md §3)."""

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.errors import ParseError
from monitor.model.feed import ParsedFeed
from monitor.parsing.formats import parse_fast, parse_tolerant, parse_whole

URL = "https://n.example/feed/"
GOOD = (
    "<item><title>Good</title><link>https://n.example/good</link><guid>good</guid>"
    "<description>&lt;p&gt;Fine&lt;/p&gt;</description></item>"
)


def item(title: str = "Odd", link: str = "https://n.example/odd", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>odd</guid>{more}</item>"


def rss(*items: str, before: str = '<?xml version="1.0"?>') -> bytes:
    return f'{before}<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


def parse(body: bytes, content_type: str = "") -> ParsedFeed:
    return parse_whole(body, content_type, URL)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (rss(item("a\0b"), GOOD), "a\ufffdb"),
        (rss(item("a&#0;b"), GOOD), "a\ufffdb"),
        (rss(item("a&#xD800;b"), GOOD), "a\ufffdb"),
        (rss(item("a&#99999999;b"), GOOD), "a\ufffdb"),
        (rss(item("a&#x000000000041;&#9999999999999999999;b"), GOOD), "aA\ufffdb"),
        (rss(item("a&#9999999999999999999 &unknown; b"), GOOD), "a\ufffd &unknown; b"),
        (rss(item("aXXb"), GOOD).replace(b"XX", b"\xed\xa0\x80"), "a\ufffdb"),
        (rss(item("aXXb"), GOOD).replace(b"XX", b"\xed\xa0\xbd\xed\xb8\x80"), "a\U0001f600b"),
        (rss(item("a\x01\x1fb"), GOOD), "a\ufffd\ufffdb"),
        (rss(item("Fish & chips"), GOOD), "Fish & chips"),
        (rss(item("AT&amp;amp;T"), GOOD), "AT&T"),
        (rss(item("&lt;b&gt;Bold&lt;/b&gt; step"), GOOD), "Bold step"),
        (rss(item("the &lt;b&gt; tag"), GOOD), "the <b> tag"),
        (rss(item("&lt;script&gt;x()&lt;/script&gt;"), GOOD), "<script>x()</script>"),
        (rss(item("x" * 1_000_000), GOOD), "x" * 1024),
        (rss(item("two\n\tlines"), GOOD), "two lines"),
    ],
)
def test_a_poisonous_title_is_repaired_and_the_rest_of_the_feed_lives(body: bytes, title: str) -> None:
    feed = parse(body)

    assert [entry.title for entry in feed.entries] == [title, "Good"]
    assert feed.entries[1].summary == "Fine"
    "".join(entry.title for entry in feed.entries).encode()


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "java&#9;script:alert(1)",
        " JavaScript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://n.example/",
    ],
)
def test_links_that_are_not_web_links_are_dropped(link: str) -> None:
    feed = parse(rss(item(link=link), GOOD))

    assert [entry.url for entry in feed.entries] == ["", "https://n.example/good"]


def test_relative_links_and_blanks_in_links_become_addresses() -> None:
    feed = parse(rss(item(link="../a b?q=\u0436&amp;r"), GOOD))

    assert feed.entries[0].url == "https://n.example/a%20b?q=\u0436&r"


def test_a_bad_date_costs_no_entry() -> None:
    feed = parse(rss(item(more="<pubDate>the day before</pubDate>"), GOOD))

    assert [(entry.title, entry.published) for entry in feed.entries] == [("Odd", None), ("Good", None)]


def test_an_item_with_nothing_in_it_is_told_not_kept() -> None:
    feed = parse(rss("<item/>", GOOD, "<item><author>nobody</author></item>"))

    assert [entry.title for entry in feed.entries] == ["Good"]
    assert feed.skipped == ("item 1 has no title, text or address", "item 3 has no title, text or address")


def test_more_than_two_thousand_items_are_cut_to_the_newest_and_counted() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    dates = [(start + timedelta(minutes=number)).isoformat() for number in range(2_100)]
    oldest_first = "".join(
        f"<item><title>{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates)
    )
    undated = "".join(f"<item><title>{n}</title></item>" for n in range(2_100))

    by_date, by_place = parse(rss(oldest_first)), parse(rss(undated))

    assert (by_date.cut, by_place.cut) == (100, 100)
    assert [entry.title for entry in by_date.entries] == [str(number) for number in range(100, 2_100)]
    assert [entry.title for entry in by_place.entries] == [str(number) for number in range(2_000)]


def test_a_huge_text_is_cut_between_tags() -> None:
    text = "&lt;p&gt;word&lt;/p&gt;" * 20_000

    feed = parse(rss(item(more=f"<description>{text}</description>")))

    words = set(feed.entries[0].summary.split("\n"))
    assert words == {"word"}
    assert len(feed.entries[0].summary) < 65_536


def test_entities_are_never_expanded() -> None:
    laughs = (
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    body = rss(item("&c;"), item("&f;"), before=laughs)

    assert parse_fast(body, "", URL) is None
    assert "haha" not in str(parse_tolerant(body, "", URL))
    assert "root:" not in str(parse_tolerant(body, "", URL))


def test_nesting_without_end_is_left_to_the_child() -> None:
    body = rss("<a>" * 100_000)

    assert parse_fast(body, "", URL) is None


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "words"),
    [
        (b"", "", "empty", "the answer is empty"),
        (b" \r\n\t", "text/xml", "empty", "the answer is empty"),
        (b"\xef\xbb\xbf", "", "empty", "the answer is empty"),
        (b"<!doctype html><title>Shop</title>", "text/html", "not-a-feed", "this is a web page, not a feed"),
        (b"<html><body>x</body></html>", "", "not-a-feed", "this is a web page, not a feed"),
        (b"Not found", "text/html; charset=utf-8", "not-a-feed", "this is a web page, not a feed"),
        (b"Not found", "text/plain", "not-a-feed", "this is not a feed: neither XML nor JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png", "not-a-feed", "this is not a feed: neither XML nor JSON"),
        (b"<?xml version='1.0'?><urlset/>", "", "not-a-feed", "its root element is <urlset>"),
        (b'{"a": 1}', "", "not-a-feed", "it has no list of items"),
        (b'{"items": []}', "", "not-a-feed", "it names no version of jsonfeed.org"),
        (b"[1, 2]", "", "not-a-feed", "it has no list of items"),
        (b'{"version": ', "application/feed+json", "broken", "this JSON is broken: "),
        (b"[" * 100_000, "", "broken", "nested too deeply"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, content_type: str, kind: str, words: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(body, content_type)

    assert words in str(raised.value)
    assert raised.value.kind == kind


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss()).entries == ()
    assert parse(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title></feed>').entries == ()


def test_the_tolerant_reader_can_be_sent_to_a_child_and_its_answer_back() -> None:
    feed = pickle.loads(pickle.dumps(parse_tolerant))(rss(GOOD), "", URL)

    assert pickle.loads(pickle.dumps(feed)) == feed


def test_feedparser_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys; from monitor.parsing.formats import parse_fast; import monitor.parsing.opml, monitor.parsing.identity; "
        f"assert parse_fast({rss(GOOD)!r}, '', ''); print('feedparser' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_an_identity_can_be_stored_whatever_the_guid_holds() -> None:
    long = "g" * 5_000
    feed = parse(rss(item().replace("odd</guid>", f"{long}</guid>"), GOOD.replace("good</guid>", "a\n\tб</guid>")))

    first, second = (entry.identity for entry in feed.entries)
    assert first.startswith("g" * 256)
    assert len(first) < 300
    assert second == "a б"


def test_what_feedparser_stumbles_over_is_told_as_broken() -> None:
    with pytest.raises(ParseError, match="this cannot be read") as raised:
        parse(b"<rss><channel><item><category>a</item>b</category></channel></rss>")

    assert raised.value.kind == "broken"
