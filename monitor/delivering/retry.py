"""Retry: when to try a delivery again. The one place of backoff (delivery.md §3)."""

from datetime import datetime, timedelta

from monitor.ports import Chance

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2  # up to this share is added, so that what failed together does not return together
LONGEST_WISH = timedelta(hours=24)  # a receiver may not park a message for longer than our own longest wait


def next_try(attempts: int, now: datetime, chance: Chance, after: timedelta | None) -> datetime | None:
    """When to try again after ``attempts`` tries, the failed one counted; None = give up.

    Never sooner than ``after``, the wait that the receiver named.
    """
    tries = max(1, attempts)
    if tries > len(WAITS):
        return None
    wait = max(WAITS[tries - 1], min(after or timedelta(), LONGEST_WISH))
    return now + wait * (1 + JITTER * chance())
