"""Quiet hours: what is decided then is held, not dropped."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerting.slots import local_to_utc
from monitor.model.alert import Recipient


def quiet_until(recipient: Recipient, now: datetime) -> datetime | None:
    """The instant at which this recipient's running quiet hours end; None when it is not quiet now.

    The hours are an interval between two instants, so that a wall clock that repeats or skips an hour neither
    ends them twice nor never. An interval may have begun two dates ago where a zone skipped a whole day.
    """
    if recipient.quiet is None:
        return None
    begins, ends = recipient.quiet
    zone = ZoneInfo(recipient.timezone)
    today = now.astimezone(zone).date()
    for back in range(3):
        date = today - timedelta(days=back)
        start = local_to_utc(datetime.combine(date, begins), zone)
        last = date if begins <= ends else date + timedelta(days=1)
        end = local_to_utc(datetime.combine(last, ends), zone)
        if start <= now < end:
            return end
    return None
