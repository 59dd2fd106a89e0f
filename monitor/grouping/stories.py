"""Stories: where an entry belongs, given what its keys found."""

from collections.abc import Sequence

from monitor.grouping.nearness import nearness
from monitor.grouping.signatures import Signature, unpacked
from monitor.model.entry import StoredEntry
from monitor.model.story import Candidate, Placement

# The kind of key that led to a story -> (relation, reason).
_RELATIONS = {
    "url": ("copy", "same canonical URL as entry {}"),
    "text": ("copy", "same text as entry {}"),
    "brief": ("copy", "same title and text as entry {}"),
}


def place(entry: StoredEntry, found: tuple[int, str, int] | None) -> Placement | None:
    """The entry's place in the story that ``found`` names: (story id, key, entry id). None: no exact copy is there."""
    if found is None:
        return None
    story_id, key, entry_id = found
    if entry_id == entry.id:
        return _new_version(story_id, entry_id)
    relation, reason = _RELATIONS[key.partition(":")[0]]
    return Placement(story_id, False, relation, reason.format(entry_id))


def place_near(entry: StoredEntry, mine: Signature, candidates: Sequence[Candidate]) -> Placement | None:
    """The entry's place in the story of the likeliest near-duplicate. None: a story of its own."""
    likely = []
    for candidate in candidates:
        if candidate.entry_id == entry.id:
            return _new_version(candidate.story_id, entry.id)
        near = nearness(mine, unpacked(candidate.sketch))
        if near is not None:
            likely.append((near, candidate))
    if not likely:
        return None
    near, candidate = max(likely, key=lambda one: (one[0].most, -one[1].entry_id))
    return Placement(candidate.story_id, False, "near-copy", near.words(candidate.entry_id))


def _new_version(story_id: int, entry_id: int) -> Placement:
    return Placement(story_id, False, "correction", f"a new version of entry {entry_id}")
