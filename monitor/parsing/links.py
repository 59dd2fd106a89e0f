"""Links of a feed: absolute, http or https, or nothing."""

import re
from urllib.parse import quote, urljoin

_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:")
_UNWANTED = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff\\<>\"]")
# White space and control characters inside "java\tscript:" vanish in browsers, so they vanish before we judge.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST = 4096  # characters


def web_link(link: str, base: str = "") -> str:
    """``link`` as an absolute http(s) URL, resolved against ``base``; empty when it is none."""
    link = link.strip()
    if _WEB.match(link) and link.isascii() and not _UNWANTED.search(link):
        return link if len(link) <= LONGEST else ""
    link = _INVISIBLE.sub("", link).strip()
    if not link or len(link) > LONGEST:
        return ""
    if not _WEB.match(link):
        if _SCHEME.match(link) or not base:
            return ""
        try:
            link = urljoin(base, link)
        except ValueError:
            return ""
        if not _WEB.match(link):
            return ""
    return _UNWANTED.sub(_quoted, link)


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], errors="replace")
