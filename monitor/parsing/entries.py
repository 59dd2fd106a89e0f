"""From raw items to entries: plain text, dates, links and an identity for each, whatever the feed holds."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

from monitor.model.entry import Enclosure, Entry
from monitor.model.feed import ParsedFeed
from monitor.parsing.dates import parse_date
from monitor.parsing.items import Document, Item, Markup
from monitor.parsing.links import web_link
from monitor.text import html_to_text, plain_text

MAX_ITEMS = 2_000  # the newest of a document; the rest is counted in ParsedFeed.cut
MAX_TITLE = 1_024  # characters
MAX_MARKUP = 65_536  # characters of HTML in one field
MAX_AUTHOR = 512  # characters
MAX_IDENTITY = 2_048  # characters
MAX_TAG = 256  # characters
MAX_AUTHORS, MAX_TAGS, MAX_ENCLOSURES = 50, 100, 50  # of one entry

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_FORMATTING = r"(?:abbr|a|big|br|b|cite|code|div|em|font|h[1-6]|img|ins|i|kbd|li|mark|ol|p|q|small|span|strong|strike|sub|sup|s|tt|ul|u)"
_PAIR = re.compile(rf"</{_FORMATTING}\s*>", re.IGNORECASE)
_TRACKER = re.compile(r"#(?:xtor|utm_[a-z]+|at_[a-z]+|ns_[a-z]+|ref|src|source)=.*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def build(document: Document) -> ParsedFeed:
    """The document's entries in its order. Never fails: an item that nothing can be made of is told in ``skipped``."""
    items, cut = _newest(document.items)
    language = _language(document.language)
    entries: list[Entry] = []
    skipped: list[str] = []
    for place, item in enumerate(items, 1):
        entry = _entry(item, document.base, language)
        if entry is None:
            skipped.append(f"item {place} has no title, text or address")
        else:
            entries.append(entry)
    hints = document.hints
    return ParsedFeed(
        title=_title(document.title),
        entries=tuple(_distinct(entries)),
        link=web_link(document.link, document.base),
        language=language,
        format=document.format,
        truncated=document.truncated,
        cut=cut,
        skipped=tuple(skipped),
        ttl=hints.ttl,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        prev_archive=web_link(hints.prev_archive, document.base),
        hub=web_link(hints.hub, document.base),
    )


def _newest(items: Sequence[Item]) -> tuple[Sequence[Item], int]:
    """At most MAX_ITEMS, in the order of the document, and how many were left out.

    Without dates the first ones count as newest, as feeds nearly always begin with them.
    """
    if len(items) <= MAX_ITEMS:
        return items, 0
    places = sorted(range(len(items)), key=lambda place: _age(items[place]), reverse=True)
    kept = sorted(places[:MAX_ITEMS])
    return [items[place] for place in kept], len(items) - MAX_ITEMS


def _age(item: Item) -> datetime:
    return parse_date(item.published) or parse_date(item.updated) or _EPOCH


def _entry(item: Item, base: str, language: str) -> Entry | None:
    title = _title(item.title)
    summary, body = _text(item.summary), _text(item.body)
    if summary == body:
        # Only a description stands in ``summary``; what came as content stays ``body``.
        summary = "" if item.body.value else summary
        body = body if item.body.value else ""
    url = web_link(item.link, base)
    if not (title or summary or body or url):
        return None
    updated = parse_date(item.updated) if item.updated else None
    return Entry(
        identity=_identity(item, url, title, summary, body),
        title=title,
        summary=summary,
        body=body,
        url=url,
        author=_author(item.authors),
        tags=_tags(item.tags),
        language=_language(item.language) or language,
        published=(parse_date(item.published) if item.published else None) or updated,
        updated=updated,
        enclosures=_enclosures(item.enclosures, base),
        content_hash=_digest(title, summary, body),
    )


def _title(title: Markup) -> str:
    value = title.value if len(title.value) <= MAX_TITLE else title.value[:MAX_TITLE]
    if "<" in value and (title.html or _PAIR.search(value)):
        return " ".join(html_to_text(value).split())
    return plain_text(value)


def _text(markup: Markup) -> str:
    value = markup.value if len(markup.value) <= MAX_MARKUP else _cut(markup.value)
    if "<" in value and not markup.html and not _PAIR.search(value):
        value = value.replace("<", "&lt;")
    return html_to_text(value).strip()


def _cut(value: str) -> str:
    """The beginning, without a tag or an entity cut in two."""
    value = value[:MAX_MARKUP]
    for opening, closing, longest in (("<", ">", 2_000), ("&", ";", 12)):
        place = value.rfind(opening, MAX_MARKUP - longest)
        if place > value.rfind(closing):
            value = value[:place]
    return value


def _identity(item: Item, url: str, title: str, summary: str, body: str) -> str:
    guid = _stored_form(item.guid)
    return guid or _stored_form(_TRACKER.sub("", url)) or f"hash:{_digest(title, summary, body)}"


def _stored_form(guid: str) -> str:
    """A guid without what no database stores; one that is too long keeps its beginning and a digest."""
    guid = guid.strip()
    if not guid.isascii() or not guid.isprintable():
        guid = " ".join(plain_text(guid.replace("&", "&amp;")).split())
    if len(guid) > MAX_IDENTITY:
        return f"{guid[:256]} {_digest(guid)}"
    return guid


def _digest(*parts: str) -> str:
    joined = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(joined, digest_size=16).hexdigest()


def _author(authors: Sequence[str]) -> str:
    """The names, each once."""
    if not authors:
        return ""
    names = dict.fromkeys(plain_text(author[:MAX_AUTHOR]) for author in authors[:MAX_AUTHORS])
    return ", ".join(filter(None, names))[:MAX_AUTHOR]


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    if not tags:
        return ()
    cleaned = (plain_text(tag[:MAX_TAG]) for tag in tags[:MAX_TAGS])
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _language(language: str) -> str:
    found = language.strip().lower().replace("_", "-")[:35]
    return found if _LANGUAGE.fullmatch(found) else ""


def _enclosures(enclosures: Sequence[Enclosure], base: str) -> tuple[Enclosure, ...]:
    if not enclosures:
        return ()
    found = (
        replace(one, url=web_link(one.url, base), type=plain_text(one.type[:100]))
        for one in enclosures[:MAX_ENCLOSURES]
    )
    return tuple(dict.fromkeys(one for one in found if one.url))


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """No identity twice: a guid that different items share is joined with the link, or with the text's hash.

    An item that stands twice word for word is one entry.
    """
    times = Counter(entry.identity for entry in entries)
    if len(times) == len(entries):
        return list(entries)
    variants: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        variants[entry.identity].add((entry.url, entry.content_hash))
    found: dict[str, Entry] = {}
    for entry in entries:
        identity, shapes = entry.identity, variants[entry.identity]
        if len(shapes) > 1:
            has_own_link = entry.url and len({url for url, _ in shapes}) == len(shapes)
            identity = _stored_form(f"{identity} {entry.url if has_own_link else entry.content_hash}")
        found.setdefault(identity, replace(entry, identity=identity))
    return list(found.values())
