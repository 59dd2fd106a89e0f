"""Archive: after a gap, the older pages that a feed offers are walked until one shows an entry that is known (P19)."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin

from monitor.fetching.politeness import authority
from monitor.model.feed import FetchRequest, Validators
from monitor.pipeline.reading import Read

MAX_PAGES = 5


@dataclass(frozen=True, slots=True)
class _Walk:
    """The newest page with the entries of every older one so far."""

    read: Read
    pages: tuple[str, ...] = ()


class Archives:
    """Feeds of one run whose archives (RFC 5005 §4) are being walked, a page at a time.

    Nothing of such a feed is committed before its walk has ended, so a walk that is cut off begins anew.
    """

    def __init__(self) -> None:
        self._walks: dict[int, _Walk] = {}

    def joined(self, read: Read) -> Read:
        """The feed's newest page with what this older one adds; a newest page is returned as it is."""
        walk = self._walks.get(read.feed.id)
        if walk is None or walk.read.parsed is None:
            return read
        shown = walk.read.parsed.entries
        known = {entry.identity for entry in shown}
        older = read.parsed.entries if read.parsed else ()
        new = tuple(entry for entry in older if entry.identity not in known)
        before = _absolute(read) if read.parsed else ""
        parsed = replace(walk.read.parsed, entries=(*shown, *new), prev_archive=before)
        joined = replace(walk.read, parsed=parsed, walked=True)
        self._walks[read.feed.id] = replace(walk, read=joined)
        return joined

    def next_page(self, read: Read, request: FetchRequest, *, gap: bool) -> FetchRequest | None:
        """The page to fetch before this feed is committed; None: there is none, or what we have will do."""
        walk = self._walks.pop(read.feed.id, _Walk(read))
        url = _absolute(read) if gap else ""
        if not url or url in (*walk.pages, request.url) or len(walk.pages) == MAX_PAGES:
            return None
        if authority(url) != authority(read.result.url):
            return (
                None  # another host is not ours to visit: it is neither leased nor meant by the feed's credentials
            )
        self._walks[read.feed.id] = _Walk(read, (*walk.pages, url))
        return replace(request, url=url, validators=Validators())


def _absolute(read: Read) -> str:
    assert read.parsed is not None
    try:
        return urljoin(read.result.url, read.parsed.prev_archive) if read.parsed.prev_archive else ""
    except ValueError:
        return ""
