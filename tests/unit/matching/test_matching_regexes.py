"""Regexes: RE2 with Unicode-aware classes and boundaries (matching.md §2 and §7)."""

import pytest

from monitor.matching.budget import Budget
from monitor.matching.document import Text
from monitor.matching.regexes import RegexProblem, compile_regex, find


@pytest.mark.parametrize(
    ("regex", "text", "found"),
    [
        (r"\bдрон\b", "дрон дрони ДРОН", ["дрон", "ДРОН"]),
        (r"\b.\b", "a bc d", ["a", " ", " ", "d"]),
        (r"foo.\b", "foo foox", ["foo ", "foox"]),
        (r"(?s)a.b\b", "a\nb", ["a\nb"]),
        (r"a.b\b", "a\nb", []),
        (r"(?s:a.)(?-s:.b)\b", "a\nxb", ["a\nxb"]),
        (r"(?s:a.b|(?-s)c.d)\b", "a\nb c\nd", ["a\nb"]),
        (r"\b\w+$", "the end", ["end"]),
        (r"^\b\w+", "the end", ["the"]),
        (r"\bend\z", "the end", ["end"]),
        (r"\Aend\b", "end the", ["end"]),
        (r"\b\Q.c\E|x\b", "a.c x", [".c", "x"]),
        (r"\Qa.c\E", "abc a.c", ["a.c"]),
        (r"\Q+\E\b\w+", "+drone", ["+drone"]),
        (r"[\W]x", "ax -x", ["-x"]),
        (r"[^\W]x", "ax -x", ["ax"]),
        (r"[\D]\b", "1a 2", ["a", " "]),
        (r"[\S]x", " x ax", ["ax"]),
        (r"[^\d]\b", "1a", ["a"]),
        (r"[\d-]+\b", "12-3", ["12-3"]),
        (r"\Dx\b", "1x ax", ["ax"]),
        (r"\Sx", " x ax", ["ax"]),
        (r"\P{L}x\b", "ax 1x", ["1x"]),
        (r"\p{Cyrillic}+\b", "abc дрон", ["дрон"]),
        (r"[[:alpha:]]+\b", "abc1 de", ["de"]),
        (r"\x41\b|\x{416}", "a Ж", ["a", "Ж"]),
        (r"o\Bn", "on o-n", ["on"]),
        (r"o\Bn\b", "on o-n", ["on"]),
        (r"cafe", "cafe\u0301", ["cafe\u0301"]),
        ("\u0301", "cafe\u0301", ["e\u0301"]),
        (r"(?P<year>\d{4})-(\d\d)", "in 2026-11", ["2026-11"]),
        (r"a{2,3}?b", "aaab", ["aaab"]),
    ],
)
def test_a_regex_finds(regex, text, found):
    compiled = compile_regex(regex, case_sensitive=False)

    assert [text[start:end] for start, end in find(compiled, Text("body", text), Budget())] == found


def test_case_counts_only_where_asked():
    text = Text("body", "NATO nato")

    assert len(find(compile_regex("nato", case_sensitive=False), text, Budget())) == 2
    assert len(find(compile_regex("nato", case_sensitive=True), text, Budget())) == 1


@pytest.mark.parametrize(
    ("regex", "what", "offset"),
    [
        (r"(a)\1", "back-references", 3),
        (r"a\C", "not possible", 1),
        (r"a(?<=b)", "look-around", 1),
        ("a[", "missing", 1),
        ("(?z)a", "not a regex", 0),
        ("(?i", "not a regex", 0),
        ("((a{30}){30})", "repeats its parts", 0),
    ],
)
def test_what_re2_cannot_do_is_refused_in_words(regex, what, offset):
    with pytest.raises(RegexProblem, match=what) as caught:
        compile_regex(regex, case_sensitive=False)

    assert caught.value.offset == offset
