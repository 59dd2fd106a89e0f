import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivering import excerpts
from monitor.delivering.excerpts import Piece, clean, diff_pieces, pieces, shorten, web_url
from monitor.model.alert import Excerpt, Mark


def test_marks_are_code_points_of_the_excerpt_as_given() -> None:
    parts = pieces(Excerpt("😀 drone\n production", (Mark(2, 7),)), 100)

    assert parts == [Piece("😀 "), Piece("drone", "match"), Piece(" production")]


def test_marks_that_overlap_or_leave_the_text_do_no_harm() -> None:
    parts = pieces(Excerpt("abcdef", (Mark(3, 99), Mark(0, 2), Mark(1, 4), Mark(5, 5))), 100)

    assert "".join(part.text for part in parts) == "abcdef"
    assert [part.text for part in parts if part.kind == "match"] == ["ab", "cd", "ef"]


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.text(max_size=60),
    st.lists(st.builds(Mark, st.integers(0, 70), st.integers(0, 70)), max_size=5),
    st.integers(1, 80),
)
def test_no_excerpt_is_longer_than_its_limit(text: str, marks: list[Mark], limit: int) -> None:
    parts = pieces(Excerpt(text, tuple(marks)), limit)

    assert sum(len(part.text) for part in parts) <= limit + 1  # the ellipsis
    assert not any(char in str(excerpts.html(parts)) for char in "\x00\n\u202e")


def test_html_in_a_feed_stays_text() -> None:
    parts = pieces(Excerpt('<b onload="x">&', (Mark(0, 3),)), 100)

    assert excerpts.html(parts) == '<b class="m">&lt;b </b>onload=&#34;x&#34;&gt;&amp;'


def test_what_reorders_or_breaks_a_line_is_taken_out() -> None:
    assert clean("a\u202eb\x07c\ud800d\u2066e\tf\u2028g") == "abcde f g"


def test_shortening_prefers_the_end_of_a_word() -> None:
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("a" * 20, 12) == "a" * 11 + "…"
    assert shorten("  short ", 12) == "short"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (" HTTP://example.org ", "HTTP://example.org"),
        ("https://приклад.укр/новини", "https://приклад.укр/новини"),
        ("https://example.org/a|b'c", "https://example.org/a%7Cb%27c"),
        ("javascript:alert(1)", ""),
        ("https://example.org/\njavascript:x", ""),
        ('https://example.org/"onclick', ""),
        ("data:text/html,x", ""),
        ("/relative", ""),
        ("", ""),
        ("https://example.org/" + "a" * 2000, ""),
    ],
)
def test_only_web_addresses_become_links(url: str, safe: str) -> None:
    assert web_url(url) == safe


def test_a_diff_keeps_only_the_words_near_a_change() -> None:
    words = " ".join("abcdefghijklmnop")

    parts = diff_pieces((("same", words), ("old", "ten"), ("new", "12"), ("same", words)), 200)

    assert excerpts.text(parts) == "… l m n o p [-ten-] [+12+] a b c d e …"


def test_a_long_middle_is_left_out_and_an_unchanged_text_shows_nothing() -> None:
    words = " ".join("abcdefghijklmnop")

    assert excerpts.text(diff_pieces((("new", "x"), ("same", words), ("old", "y")), 200)) == (
        "[+x+] a b c d e … l m n o p [-y-]"
    )
    assert diff_pieces((("same", words),), 200) == []
    assert diff_pieces((), 200) == []


def test_short_context_is_kept_whole() -> None:
    assert (
        excerpts.text(diff_pieces((("same", "it is"), ("new", "12"), ("same", "now")), 99)) == "it is [+12+] now"
    )
