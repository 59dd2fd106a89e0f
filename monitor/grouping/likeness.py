"""Likeness: the keys by which two entries are the same news."""

import hashlib
import re
from collections.abc import Sequence

from monitor.grouping.urls import canonical_url, item_anchor
from monitor.grouping.words import canonical_words, without_boilerplate
from monitor.model.entry import Entry

__all__ = ["canonical_url", "entry_words", "keys"]

MIN_WORDS = 12  # a shorter text says too little to be the same news by itself
MIN_DISTINCT = 8
MIN_BRIEF = 4  # words of a text that may count together with its title

_HOME_PAGE = re.compile(r"https://[^/?#]+/")


def keys(entry: Entry, words: Sequence[str] | None = None) -> tuple[str, ...]:
    """The keys of an entry, most trusted first: ``url:<canonical>``, ``text:<hash>``. The title alone is none.

    A text too short for a key of its own counts together with its title: ``brief:<hash>``, for agency one-liners.
    ``words`` are its ``entry_words``, if already at hand.
    """
    words = entry_words(entry) if words is None else words
    text = _hashed("text", words) or (len(words) >= MIN_BRIEF and _brief_key(entry, words)) or ""
    return tuple(key for key in (_url_key(entry.url), text) if key)


def entry_words(entry: Entry) -> list[str]:
    """Canonical words of the body, or of the summary where there is no body: some outlets put the text there."""
    return canonical_words(without_boilerplate(entry.body if entry.body.strip() else entry.summary))


def _url_key(url: str) -> str:
    """Empty for what is no web address, and for a home page: careless feeds link every item to it."""
    canonical = canonical_url(url)
    anchor = item_anchor(url)
    if not canonical.startswith("https://") or (_HOME_PAGE.fullmatch(canonical) and not anchor):
        return ""
    return f"url:{canonical}{anchor}"


def _brief_key(entry: Entry, words: Sequence[str]) -> str:
    return _hashed("brief", [*canonical_words(entry.title), "/", *words])


def _hashed(kind: str, words: Sequence[str]) -> str:
    """Empty when the words are too few to be the same news by themselves."""
    if len(words) < MIN_WORDS or len(set(words)) < MIN_DISTINCT:
        return ""
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"{kind}:{digest}"
