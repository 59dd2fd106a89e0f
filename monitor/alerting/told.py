"""Already told: one alert per story, watch and recipient, unless the story passes a line the route names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.alert import Fate, FateState, Route
from monitor.model.watch import Match, Severity

_OUTLETS = re.compile(r"outlets\s*>=\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recipient stands with a story and watch. At most one of ``by``, ``joins`` and ``update`` is set; none: news."""

    by: Fate | None = None  # heard, or will hear, of it by this: nothing more to say
    joins: Fate | None = None  # this one waits for a digest: the entry joins it there
    update: str = ""  # heard of it, and it passed this line since


def standing(
    told: Sequence[Fate],
    match: Match,
    severity: Severity,
    route: Route,
    outlets_before: int,
    outlets: int,
    *,
    correction: bool,
) -> Standing:
    """``told`` are the recipient's fates of this story, whatever the watch."""
    same = [fate for fate in told if (fate.watchlist, fate.watch) == (match.watchlist, match.watch)]
    if not same:
        return Standing()
    waiting = [fate for fate in same if fate.state is FateState.HELD]
    highest = max(fate.severity for fate in same)
    if len(waiting) == len(same):
        return _while_waiting(waiting, severity, highest)
    for line in route.update_on:
        words = _passed(line, severity, highest, outlets_before, outlets, correction=correction)
        if words:
            return Standing(update=f"update: {words}")
    return Standing(by=next(fate for fate in same if fate.state is not FateState.HELD))


def _while_waiting(waiting: Sequence[Fate], severity: Severity, highest: Severity) -> Standing:
    """Nobody heard yet: join the digest; or, when it became critical meanwhile, do not wait."""
    for_digest = next((fate for fate in waiting if fate.until is None), None)
    if for_digest:
        return Standing(joins=for_digest)
    if severity is Severity.CRITICAL and highest < severity:
        return Standing(update="update: now critical")
    return Standing(by=waiting[0])


def _passed(
    line: str, severity: Severity, highest: Severity, before: int, outlets: int, *, correction: bool
) -> str:
    if line == "correction":
        return "its text was corrected" if correction else ""
    if line == "severity":
        return f"severity now {severity.word}, was {highest.word}" if severity > highest else ""
    found = _OUTLETS.fullmatch(line)
    if found and before < int(found[1]) <= outlets:
        return f"now in {outlets} outlets"
    return ""
