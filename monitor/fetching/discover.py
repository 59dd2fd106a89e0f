"""Discovery: which feeds a web page names, and where feeds usually are when it names none (polling.md §5). Pure."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from monitor.fetching.guard import check_url

MAX_PAGE = 1_000_000  # bytes of a page that are looked at
MAX_LINKS = 20

_FEED_TYPES = (
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "application/xml",
    "text/xml",
    "application/json",
)
_PATHS = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json")
_TAG = re.compile(r"<(link|a|base)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:^|[/.?=_-])(?:rss|atom|feeds?|rdf)(?:$|[/.?&=_-])|\.(?:rss|rdf|atom)$", re.IGNORECASE)
_SECONDARY = re.compile(r"comments?\b|/replies", re.IGNORECASE)


def feed_links(html: bytes, content_type: str, url: str) -> list[str]:
    """Absolute URLs of the feeds that a page offers, the likeliest first.

    Feeds declared by ``<link rel=alternate>`` come before links that only look like feeds; feeds of comments last.
    """
    page = _without_comments(_decoded(html[:MAX_PAGE], content_type))
    base, declared, guessed = url, [], []
    for tag, attributes in _tags(page):
        href = attributes.get("href", "").strip()
        if not href:
            continue
        if tag == "base":
            base = _absolute(url, href) or base
        elif tag == "link" and _is_declared(attributes):
            declared.append((href, attributes.get("title", "")))
        elif tag == "a" and _FEED_PATH.search(_path(href)):
            guessed.append((href, ""))
    found = [(_absolute(base, href), title) for href, title in [*declared, *guessed]]
    links = [(link, title) for link, title in found if link and link != urldefrag(url).url]
    links.sort(key=lambda link: bool(_SECONDARY.search(link[0]) or _SECONDARY.search(link[1])))
    return list(dict.fromkeys(link for link, _ in links))[:MAX_LINKS]


def well_known(url: str) -> list[str]:
    """Where feeds usually are: below the page itself, then at the root of its site."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    path = parts.path.rstrip("/")
    below = [f"{root}{path}/feed"] if path and "." not in path.rsplit("/", 1)[-1] else []
    return [*below, *(f"{root}/{name}" for name in _PATHS)]


def _path(href: str) -> str:
    """Path and query of a link, which may be malformed."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_declared(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").split(";")[0].strip().lower()
    if "alternate" in relations and "stylesheet" not in relations:
        return kind in _FEED_TYPES
    return "feed" in relations


def _tags(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    for tag in _TAG.finditer(page):
        attributes: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(tag[2]):
            attributes.setdefault(name.lower(), unescape(double or single or bare))
        yield tag[1].lower(), attributes


def _without_comments(page: str) -> str:
    """In one pass: an unclosed comment hides the rest."""
    first, *rest = page.split("<!--")
    return first + "".join(piece.partition("-->")[2] for piece in rest)


def _decoded(html: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type)
    try:
        return html.decode(named[1] if named else "utf-8", "replace")
    except LookupError:
        return html.decode("utf-8", "replace")


def _absolute(base: str, href: str) -> str:
    try:
        link = urldefrag(urljoin(base, href.replace(" ", "%20"))).url
    except ValueError:
        return ""
    return "" if check_url(link) else link
