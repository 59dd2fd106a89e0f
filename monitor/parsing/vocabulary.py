"""Names of feed elements as feedparser reads them, so that the strict reader knows what it does not know."""

import re

# Namespaces by the prefix that feedparser gives them; "" are the core formats, which share their names.
PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://wellformedweb.org/commentapi/": "wfw",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://webns.net/mvcb/": "admin",
    "http://madskills.com/public/xml/rss/module/trackback/": "trackback",
    "http://madskills.com/public/xml/rss/module/pingback/": "pingback",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://web.resource.org/cc/": "cc",
}

# What an element of an item means to us, by prefix and lower-case name.
MEANINGS = {
    "title": "title",
    "dc:title": "title",
    "media:title": "media-title",
    "link": "link",
    "guid": "guid",
    "id": "guid",
    "description": "description",
    "dc:description": "description",
    "media:description": "description",
    "summary": "summary",
    "itunes:summary": "summary",
    "content": "content",
    "content:encoded": "encoded",
    "author": "author",
    "dc:author": "author",
    "dc:creator": "author",
    "itunes:author": "author",
    "category": "category",
    "dc:subject": "category",
    "media:category": "category",
    "itunes:keywords": "keywords",
    "media:keywords": "keywords",
    "pubdate": "published",
    "published": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "created": "created",
    "dcterms:created": "created",
    "language": "language",
    "dc:language": "language",
    "enclosure": "enclosure",
    "media:group": "container",
    "media:content": "container",
    "item": "item",
    "entry": "item",
    "source": "source",
    "contributor": "contributor",
}

# Core names that feedparser gives a meaning which the strict reader leaves to it.
_LEFT_TO_FEEDPARSER = frozenset(
    re.findall(
        r"\w+",
        """
        abstract authors body channel copyright created_parsed email enclosures expirationdate feed fullitem guidislink
        homepage image info issued keywords lastbuilddate links managingeditor media_content modified name newlocation
        published_parsed rss subtitle summary_detail tagline tags textinput title_detail updated_parsed uri url
        webmaster where
        """,
    )
)
_MODULES_LEFT_TO_FEEDPARSER = frozenset(("itunes:category", "itunes:name", "itunes:email", "xhtml:body"))
# Prefixes that feedparser knows: bound to another namespace they mean something else to it than to us.
_ITS_PREFIXES = frozenset((*PREFIXES.values(), "gml", "psc", "taxo", "xml")) - {""}


def meaning(tag: str, prefix: str | None) -> str:
    """One of MEANINGS' values, "ignored" for what has no influence on an entry, "?" where that is not sure."""
    namespace, _, name = tag.lstrip("{").lower().rpartition("}")
    known = PREFIXES.get(namespace)
    if known is None:
        if prefix in _ITS_PREFIXES:
            return "?"
        return "ignored" if prefix else _plain(name)
    if known == "":
        return _plain(name)
    name = f"{known}:{name}"
    return MEANINGS.get(name) or ("?" if name in _MODULES_LEFT_TO_FEEDPARSER else "ignored")


def _plain(name: str) -> str:
    return MEANINGS.get(name) or ("?" if name in _LEFT_TO_FEEDPARSER else "ignored")
