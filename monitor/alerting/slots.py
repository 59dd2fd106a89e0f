"""Digest slots: a cron expression read on the recipient's wall clock, each local slot exactly once.

The expression is walked over naive local time and every slot is then resolved to one instant. A local time
that occurs twice in autumn counts at its first occurrence; one that is skipped in spring moves forward by the
length of the gap (the reading of PEP 495 with fold=0).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_MARGIN = timedelta(hours=25)  # the longest jump a wall clock ever made is a day: Apia skipped 30 Dec 2011
_RECENT = timedelta(days=2)
_CLOCK_STEP = timedelta(days=1)
_HORIZON = timedelta(days=365 * 50)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WEEKDAYS, _WEEK = frozenset(range(1, 6)), frozenset(range(7))
_MANY_TIMES = 4  # more than this are told as a range


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment a digest is due: as the wall clock says ("2026-11-22T07:00") and as an instant."""

    local: str
    utc: datetime


def cron_problem(cron: str) -> str | None:
    """What is wrong with this expression in words; None when it can be used."""
    if len(cron.split()) != 5:
        return "a schedule has five fields: minute hour day-of-month month day-of-week"
    try:
        first = next(CronSim(cron, datetime(2000, 1, 1)), None)  # noqa: DTZ001 - a wall clock, not an instant
    except CronSimError as error:
        return str(error).replace("Bad", "bad", 1)
    return None if first else "this schedule never comes"


def local_to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which this wall clock (naive) first shows ``local``, moved forward out of a gap."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def slots_between(cron: str, zone: str, after_utc: datetime, until_utc: datetime) -> list[Slot]:
    """Slots later than ``after_utc`` and not later than ``until_utc``, in order.

    Local times that come to the same instant (a skipped one and the real one) are one slot: the real one.
    """
    found: dict[datetime, Slot] = {}
    for slot in _walk(cron, ZoneInfo(zone), after_utc, until_utc):
        if after_utc < slot.utc <= until_utc:
            found[slot.utc] = slot
    return [found[instant] for instant in sorted(found)]


def next_slots(cron: str, zone: str, after: datetime, count: int) -> list[Slot]:
    """The ``count`` slots that follow ``after``; fewer when the schedule comes no more within 50 years."""
    span = _RECENT
    while len(slots := slots_between(cron, zone, after, after + span)) < count and span < _HORIZON:
        span *= 4
    return slots[:count]


def due_slot(cron: str, zone: str, last_utc: datetime, now: datetime) -> Slot | None:
    """The last slot that fell due after ``last_utc``: after downtime one digest covers the whole gap.

    A ``last_utc`` far in the future was written under a wrong clock: then the latest slot counts, and the
    caller's record of closed slots keeps it from being sent twice.
    """
    if last_utc - now > _CLOCK_STEP:
        last_utc = now - _CLOCK_STEP
    recent = max(last_utc, now - _RECENT)
    slots = slots_between(cron, zone, recent, now) or slots_between(cron, zone, last_utc, recent)
    return slots[-1] if slots else None


def cron_words(cron: str) -> str:
    """The schedule for people: "every weekday at 07:00"; unusual ones are shown as written."""
    as_written = f"by the schedule {cron}"
    if cron_problem(cron):
        return as_written
    sim = CronSim(cron, datetime(2000, 1, 1))  # noqa: DTZ001 - a wall clock, not an instant
    days = _day_words(cron.split(), sim)
    times = _time_words(cron.split(), sorted(sim.minutes), sorted(sim.hours))
    if not days or not times:
        return as_written
    if times.startswith("every"):
        return times if days == "every day" else f"{days}, {times}"
    return f"{days} {times}"


def _walk(cron: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Slot]:
    begin = _wall(after, zone) - _MARGIN
    end = _wall(until, zone) + _MARGIN
    for local in CronSim(cron, begin):
        if local > end:
            return
        yield Slot(local.isoformat(timespec="minutes"), local_to_utc(local, zone))


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _day_words(parts: Sequence[str], sim: CronSim) -> str:
    """ "every day", "every Monday and Friday", "on day 1 of every month"; empty when it is none of these."""
    _, _, day, month, weekday = parts
    if month != "*" or (day != "*" and weekday != "*"):
        return ""
    if day != "*":
        dates = sorted(sim.days)
        return (
            "" if dates[0] < 1 or "/" in day else f"on day {_listed([str(date) for date in dates])} of every month"
        )
    if not all(isinstance(item, int) for item in sim.weekdays):
        return ""
    named = frozenset(item % 7 for item in sim.weekdays if isinstance(item, int))
    if named == _WEEK:
        return "every day"
    if named == _WEEKDAYS:
        return "every weekday"
    return f"every {_listed([_DAYS[number] for number in sorted(named, key=lambda n: n or 7)])}"


def _time_words(parts: Sequence[str], minutes: Sequence[int], hours: Sequence[int]) -> str:
    minute, hour = parts[:2]
    if hour == "*":
        return _minute_words(minute, minutes)
    if len(minutes) == 1 and hour.startswith("*/"):
        return f"every {hour[2:]} hours" + (f" at :{minutes[0]:02}" if minutes[0] else "")
    times = [f"{h:02}:{m:02}" for h in hours for m in minutes]
    if len(times) <= _MANY_TIMES:
        return f"at {_listed(times)}"
    if len(minutes) == 1 and hours[-1] - hours[0] == len(hours) - 1:
        return f"every hour from {times[0]} to {times[-1]}"
    return ""


def _minute_words(minute: str, minutes: Sequence[int]) -> str:
    if minute in ("*", "*/1"):
        return "every minute"
    if minute.startswith("*/"):
        return f"every {minute[2:]} minutes"
    if list(minutes) == [0]:
        return "every hour"
    return f"every hour at {_listed([f':{m:02}' for m in minutes])}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
