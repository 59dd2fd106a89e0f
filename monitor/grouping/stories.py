"""Stories: where an entry belongs, given what its keys found.

Only exact copies are placed here. Near-duplicates come in through the same door: whatever finds a likely story
(by `signatures`) hands in ``(story id, "near:…", entry id)`` and gets its own line in ``_RELATIONS``.
"""

from monitor.model.entry import StoredEntry
from monitor.model.story import Placement

# The kind of key that led to a story -> (relation, reason).
_RELATIONS = {
    "url": ("copy", "same canonical URL as entry {}"),
    "text": ("copy", "same text as entry {}"),
}


def place(entry: StoredEntry, found: tuple[int, str, int] | None) -> Placement | None:
    """The entry's place in the story that ``found`` names: (story id, key, entry id). None: a story of its own."""
    if found is None:
        return None
    story_id, key, entry_id = found
    if entry_id == entry.id:
        return Placement(story_id, False, "correction", f"a new version of entry {entry_id}")
    relation, reason = _RELATIONS[key.partition(":")[0]]
    return Placement(story_id, False, relation, reason.format(entry_id))
