"""Parsing: from bytes to entries, and from entries to what is new (polling.md §3, §4). Pure.

``formats`` chooses the reader: ``jsonfeed``, ``fastxml`` (strict) or ``xmlfeed`` (feedparser, for whatever the strict
one declines). Each gives raw ``items``, of which ``entries`` makes plain text with dates and identities; ``identity``
tells new from updated from same. ``opml`` reads and writes lists of feeds.
"""
