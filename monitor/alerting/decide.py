"""Decide: who is told of an entry, when and why; and why not, for everyone else.

severity -> routes -> already told -> mute -> age -> digest | quiet hours -> budget -> now. Every stage looks at
one ``Case`` (a match, a recipient, a route) and either ends it with a ``Verdict`` or lets it pass.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    matches: tuple[Match, ...]
    reason: str  # why now
    update: str = ""  # what changed, when the story was told before


@dataclass(frozen=True, slots=True)
class Decision:
    """One fate for each (watch, recipient), and the alerts of those that go now."""

    fates: tuple[Fate, ...]
    alerts: tuple[NewAlert, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One match on its way to one recipient."""

    match: Match
    severity: Severity  # raised
    route: Route
    recipient: Recipient
    why_route: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a case."""

    state: FateState
    reason: str
    until: datetime | None = None
    route: str = ""  # when another route takes it over
    update: str = ""


@dataclass(slots=True)
class _Now:
    """Alerts decided so far for this entry, by recipient and route."""

    matches: dict[tuple[str, str], list[Match]] = field(default_factory=dict)
    first: dict[tuple[str, str], tuple[Case, Verdict]] = field(default_factory=dict)

    def add(self, case: Case, verdict: Verdict) -> None:
        key = (case.recipient.key, case.route.name)
        self.first.setdefault(key, (case, verdict))
        self.matches.setdefault(key, []).append(case.match)

    def has(self, case: Case) -> bool:
        return (case.recipient.key, case.route.name) in self.first

    def interrupts(self, recipient: str) -> int:
        return sum(key == recipient for key, _ in self.first)

    def alerts(self) -> tuple[NewAlert, ...]:
        return tuple(
            NewAlert(case.recipient, case.route, tuple(self.matches[key]), verdict.reason, verdict.update)
            for key, (case, verdict) in self.first.items()
        )


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
    going = _Now()
    fates: list[Fate] = []

    def settle(match: Match, severity: Severity, recipient: str, route: str, verdict: Verdict) -> None:
        fates.append(_fate(entry, placement, match, severity, recipient, route, verdict, now))

    for match in sorted(matches, key=lambda match: -match.severity):
        severity = raised(match.severity, entry.source)
        cases = list(_routed(entry, match, severity, routes))
        if not cases:
            settle(match, severity, NOBODY, "", _unrouted(entry, match, severity, routes))
        for case in cases:
            stand = standing(
                told(case.recipient.key), match, severity, case.route, before, outlets, correction=correction
            )
            verdict = (
                _already_told(stand, placement)
                or _muted(entry, match, placement, mutes, now)
                or _too_old(entry, first_poll_max_age, now)
                or _waits_for_digest(case, stand, placement)
                or _rides_along(case, going)
                or _quiet(case, now)
                or _over_budget(case, interrupts, going, routes, now)
                or Verdict(FateState.QUEUED, case.why_route, update=stand.update)
            )
            if verdict.state is FateState.QUEUED:
                going.add(case, verdict)
            settle(match, severity, case.recipient.key, verdict.route or case.route.name, verdict)
    return Decision(tuple(fates), going.alerts())


def _routed(entry: StoredEntry, match: Match, severity: Severity, routes: Sequence[Route]) -> Iterator[Case]:
    """Routes from first to last; the first one to reach a recipient keeps it."""
    reached: set[str] = set()
    for route in routes:
        why = route_matches(route, match, severity, entry.source, entry.entry.language, entry.entry.tags)
        if why is None:
            continue
        for recipient in route.to:
            if recipient.key not in reached:
                reached.add(recipient.key)
                yield Case(match, severity, route, recipient, why)
        if route.stop:
            return


def _unrouted(entry: StoredEntry, match: Match, severity: Severity, routes: Sequence[Route]) -> Verdict:
    gaps = []
    for route in routes:
        known = (match, severity, entry.source, entry.entry.language, entry.entry.tags)
        if route_matches(route, *known):  # it applied, and names nobody
            return Verdict(FateState.NO_ROUTE, f"route {route.name} names no recipient", route=route.name)
        gap = below_severity(route, *known)
        if gap:
            gaps.append(gap)
    if gaps:
        return Verdict(FateState.BELOW_SEVERITY, "; ".join(gaps))
    return Verdict(FateState.NO_ROUTE, f"no route takes watch {match.watchlist}/{match.watch}")


def _already_told(stand: Standing, placement: Placement) -> Verdict | None:
    if stand.by is None:
        return None
    told = stand.by
    waits = told.state is FateState.HELD
    heard = "already waits to hear" if waits else "already told"
    return Verdict(
        FateState.DUPLICATE,
        f"{heard} of story {placement.story_id} by entry {told.entry_id} (route {told.route}, {told.state})",
    )


def _muted(
    entry: StoredEntry, match: Match, placement: Placement, mutes: Sequence[Mute], now: datetime
) -> Verdict | None:
    names = {"story": str(placement.story_id), "watch": f"{match.watchlist}/{match.watch}"}
    source = f"{entry.source.title}\n{entry.source.host}".casefold()
    for mute in mutes:
        by_source = mute.kind == "source" and bool(mute.value) and mute.value.casefold() in source
        if not by_source and names.get(mute.kind) != mute.value:
            continue
        if mute.until is None or now < mute.until:
            return Verdict(FateState.MUTED, _mute_words(mute))
    return None


def _mute_words(mute: Mute) -> str:
    by = f" by {mute.author}" if mute.author else ""
    until = f" until {mute.until:%d %b %Y %H:%M} UTC" if mute.until else ""
    note = f": {mute.note}" if mute.note else ""
    return f"{mute.kind} {mute.value} is muted{by}{until}{note} (mute {mute.id})"


def _too_old(entry: StoredEntry, max_age: timedelta | None, now: datetime) -> Verdict | None:
    if max_age is None or now - entry.at <= max_age:
        return None
    hours = max_age / timedelta(hours=1)
    return Verdict(
        FateState.TOO_OLD,
        f"published {entry.at:%d %b %Y %H:%M} UTC, more than {hours:g} hours before the feed's first poll",
    )


def _waits_for_digest(case: Case, stand: Standing, placement: Placement) -> Verdict | None:
    if stand.joins is not None:
        return Verdict(
            FateState.HELD,
            f"joins story {placement.story_id} in the digest {stand.joins.route}",
            route=stand.joins.route,
        )
    if not case.route.digest:
        return None
    when = f"{cron_words(case.route.digest)}, {case.recipient.timezone}"
    return Verdict(FateState.HELD, f"waits for the digest {case.route.name} ({when})", update=stand.update)


def _rides_along(case: Case, going: _Now) -> Verdict | None:
    """A message that leaves anyway takes the entry's other matches with it."""
    return Verdict(FateState.QUEUED, case.why_route) if going.has(case) else None


def _quiet(case: Case, now: datetime) -> Verdict | None:
    until = quiet_until(case.recipient, now)
    if until is None or case.severity is Severity.CRITICAL:
        return None
    wall = until.astimezone(ZoneInfo(case.recipient.timezone))
    reason = f"quiet hours of {case.recipient.key} until {wall:%d %b %H:%M} {case.recipient.timezone}"
    return Verdict(FateState.HELD, reason, until=until)


def _over_budget(
    case: Case, interrupts: Callable[[str], int], going: _Now, routes: Sequence[Route], now: datetime
) -> Verdict | None:
    key = case.recipient.key
    over = over_budget(case.recipient, interrupts(key) + going.interrupts(key), routes, now)
    if over is None:
        return None
    return Verdict(FateState.HELD, over.reason, until=over.until, route=over.digest.name if over.digest else "")


def _fate(
    entry: StoredEntry,
    placement: Placement,
    match: Match,
    severity: Severity,
    recipient: str,
    route: str,
    verdict: Verdict,
    now: datetime,
) -> Fate:
    return Fate(
        entry_id=entry.id,
        watchlist=match.watchlist,
        watch=match.watch,
        recipient=recipient,
        route=verdict.route or route,
        story_id=placement.story_id,
        state=verdict.state,
        reason=verdict.reason,
        severity=severity,
        at=now,
        until=verdict.until,
    )
