"""Group: puts an entry into the story it tells, inside the caller's transaction."""

from datetime import datetime, timedelta

from monitor.grouping.likeness import entry_words, keys
from monitor.grouping.signatures import near_keys, packed, signature
from monitor.grouping.stories import place, place_near
from monitor.model.entry import StoredEntry
from monitor.model.story import Placement
from monitor.ports import StoryPlaces

WINDOW = timedelta(hours=72)  # a story without news for longer than this is over


def group(stories: StoryPlaces, entry: StoredEntry, now: datetime) -> Placement:
    """Exact copies are looked for first, then near-duplicates; two looked-up statements, whatever the window holds."""
    words = entry_words(entry.entry)
    exact, mine = keys(entry.entry, words), signature(entry.entry, words)
    near = near_keys(mine)
    since = now - WINDOW
    stories.hold()
    placement = place(entry, stories.find(exact, since))
    if placement is None:
        placement = place_near(entry, mine, stories.candidates(near, since))
    return stories.place(entry, (*exact, *near), placement, now, packed(mine))
