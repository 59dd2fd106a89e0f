"""What becomes of a match: one recorded state for each watch and recipient, with its reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alerting_samples import (
    NIGHT,
    NOON,
    OLENA,
    SLACK,
    decided,
    entry,
    fate,
    match,
    route,
    states,
    utc,
)
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import FateState, Route
from monitor.model.entry import Source
from monitor.model.watch import Match, Severity
from monitor.ports import Mute

MORNING = route("morning", OLENA, digest="0 7 * * mon-fri")


def test_a_match_on_a_now_route_goes_at_once_with_its_reason() -> None:
    decision = decided(routes=[route()])

    (row,) = decision.fates
    assert (row.state, row.route, row.recipient, row.story_id) == (FateState.QUEUED, "breaking", "desk-slack", 12)
    assert row.reason == "route breaking takes high severity of ukraine/drones"
    (alert,) = decision.alerts
    assert (alert.recipient, alert.route.name, alert.reason) == (SLACK, "breaking", row.reason)
    assert alert.update == ""


def test_all_matches_of_an_entry_for_one_recipient_are_one_alert_most_severe_first() -> None:
    low, top = match("aid", Severity.MEDIUM), match("missile", Severity.CRITICAL)

    decision = decided(low, top, routes=[route()])

    (alert,) = decision.alerts
    assert alert.matches == (top, low)
    assert states(decision) == [("missile", "desk-slack", "queued"), ("aid", "desk-slack", "queued")]


def test_every_recipient_of_a_route_gets_an_alert_of_its_own() -> None:
    decision = decided(routes=[route("breaking", OLENA, SLACK)])

    assert [alert.recipient.key for alert in decision.alerts] == ["desk-mail:olena", "desk-slack"]


def test_the_first_route_to_a_recipient_keeps_it() -> None:
    decision = decided(routes=[route("breaking", SLACK), route("all", SLACK, OLENA)])

    assert [(row.recipient, row.route) for row in decision.fates] == [
        ("desk-slack", "breaking"),
        ("desk-mail:olena", "all"),
    ]


def test_stop_ends_routing_for_the_match() -> None:
    decision = decided(routes=[route("breaking", SLACK, stop=True), route("all", OLENA)])

    assert [row.recipient for row in decision.fates] == ["desk-slack"]


def test_a_stopping_route_that_names_nobody_is_on_record() -> None:
    sink = replace(route("sink", stop=True), to=())

    (row,) = decided(routes=[sink, route()]).fates

    assert (row.recipient, row.route, row.state) == ("-", "sink", FateState.NO_ROUTE)
    assert row.reason == "route sink names no recipient"


def test_a_match_that_no_route_takes_is_on_record() -> None:
    (row,) = decided(routes=[route(watchlists=("chess",))]).fates

    assert (row.recipient, row.route, row.state) == ("-", "", FateState.NO_ROUTE)
    assert row.reason == "no route takes watch ukraine/drones"


def test_a_match_that_only_severity_kept_from_a_route_says_so() -> None:
    routes = [route(watchlists=("chess",)), route("urgent", min_severity=Severity.CRITICAL)]

    (row,) = decided(routes=routes).fates

    assert (row.recipient, row.state) == ("-", FateState.BELOW_SEVERITY)
    assert row.reason == "severity high is below critical of route urgent"


def test_a_heavy_outlet_raises_severity_by_one_step() -> None:
    heavy = entry(source=Source("Example Wire", "wire.example.org", weight=2.0))

    (row,) = decided(routes=[route(min_severity=Severity.CRITICAL)], stored=heavy).fates

    assert (row.state, row.severity) == (FateState.QUEUED, Severity.CRITICAL)


def test_a_digest_route_holds_the_match_for_the_digest() -> None:
    decision = decided(routes=[MORNING])

    (row,) = decision.fates
    assert (row.state, row.route, row.until) == (FateState.HELD, "morning", None)
    assert row.reason == "waits for the digest morning (every weekday at 07:00, Europe/Kyiv)"
    assert decision.alerts == ()


# --- already told ------------------------------------------------------------------------------------------


def test_a_recipient_hears_of_a_story_and_watch_once() -> None:
    decision = decided(routes=[route()], told=[fate()])

    (row,) = decision.fates
    assert row.state is FateState.DUPLICATE
    assert row.reason == "already told of story 12 by entry 17 (route breaking, sent)"
    assert decision.alerts == ()


def test_another_watch_of_the_same_story_is_news() -> None:
    decision = decided(match("missile"), routes=[route()], told=[fate(watch="drones")])

    assert states(decision) == [("missile", "desk-slack", "queued")]


def test_a_later_entry_joins_the_story_in_the_digest_it_waits_for() -> None:
    waiting = fate(FateState.HELD, recipient=OLENA.key, route="weekly")

    (row,) = decided(routes=[MORNING], told=[waiting]).fates

    assert (row.state, row.route, row.until) == (FateState.HELD, "weekly", None)
    assert row.reason == "joins story 12 in the digest weekly"


def test_a_later_entry_does_not_wait_for_quiet_hours_twice() -> None:
    waiting = fate(FateState.HELD, until=utc(2026, 11, 24, 5))

    (row,) = decided(routes=[route()], told=[waiting]).fates

    assert row.state is FateState.DUPLICATE
    assert row.reason == "already waits to hear of story 12 by entry 17 (route breaking, held)"


def test_a_held_story_that_becomes_critical_waits_no_longer() -> None:
    waiting = fate(FateState.HELD, until=utc(2026, 11, 24, 5))

    decision = decided(match(severity=Severity.CRITICAL), routes=[route()], told=[waiting])

    assert states(decision) == [("drones", "desk-slack", "queued")]
    assert decision.alerts[0].update == "update: now critical"


@pytest.mark.parametrize(
    ("lines", "before", "outlets", "update"),
    [
        (("outlets>=5",), 4, 5, "update: now in 5 outlets"),
        (("outlets >= 5",), 3, 6, "update: now in 6 outlets"),
        (("outlets>=5",), None, 5, "update: now in 5 outlets"),
        (("outlets>=5",), 5, 6, ""),
        (("outlets>=5",), 5, 5, ""),
        (("outlets>=5",), 3, 4, ""),
        (("anything",), 4, 5, ""),
        ((), 4, 5, ""),
    ],
)
def test_a_story_is_announced_again_when_it_passes_a_number_of_outlets(
    lines: tuple[str, ...], before: int | None, outlets: int, update: str
) -> None:
    decision = decided(routes=[route(update_on=lines)], told=[fate()], outlets=outlets, outlets_before=before)

    assert [alert.update for alert in decision.alerts] == ([update] if update else [])
    assert decision.fates[0].state is (FateState.QUEUED if update else FateState.DUPLICATE)


@pytest.mark.parametrize(
    ("severity", "update"),
    [(Severity.CRITICAL, "update: severity now critical, was high"), (Severity.HIGH, "")],
)
def test_a_story_is_announced_again_when_its_severity_rises(severity: Severity, update: str) -> None:
    decision = decided(match(severity=severity), routes=[route(update_on=("severity",))], told=[fate()])

    assert [alert.update for alert in decision.alerts] == ([update] if update else [])


@pytest.mark.parametrize(("correction", "count"), [(True, 1), (False, 0)])
def test_a_correction_is_announced_where_the_route_asks_for_it(correction: bool, count: int) -> None:
    decision = decided(routes=[route(update_on=("correction",))], told=[fate()], correction=correction)

    assert [alert.update for alert in decision.alerts] == ["update: its text was corrected"] * count


def test_an_update_on_a_digest_route_waits_for_the_next_digest() -> None:
    told = [fate(FateState.DIGESTED, recipient=OLENA.key), fate(FateState.HELD, recipient=OLENA.key, entry_id=18)]
    again = replace(MORNING, update_on=("correction",))

    (row,) = decided(routes=[again], told=told, correction=True).fates

    assert row.state is FateState.HELD
    assert row.reason.endswith("Europe/Kyiv); update: its text was corrected")


def test_a_duplicate_names_the_message_that_was_heard() -> None:
    told = [fate(FateState.HELD, entry_id=18, until=NOON), fate(FateState.SENT, entry_id=17)]

    (row,) = decided(routes=[route()], told=told).fates

    assert "by entry 17 (route breaking, sent)" in row.reason


# --- mute and age ------------------------------------------------------------------------------------------

LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("mute", "muted"),
    [
        (Mute(1, "story", "12", LATER), True),
        (Mute(1, "story", "13", LATER), False),
        (Mute(1, "watch", "ukraine/drones", LATER), True),
        (Mute(1, "watch", "drones", LATER), False),
        (Mute(1, "source", "EXAMPLE wi", LATER), True),
        (Mute(1, "source", "example.org", None), True),
        (Mute(1, "source", "other", LATER), False),
        (Mute(1, "source", " ", LATER), False),
        (Mute(1, "story", "12", NOON), False),
    ],
)
def test_a_mute_silences_a_story_a_watch_or_a_source_until_its_time(mute: Mute, muted: bool) -> None:
    decision = decided(routes=[route()], mutes=[mute])

    assert decision.fates[0].state is (FateState.MUTED if muted else FateState.QUEUED)


def test_a_mute_gives_author_time_and_note() -> None:
    full = Mute(3, "story", "12", utc(2026, 11, 27, 18), "olena", "seen enough")

    assert decided(routes=[route()], mutes=[full]).fates[0].reason == (
        "story 12 is muted by olena until 27 Nov 2026 18:00 UTC: seen enough (mute 3)"
    )
    assert decided(routes=[route()], mutes=[Mute(4, "story", "12", None)]).fates[0].reason == (
        "story 12 is muted (mute 4)"
    )


def test_a_muted_story_does_not_join_a_digest() -> None:
    waiting = fate(FateState.HELD, recipient=OLENA.key, route="morning")

    decision = decided(routes=[MORNING], told=[waiting], mutes=[Mute(1, "story", "12", None)])

    assert decision.fates[0].state is FateState.MUTED


@pytest.mark.parametrize(
    ("age", "limit", "state"),
    [
        (timedelta(hours=25), timedelta(hours=24), FateState.TOO_OLD),
        (timedelta(hours=24), timedelta(hours=24), FateState.QUEUED),
        (timedelta(days=300), None, FateState.QUEUED),
    ],
)
def test_old_entries_are_only_silent_at_a_feeds_first_poll(
    age: timedelta, limit: timedelta | None, state: FateState
) -> None:
    decision = decided(routes=[route()], stored=entry(published=NOON - age), first_poll_max_age=limit)

    assert decision.fates[0].state is state


def test_too_old_says_how_old() -> None:
    old = entry(published=utc(2026, 11, 20, 9, 30))

    (row,) = decided(routes=[route()], stored=old, first_poll_max_age=timedelta(hours=24)).fates

    assert row.reason == "of 20 Nov 2026 09:30 UTC, more than 24 hours before this feed's first poll"


# --- quiet hours and budget --------------------------------------------------------------------------------

SLEEPER = replace(OLENA, quiet=NIGHT)
MIDNIGHT = utc(2026, 11, 23, 22, 30)  # 00:30 in Kyiv


def test_quiet_hours_hold_an_alert_until_they_end() -> None:
    decision = decided(routes=[route("breaking", SLEEPER)], now=MIDNIGHT)

    (row,) = decision.fates
    assert (row.state, row.until) == (FateState.HELD, utc(2026, 11, 24, 5))
    assert row.reason == "quiet hours of desk-mail:olena until 24 Nov 07:00 Europe/Kyiv"
    assert decision.alerts == ()


def test_critical_breaks_through_quiet_hours_and_takes_the_rest_along() -> None:
    matches = (match("aid", Severity.MEDIUM), match("missile", Severity.CRITICAL))

    decision = decided(*matches, routes=[route("breaking", SLEEPER)], now=MIDNIGHT)

    assert states(decision) == [
        ("missile", "desk-mail:olena", "queued"),
        ("aid", "desk-mail:olena", "queued"),
    ]
    assert len(decision.alerts) == 1


def test_quiet_hours_do_not_touch_a_digest() -> None:
    (row,) = decided(routes=[replace(MORNING, to=(SLEEPER,))], now=MIDNIGHT).fates

    assert row.until is None


def test_over_budget_moves_to_the_next_digest_of_that_recipient() -> None:
    busy = replace(OLENA, budget=5)
    routes = [route("breaking", busy), replace(MORNING, to=(SLACK,)), route("evening", busy, digest="0 19 * * *")]

    decision = decided(routes=routes, interrupts=lambda key: 5 if key == OLENA.key else 0)

    row = decision.fates[0]
    assert (row.state, row.route, row.until) == (FateState.HELD, "evening", None)
    assert row.reason == "over budget: 5 of 5 interrupts used today; waits for the digest evening"


def test_over_budget_without_a_digest_waits_for_midnight() -> None:
    (row,) = decided(routes=[route("breaking", replace(OLENA, budget=1))], interrupts=lambda _key: 1).fates

    assert (row.state, row.route, row.until) == (FateState.HELD, "breaking", utc(2026, 11, 23, 22))
    assert row.reason == "over budget: 1 of 1 interrupts used today; waits until 24 Nov 00:00 Europe/Kyiv"


def test_two_alerts_of_one_entry_are_two_interrupts() -> None:
    busy = replace(OLENA, budget=1)
    routes = [
        route("one", busy, watches=("missile",)),
        route("two", busy, watches=("ukraine/aid",)),
    ]

    decision = decided(match("aid", Severity.LOW), match("missile"), routes=routes)

    assert states(decision) == [("missile", OLENA.key, "queued"), ("aid", OLENA.key, "held")]


# --- for all of them ---------------------------------------------------------------------------------------

severities = st.sampled_from(Severity)
recipients = st.sampled_from([OLENA, SLACK, SLEEPER, replace(SLACK, budget=0), replace(OLENA, budget=1)])
some_matches = st.lists(
    st.builds(match, st.sampled_from("abc"), severities, st.sampled_from(["x", "y"])),
    min_size=1,
    unique_by=lambda m: (m.watchlist, m.watch),
)
some_routes = st.lists(
    st.builds(
        lambda name, to, digest, stop, watchlists, low: route(
            name, *to, digest=digest, stop=stop, watchlists=watchlists, min_severity=low
        ),
        st.sampled_from(["r", "s", "t"]),
        st.lists(recipients, max_size=3),
        st.sampled_from(["", "0 7 * * *"]),
        st.booleans(),
        st.sampled_from([(), ("x",)]),
        severities,
    ),
    unique_by=lambda r: r.name,
    max_size=3,
)


@given(some_matches, some_routes, st.integers(0, 23))
def test_every_watch_ends_in_one_state_for_each_recipient_and_alerts_are_the_queued_ones(
    matches: list[Match], routes: list[Route], hour: int
) -> None:
    decision = decided(*matches, routes=routes, now=NOON.replace(hour=hour))

    seen = [(row.watchlist, row.watch, row.recipient) for row in decision.fates]
    assert len(seen) == len(set(seen))
    assert {(m.watchlist, m.watch) for m in matches} == {key[:2] for key in seen}
    assert all(row.reason for row in decision.fates)
    queued = {
        (row.recipient, row.route, row.watchlist, row.watch)
        for row in decision.fates
        if row.state is FateState.QUEUED
    }
    assert queued == {
        (alert.recipient.key, alert.route.name, m.watchlist, m.watch)
        for alert in decision.alerts
        for m in alert.matches
    }
