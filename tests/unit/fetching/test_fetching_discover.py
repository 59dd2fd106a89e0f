"""Which feeds a page names."""

import time

import pytest

from monitor.fetching.discover import MAX_LINKS, feed_links, well_known

PAGE = "https://news.example/politics/"


def links(html: str, content_type: str = "text/html; charset=utf-8") -> list[str]:
    return feed_links(html.encode(), content_type, PAGE)


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://news.example/rss"),
        ("<LINK REL=alternate TYPE=application/atom+xml HREF=atom.xml>", "https://news.example/politics/atom.xml"),
        ("<link href='//cdn.example/f.json' type='application/feed+json' rel='alternate'/>", "https://cdn.example/f.json"),
        ('<link rel="alternate" type="text/xml; charset=x" href="?a=1&amp;b=2">', "https://news.example/politics/?a=1&b=2"),
        ('<link rel="feed" href="/f">', "https://news.example/f"),
        ('<base href="https://other.example/x/"><link rel="alternate" type="application/rss+xml" href="rss">',
         "https://other.example/x/rss"),
        ('<link rel="alternate" type="application/rss+xml" href="/rss#top">', "https://news.example/rss"),
        ('<link\nrel="alternate"\n\ttype="application/rss+xml"\nhref="/a b">', "https://news.example/a%20b"),
        ('<a class="x" href="/feed/">Subscribe</a>', "https://news.example/feed/"),
        ('<a href="/news.rss">RSS</a>', "https://news.example/news.rss"),
        ('<a href="/?feed=rss2">RSS</a>', "https://news.example/?feed=rss2"),
    ],
)  # fmt: skip
def test_a_feed_that_the_page_names_is_found(html: str, link: str) -> None:
    assert links(f"<html><head>{html}</head></html>") == [link]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" hreflang="uk" href="/uk">',
        '<link rel="alternate stylesheet" type="text/xml" href="/s.xml">',
        '<link rel="stylesheet" type="text/css" href="/rss.css">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">',
        '<link rel="alternate" type="application/rss+xml" href="http://[broken">',
        '<link rel="alternate" type="application/rss+xml" href="http://u:p@h.example/">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/old">',
        '<link rel="alternate" type="application/rss+xml" href="https://news.example/politics/">',
        '<a href="/seafood">dinner</a><a href="/press">about</a><a name="x">y</a><a href="http://[x">z</a>',
        "plain text",
        "",
    ],
)
def test_what_is_no_feed_is_left_alone(html: str) -> None:
    assert links(html) == []


def test_declared_feeds_come_first_those_of_comments_last_and_each_once() -> None:
    html = """
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/c">
      <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
      <a href="/rss">RSS</a>
      <link rel="alternate" type="application/rss+xml" href="/main">
      <link rel="alternate" type="application/atom+xml" href="/main">
    """

    assert [link.removeprefix("https://news.example") for link in links(html)] == [
        "/main",
        "/rss",
        "/c",
        "/comments/feed/",
    ]


def test_a_page_in_another_or_an_unknown_encoding_is_read() -> None:
    html = '<link rel="alternate" type="application/rss+xml" title="ё" href="/rss">'

    assert feed_links(html.encode("cp1251"), "text/html; charset=windows-1251", PAGE) == [
        "https://news.example/rss"
    ]
    assert links(html, "text/html; charset=nonsense") == ["https://news.example/rss"]


@pytest.mark.parametrize("unit", ["<link ", "<!--", '<link rel="', "<a href=", '<link href="x" ', "<"])
def test_hostile_pages_take_no_time(unit: str) -> None:
    began = time.perf_counter()

    assert len(links(unit * 200_000)) <= MAX_LINKS

    assert time.perf_counter() - began < 2


def test_the_usual_places_are_below_the_page_and_at_the_root() -> None:
    assert well_known("https://news.example/blog/")[:3] == [
        "https://news.example/blog/feed",
        "https://news.example/feed",
        "https://news.example/rss",
    ]
    assert well_known("https://news.example:8443/a.html")[0] == "https://news.example:8443/feed"
    assert well_known("https://news.example")[0] == "https://news.example/feed"
