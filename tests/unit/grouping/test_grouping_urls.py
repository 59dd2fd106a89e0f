"""Canonical URLs, case by case from tests/corpus/urls, and what must hold for any of them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.grouping.tracking import PARAMETERS, PREFIXES
from monitor.grouping.urls import canonical_url, item_anchor

CASES = json.loads((Path(__file__).parents[2] / "corpus" / "urls" / "canonical.json").read_text())

hosts = st.sampled_from(
    [
        "example.org",
        "www.example.org",
        "m.example.co.uk",
        "en.m.wiki.example",
        "amp.example.com:8080",
        "m.m.m.example",
    ]
)
paths = st.lists(
    st.sampled_from(["amp", "a", "%41", "%2f", "b.amp", "c.amp.html", "", "d;sid=1", ".."]), max_size=6
)
queries = st.lists(
    st.sampled_from(
        ["id=7", "utm_source=x", "amp=1", "q=a%20b", "flag", "", "%75tm_x=1", "url=https://example.com/a"]
    ),
    max_size=5,
)
fragments = st.sampled_from(["", "#top", "#!/route", "#!"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["because"])
def test_every_spelling_of_a_page_has_one_key(case: dict[str, str]) -> None:
    assert canonical_url(case["url"]) == case["canonical"]


def test_the_table_has_no_case_twice() -> None:
    assert len(CASES) >= 80
    assert len({case["url"] for case in CASES}) == len(CASES)


@given(hosts, paths, queries, fragments)
def test_a_canonical_url_is_its_own_canonical_url(host: str, path: list[str], query: list[str], end: str) -> None:
    once = canonical_url(f"http://{host}/{'/'.join(path)}?{'&'.join(query)}{end}")

    assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    canonical_url(text)
    canonical_url(f"https://{text}")
    item_anchor(f"https://example.org/{text}")


@pytest.mark.parametrize("name", [*PARAMETERS, *(f"{prefix}x" for prefix in PREFIXES)])
def test_a_known_tracking_parameter_goes_and_the_others_stay(name: str) -> None:
    assert canonical_url(f"https://example.org/a?id=7&{name}=1&page=2") == "https://example.org/a?id=7&page=2"


def test_redirects_that_never_end_are_left_after_four_hops() -> None:
    url = "https://example.org/a"
    for _ in range(9):
        url = f"https://www.google.com/url?q={url.replace('%', '%25').replace('&', '%26')}"

    assert canonical_url(url).startswith("https://google.com/url?")


@pytest.mark.parametrize(
    ("url", "anchor"),
    [
        ("https://vendor.example/advisories#CVE-2026-1234", "#CVE-2026-1234"),
        ("https://vendor.example/releases#v1.2.3", "#v1.2.3"),
        ("https://example.org/a#comment-12345", ""),
        ("https://example.org/a#more-12345", ""),
        ("https://example.org/a#xtor=RSS-3208", ""),
        ("https://example.org/a#p3", ""),
        ("https://example.org/a#section", ""),
        ("https://example.org/#!/news/7", ""),
        ("https://example.org/a", ""),
        ("no address#1234", ""),
    ],
)
def test_an_anchor_that_names_one_item_of_many_is_told_from_noise(url: str, anchor: str) -> None:
    assert item_anchor(url) == anchor
