"""Digest: stored facts become the stories, sections and counts that messages show."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerting.excerpt import headline, snippet
from monitor.alerting.routes import raised
from monitor.alerting.slots import Slot
from monitor.alerting.worddiff import word_diff
from monitor.model.alert import (
    AlertStory,
    AlertWatch,
    Change,
    Digest,
    DigestSection,
    Fate,
    FeedHealth,
    Recipient,
    Route,
)
from monitor.model.entry import Entry, StoredEntry
from monitor.model.story import Story
from monitor.model.watch import Match, Severity, Why

SHOWN = 200  # stories a digest carries; its counts cover all of them


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A story and the fates that brought it here: one for each entry and watch."""

    story: AlertStory
    fates: tuple[Fate, ...]

    @property
    def mentions(self) -> int:
        return len({fate.entry_id for fate in self.fates})


def alert_story(
    story: Story,
    entry: StoredEntry,
    matches: Sequence[Match],
    watch_titles: Mapping[tuple[str, str], str],
    why_words: Callable[[Why], str],
    previous: Entry | None,
    update: str,
) -> AlertStory:
    """The story as told by ``entry``. ``watch_titles``: (watchlist, watch) -> what people call it.

    ``previous`` is the entry's text before a correction; ``update`` says what changed since the story was told.
    """
    spans = [span for match in matches for span in match.spans]
    watches = tuple(
        AlertWatch(
            watchlist=match.watchlist,
            watch=match.watch,
            title=watch_titles.get((match.watchlist, match.watch), match.watch),
            severity=raised(match.severity, entry.source),
            why=why_words(match.why),
        )
        for match in sorted(matches, key=lambda match: -match.severity)
    )
    own = entry.source.title
    return AlertStory(
        story_id=story.id,
        entry_id=entry.id,
        title=headline(entry.entry, spans),
        url=entry.entry.url or story.url,
        source=own or entry.source.host,
        at=entry.at,
        severity=max((watch.severity for watch in watches), default=Severity.LOW),
        watches=watches,
        excerpt=snippet(entry.entry, spans),
        also_in=tuple(outlet for outlet in story.outlets if outlet not in (own, entry.source.host)),
        language=entry.entry.language,
        author=entry.entry.author,
        tags=entry.entry.tags,
        correction=word_diff(previous, entry.entry) if previous else (),
        note=update,
    )


def build_digest(
    route: Route,
    recipient: Recipient,
    slot: Slot,
    start: datetime,
    end: datetime,
    items: Sequence[DigestItem],
    *,
    titles: Mapping[str, str],
    bars: Mapping[str, tuple[int, ...]],
    before: Mapping[str, int] | None,
    health: Sequence[FeedHealth],
    feeds_total: int,
    schedule: str,
) -> Digest:
    """One digest. A story stands in one section only, so the header's counts are the sections' sums.

    ``titles``: watchlist -> what people call it. ``before``: counts of the digest before.
    """
    ranked = sorted((_with_fates(item) for item in items), key=_rank)
    sections = _sections(ranked, titles, bars)
    high = sum(item.story.severity >= Severity.HIGH for item in ranked)

    def change(name: str, now: int) -> Change:
        return Change(now, None if before is None else before.get(name))

    return Digest(
        route=route.name,
        title=route.title or route.name,
        recipient=recipient.key,
        slot=slot.local,
        start=start,
        end=end,
        timezone=recipient.timezone,
        mentions=change("mentions", sum(section.mentions for section in sections)),
        stories=change("stories", sum(section.story_count for section in sections)),
        high=change("high", high),
        sections=sections,
        health=tuple(health),
        feeds_total=feeds_total,
        schedule=schedule,
        languages=dict(Counter(item.story.language for item in ranked if item.story.language).most_common()),
    )


def _with_fates(item: DigestItem) -> DigestItem:
    """The ledger's severity counts where it is higher: another entry of the story may have raised it."""
    severities: dict[tuple[str, str], Severity] = {}
    for fate in item.fates:
        key = (fate.watchlist, fate.watch)
        severities[key] = max(fate.severity, severities.get(key, Severity.LOW))
    watches = tuple(
        replace(watch, severity=max(watch.severity, severities.get((watch.watchlist, watch.watch), Severity.LOW)))
        for watch in item.story.watches
    )
    severity = max([item.story.severity, *severities.values()])
    return replace(item, story=replace(item.story, severity=severity, watches=watches))


def _rank(item: DigestItem) -> tuple[int, int, float, int]:
    """Severity, then outlets, then recency."""
    story = item.story
    return (-story.severity, -len(story.also_in), -story.at.timestamp(), story.story_id)


def _sections(
    ranked: Sequence[DigestItem], titles: Mapping[str, str], bars: Mapping[str, tuple[int, ...]]
) -> tuple[DigestSection, ...]:
    """One for each watchlist, the one with the lead story first."""
    groups: dict[str, list[DigestItem]] = {}
    for item in ranked:
        groups.setdefault(_home(item), []).append(item)
    shown = {item.story.story_id for item in ranked[:SHOWN]}
    return tuple(
        DigestSection(
            watchlist=name,
            title=titles.get(name, name),
            mentions=sum(item.mentions for item in groups[name]),
            stories=tuple(item.story for item in groups[name] if item.story.story_id in shown),
            story_count=len(groups[name]),
            bars=tuple(bars.get(name, ())),
        )
        for name in groups
    )


def _home(item: DigestItem) -> str:
    """The watchlist of its most severe fate; among equals the first."""
    return max(item.fates, key=lambda fate: fate.severity).watchlist
