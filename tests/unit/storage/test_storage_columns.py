"""How values pass into a database and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.entry import Enclosure, Entry
from monitor.storage.codec import entry_from_json, entry_to_json
from monitor.storage.columns import clean, digest, instant, instant_or_none, micros, micros_or_none, to_json

INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(INSTANTS)
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert instant(micros(at)) == at
    assert instant_or_none(micros_or_none(at)) == at


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    kyiv = datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=2)))

    assert instant(micros(kyiv)) == datetime(2026, 11, 22, 7, tzinfo=UTC)


def test_a_naive_datetime_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        micros(datetime(2026, 11, 22))  # noqa: DTZ001 # the mistake


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    cleaned = clean(text)

    assert len(cleaned) == len(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@given(ANY_TEXT, ANY_TEXT)
def test_a_digest_stands_for_the_text_as_stored(one: str, other: str) -> None:
    assert digest(one) == digest(clean(one))
    assert len(digest(one)) == 16
    assert (digest(one) == digest(other)) == (clean(one) == clean(other))


@given(st.dictionaries(ANY_TEXT, st.lists(ANY_TEXT)))
def test_json_is_always_text_that_can_be_stored(value: dict[str, list[str]]) -> None:
    assert to_json(value).encode()


@given(
    st.builds(
        Entry,
        identity=st.text(),
        title=st.text(),
        summary=st.text(),
        body=st.text(),
        url=st.text(),
        author=st.text(),
        tags=st.lists(st.text()).map(tuple),
        language=st.text(),
        published=st.none() | INSTANTS,
        updated=st.none() | INSTANTS,
        enclosures=st.lists(st.builds(Enclosure, st.text(), st.text(), st.integers(0))).map(tuple),
        content_hash=st.text(),
    )
)
def test_an_old_version_comes_back_whole(entry: Entry) -> None:
    assert entry_from_json(entry_to_json(entry)) == entry
