"""Which route takes a match, on every condition it can name."""

from typing import Any

import pytest
from alerting_samples import entry, match, route

from monitor.alerting.routes import below_severity, raised, route_matches
from monitor.model.entry import Source
from monitor.model.watch import Severity

UKRAINIAN = entry(
    source=Source("Example Wire", "news.example.org", ("Wire",)), language="uk", tags=("Defence",), title="x"
)
BRITISH = entry(source=Source("Example Wire", "example.org"), language="en-GB")


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        ({}, True),
        ({"watchlists": ("ukraine",)}, True),
        ({"watchlists": ("chess", "ukraine")}, True),
        ({"watchlists": ("chess",)}, False),
        ({"watches": ("drones",)}, True),
        ({"watches": ("ukraine/drones",)}, True),
        ({"watches": ("chess/drones",)}, False),
        ({"min_severity": Severity.HIGH}, True),
        ({"min_severity": Severity.CRITICAL}, False),
        ({"max_severity": Severity.HIGH}, True),
        ({"max_severity": Severity.MEDIUM}, False),
        ({"tags": ("wire",)}, True),
        ({"tags": ("DEFENCE",)}, True),
        ({"tags": ("sport",)}, False),
        ({"sources": ("example wire",)}, True),
        ({"sources": ("news.example.org",)}, True),
        ({"sources": ("example.org",)}, True),
        ({"sources": ("ample.org",)}, False),
        ({"languages": ("UK",)}, True),
        ({"languages": ("en", "u")}, False),
        ({"watchlists": ("ukraine",), "languages": ("en",)}, False),
    ],
)
def test_a_route_takes_a_match_when_every_condition_holds(conditions: dict[str, Any], taken: bool) -> None:
    reason = route_matches(route(**conditions), match(), Severity.HIGH, UKRAINIAN)

    assert (reason is not None) is taken


def test_a_language_takes_its_regions() -> None:
    assert route_matches(route(languages=("en",)), match(), Severity.HIGH, BRITISH)


def test_an_entry_without_a_language_is_taken_by_no_language() -> None:
    assert route_matches(route(languages=("",)), match(), Severity.HIGH, entry()) is None


def test_too_urgent_is_told_as_well_as_not_urgent_enough() -> None:
    calm = route("calm", max_severity=Severity.MEDIUM)
    urgent = route("urgent", min_severity=Severity.CRITICAL)

    assert below_severity(calm, match(), Severity.HIGH, BRITISH) == "severity high is above medium of route calm"
    assert (
        below_severity(urgent, match(), Severity.HIGH, BRITISH)
        == "severity high is below critical of route urgent"
    )
    assert below_severity(route(), match(), Severity.HIGH, BRITISH) is None
    assert below_severity(route(watchlists=("chess",)), match(), Severity.LOW, BRITISH) is None


@pytest.mark.parametrize(
    ("weight", "before", "after"),
    [
        (1.5, Severity.LOW, Severity.LOW),
        (2.0, Severity.LOW, Severity.MEDIUM),
        (9.0, Severity.HIGH, Severity.CRITICAL),
        (9.0, Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_weight_raises_severity_by_one_step_at_most(weight: float, before: Severity, after: Severity) -> None:
    assert raised(before, Source(weight=weight)) is after
