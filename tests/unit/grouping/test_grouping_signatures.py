"""How alike two texts are, from their signatures."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.grouping.signatures import (
    KEPT,
    READ,
    Signature,
    containment,
    lead_share,
    near_keys,
    opening_share,
    packed,
    share,
    signature,
    similarity,
    unpacked,
)
from monitor.model.entry import Entry

VOCABULARY = [f"word{n}" for n in range(4000)]


def of(*words: str) -> Signature:
    return signature(Entry("x", body=" ".join(words)))


def text(seed: int, count: int) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=count)


def exact(one: list[str], other: list[str]) -> float:
    first, second = ({tuple(words[at : at + 3]) for at in range(len(words) - 2)} for words in (one, other))
    return len(first & second) / len(first | second)


@pytest.mark.parametrize("count", [12, 40, 130, 2000])
def test_a_text_is_wholly_like_itself_whatever_its_case_and_signs(count: int) -> None:
    words = text(1, count)
    one, other = of(*words), of(*(f"{word.upper()}," for word in words))

    assert similarity(one, other) == 1
    assert containment(one, other) == 1
    assert len(one.hashes) <= KEPT


def test_different_texts_are_not_alike() -> None:
    assert similarity(of(*text(1, 300)), of(*text(2, 300))) == 0
    assert containment(of(*text(1, 300)), of(*text(2, 300))) == 0


def test_a_lightly_rewritten_text_is_quite_alike() -> None:
    words = text(1, 300)
    rewritten = ["other" if at % 40 == 0 else word for at, word in enumerate(words)]

    assert similarity(of(*words), of(*rewritten)) > 0.7


@pytest.mark.parametrize("kept", [40, 100, 250])
def test_a_truncated_copy_is_contained_in_its_original(kept: int) -> None:
    words = text(1, 500)

    assert containment(of(*words[:kept]), of(*words)) > 0.7
    assert similarity(of(*words[:kept]), of(*words)) < 0.7


@given(st.integers(0, 10**6), st.integers(50, READ), st.floats(0, 1))
def test_the_estimate_is_near_the_exact_resemblance(seed: int, count: int, share: float) -> None:
    words = text(seed, count)
    other = [*words[: int(count * share)], *text(seed + 1, count - int(count * share))]

    assert abs(similarity(of(*words), of(*other)) - exact(words, other)) < 0.25


def test_a_short_or_empty_text_is_like_nothing() -> None:
    short = of("Read", "this")

    assert short == Signature()
    assert similarity(short, short) == 0
    assert similarity(short, of(*text(1, 50))) == similarity(of(*text(1, 50)), short) == 0
    assert containment(short, short) == 0


def test_the_summary_stands_in_for_a_missing_body() -> None:
    words = " ".join(text(1, 50))

    assert signature(Entry("x", summary=words)) == signature(Entry("x", summary="Teaser.", body=words))


@given(st.integers(0, 10**6), st.integers(0, 400))
def test_a_signature_is_stored_and_read_back(seed: int, count: int) -> None:
    words = " ".join(text(seed, count))
    mine = signature(Entry("x", "Title of 12 words", body=words, url="https://www.outlet.example/a"))

    assert unpacked(packed(mine)) == mine


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x01\x00\x00\x00" + bytes(4), bytes(400)])
def test_what_is_no_signature_is_read_as_an_empty_one(stored: bytes) -> None:
    assert unpacked(stored) == Signature()


def test_a_long_text_cut_short_shares_keys_with_its_original() -> None:
    words = text(3, 1000)

    assert {*near_keys(of(*words))} & {*near_keys(of(*words[:70]))}
    assert len(near_keys(of(*words))) <= 16
    assert near_keys(Signature()) == ()


def test_a_short_text_is_found_whole_in_the_lead_of_a_long_one() -> None:
    words = text(4, 1000)
    short, whole = of(*words[:30]), of(*words)

    assert share(short, whole) == lead_share(short, whole) == opening_share(short, whole) == 1
    assert share(whole, short) < 0.1
    assert opening_share(of(*text(5, 200), *words[:30]), whole) == 0
    assert lead_share(Signature(), whole) == 0


def test_texts_in_scripts_without_spaces_are_compared_by_longer_runs() -> None:
    one = signature(
        Entry("x", body="無人機の生産を今年中に倍増させる計画を発表した政府は詳細を明らかにしていない")
    )
    other = signature(
        Entry("x", body="政府は今年の米の生産について発表した計画を明らかにしたが倍増は難しいという")
    )

    assert similarity(one, one) == 1
    assert similarity(one, other) < 0.1


def test_mirrors_of_a_site_are_the_same_site() -> None:
    sites = {of_address(url).site for url in ("https://www.a.example/1", "http://A.example/2?x=1")}

    assert len(sites) == 1
    assert of_address("").site == 0


def of_address(url: str) -> Signature:
    return signature(Entry("x", body=" ".join(text(1, 50)), url=url))
