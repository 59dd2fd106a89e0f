"""HTML to text (matching.md §1.1 and §7)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import html_to_text, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  text\n\nstays", "plain  text\n\nstays"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("&amp;amp;", "&amp;"),
        ("dro<b>ne</b> flies", "drone flies"),
        ("<p>drone</p><p>production</p>", "drone\nproduction"),
        ("drone<br>production", "drone\nproduction"),
        ("drone<hr/>production", "drone\nproduction"),
        ("<table><tr><td>a<td>b<tr><th>c</table>", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("dr<wbr>one", "drone"),
        ("a<!-- x > y -->b", "ab"),
        ("a<!-->b", "ab"),
        ("a<!-- never closed", "a"),
        ("a<script>if (a<b) x()</script>b", "ab"),
        ("a<STYLE>p{}</Style >b", "ab"),
        ('<img alt="drone" title="a>b">x', "x"),
        ("<a href='x>y'>z</a>", "z"),
        ('<a title="open>x</a> y', "x y"),
        ("5 < 6 and 7 > 3<br>", "5 < 6 and 7 > 3"),
        ("<![CDATA[x]]>y", "y"),
        ("<?xml version='1'?>y", "y"),
        ("a<br>&nbsp;b", "a\nb"),
        ("x&#1076;&#x440;&#0;<i></i>", "xдр\ufffd"),
        ("a\x00b\ud800c", "a b\ufffdc"),
        ("one <em>two</em>\n   three<br>", "one two three"),
        ('cut <a href="http://', "cut"),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup, text):
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("AT&amp;amp;T", "AT&amp;T"),
        ("AT&amp;T", "AT&T"),
        ("a <b>c</b>", "a <b>c</b>"),
        ("  spaced  out ", "spaced  out"),
        ("two\n   lines", "two lines"),
        ("a\x00b", "a b"),
        ("\ud800x", "\ufffdx"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
    ],
)
def test_a_title_is_plain_text_with_its_entities_decoded_once(title, text):
    assert plain_text(title) == text


@pytest.mark.parametrize(
    "unit",
    [
        "<!--",
        "<div>",
        "</div>",
        "<a '",
        "<a \"'>",
        "<",
        "<script>",
        "</script",
        "<a b=\"x>'",
        "&",
        "&#9",
        "<a ",
        "<x>",
        "<style>a</style>",
        "]]>",
    ],
)
def test_a_flood_takes_linear_time(unit):
    started = time.process_time()

    html_to_text(unit * (1_000_000 // len(unit)))

    assert time.process_time() - started < 4


@settings(deadline=None)
@given(st.text(alphabet="<>/!-a b='\"&;#x9pbr\x00\ud800", max_size=40))
def test_no_markup_raises_and_nothing_unstorable_comes_out(markup):
    for text in (html_to_text(markup), plain_text(markup)):
        text.encode("utf-8")
        assert "\x00" not in text
