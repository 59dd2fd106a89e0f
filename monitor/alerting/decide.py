"""Decide: who is told of an entry, when and why; and why not, for everyone else.

severity -> routes -> already told -> mute -> age -> digest | quiet hours -> budget -> now. Every stage looks at
one `Case` (a match, a recipient, a route) and either ends it with a `Verdict` or lets it pass.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from monitor.alerting.budget import over_budget
from monitor.alerting.quiet import quiet_until
from monitor.alerting.routes import below_severity, raised, route_matches
from monitor.alerting.slots import cron_words
from monitor.alerting.told import Standing, standing
from monitor.model.alert import Fate, FateState, Recipient, Route
from monitor.model.entry import StoredEntry
from monitor.model.story import Placement
from monitor.model.watch import Match, Severity
from monitor.ports import Mute

NOBODY = "-"  # Fate.recipient where no route applied


@dataclass(frozen=True, slots=True)
class NewAlert:
    """One immediate message to write: every match of the entry that goes to this recipient by this route."""

    recipient: Recipient
    route: Route
    matches: tuple[Match, ...]  # most severe first
    reason: str  # why now
    update: str = ""  # what changed, when the story was told before


@dataclass(frozen=True, slots=True)
class Decision:
    """One fate for each (watch, recipient), and the alerts of those that go now."""

    fates: tuple[Fate, ...]
    alerts: tuple[NewAlert, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What every case of one entry shares; ``going`` collects what was decided to go now."""

    entry: StoredEntry
    placement: Placement
    routes: Sequence[Route]
    mutes: Sequence[Mute]
    told: Callable[[str], Sequence[Fate]]
    interrupts: Callable[[str], int]
    max_age: timedelta | None
    now: datetime
    outlets_before: int
    outlets: int
    correction: bool
    going: dict[tuple[str, str], NewAlert] = field(default_factory=dict)  # by (recipient key, route)


@dataclass(frozen=True, slots=True)
class Case:
    """One match on its way to one recipient."""

    match: Match
    severity: Severity  # raised
    route: Route
    recipient: Recipient
    why_route: str
    standing: Standing

    @property
    def message(self) -> tuple[str, str]:
        """What it would share a message with."""
        return (self.recipient.key, self.route.name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a case."""

    state: FateState
    reason: str
    until: datetime | None = None
    route: str = ""  # the route that has it now


def decide(
    entry: StoredEntry,
    matches: Sequence[Match],
    placement: Placement,
    *,
    routes: Sequence[Route],
    mutes: Sequence[Mute],
    told: Callable[[str], Sequence[Fate]],
    interrupts: Callable[[str], int],
    first_poll_max_age: timedelta | None,
    now: datetime,
    outlets: int,
    correction: bool,
    outlets_before: int | None = None,
) -> Decision:
    """Every (entry, watchlist, watch) ends in at least one fate with its reason.

    ``told``: fates of this story that reached or will reach a recipient key. ``interrupts``: immediate alerts
    that a recipient key got today. ``first_poll_max_age``: set at a feed's first poll only. ``outlets`` counts
    this entry's; ``outlets_before`` are those without it (None: it came from an outlet new to the story).
    """
    before = outlets - 1 if outlets_before is None else outlets_before
    scene = Scene(
        entry=entry,
        placement=placement,
        routes=routes,
        mutes=mutes,
        told=cache(told),
        interrupts=cache(interrupts),
        max_age=first_poll_max_age,
        now=now,
        outlets_before=before,
        outlets=outlets,
        correction=correction,
    )
    by_severity = sorted(matches, key=lambda match: -match.severity)
    fates = tuple(fate for match in by_severity for fate in _fates(match, scene))
    return Decision(fates, tuple(scene.going.values()))


def _fates(match: Match, scene: Scene) -> list[Fate]:
    severity = raised(match.severity, scene.entry.source)
    cases = list(_routed(match, severity, scene))
    if not cases:
        return [_fate(match, severity, NOBODY, _unrouted(match, severity, scene), scene)]
    return [_fate(match, severity, case.recipient.key, _verdict(case, scene), scene) for case in cases]


def _routed(match: Match, severity: Severity, scene: Scene) -> Iterator[Case]:
    """Routes from first to last; the first one to reach a recipient keeps it."""
    reached: set[str] = set()
    for route in scene.routes:
        why = route_matches(route, match, severity, scene.entry)
        if why is None:
            continue
        for recipient in route.to:
            if recipient.key not in reached:
                reached.add(recipient.key)
                yield Case(
                    match, severity, route, recipient, why, _standing(match, severity, route, recipient, scene)
                )
        if route.stop:
            return


def _standing(match: Match, severity: Severity, route: Route, recipient: Recipient, scene: Scene) -> Standing:
    told = scene.told(recipient.key)
    return standing(told, match, severity, route, scene.outlets_before, scene.outlets, correction=scene.correction)


def _unrouted(match: Match, severity: Severity, scene: Scene) -> Verdict:
    for route in scene.routes:
        if route_matches(route, match, severity, scene.entry):  # it applied, and names nobody
            return Verdict(FateState.NO_ROUTE, f"route {route.name} names no recipient", route=route.name)
    gaps = [gap for route in scene.routes if (gap := below_severity(route, match, severity, scene.entry))]
    if gaps:
        return Verdict(FateState.BELOW_SEVERITY, "; ".join(gaps))
    return Verdict(FateState.NO_ROUTE, f"no route takes watch {match.watchlist}/{match.watch}")


def _verdict(case: Case, scene: Scene) -> Verdict:
    for stage in _STAGES:
        verdict = stage(case, scene)
        if verdict:
            return verdict
    alert = NewAlert(case.recipient, case.route, (case.match,), case.why_route, case.standing.update)
    scene.going[case.message] = alert
    return Verdict(FateState.QUEUED, case.why_route, route=case.route.name)


def _already_told(case: Case, scene: Scene) -> Verdict | None:
    told = case.standing.by
    if told is None:
        return None
    heard = "already waits to hear" if told.state is FateState.HELD else "already told"
    return Verdict(
        FateState.DUPLICATE,
        f"{heard} of story {scene.placement.story_id} by entry {told.entry_id} (route {told.route}, {told.state})",
        route=case.route.name,
    )


def _muted(case: Case, scene: Scene) -> Verdict | None:
    for mute in scene.mutes:
        if (mute.until is None or scene.now < mute.until) and _silences(mute, case, scene):
            return Verdict(FateState.MUTED, _mute_words(mute), route=case.route.name)
    return None


def _silences(mute: Mute, case: Case, scene: Scene) -> bool:
    if mute.kind == "story":
        return mute.value == str(scene.placement.story_id)
    if mute.kind == "watch":
        return mute.value == f"{case.match.watchlist}/{case.match.watch}"
    part, source = mute.value.strip().casefold(), scene.entry.source
    return bool(part) and (part in source.title.casefold() or part in source.host.casefold())


def _mute_words(mute: Mute) -> str:
    by = f" by {mute.author}" if mute.author else ""
    until = f" until {mute.until:%d %b %Y %H:%M} UTC" if mute.until else ""
    note = f": {mute.note}" if mute.note else ""
    return f"{mute.kind} {mute.value} is muted{by}{until}{note} (mute {mute.id})"


def _too_old(case: Case, scene: Scene) -> Verdict | None:
    if scene.max_age is None or scene.now - scene.entry.at <= scene.max_age:
        return None
    hours = scene.max_age / timedelta(hours=1)
    reason = f"of {scene.entry.at:%d %b %Y %H:%M} UTC, more than {hours:g} hours before this feed's first poll"
    return Verdict(FateState.TOO_OLD, reason, route=case.route.name)


def _waits_for_digest(case: Case, scene: Scene) -> Verdict | None:
    joins = case.standing.joins
    if joins:
        reason = f"joins story {scene.placement.story_id} in the digest {joins.route}"
        return Verdict(FateState.HELD, reason, route=joins.route)
    if not case.route.digest:
        return None
    when = f"{cron_words(case.route.digest)}, {case.recipient.timezone}"
    update = f"; {case.standing.update}" if case.standing.update else ""
    reason = f"waits for the digest {case.route.name} ({when}){update}"
    return Verdict(FateState.HELD, reason, route=case.route.name)


def _rides_along(case: Case, scene: Scene) -> Verdict | None:
    """A message that leaves anyway takes the entry's other matches with it."""
    alert = scene.going.get(case.message)
    if alert is None:
        return None
    together = NewAlert(alert.recipient, alert.route, (*alert.matches, case.match), alert.reason, alert.update)
    scene.going[case.message] = together
    return Verdict(FateState.QUEUED, case.why_route, route=case.route.name)


def _quiet(case: Case, scene: Scene) -> Verdict | None:
    until = quiet_until(case.recipient, scene.now)
    if until is None or case.severity is Severity.CRITICAL:
        return None
    wall = until.astimezone(ZoneInfo(case.recipient.timezone))
    reason = f"quiet hours of {case.recipient.key} until {wall:%d %b %H:%M} {case.recipient.timezone}"
    return Verdict(FateState.HELD, reason, until=until, route=case.route.name)


def _over_budget(case: Case, scene: Scene) -> Verdict | None:
    key = case.recipient.key
    used = scene.interrupts(key) + sum(recipient == key for recipient, _ in scene.going)
    over = over_budget(case.recipient, used, scene.routes, scene.now)
    if over is None:
        return None
    route = over.digest or case.route
    return Verdict(FateState.HELD, over.reason, until=over.until, route=route.name)


_STAGES = (_already_told, _muted, _too_old, _waits_for_digest, _rides_along, _quiet, _over_budget)


def _fate(match: Match, severity: Severity, recipient: str, verdict: Verdict, scene: Scene) -> Fate:
    return Fate(
        entry_id=scene.entry.id,
        watchlist=match.watchlist,
        watch=match.watch,
        recipient=recipient,
        route=verdict.route,
        story_id=scene.placement.story_id,
        state=verdict.state,
        reason=verdict.reason,
        severity=severity,
        at=scene.now,
        until=verdict.until,
    )
