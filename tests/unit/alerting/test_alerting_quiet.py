"""Quiet hours on wall clocks that skip and repeat hours."""

from datetime import datetime, time, timedelta

import pytest
from alerting_samples import NIGHT, OLENA, utc

from monitor.alerting.quiet import quiet_until
from monitor.model.alert import Recipient


def sleeper(quiet: tuple[time, time] | None = NIGHT, zone: str = "Europe/Kyiv") -> Recipient:
    return Recipient("desk-mail", "olena", timezone=zone, quiet=quiet)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 11, 23, 19, 59), None),
        (utc(2026, 11, 23, 20), utc(2026, 11, 24, 5)),
        (utc(2026, 11, 23, 22, 30), utc(2026, 11, 24, 5)),
        (utc(2026, 11, 24, 4, 59), utc(2026, 11, 24, 5)),
        (utc(2026, 11, 24, 5), None),
        (utc(2026, 11, 24, 12), None),
    ],
)
def test_a_night_crosses_midnight(now: datetime, until: datetime | None) -> None:
    assert quiet_until(sleeper(), now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 11, 23, 10, 30), utc(2026, 11, 23, 12)),
        (utc(2026, 11, 23, 9, 59), None),
        (utc(2026, 11, 23, 12), None),
    ],
)
def test_quiet_hours_within_a_day(now: datetime, until: datetime | None) -> None:
    assert quiet_until(sleeper((time(12), time(14))), now) == until


def test_nobody_is_quiet_without_quiet_hours() -> None:
    assert quiet_until(OLENA, utc(2026, 11, 23, 23)) is None
    assert quiet_until(sleeper((time(7), time(7))), utc(2026, 11, 23, 5)) is None


def test_the_night_of_the_repeated_hour_is_one_hour_longer() -> None:
    until = quiet_until(sleeper(), utc(2026, 10, 24, 19))

    assert until == utc(2026, 10, 25, 5)
    assert until - utc(2026, 10, 24, 19) == timedelta(hours=10)


@pytest.mark.parametrize(
    ("now", "quiet"),
    [
        (utc(2026, 10, 25, 0, 10), True),  # 03:10, the first time
        (utc(2026, 10, 25, 0, 30), False),  # 03:30: over
        (utc(2026, 10, 25, 1, 10), False),  # 03:10, the second time: it does not begin again
    ],
)
def test_an_end_inside_the_repeated_hour_comes_once(now: datetime, quiet: bool) -> None:
    until = quiet_until(sleeper((time(22), time(3, 30))), now)

    assert until == (utc(2026, 10, 25, 0, 30) if quiet else None)


def test_an_end_inside_the_skipped_hour_moves_forward() -> None:
    assert quiet_until(sleeper((time(22), time(3, 30))), utc(2026, 3, 29, 0, 30)) == utc(2026, 3, 29, 1, 30)


def test_a_night_that_began_before_a_skipped_day_still_ends() -> None:
    now = utc(2011, 12, 30, 11)  # 01:00 on 31 Dec in Apia, where 30 Dec did not take place

    assert quiet_until(sleeper(zone="Pacific/Apia"), now) == utc(2011, 12, 30, 17)
