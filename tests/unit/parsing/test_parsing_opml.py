"""OPML from other readers, and back to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.errors import ParseError
from monitor.model.feed import FeedSpec
from monitor.parsing.opml import parse_opml, write_opml


def opml(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head/><body>{inner}</body></opml>'


def test_folders_become_tags_and_nested_folders_several() -> None:
    text = opml(
        '<outline text="News"><outline text="Ukraine" title="Україна">'
        '<outline type="rss" text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/></outline></outline>'
        '<outline type="rss" text="B" xmlUrl="https://b.example/feed"/>'
    )

    assert parse_opml(text) == [
        FeedSpec("https://a.example/feed", "A", ("News", "Україна")),
        FeedSpec("https://b.example/feed", "B"),
    ]


def test_categories_become_tags_too() -> None:
    text = opml('<outline text="A" xmlUrl="https://a.example/" category="/world/asia, agency"/>')

    assert parse_opml(text)[0].tags == ("world", "asia", "agency")


def test_a_feed_in_two_folders_comes_once_with_both_tags() -> None:
    feed = '<outline text="A" xmlUrl="https://a.example/"/>'
    text = opml(f'<outline text="x">{feed}</outline><outline text="y">{feed}</outline>')

    assert parse_opml(text) == [FeedSpec("https://a.example/", "A", ("x", "y"))]


def test_title_comes_before_text_and_a_url_is_no_title() -> None:
    text = opml(
        '<outline text="short" title="Long name" xmlUrl="https://a.example/"/>'
        '<outline text="https://b.example/" xmlUrl="https://b.example/"/>'
    )

    assert [spec.title for spec in parse_opml(text)] == ["Long name", ""]


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ('<outline text="A" xmlUrl="https://a.example/?x=1&y=2"/>', "https://a.example/?x=1&y=2"),
        ('<outline text="A" xmlUrl="https://a.example/?x=1&amp;y=2"/>', "https://a.example/?x=1&y=2"),
        ('<outline text="Caf&eacute; &nbsp; &co" XMLURL=" https://a.example/ "/>', "https://a.example/"),
        ('<outline text="A" type="atom" url="https://a.example/"/>', "https://a.example/"),
        ("<OUTLINE text='A' xmlUrl='https://a.example/'/><!-- x -->", "https://a.example/"),
        ("<outline text='a\x0bb' xmlUrl='https://a.example/'/>", "https://a.example/"),
        ("<outline text='A' xmlUrl='not an address'/>", "not an address"),
    ],
)
def test_what_other_readers_write_carelessly_is_read(inner: str, url: str) -> None:
    assert [spec.url for spec in parse_opml(opml(inner))] == [url]


def test_entities_of_html_are_letters() -> None:
    assert parse_opml(opml('<outline text="Caf&eacute; R&D" xmlUrl="https://a.example/"/>'))[0].title == "Café R&D"


def test_outlines_that_are_no_feeds_are_left_out() -> None:
    text = opml(
        '<outline text="a link" type="link" url="https://a.example/"/><outline/><outline text="empty folder"/>'
    )

    assert parse_opml(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("<html><body/></html>", "its root element is <html>, not <opml>"),
        ("[feeds]", "line 1: "),
        ("<opml>\n<body>\n<outline text='A'>\n</body></opml>", "line 4: Opening and ending tag mismatch"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "it declares entities"),
        ('<!DOCTYPE x SYSTEM "x"><!ENTITY % a "b"><opml/>', "it declares entities"),
    ],
)
def test_what_is_no_opml_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse_opml(text)

    assert words in str(raised.value)


def test_an_export_has_folders_for_other_readers_and_is_itself_readable() -> None:
    feeds = [
        FeedSpec("https://b.example/?a=1&b=2", 'B "two" & co', ("world", "agency")),
        FeedSpec("https://a.example/", "", ()),
        FeedSpec("https://c.example/", "Ц", ("world",)),
    ]

    text = write_opml(feeds)

    assert text.count('<outline text="world">') == 1
    assert 'category="world,agency"' in text
    assert {spec.url: spec for spec in parse_opml(text)} == {spec.url: spec for spec in feeds}
    assert parse_opml(write_opml([])) == []


TAGS = st.lists(
    st.text("aя, /&<\"'", min_size=1, max_size=5).map(lambda tag: " ".join(tag.split())).filter(bool), max_size=3
)


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.text("aЇ&<>\"' ]", max_size=8), TAGS),
        max_size=5,
        unique_by=lambda row: row[0],
    )
)
def test_whatever_is_exported_comes_back(rows: list[tuple[int, str, list[str]]]) -> None:
    feeds = [
        FeedSpec(f"https://{number}.example/?a&b=<{number}>", " ".join(title.split()), tuple(dict.fromkeys(tags)))
        for number, title, tags in rows
    ]

    found = parse_opml(write_opml(feeds))

    assert {spec.url: spec for spec in found} == {spec.url: spec for spec in feeds}
