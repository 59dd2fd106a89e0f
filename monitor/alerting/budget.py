"""Budget: at most N interrupts a local day, the rest waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerting.quiet import quiet_until
from monitor.alerting.slots import local_to_utc
from monitor.model.alert import Recipient, Route


@dataclass(frozen=True, slots=True)
class OverBudget:
    """Where an interrupt goes that is too many: into a digest route, or it waits until a time."""

    reason: str
    digest: Route | None = None
    until: datetime | None = None


def over_budget(recipient: Recipient, used: int, routes: Sequence[Route], now: datetime) -> OverBudget | None:
    """None while ``used`` interrupts of today leave room for one more."""
    if recipient.budget is None or used < recipient.budget:
        return None
    spent = f"over budget: {used} of {recipient.budget} interrupts used today"
    digest = next_digest(recipient, routes)
    if digest:
        return OverBudget(f"{spent}; waits for the digest {digest.name}", digest=digest)
    midnight = day_end(recipient, now)
    until = quiet_until(recipient, midnight) or midnight
    wall = until.astimezone(ZoneInfo(recipient.timezone))
    return OverBudget(f"{spent}; waits until {wall:%d %b %H:%M} {recipient.timezone}", until=until)


def next_digest(recipient: Recipient, routes: Sequence[Route]) -> Route | None:
    """The first digest route that reaches this recipient."""
    for route in routes:
        if route.digest and any(other.key == recipient.key for other in route.to):
            return route
    return None


def day_start(recipient: Recipient, now: datetime) -> datetime:
    """The midnight (UTC instant) at which the recipient's current day began: interrupts count from here."""
    return _midnight(recipient, now, 0)


def day_end(recipient: Recipient, now: datetime) -> datetime:
    """The recipient's next midnight, as a UTC instant."""
    return _midnight(recipient, now, 1)


def _midnight(recipient: Recipient, now: datetime, days: int) -> datetime:
    zone = ZoneInfo(recipient.timezone)
    date = now.astimezone(zone).date() + timedelta(days=days)
    return local_to_utc(datetime(date.year, date.month, date.day), zone)  # noqa: DTZ001 - resolved right here
