"""Canonical URLs: one spelling for every address of the same page. A key for comparing, never a link to follow."""

import re
from urllib.parse import unquote

import ada_url
from ada_url.ada_adapter import ParseAttributes

from monitor.grouping.tracking import FRAGMENT_NOISE, HOST_PARAMETERS, PARAMETERS, PREFIXES, REDIRECTS

_MAX_HOPS = 4  # redirects wrapped in redirects
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 §2.3
_MIRRORS = frozenset({"www", "www1", "www2", "www3", "m", "mobile", "amp"})  # labels before the outlet's own name
_SUFFIX = re.compile(r"(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}")  # "m.co.uk" is a name of its own
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
# google.com/amp/s/example.org/…, example-org.cdn.ampproject.org/c/s/example.org/…
_AMP_CACHE = re.compile(
    r"google\.[a-z.]+/amp/(?:s/)?([^/]+\..+)|[^/]+\.cdn\.ampproject\.org/[cv]/(?:s/)?([^/]+\..+)"
)
_AMP_VALUES = frozenset({"", "1", "true", "yes", "amp"})
_AMP_PARAMETERS = frozenset({"amp", "outputtype", "output", "view", "format"})


def canonical_url(url: str) -> str:
    """One spelling for every address of a page; what cannot be read as a web address comes back as it is."""
    parts = _parsed(url)
    for _ in range(_MAX_HOPS):
        target = _redirect_target(parts) if parts else None
        if target is None:
            break
        parts = _parsed(target)
    return _joined(parts) if parts else url.strip()


def item_anchor(url: str) -> str:
    """A fragment that names one item on a page of many ("#CVE-2026-1234"), else empty.

    `canonical_url` drops every fragment but a ``#!`` route. Release notes and advisories however put many
    items on one page, and those are different news.
    """
    parts = _parsed(url)
    if parts is None:
        return ""
    anchor = parts["hash"]
    if anchor.startswith("#!") or not re.search(r"\d", anchor) or FRAGMENT_NOISE.match(anchor):
        return ""
    return anchor


def _parsed(url: str) -> ParseAttributes | None:
    url = url.strip()
    if url.startswith("//"):
        url = f"https:{url}"
    try:
        parts = ada_url.parse_url(url, ("protocol", "hostname", "port", "pathname", "search", "hash"))
    except ValueError:
        return None
    return parts if parts["protocol"] in ("http:", "https:") else None


def _folded_host(host: str) -> str:
    """Without ``www.``, ``m.``, ``mobile.``, ``amp.`` in front, and ``en.m.wikipedia.org`` as ``en.wikipedia.org``."""
    labels = host.rstrip(".").split(".")
    while len(labels) > 2 and labels[0] in _MIRRORS and not _SUFFIX.fullmatch(".".join(labels[1:])):
        labels = labels[1:]
    if len(labels) > 3 and labels[1] in ("m", "mobile"):
        labels = [labels[0], *labels[2:]]
    return ".".join(labels)


def _redirect_target(parts: ParseAttributes) -> str | None:
    """The readable address inside a redirecting address, when it is written there."""
    place = f"{_folded_host(parts['hostname'])}{parts['pathname']}"
    cached = _AMP_CACHE.fullmatch(place)
    if cached:
        target = f"https://{cached[1] or cached[2]}{parts['search']}"
        return target if _parsed(target) else None
    names = next((names for pattern, names in REDIRECTS if pattern.fullmatch(place)), ())
    for pair in parts["search"].lstrip("?").split("&"):
        name, _, value = pair.partition("=")
        target = unquote(value)
        if name.lower() in names and _parsed(target):
            return target
    return None


def _joined(parts: ParseAttributes) -> str:
    host = _folded_host(parts["hostname"])
    port = "" if parts["port"] in ("", "80", "443") else f":{parts['port']}"
    path = _folded_path(parts["pathname"])
    query = _kept_query(host, parts["search"])
    route = parts["hash"] if parts["hash"].startswith("#!") and len(parts["hash"]) > 2 else ""
    return f"https://{host}{port}{path}{f'?{query}' if query else ''}{route}"


def _folded_path(path: str) -> str:
    path = re.sub(r"/{2,}", "/", _SESSION.sub("", _escapes(path)))
    before = ""
    while path != before:  # an AMP mark may hide another one
        before = path
        path = path.rstrip("/")
        path = path.removesuffix("/amp").removesuffix(".amp")
        path = f"{path.removesuffix('.amp.html')}.html" if path.endswith(".amp.html") else path
        path = path[4:] if path.startswith("/amp/") else path
    return path or "/"


def _kept_query(host: str, search: str) -> str:
    """Unknown parameters in their order; known tracking ones and AMP switches left out."""
    own = next((names for suffix, names in HOST_PARAMETERS if _under(host, suffix)), frozenset[str]())
    kept = []
    for pair in _escapes(search.lstrip("?")).replace("%20", "+").split("&"):
        name, _, value = pair.partition("=")
        name = name.lower()
        tracking = name in PARAMETERS or name in own or name.startswith(PREFIXES)
        if pair and not tracking and not _is_amp_switch(name, value.lower()):
            kept.append(pair)
    return "&".join(kept)


def _is_amp_switch(name: str, value: str) -> bool:
    if name == "amp":
        return value in _AMP_VALUES
    return name in _AMP_PARAMETERS and value == "amp"


def _under(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith(f".{suffix}")


def _escapes(text: str) -> str:
    """Escapes of letters and digits undone, the rest in capitals (RFC 3986 §6.2.2)."""
    return _ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"
