"""New, updated or same: which entry of a page is which that we already know (polling.md §4).

The chain is guid, then link, then what stands in the text; each later one only where the feed shows that the
earlier ones cannot be trusted. No known entry is taken twice.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import urlsplit

from monitor.model.entry import Entry, KnownEntry

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_NOISE = re.compile(r"\d{1,3}|[^=]*=.*")  # BBC counts edits in "#0", trackers write "#xtor=RSS-1"
_WORD = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one entry of a page is. ``kind``: new, updated or same; ``entry_id`` is the known entry's, if any."""

    entry: Entry
    kind: str
    entry_id: int | None
    reason: str


def classify(entries: Sequence[Entry], known: Sequence[KnownEntry]) -> list[Verdict]:
    """One verdict for each of ``entries``, in their order.

    ``known`` must hold what shares an identity or a URL with an entry, also in another spelling (``spellings``).
    """
    page = _Page(entries, known)
    for rule in (_by_guid, _by_spelling, _by_link, _by_place):
        rule(page)
    seen: set[str] = set()
    verdicts = []
    for place, entry in enumerate(entries):
        verdicts.append(_verdict(entry, page.taken.get(place), page.renamed.get(place), seen))
        seen.add(verdicts[-1].entry.identity)
    return verdicts


def spellings(entries: Sequence[Entry], known: Sequence[KnownEntry]) -> list[Entry]:
    """Entries to ask the store about as well: what ``known`` lacks, under other spellings of its addresses."""
    identities = {one.identity for one in known}
    links = {one.url for one in known}
    return [
        replace(entry, identity=identity, url=url)
        for entry in entries
        if entry.identity not in identities and entry.url not in links
        for identity, url in _other_spellings(entry)
    ]


@dataclass(frozen=True, slots=True)
class _Taken:
    known: KnownEntry
    reason: str


class _Page:
    """The entries of one page beside what is known, and who has been recognised so far."""

    def __init__(self, entries: Sequence[Entry], known: Sequence[KnownEntry]) -> None:
        self.entries = entries
        self.known = known
        self.taken: dict[int, _Taken] = {}
        self.renamed: dict[int, str] = {}  # entries whose guid belongs to another one
        self.by_link = _indexed(known, lambda one: address(one.url))
        self.links = Counter(address(entry.url) for entry in entries)
        self._taken_ids: set[int] = set()

    def open(self) -> Iterator[tuple[int, Entry]]:
        """Entries not recognised yet."""
        for place, entry in enumerate(self.entries):
            if place not in self.taken and place not in self.renamed:
                yield place, entry

    def free(self, known: Sequence[KnownEntry]) -> list[KnownEntry]:
        return [one for one in known if one.id not in self._taken_ids]

    def take(self, place: int, known: KnownEntry, reason: str) -> None:
        self.taken[place] = _Taken(known, reason)
        self._taken_ids.add(known.id)


def _by_guid(page: _Page) -> None:
    """The same guid is the same entry, unless the guid has plainly been given to another one."""
    by_identity = {one.identity: one for one in page.known}
    moved = []
    for place, entry in page.open():
        found = by_identity.get(entry.identity)
        if found is None:
            continue
        if _is_another(entry, found):
            moved.append((place, entry))
        elif page.free([found]):
            page.take(place, found, "its guid is known")
    for place, entry in moved:
        name = f"{entry.identity} {entry.url}"
        linked = page.free(page.by_link[address(entry.url)])
        mine = [one for one in linked if one.identity == name or _says_the_same(entry, one)]
        if mine:
            page.take(place, mine[0], "its guid has named another entry, its link is known")
        else:
            page.renamed[place] = name


def _by_spelling(page: _Page) -> None:
    """http or https, www or not, a last slash, a fragment that means nothing."""
    by_address = _indexed(page.known, lambda one: address(one.identity))
    rivals = Counter(address(entry.identity) for _, entry in page.open())
    for place, entry in page.open():
        key = address(entry.identity)
        if not _ADDRESS.match(entry.identity) or rivals[key] > 1:
            continue
        found = page.free(by_address[key])
        if len(found) == 1 and (_is_same_place(entry.identity, found[0].identity) or _is_like(entry, found[0])):
            page.take(place, found[0], "its guid is known in another spelling")


def _by_link(page: _Page) -> None:
    """A known link under a new guid: the same entry where links of this feed belong to one entry each."""
    trusts_guids = any(taken.known.identity != taken.known.url for taken in page.taken.values())
    for place, entry in page.open():
        key = address(entry.url)
        if not key:
            continue
        everyone = page.by_link[key]
        found = page.free(everyone)
        same = [one for one in found if one.content_hash == entry.content_hash]
        if same:
            page.take(place, same[0], "its guid is new, link and text are known")
        elif len(found) == len(everyone) == page.links[key] == 1 and _is_article(entry.url):
            if _title(entry.title) == _title(found[0].title):
                page.take(place, found[0], "its guid is new, link and title are known")
            elif not trusts_guids and _is_same_place(entry.url, found[0].url):
                page.take(place, found[0], "its guid is new as all guids of this page are, its link is known")


def _by_place(page: _Page) -> None:
    """Guid and link moved to another host: path and title tell."""
    by_path = _indexed(page.known, lambda one: _path(one.url))
    for place, entry in page.open():
        key = _path(entry.url)
        if len(key) < 2 or not entry.title:
            continue
        found = [one for one in page.free(by_path[key]) if _title(one.title) == _title(entry.title)]
        if len(found) == 1:
            page.take(place, found[0], "it moved to another host, path and title are known")


def _verdict(entry: Entry, taken: _Taken | None, renamed: str | None, seen: set[str]) -> Verdict:
    if taken is not None:
        is_same = taken.known.content_hash == entry.content_hash
        words = taken.reason if is_same else f"{taken.reason}, its text is not"
        return Verdict(entry, "same" if is_same else "updated", taken.known.id, words)
    if renamed is not None:
        entry = replace(entry, identity=renamed)
        reason = "its guid stood for another entry"
    else:
        reason = "neither guid nor link are known" if entry.url else "neither guid nor text are known"
    if entry.identity in seen:
        return Verdict(entry, "same", None, "it stands twice on this page")
    return Verdict(entry, "new", None, reason)


def _is_another(entry: Entry, known: KnownEntry) -> bool:
    """A guid was given away: link and title are both others, and the titles share no word."""
    if not entry.url or not known.url or address(entry.url) == address(known.url):
        return False
    if entry.content_hash == known.content_hash or _ADDRESS.match(entry.identity):
        return False
    return bool(entry.title and known.title) and not _is_like(entry, known)


def _is_like(entry: Entry, known: KnownEntry) -> bool:
    ours, theirs = _words(entry.title), _words(known.title)
    return bool(ours & theirs) or _title(entry.title) == _title(known.title)


def _says_the_same(entry: Entry, known: KnownEntry) -> bool:
    return entry.content_hash == known.content_hash or _title(entry.title) == _title(known.title)


def _title(title: str) -> str:
    return " ".join(title.casefold().split())


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.casefold()))


def address(url: str) -> str:
    """An address without what changes while the thing behind it stays; other identities as they are."""
    if not _ADDRESS.match(url):
        return url
    rest = url.split("://", 1)[1].split("#", 1)[0]
    host, slash, path = rest.partition("/")
    host = host.lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")
    return f"{host}{slash}{path}".rstrip("/")


def _path(url: str) -> str:
    if not _ADDRESS.match(url):
        return ""
    return url.split("://", 1)[1].split("#", 1)[0].partition("/")[2].rstrip("/")


def _is_article(url: str) -> bool:
    """The front page is the link of no entry in particular."""
    return bool(_path(url).strip("/"))


def _is_same_place(one: str, other: str) -> bool:
    """Whether two addresses of the same page mean the same part of it."""
    first, second = one.partition("#")[2], other.partition("#")[2]
    return first == second or all(not part or _NOISE.fullmatch(part) for part in (first, second))


def _other_spellings(entry: Entry) -> Iterator[tuple[str, str]]:
    for identity, url in zip(_variants(entry.identity), _variants(entry.url), strict=True):
        if (identity, url) != (entry.identity, entry.url):
            yield identity, url


def _variants(url: str) -> list[str]:
    """Eight spellings, the same ones again where ``url`` is no address."""
    if not _ADDRESS.match(url):
        return [url] * 8
    bare = url.partition("#")[0]
    try:
        parts = urlsplit(bare)
    except ValueError:
        return [url] * 8
    host = parts.netloc.removeprefix("www.")
    rest = bare.split("://", 1)[1][len(parts.netloc) :]
    slash = rest.removesuffix("/") if rest.endswith("/") else f"{rest}/"
    return [
        f"{scheme}://{www}{host}{tail}"
        for scheme, www, tail in product(("https", "http"), ("", "www."), (rest, slash))
    ]


def _indexed(known: Sequence[KnownEntry], key: Callable[[KnownEntry], str]) -> defaultdict[str, list[KnownEntry]]:
    found: defaultdict[str, list[KnownEntry]] = defaultdict(list)
    for one in known:
        found[key(one)].append(one)
    return found
