"""What feeds say about polling them."""

from datetime import timedelta

import pytest

from monitor.parsing.publishing import read_hints


def rss(head: str, items: str = "<item><ttl>1</ttl></item>", tail: str = "") -> str:
    return f"<rss><channel>{head}{items}{tail}</channel></rss>"


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ("", None),
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl> 1440 </ttl>", timedelta(days=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(hours=6)),
        (
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(weeks=1),
        ),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
    ],
)
def test_the_longest_wait_that_is_asked_for_counts(head: str, wait: timedelta | None) -> None:
    assert read_hints(rss(head)).ttl == wait


def test_hours_and_days_to_skip() -> None:
    hints = read_hints(
        rss(
            "<skipHours><hour>0</hour><hour>24</hour><hour> 7 </hour><hour>31</hour></skipHours>"
            "<skipDays><day>Sunday</day><day>SATURDAY</day><day>Caturday</day></skipDays>"
        )
    )

    assert hints.skip_hours == {0, 7}
    assert hints.skip_days == {"Sunday", "Saturday"}


def test_links_to_the_archive_and_the_hub_wherever_they_stand() -> None:
    hints = read_hints(
        rss(
            "<atom:link href='https://n.example/2?a=1&amp;b=2' rel='prev-archive'/><atom:link rel='self' href='x'/>",
            tail='<link rel="hub" href="https://hub.example/"/><link rel="hub" href="https://other.example/"/>',
        )
    )

    assert hints.prev_archive == "https://n.example/2?a=1&b=2"
    assert hints.hub == "https://hub.example/"


def test_what_an_item_says_is_not_the_feeds_word() -> None:
    hints = read_hints(
        rss(
            "",
            "<item><description><![CDATA[<ttl>5</ttl><skipDays><day>Monday</day></skipDays>]]></description></item>",
        )
    )

    assert hints == read_hints("")


def test_a_flood_of_unclosed_tags_costs_little() -> None:
    read_hints("<skipHours>" * 50_000 + "<link " * 50_000 + "<ttl>" * 50_000)
