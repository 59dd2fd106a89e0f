"""Canonical text and the places of its words (matching.md §1)."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import canonical, clean, word_bounds
from monitor.text.fold import FOLDED, KINDS
from monitor.text.pages import _ALPHABETS, pages
from monitor.text.words import _folded_any, _kinds


@pytest.mark.parametrize(
    ("original", "words"),
    [
        ("", ""),
        ("Drone-maker's plan", "drone maker s plan"),
        ("об’єкт обʼєкт об'єкт", "об єкт об єкт об єкт"),
        ("й ї ў ґ ѓ ќ ё ѝ", "й ї ў ґ ѓ ќ е и"),
        (
            "Straße Łódź Tromsø Đorđević Ħal Ŧ Ðað Þór æon œil",
            "strasse lodz tromso dordevic hal t dad thor aeon oeil",
        ),
        ("İzmir ısı ΣΑΣ σας", "izmir isi σασ σασ"),
        ("ŋ ə є ى ة ی ک", "ŋ ə є ى ة ی ک"),
        ("أحمد إلى آب كتـاب كِتاب", "احمد الى اب كتاب كتاب"),
        ("ＮＡＴＯ ﬁn ｶﾞｽ", "nato fin ガ ス"),
        ("C++ C# AT&T 5% $1 €2 @a", "c + + c # at & t 5 % $ 1 € 2 @ a"),
        ("U.S. U.S US u.s. U.S.A. V.O.Zelensky", ".us .us us u s .usa v o zelensky"),
        ("中国iPhone กินน้ำ 한국", "中 国 iphone กิ น น้ำ 한 국"),
        ("co\u00adop z\u200bw x\ufe0fy \ufeffa", "coop zw xy a"),
        ("за\u0301мок йо\u0301д ё\u0301лка", "замок йод елка"),
        ("a\x00b c\ud800d e\ue000f", "a b c d e f"),
        ("हिन्दी वि\u200dकास", "हिन्दी विकास"),
        ("a_b/c…d", "a b c d"),
    ],
)
def test_a_text_becomes_these_words(original, words):
    assert canonical(original) == (f" {words} " if words else " ")


def test_a_span_includes_folded_marks_and_leaves_deleted_characters_out():
    original = "\u200bcafe\u0301\u200b \u2066U.S.\u2069"

    assert [original[start:end] for start, end in word_bounds(original)] == ["cafe\u0301", "U.S."]


def test_exact_terms_compare_composed_text_without_deleted_characters():
    assert clean("cafe\u0301  \n co\u00adop") == "café coop"


TRAPS = st.text(
    alphabet="aAbUS..·, \n'’ʼ-&+#@$%€12²½中国กิีßæŁéёйїІѐгѓ\u0300\u0301\u0308\u0345\u00ad\u200d\ufe0f\u034f"
    "\u064bكأـ한\u1100\u1161\u11a8ｶﾞＡ．☃\x00\x01\x02\x03\x04\ud800\ue000\u3099\u0e33ﬁﬂİıŉǆᾳक\u093f\u0958\ufe70\ufb1d٣",
    max_size=12,
)


@settings(deadline=None)
@given(st.one_of(TRAPS, st.text(max_size=12)))
def test_every_word_has_its_place_and_reads_the_same_alone(original):
    words = canonical(original).split()
    bounds = list(word_bounds(original))

    assert [canonical(original[start:end]).strip() for start, end in bounds] == words
    assert all(end <= start for (_, end), (start, _) in pairwise(bounds))


@settings(deadline=None)
@given(st.text(alphabet="".join(page.decoding for page in pages()).replace("\ufffe", "") + "aB. +", max_size=30))
def test_a_code_page_folds_as_the_table_of_characters_does(original):
    spoiled = canonical(original + " \u0378")  # an unassigned character is on no page and no word

    assert canonical(original) == spoiled


MIXED = st.lists(
    st.sampled_from(["中国", "ガー", "か", "한국", "、", "。Ａ", "ـً", "كِتاب", "Việt", "č", "дрон", "U.S.", "ß", " ", " ", "\u3099", "\u11a8", "ﾞ", "\u200d", "☃", "1"]),
    max_size=14,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(MIXED)
def test_a_text_of_many_scripts_folds_as_character_by_character(original):
    folded = " ".join(_folded_any(original).split())

    assert canonical(original) == (f" {folded} " if folded else " ")
    assert _kinds(original) == original.translate(KINDS)


def test_code_pages_have_room_for_their_letters():
    for alphabet, page in zip(_ALPHABETS, pages()[1:-1], strict=True):
        assert set(alphabet) <= set(page.decoding)


@pytest.mark.parametrize(
    "original", ["a" * 1_000_000, "e\u0301" * 300_000, "U." * 300_000, "\u200d" * 500_000, "中" * 300_000]
)
def test_a_huge_word_takes_linear_time(original):
    started = time.process_time()

    canonical(original)
    list(word_bounds(original))

    assert time.process_time() - started < 4


def test_tables_do_not_grow_without_end():
    canonical("".join(map(chr, range(0x20000, 0x32000))))

    assert len(FOLDED) <= 70_000
    assert len(KINDS) <= 70_000
