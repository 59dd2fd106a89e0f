"""What a backtest found, counted by day and told: to a terminal and as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.entrypoints.searching import Hit, hit_json, render_hit
from monitor.pipeline.backtest import Difference, Found, Outcome

_BARS = "▁▂▃▄▅▆▇█"
_SHOWN_OUTLETS = 10


@dataclass(frozen=True, slots=True)
class Day:
    """One local day. ``stories``: those that began on it."""

    day: date
    entries: int
    stories: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Report:
    """An outcome with what it is about."""

    name: str
    since: datetime
    until: datetime
    read: int
    zone: str
    outcome: Outcome

    @property
    def days(self) -> list[Day]:
        """Every day of the time, quiet ones too."""
        zone, outcome = ZoneInfo(self.zone), self.outcome
        entries = Counter(mention.at.astimezone(zone).date() for mention in outcome.mentions)
        begun = {m.story_id: m.at for m in reversed(outcome.mentions) if m.story_id is not None}
        stories = Counter(at.astimezone(zone).date() for at in begun.values())
        alerts = Counter(message.at.astimezone(zone).date() for message in outcome.alerts)
        first, last = (at.astimezone(zone).date() for at in (self.since, self.until))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return [Day(day, entries[day], stories[day], alerts[day]) for day in days]

    @property
    def outlets(self) -> list[tuple[str, int]]:
        return Counter(mention.source for mention in self.outcome.mentions).most_common()

    @property
    def recipients(self) -> list[tuple[str, int, int]]:
        """(recipient, alerts, digests), most alerts first."""
        alerts = Counter(message.recipient for message in self.outcome.alerts)
        digests = Counter(message.recipient for message in self.outcome.messages if message.kind == "digest")
        return sorted(
            ((key, alerts[key], digests[key]) for key in {*alerts, *digests}), key=lambda r: (-r[1], r[0])
        )

    @property
    def alerts_a_day(self) -> float:
        return round(len(self.outcome.alerts) / max(1.0, (self.until - self.since) / timedelta(days=1)), 2)

    @property
    def states(self) -> dict[str, int]:
        """What became of each (entry, watch, recipient), as the ledger would have it."""
        return dict(Counter(fate.state.value for fate in self.outcome.fates).most_common())


def report_json(report: Report) -> dict[str, Any]:
    outcome, days = report.outcome, report.days
    busiest = max(days, key=lambda day: day.alerts)
    return {
        "tested": report.name,
        "since": report.since,
        "until": report.until,
        "read": report.read,
        "entries": len(outcome.mentions),
        "stories": outcome.stories,
        "alerts": {
            "total": len(outcome.alerts),
            "a_day": report.alerts_a_day,
            "busiest": {"day": busiest.day.isoformat(), "alerts": busiest.alerts},
        },
        "recipients": [{"recipient": key, "alerts": a, "digests": d} for key, a, d in report.recipients],
        "fates": report.states,
        "outlets": [{"source": source, "entries": count} for source, count in report.outlets],
        "days": [
            {"day": one.day.isoformat(), "entries": one.entries, "stories": one.stories, "alerts": one.alerts}
            for one in days
        ],
        "first": found_json(outcome.first),
    }


def difference_json(old: Report, new: Report, difference: Difference) -> dict[str, Any]:
    return {
        "old": report_json(old),
        "new": report_json(new),
        "gained": difference.gained,
        "lost": difference.lost,
        "first_gained": found_json(difference.first_gained),
        "first_lost": found_json(difference.first_lost),
    }


def found_json(found: Sequence[Found]) -> list[dict[str, Any]]:
    return [
        {**hit_json(hit_of(one)), "watches": [f"{m.watchlist}/{m.watch}" for m in one.matches]} for one in found
    ]


def hit_of(found: Found) -> Hit:
    """The entry with the spans of all its matches."""
    spans = sorted({span for match in found.matches for span in match.spans}, key=lambda s: (s.field, s.start))
    return Hit(found.stored, replace(found.matches[0], spans=tuple(spans)))


def render_report(report: Report, *, entries: bool = True) -> str:
    """For people: counts, who would have been told, the days as bars, outlets, the first entries."""
    outcome = report.outcome
    lines = [
        report.name,
        f"  {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}, {report.read} entries read",
        f"  {len(outcome.mentions)} entries, {outcome.stories} stories, {len(report.outlets)} outlets",
        f"  {_alert_words(report)}",
        *(f"    {key}: {alerts} alerts, {digests} digests" for key, alerts, digests in report.recipients),
        f"  what became of each: {', '.join(f'{count} {state}' for state, count in report.states.items()) or '-'}",
        f"  entries a day: {bars([one.entries for one in report.days])}",
        f"  alerts a day:  {bars([one.alerts for one in report.days])}",
    ]
    shown = [f"{source} {count}" for source, count in report.outlets[:_SHOWN_OUTLETS]]
    more = len(report.outlets) - len(shown)
    lines.append(f"  outlets: {', '.join(shown) or '-'}{f' and {more} more' if more else ''}")
    return "\n".join([*lines, *(_found_lines("first", outcome.first) if entries else [])])


def render_difference(old: Report, new: Report, difference: Difference) -> str:
    return "\n".join(
        [
            render_report(old, entries=False),
            render_report(new, entries=False),
            f"+{difference.gained} new, -{difference.lost} lost entries; "
            f"{len(old.outcome.alerts)} alerts become {len(new.outcome.alerts)}",
            *_found_lines("+ new", difference.first_gained),
            *_found_lines("- lost", difference.first_lost),
        ]
    )


def bars(counts: Sequence[int]) -> str:
    """One character a day, oldest first; a dot where there was nothing."""
    most = max(counts, default=0)
    return "".join("·" if not count else _BARS[(count * len(_BARS) - 1) // most] for count in counts)


def _alert_words(report: Report) -> str:
    alerts = len(report.outcome.alerts)
    if not alerts:
        return "no alerts: nobody would have been interrupted"
    busiest = max(report.days, key=lambda day: day.alerts)
    return f"{alerts} alerts, {report.alerts_a_day:g} a day; most on {busiest.day}: {busiest.alerts}"


def _found_lines(label: str, found: Sequence[Found]) -> list[str]:
    return [f"{label}: {render_hit(hit_of(one))}" for one in found]
