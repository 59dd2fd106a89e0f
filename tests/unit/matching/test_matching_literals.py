"""Literals of regexes and loose patterns never hide what the exact pattern finds."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import regexes
from monitor.matching.budget import Budget
from monitor.matching.compile import compile_watchlists
from monitor.matching.document import Text
from monitor.matching.regexes import compile_regex, find
from monitor.model.entry import Entry, Source
from monitor.model.watch import Keyword, Watchlist

REGEXES = [r"\bhead\w?\b", r"\bдрони\b", r"дрони", r"head\W", r"\b(?:head|дрони)\w{1,2}", r"(head|aид)+\b", r"[^\W\d]ead", r"\Dead\s", r"(?:head)?иди\b", r"\bstraße|\bsoup\b", r"ſoup", r"head\d", r"\b\w+\b", r"[\Dq]ead|[^\Sx]head"]  # fmt: skip
PIECES = ["head", "HEAD", "дрони", "Дрони", "иди", "aид", "straße", "STRASSE", "ſoup", "soup", "\u00ad", "\u200d", "\u0306", "\u0301", "\ufdfc", "ـ", "_", " ", " ", "-", "中", "U.S.", "й", "1", "é", "ﾞ", "ʼ", "\x01"]  # fmt: skip


@pytest.mark.parametrize(
    ("regex", "literals"),
    [
        (r"CVE-\d{4}-\d{4,}", ("cve",)),
        (r"\b(?:head|othér)\w{1,3}\b", (" head", " othe")),
        (r"\bдрон\b", (" дрон ",)),
        (r"дрони", ("дрон",)),
        (r"(a|abcd)efgh?", ("efg",)),
        (r"(abc|def)+ x|ghi", ("abc", "def", "ghi")),
        (r"foo(barbar)?ba", ("foo",)),
        (r"(?i)ab\w+|abc", ()),
        (r"\badmin\b*x", (" admin",)),
    ],
)
def test_a_regex_needs_these_letters(regex, literals):
    assert compile_regex(regex, case_sensitive=False).literals == literals


@settings(deadline=None)
@given(st.sampled_from(REGEXES), st.booleans(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_is_asked_first_hides_nothing(written, case_sensitive, original):
    regex = compile_regex(written, case_sensitive=case_sensitive)
    text = Text("body", original)
    exact = regexes._exact(regex)
    spans = regexes._spans(exact, text.marked if regex.is_bounded else text.readable, 100)
    expected = regexes._unmarked(text.marked, spans) if regex.is_bounded else spans
    desk = [Watchlist("desk", keywords=(Keyword("a", f"/{written}/{'s' * case_sensitive}"),))]

    assert regexes._found(regex, text, 100) == expected
    assert find(regex, text, Budget()) == find(replace(regex, literals=()), text, Budget())
    matches = compile_watchlists(desk).engine.match(Entry("1", body=original), Source())
    assert bool(matches) == any(start < end for start, end in expected)
