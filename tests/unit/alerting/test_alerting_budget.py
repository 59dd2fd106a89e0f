"""The budget of interrupts and the day it is for."""

from dataclasses import replace
from datetime import timedelta

from alerting_samples import NIGHT, NOON, OLENA, SLACK, route, utc

from monitor.alerting.budget import OverBudget, day_end, day_start, next_digest, over_budget

BUSY = replace(OLENA, budget=3)


def test_without_a_budget_nothing_is_too_much() -> None:
    assert over_budget(OLENA, 10_000, [], NOON) is None


def test_the_last_interrupt_of_a_budget_still_goes() -> None:
    assert over_budget(BUSY, 2, [], NOON) is None
    assert over_budget(BUSY, 3, [], NOON) is not None


def test_the_rest_goes_into_the_digest_of_that_recipient() -> None:
    routes = [
        route("now", BUSY),
        route("other", SLACK, digest="0 7 * * *"),
        route("mine", SLACK, BUSY, digest="0 7 * * *"),
    ]

    assert next_digest(BUSY, routes) is routes[2]
    assert over_budget(BUSY, 3, routes, NOON) == OverBudget(
        "over budget: 3 of 3 interrupts used today; waits for the digest mine", digest=routes[2]
    )


def test_a_midnight_inside_quiet_hours_waits_for_the_morning() -> None:
    over = over_budget(replace(BUSY, quiet=NIGHT), 3, [], NOON)

    assert over is not None
    assert over.until == utc(2026, 11, 24, 5)
    assert over.reason.endswith("waits until 24 Nov 07:00 Europe/Kyiv")


def test_the_day_is_the_recipients_own() -> None:
    assert day_start(OLENA, NOON) == utc(2026, 11, 22, 22)
    assert day_end(OLENA, NOON) == utc(2026, 11, 23, 22)


def test_the_day_of_a_clock_change_is_longer() -> None:
    now = utc(2026, 10, 25, 12)

    assert day_end(OLENA, now) - day_start(OLENA, now) == timedelta(hours=25)


def test_a_midnight_that_is_skipped_moves_forward() -> None:
    cairo = replace(OLENA, timezone="Africa/Cairo")

    assert day_start(cairo, utc(2026, 4, 24, 12)) == utc(2026, 4, 23, 22)
