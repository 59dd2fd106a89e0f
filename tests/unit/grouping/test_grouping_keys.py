"""Keys: what makes two entries the same news, and what must not."""

import pytest

from monitor.grouping.likeness import keys
from monitor.grouping.words import canonical_words, without_boilerplate
from monitor.model.entry import Entry

WIRE = (
    "The ministry said on Monday that drone output this year would exceed the plan by a third, "
    "and that talks about joint production had begun."
)


def text_key(body: str = "", summary: str = "", title: str = "") -> str:
    return next((key for key in keys(Entry("x", title, summary, body)) if key.startswith("text:")), "")


def test_the_url_is_trusted_before_the_text() -> None:
    found = keys(Entry("x", body=WIRE, url="http://www.example.org/a?utm_source=rss"))

    assert found[0] == "url:https://example.org/a"
    assert found[1].startswith("text:")
    assert len(found) == 2


def test_the_title_is_no_key() -> None:
    assert text_key(WIRE, title="One headline") == text_key(WIRE, title="Another headline")


def test_case_signs_and_spacing_do_not_change_the_text() -> None:
    other = WIRE.upper().replace(", ", " —\n\n").replace("drone", "dro\u00adne")

    assert text_key(other) == text_key(WIRE) != ""


def test_an_outlet_that_puts_the_whole_text_into_the_summary_is_found() -> None:
    assert text_key(summary=WIRE) == text_key(body=WIRE, summary="A short teaser.")


def test_one_changed_number_is_another_text() -> None:
    assert text_key(WIRE.replace("a third", "a tenth")) != text_key(WIRE)


def test_a_line_that_the_outlet_puts_under_everything_does_not_matter() -> None:
    assert text_key(f"{WIRE} Read more at Example News.\nПідписуйтесь на наш канал!") == text_key(WIRE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "Too short to say anything.",
        "Subscribe to our newsletter and follow us wherever you are to get all the news first, every day.",
        "ha ha ha ha ha ha ha ha ha ha ha ha ha ha",
    ],
    ids=["empty", "blank", "short", "boilerplate", "repetition"],
)
def test_texts_that_say_little_never_glue_entries_together(text: str) -> None:
    assert keys(Entry("x", body=text)) == ()


@pytest.mark.parametrize(
    "url", ["", "https://example.org/", "http://www.example.org", "urn:uuid:1", "example.org/a"]
)
def test_home_pages_and_what_is_no_web_address_are_no_key(url: str) -> None:
    assert keys(Entry("x", url=url)) == ()


def test_items_on_one_page_are_different_news() -> None:
    first = keys(Entry("x", url="https://vendor.example/advisories#CVE-2026-1234"))
    second = keys(Entry("y", url="https://vendor.example/advisories#CVE-2026-1235"))

    assert first == ("url:https://vendor.example/advisories#CVE-2026-1234",)
    assert set(first).isdisjoint(second)


def test_an_item_anchor_on_a_home_page_is_a_key() -> None:
    assert keys(Entry("x", url="https://status.example/#incident-4421")) == (
        "url:https://status.example/#incident-4421",
    )


def test_a_lone_surrogate_does_no_harm() -> None:
    assert text_key(f"{WIRE} \ud800") == text_key(WIRE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Drone-maker’s plan", ["drone", "maker", "s", "plan"]),
        ("Зеленський і Їжак", ["зеленський", "і", "їжак"]),
        ("STRAẞE Straße", ["strasse", "strasse"]),
        ("無人機 abc", ["無", "人", "機", "abc"]),
        ("हिन्दी शब्द", ["हिन्दी", "शब्द"]),
        ("ｆｕｌｌ snake_case 42%", ["full", "snake", "case", "42"]),
        ("zero\u200bwidth", ["zerowidth"]),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert canonical_words(text) == words


def test_only_the_sentence_with_the_boilerplate_goes() -> None:
    text = "Drones flew. The post appeared first on Example. More drones came."

    assert without_boilerplate(text) == "Drones flew.\nMore drones came."


def test_the_same_one_liner_under_the_same_title_is_one_story_and_under_another_is_not() -> None:
    title, text = "Harbour strike ends after minister meets unions", "Ships sail again from noon."
    first = Entry("a", title=title, summary=text, url="https://one.example/a")
    second = Entry("b", title=title, summary=text, url="https://two.example/b")
    other = Entry("c", title="Ferry strike begins as talks with owners fail", summary=text)

    assert keys(first)[-1] == keys(second)[-1]
    assert keys(first)[-1].startswith("brief:")
    assert keys(other)[-1] != keys(first)[-1]


def test_a_title_alone_is_no_key_however_long() -> None:
    title = "Weather for the coming weekend with maps and tables for all nine provinces and both coasts"

    assert keys(Entry("a", title=title)) == ()
    assert keys(Entry("a", title=title, summary="By our desk")) == ()
