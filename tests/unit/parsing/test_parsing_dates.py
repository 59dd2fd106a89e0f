"""Dates as feeds write them."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.entry import Entry
from monitor.parsing.dates import parse_date, settle

NOON = "2026-11-24T12:00:00"
CASES = [
    ("Tue, 24 Nov 2026 12:00:00 GMT", NOON),
    ("Tue, 24 Nov 2026 12:00:00 +0000", NOON),
    ("Tue, 24 Nov 2026 12:00:00 -0000", NOON),
    ("Tue, 24 Nov 2026 14:00:00 +0200", NOON),
    ("Tue, 24 Nov 2026 14:00:00 +02:00", NOON),
    ("Tue, 24 Nov 2026 14:00:00 +2", NOON),
    ("Tue, 24 Nov 2026 14:00:00 GMT+2", NOON),
    ("Tue, 24 Nov 2026 14:00:00 UTC+02:00", NOON),
    ("Tue, 24 Nov 2026 14:00:00 EET", NOON),
    ("Tue, 24 Nov 2026 15:00:00 EEST", NOON),
    ("Tue, 24 Nov 2026 15:00:00 MSK", NOON),
    ("Tue, 24 Nov 2026 16:00:00 MSD", NOON),
    ("Tue, 24 Nov 2026 13:00:00 CET", NOON),
    ("Tue, 24 Nov 2026 14:00:00 CEST", NOON),
    ("Tue, 24 Nov 2026 14:00:00 (EET)", NOON),
    ("Tue, 24 Nov 2026 14:00:00 +0200 (EET)", NOON),
    ("Tue, 24 Nov 2026 13:00:00 BST", NOON),
    ("Tue, 24 Nov 2026 07:00:00 EST", NOON),
    ("Tue, 24 Nov 2026 08:00:00 EDT", NOON),
    ("Tue, 24 Nov 2026 04:00:00 PST", NOON),
    ("Tue, 24 Nov 2026 17:30:00 IST", NOON),
    ("Tue, 24 Nov 2026 21:00:00 JST", NOON),
    ("Tue, 24 Nov 2026 12:00:00 WEIRD", NOON),
    ("Tue, 24 Nov 2026 12:00:00", NOON),
    ("Tue, 24 Nov 2026 12:00 GMT", NOON),
    ("Tue,24 Nov 2026 12:00:00 GMT", NOON),
    ("Mon, 24 Nov 2026 12:00:00 GMT", NOON),  # it was a Tuesday
    ("24 Nov 26 12:00:00 GMT", NOON),
    ("24-Nov-2026 12:00:00", NOON),
    ("Tuesday, November 24, 2026 12:00 PM", NOON),
    ("Nov 24, 2026 12:00:00 GMT", NOON),
    ("November 24 2026 at 12:00pm", NOON),
    ("Tue Nov 24 12:00:00 2026", NOON),
    ("Tue Nov 24 12:00:00 GMT 2026", NOON),
    ("Tue Nov 24 14:00:00 EET 2026", NOON),
    ("Tue Nov 24 14:00:00 +0200 2026", NOON),
    ("  Tue,\n 24 Nov\t2026 12:00:00 GMT ", NOON),
    ("вт, 24 ноя 2026 15:00:00 +0300", NOON),
    ("24 ноября 2026, 12:00", NOON),
    ("24 листопада 2026 14:00:00 +0200", NOON),
    ("mar., 24 nov. 2026 12:00:00 GMT", NOON),  # "mar." is mardi here
    ("Di, 24 Dez 2026 12:00:00 GMT", "2026-12-24T12:00:00"),
    ("24 Μαρ 2026 12:00:00 GMT", "2026-03-24T12:00:00"),
    ("Нд, 22 лис 2026 08:00:00 +0200", "2026-11-22T06:00:00"),
    ("22 листопада 2026 р., 08:00", "2026-11-22T08:00:00"),
    ("22. November 2026 08:00 Uhr", "2026-11-22T08:00:00"),
    ("22 de noviembre de 2026 08:00", "2026-11-22T08:00:00"),
    ("2026/11/22 08:00", "2026-11-22T08:00:00"),
    ("2026年11月22日 08:00", "2026-11-22T08:00:00"),
    ("2026년 11월 22일 08:00", "2026-11-22T08:00:00"),
    ("Sun, 22 Nov 2026 08:00:00 -0330", "2026-11-22T11:30:00"),
    ("Sun, 22 Nov 2026 08:00:00 NST", "2026-11-22T11:30:00"),
    ("Sun, 22 Nov 2026 08:00:00 +9999", None),
    ("2026-11-24T12:00:00Z", NOON),
    ("2026-11-24T12:00:00+25:00", NOON),
    ("2026-11-24T12:00:00 " + "x" * 41, None),
    ("2026-11-24T12:00:00z", NOON),
    ("2026-11-24t12:00:00.123456789Z", "2026-11-24T12:00:00.123456"),
    ("2026-11-24T12:00:00,5Z", "2026-11-24T12:00:00.500000"),
    ("2026-11-24T14:00:00+02:00", NOON),
    ("2026-11-24T14:00:00 +0200", NOON),
    ("2026-11-24T14:00:00+02", NOON),
    ("2026-11-24 14:00:00 EET", NOON),
    ("2026-11-24T12:00Z", NOON),
    ("2026-11-24T12:00:00", NOON),
    ("2026-11-24 12:00:00", NOON),
    ("2026-11-24 12:00:00 UTC", NOON),
    ("20261124T120000Z", NOON),
    ("2026-11-24", "2026-11-24T00:00:00"),
    ("2026-11", "2026-11-01T00:00:00"),
    ("24 Nov 2026", "2026-11-24T00:00:00"),
    ("24.11.2026 12:00", NOON),
    ("24.11.2026", "2026-11-24T00:00:00"),
    ("24/11/2026 12:00:00", NOON),
    ("11/24/2026 12:00:00 PM", NOON),
    ("11/24/2026 12:00:00 AM", "2026-11-24T00:00:00"),
    ("2026/11/24 12:00:00", NOON),
    ("1795521600", NOON),
    ("1795521600000", NOON),
    ("Tue, 24 Nov 2026 24:00:00 GMT", "2026-11-25T00:00:00"),
    ("2026-11-24T23:59:60Z", "2026-11-25T00:00:00"),
    ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ("1969-12-31T23:59:59Z", None),
    ("0001-01-01T00:00:00Z", None),
    ("Mon, 01 Jan 0001 00:00:00 +0000", None),
    ("9999-12-31T23:59:59Z", None),
    ("2026-13-45T12:00:00Z", None),
    ("2026-02-30T12:00:00Z", None),
    ("Tue, 24 Nov 2026 99:99:99 GMT", None),
    ("yesterday", None),
    ("", None),
    ("   ", None),
    ("0", None),
    ("Nov", None),
    ("N/A", None),
    ("24 " * 1000, None),
    ("\u0661\u0662/\u0661\u0661/\u0662\u0660\u0662\u0666", "2026-12-11T00:00:00"),
]


@pytest.mark.parametrize(("text", "moment"), CASES)
def test_a_date_is_read_or_refused_but_never_guessed_wrong(text: str, moment: str | None) -> None:
    found = parse_date(text)

    assert found == (None if moment is None else datetime.fromisoformat(moment).replace(tzinfo=UTC))


def test_dates_in_the_future_are_taken_away_and_a_few_hours_are_forgiven() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    soon, far = now + timedelta(hours=3), now + timedelta(days=400)

    kept, emptied = settle([Entry("a", published=soon, updated=soon), Entry("b", published=far, updated=far)], now)

    assert (kept.published, kept.updated) == (soon, soon)
    assert (emptied.published, emptied.updated) == (None, None)
