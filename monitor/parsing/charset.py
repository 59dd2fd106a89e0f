"""Which characters the bytes of a feed are: what they are beats what they claim to be."""

import codecs
import re

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:\-]{1,40})[\"']")
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:\-]{1,40})", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
# Web servers add these by default, so the document's own word counts more.
_CARELESS = frozenset(("iso8859-1", "ascii", "cp1252", "utf-8"))
# Their bytes are all ASCII, so "valid UTF-8" proves nothing.
_SEVEN_BIT = ("iso2022", "hz", "utf-7")
# Other codecs of Python are no character sets of documents, and some are slow on purpose-made input.
_FAMILIES = re.compile(r"ascii|utf|iso|cp\d|koi8|gb|big5|euc|shift|hz|mac|tis|johab|kz1048|ptcp")
# What the web means by the name on the left (encoding.spec.whatwg.org).
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}


def decode(body: bytes, content_type: str) -> str | None:
    """The text, or None when nothing fits: then only guessing is left."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    for start, name in _STARTS:
        if body.startswith(start):
            return _decoded(body, name)
    named = _claims(body, content_type)
    if not any(name.startswith(_SEVEN_BIT) for name in named):
        text = _decoded(body, "utf-8")
        if text is not None:
            return text
    for name in named:
        text = _decoded(body, _WIDER.get(name, name))
        if text is None and name in _WIDER:
            text = _decoded(body, name)
        if text is not None:
            return text
    return None


def _claims(body: bytes, content_type: str) -> list[str]:
    """Names of codecs, the more trustworthy first."""
    declared = _DECLARATION.match(body[:300])
    parameter = _PARAMETER.search(content_type[:300])
    document = _codec(declared[1].decode("ascii")) if declared else ""
    server = _codec(parameter[1]) if parameter else ""
    order = (document, server) if server in _CARELESS else (server, document)
    return [name for name in order if name]


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return found if _FAMILIES.match(found) else ""


def _decoded(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None
