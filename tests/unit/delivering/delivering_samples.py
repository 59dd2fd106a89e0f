"""Stories, digests and deliveries that the tests of this folder share."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.delivering.render import to_payload
from monitor.model.alert import (
    Alert,
    AlertStory,
    AlertWatch,
    Change,
    Delivery,
    Digest,
    DigestSection,
    Excerpt,
    FeedHealth,
    Mark,
)
from monitor.model.watch import Severity

END = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 07:00 in Kyiv


def excerpt(text: str, *words: str) -> Excerpt:
    marks = [Mark(text.index(word), text.index(word) + len(word)) for word in words]
    return Excerpt(text, tuple(marks))


def watch(
    title: str = "Drone production", severity: Severity = Severity.HIGH, why: str = "“drone” in the title"
) -> AlertWatch:
    return AlertWatch("defence", "drones", title, severity, why)


def story(number: int = 1, **changes: Any) -> AlertStory:
    usual = AlertStory(
        story_id=number,
        entry_id=number,
        title=excerpt("Kyiv raises drone target", "drone"),
        url=f"https://north.example/world/{number}",
        source="Northern Wire",
        at=END - timedelta(minutes=79),
        severity=Severity.HIGH,
        watches=(watch(),),
        excerpt=excerpt("Output of FPV drones is to exceed the plan, the minister said.", "drones"),
        also_in=("Morning Ledger", "Harbour Post"),
        language="en",
    )
    return replace(usual, **changes)


def section(stories: Sequence[AlertStory], title: str = "Ukraine defence", **changes: Any) -> DigestSection:
    bars = (3, 5, 4, 0, 8, 9, 4, 3, 6, 7, 12, 9, 14, 23)
    usual = DigestSection(title.lower(), title, len(stories), tuple(stories), len(stories), bars)
    return replace(usual, **changes)


def digest(*sections: DigestSection, **changes: Any) -> Digest:
    stories = [one for part in sections for one in part.stories]
    usual = Digest(
        route="morning",
        title="Morning brief",
        recipient="desk-mail:olena",
        slot="2026-11-22T07:00",
        start=END - timedelta(days=1),
        end=END,
        timezone="Europe/Kyiv",
        mentions=Change(sum(part.mentions for part in sections), 1),
        stories=Change(sum(part.story_count for part in sections), 1),
        high=Change(sum(one.severity >= Severity.HIGH for one in stories)),
        sections=sections,
        health=(FeedHealth("Border Herald", "https://border.example/rss", "gone", "answers 410 Gone"),),
        feeds_total=14,
        schedule="every day at 07:00",
        languages={"en": 2, "uk": 3},
    )
    return replace(usual, **changes)


def delivery(message: Alert | Digest | dict[str, Any], kind: str = "alert.created", **changes: Any) -> Delivery:
    usual = Delivery(
        id="01J9ZK3M",
        kind=kind,
        channel="desk-mail",
        recipient="desk-mail:olena",
        address="olena@example.org",
        route="morning",
        dedup_key="key",
        order_key="order",
        payload=message if isinstance(message, dict) else to_payload(message),
        created_at=END,
    )
    return replace(usual, **changes)
