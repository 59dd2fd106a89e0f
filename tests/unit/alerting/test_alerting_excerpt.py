"""Excerpts show the matched words whole, and are cut where a reader would cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerting.excerpt import WIDTH, headline, snippet
from monitor.model.alert import Excerpt
from monitor.model.entry import Entry
from monitor.model.watch import Span

FILLER = "The committee met again and spoke about many other matters of the day. "


def spans_of(text: str, *terms: str, field: str = "body") -> list[Span]:
    found = []
    for term in terms:
        start = text.find(term)
        while start >= 0:
            found.append(Span(field, start, start + len(term), term, term))
            start = text.find(term, start + 1)
    return found


def shown(excerpt: Excerpt) -> list[str]:
    return [excerpt.text[mark.start : mark.end] for mark in excerpt.marks]


def of_body(body: str, *terms: str) -> Excerpt:
    return snippet(Entry("x", body=body), spans_of(body, *terms))


def test_a_short_text_is_shown_whole() -> None:
    excerpt = of_body("Kyiv raises its drone target.", "drone")

    assert excerpt.text == "Kyiv raises its drone target."
    assert shown(excerpt) == ["drone"]


def test_the_window_is_where_most_different_words_match() -> None:
    body = f"{'drone ' * 3}{FILLER * 6}A drone maker met Umerov in Kyiv. {FILLER * 6}"

    excerpt = of_body(body, "drone", "Umerov")

    assert shown(excerpt) == ["drone", "Umerov"]


def test_among_equal_windows_the_one_with_more_matches_wins_then_the_first() -> None:
    body = f"First drone. {FILLER * 6}Then drone and drone. {FILLER * 6}Last drone and drone."

    excerpt = of_body(body, "drone")

    assert shown(excerpt) == ["drone", "drone"]
    assert "Then drone" in excerpt.text


def test_a_cut_stands_at_a_sentence_with_dots_on_both_sides() -> None:
    excerpt = of_body(f"{FILLER * 6}The drone flew. {FILLER * 6}", "drone")

    assert excerpt.text.startswith("…The ")
    assert excerpt.text.endswith("day. …")
    assert len(excerpt.text) <= WIDTH + 2


def test_a_text_without_sentences_is_cut_between_words() -> None:
    words = " ".join(f"word{n}" for n in range(200))

    excerpt = of_body(words, "word100")

    assert shown(excerpt) == ["word100"]
    assert set(excerpt.text.strip("…").split()) <= set(words.split())


def test_the_beginning_and_the_end_of_a_text_fill_the_window() -> None:
    words = " ".join(f"word{n}" for n in range(200))

    first, last = of_body(words, "word0 "), of_body(words, "word199")

    assert first.text.startswith("word0 word1 ")
    assert last.text.endswith(" word198 word199")
    assert min(len(first.text), len(last.text)) > WIDTH - 45


def test_the_body_is_shown_before_the_summary() -> None:
    entry = Entry("x", summary="A drone in short.", body="A drone at length.")
    both = spans_of(entry.summary, "drone", field="summary") + spans_of(entry.body, "drone")

    assert snippet(entry, both).text == "A drone at length."
    assert snippet(entry, both[:1]).text == "A drone in short."
    assert shown(snippet(entry, both[:1])) == ["drone"]


def test_without_a_match_in_the_text_its_beginning_is_shown() -> None:
    title_only = [Span("title", 0, 4, "Kyiv", "kyiv")]

    assert snippet(Entry("x", "Kyiv", "In short.", "At length."), title_only) == Excerpt("In short.")
    assert snippet(Entry("x", "Kyiv", " ", "At length."), title_only) == Excerpt("At length.")
    assert snippet(Entry("x", "Kyiv"), title_only) == Excerpt("")
    assert snippet(Entry("x", body=FILLER * 9), []).text.endswith("day. …")


def test_lines_become_spaces_and_marks_move_along() -> None:
    excerpt = of_body("  First\n\n\n drone\t production  now. ", "drone", "production")

    assert excerpt.text == "First drone production now."
    assert shown(excerpt) == ["drone", "production"]


def test_matches_that_touch_or_overlap_are_one_mark() -> None:
    excerpt = of_body("The drone production grew.", "drone production", "drone", "production")

    assert shown(excerpt) == ["drone production"]


def test_spans_outside_the_text_are_left_out() -> None:
    wrong = [Span("body", 50, 60, "x", "x"), Span("body", 3, 3, "", "x"), Span("body", -2, 3, "x", "x")]

    assert snippet(Entry("x", body="A drone."), wrong) == Excerpt("A drone.")


def test_a_window_forgets_the_words_it_left_behind() -> None:
    body = f"Aid came. {FILLER * 5}A drone flew. {FILLER * 5}The drone met Umerov, and Umerov the drone."

    assert shown(of_body(body, "Aid", "drone", "Umerov")) == ["drone", "Umerov", "Umerov", "drone"]


@pytest.mark.parametrize("shift", range(14))
def test_wherever_the_cut_falls_no_word_and_no_joined_emoji_is_broken(shift: int) -> None:
    words = ("x" * shift + " " + "lorem " * 100).strip()
    emoji = "x" * shift + "👩\u200d🚀" * 200

    cut_words = snippet(Entry("x", body=words), []).text.strip("…").split()
    cut_emoji = snippet(Entry("x", body=emoji), []).text.strip("…")

    assert set(cut_words) <= set(words.split())
    assert cut_emoji == "x" * shift + "👩\u200d🚀" * ((len(cut_emoji) - shift) // 3)


def test_a_match_longer_than_the_window_is_cut_with_its_mark() -> None:
    excerpt = of_body(f"{FILLER}{'x' * 400} end", "x" * 400)

    assert len(excerpt.text) <= WIDTH + 2
    assert set(shown(excerpt)[0]) == {"x"}


@pytest.mark.parametrize(
    "text", ["乌克兰将提高无人机产量。" * 60, "कि" * 400, "👩‍🚀" * 300], ids=["chinese", "vowel signs", "emoji"]
)
def test_a_script_without_spaces_is_cut_between_characters(text: str) -> None:
    middle = len(text) // 2
    middle -= middle % 12
    excerpt = snippet(Entry("x", body=text), [Span("body", middle, middle + 3, text[middle : middle + 3], "t")])

    assert 0 < len(excerpt.text) <= WIDTH + 2
    assert shown(excerpt) == [text[middle : middle + 3]]
    inner = excerpt.text.strip("…")
    assert inner in text
    assert inner[0] not in "ि\u200d"
    assert inner[-1] != "\u200d"
    assert not text[text.index(inner) + len(inner) :].startswith(("ि", "\u200d"))


@given(
    st.text(alphabet="ab .!\n。ि\u200d", max_size=900),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), max_size=12),
)
def test_marks_always_lie_in_the_text_and_show_what_matched(text: str, places: list[tuple[int, int]]) -> None:
    spans = [
        Span("body", start, start + size, text[start : start + size], str(size % 3)) for start, size in places
    ]

    excerpt = snippet(Entry("x", body=text), spans)

    assert len(excerpt.text) <= WIDTH + 2
    end = 0
    for mark in excerpt.marks:
        assert end <= mark.start < mark.end <= len(excerpt.text)
        end = mark.end
    for words in shown(excerpt):
        assert words in " ".join(text.split()) or words.strip() in " ".join(text.split())


def test_a_title_carries_its_marks() -> None:
    entry = Entry("x", "Kyiv  raises drone target")

    title = headline(entry, spans_of(entry.title, "drone", field="title"))

    assert title.text == "Kyiv raises drone target"
    assert shown(title) == ["drone"]


def test_an_entry_without_a_title_is_called_by_its_first_words() -> None:
    assert headline(Entry("x", summary="A short note."), []) == Excerpt("A short note.")
    assert headline(Entry("x", body="  A note in the body."), []) == Excerpt("A note in the body.")
    assert headline(Entry("x", body=FILLER * 3), []).text.endswith("…")
    assert len(headline(Entry("x", body=FILLER * 3), []).text) < 92


def test_an_entry_without_words_is_called_by_its_address() -> None:
    assert headline(Entry("x", url="https://example.org/a"), []) == Excerpt("https://example.org/a")
    assert headline(Entry("x"), []) == Excerpt("(no title)")
