"""What servers and documents say about polling, kept in a line of text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetching.hints import DAYS, Hints, http_date, read_hints, retry_after

SPANS = st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds))


@given(
    st.builds(
        Hints,
        SPANS,
        SPANS,
        st.frozensets(st.integers(0, 23)),
        st.frozensets(st.sampled_from(DAYS)),
        SPANS,
    )
)
def test_hints_are_read_back_as_they_were_written(hints: Hints) -> None:
    assert read_hints(hints.write()) == hints


def test_the_line_is_readable() -> None:
    hints = Hints(timedelta(hours=1), timedelta(minutes=30), frozenset({2, 1}), frozenset({"Sunday", "Saturday"}))

    assert hints.write() == "fresh=3600 ttl=1800 hours=1,2 days=Saturday,Sunday"
    assert Hints().write() == ""


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "soon", "Mon, 32 Foo 2026 99:00:00 GMT", "1" * 5000, "Mon, 01 Jan 99999 00:00:00"]
)
def test_what_is_no_http_date_is_none(text: str) -> None:
    assert http_date(text) is None


def test_a_date_without_a_zone_is_utc() -> None:
    assert http_date("Tue, 24 Nov 2026 12:00:00 -0000") == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert http_date("Tue, 24 Nov 2026 14:00:00 +0200") == datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(st.text(max_size=40))
def test_no_retry_after_can_break_us(text: str) -> None:
    wait = retry_after({"retry-after": text}, datetime(2026, 11, 24, tzinfo=UTC))

    assert wait is None or timedelta(0) <= wait <= timedelta(days=7)
