"""Audit: does everything that was seen since a time end in one recorded state?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.ports import Database


@dataclass(frozen=True, slots=True)
class AuditReport:
    """``entries = matched + unmatched + held``; ``holes`` are sentences, none when the ledger adds up."""

    since: datetime
    counts: Mapping[str, int]
    states: Mapping[str, int]
    holes: Sequence[str]

    @property
    def adds_up(self) -> bool:
        return not self.holes


def audit(database: Database, since: datetime) -> AuditReport:
    """Read the ledger against entries, matches and the outbox (delivery.md §2)."""
    with database.read() as records:
        found = records.ledger.audit(since)
    return AuditReport(since, found["counts"], found["states"], tuple(found["holes"]))
