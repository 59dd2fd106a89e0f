"""Which texts tell the same news, and which only look like it."""

import pytest

from monitor.grouping.nearness import Nearness, nearness
from monitor.grouping.signatures import Signature, signature
from monitor.model.entry import Entry

LEAD = (
    "The last wooden ferry on the Liva was taken out of service on Tuesday after ninety-one years. Its owner, "
    "Marta Sorin, said that nobody would insure a hull of that age any more. "
)
MORE = (
    "The boat carried eleven million people, four circuses and, during the war, a printing press in crates. "
    "A museum in Kesh wants to put it on its lawn. Until the bridge is finished in spring, a steel pontoon with an "
    "outboard engine will cross the river every twenty minutes between six in the morning and ten at night. "
)
BACKGROUND = (
    "Crossing the Liva has been a matter of dispute for decades. The bridge was planned in 1971, begun in 1988 and "
    "left with three pillars when the money ran out. Farmers on the eastern bank drive seventy kilometres to the "
    "market in Kesh, and in winter, when the ice is too thin to walk on and too thick for boats, not at all. "
)
OTHER_LEAD = (
    "A sturgeon of two metres was caught and set free again below the weir at Kesh on Friday. Biologists had "
    "thought that the fish died out there in the sixties, and gave it a number. "
)
QUAKE = (
    "An earthquake of magnitude {} struck {} kilometres east of Arvan at {} local time, the institute said. There "
    "were no immediate reports of damage, and people who felt it are asked to fill in a form on its page."
)


def of(body: str, title: str = "Ferry retires", outlet: str = "one") -> Signature:
    return signature(Entry("x", title, body=body, url=f"https://www.{outlet}.example/a"))


def near(one: str, other: str) -> Nearness | None:
    """How another outlet's text is judged, the same from both sides."""
    there, back = nearness(of(one), of(other, outlet="two")), nearness(of(other, outlet="two"), of(one))
    assert (there is None) == (back is None)
    return there


@pytest.mark.parametrize(
    "copy",
    [
        f"KESH (Agency) - {LEAD}{MORE} Write to the desk with your memories of the boat.",
        LEAD + MORE[:60],
        f"Many readers have crossed on it, and some of them have been married on it. {LEAD}{MORE}{BACKGROUND}",
        (LEAD + MORE).replace("taken out of service", "retired").replace("every twenty minutes", "often"),
    ],
    ids=["wire copy", "cut short", "after words of the outlet's own", "lightly rewritten"],
)
def test_the_same_news_is_known_in_another_outlet(copy: str) -> None:
    assert near(LEAD + MORE + BACKGROUND, copy) is not None


def test_a_shared_background_paragraph_is_not_the_same_news() -> None:
    assert near(LEAD + BACKGROUND, OTHER_LEAD + BACKGROUND) is None


def test_a_short_text_needs_half_of_it_in_the_other() -> None:
    assert near(LEAD, LEAD + MORE) is not None
    assert near(LEAD, LEAD[:70] + OTHER_LEAD[60:]) is None


def test_a_text_of_a_few_words_is_near_nothing() -> None:
    assert near("The last wooden ferry on the Liva was taken out of service on Tuesday.", LEAD + MORE) is None
    assert near("", LEAD + MORE) is None


def test_one_report_form_with_other_figures_is_other_news() -> None:
    assert near(QUAKE.format("4.7", 12, "03.14"), QUAKE.format("5.2", 38, "21.50")) is None
    assert near(QUAKE.format("4.7", 12, "03.14"), QUAKE.format("4.7", 12, "03.15")) is not None


def test_one_publisher_filling_in_its_form_anew_is_other_news() -> None:
    form = "The air quality index stood at {} this morning. " + BACKGROUND
    monday = of(form.format(97), "Air quality on Monday: fair")

    assert nearness(monday, of(form.format(142), "Air quality on Tuesday: unhealthy")) is None
    assert nearness(monday, of(form.format(142), "Air quality on Monday: fair")) is None
    assert nearness(monday, of(form.format(97), "Air quality on Monday: quite fair")) is not None


def test_one_publishers_update_under_another_address_joins() -> None:
    first = of(LEAD + MORE + BACKGROUND)

    assert nearness(first, of(LEAD + MORE + BACKGROUND + OTHER_LEAD, "Update: Ferry retires")) is not None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Nearness(0.914, 0.4), "91 % of its words are in entry 17"),
        (Nearness(0.4, 1.0), "100 % of the words of entry 17 are in it"),
    ],
)
def test_the_reason_says_which_text_stands_in_which(found: Nearness, words: str) -> None:
    assert found.words(17) == words
