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
_STARTS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_LETTERS = re.compile(rb"[\xc0-\xff]")
_GOOD_FOR_BAD = 4  # other charsets make at most one valid pair of UTF-8 out of five by accident
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


def decode(body: bytes, content_type: str) -> str:
    """The text; characters that are none become U+FFFD."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _STARTS:
        if body.startswith(start):
            return body.decode(name, "replace")
    named = _claims(body, content_type)
    if not any(name.startswith(_SEVEN_BIT) for name in named):
        text = _decoded(body, "utf-8")
        if text is None and _CARELESS.issuperset(named):
            text = _nearly_utf_8(body)
        if text is not None:
            return text
    for name in named:
        text = _decoded(body, _WIDER.get(name, name))
        if text is not None:
            return text
    text = _decoded(body, _guess(body))
    return text if text is not None else body.decode(named[0] if named else "latin-1", "replace")


def _nearly_utf_8(body: bytes) -> str | None:
    """UTF-8 with a damaged character among many good ones, or with surrogates in it."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - len(_HIGH.sub(b"", body))
    if good >= _GOOD_FOR_BAD * bad:
        return text
    try:
        paired = body.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return paired.decode("utf-16", "replace")


def _guess(body: bytes) -> str:
    """Cyrillic is recognised by its long runs of high bytes, hardly any of them below 0xC0; else Western."""
    runs = _HIGH.findall(body[:100_000])
    high = b"".join(runs)
    letters = _LETTERS.sub(b"", high)
    if not runs or len(high) < 3 * len(runs) or len(letters) > 0.2 * len(high):
        return "cp1252"
    late = sum(byte >= 0xE0 for byte in high)  # small letters of windows-1251, capitals of KOI8
    return "cp1251" if 2 * late > len(high) - len(letters) else "koi8-u"


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
