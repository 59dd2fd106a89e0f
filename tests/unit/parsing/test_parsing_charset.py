"""Which characters the bytes are, whatever they are called."""

import pytest

from monitor.parsing.charset import decode

UKRAINIAN = "<rss><title>Їжак і ґава знайшли пішохідну стежку біля ріки</title></rss>"
RUSSIAN = "<rss><title>Мост через реку снова открыт для пешеходов</title></rss>"
GERMAN = "<rss><title>Grüße aus Köln – „schön“</title></rss>"
JAPANESE = "<rss><title>橋が再開した</title></rss>"


def declared(text: str, name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>{text}'


@pytest.mark.parametrize(
    ("text", "codec", "content_type"),
    [
        (declared(UKRAINIAN, "utf-8"), "utf-8", ""),
        (declared(UKRAINIAN, "windows-1251"), "cp1251", ""),
        (declared(UKRAINIAN, "windows-1251"), "cp1251", "text/xml; charset=iso-8859-1"),
        (declared(UKRAINIAN, "utf-8"), "cp1251", 'application/rss+xml; charset="windows-1251"'),
        (declared(UKRAINIAN, "windows-1251"), "utf-8", "text/xml; charset=windows-1251"),
        (declared(UKRAINIAN, "utf-8"), "cp1251", "text/xml; charset=utf-8"),
        (UKRAINIAN, "cp1251", ""),
        (RUSSIAN, "cp1251", "text/xml; charset=x-unknown"),
        (RUSSIAN, "koi8-r", ""),
        (declared(RUSSIAN, "koi8-r"), "koi8-r", ""),
        (GERMAN, "cp1252", ""),
        (declared(GERMAN, "iso-8859-1"), "cp1252", ""),
        (declared(JAPANESE, "shift_jis"), "cp932", ""),
        (declared(JAPANESE, "euc-jp"), "euc-jp", "text/xml"),
        (declared(JAPANESE, "iso-2022-jp"), "iso-2022-jp", ""),
        (declared(JAPANESE, "utf-16"), "utf-16", ""),
        (declared(JAPANESE, "utf-16"), "utf-16-le", ""),
        (declared(JAPANESE, "utf-16"), "utf-16-be", ""),
        (declared(JAPANESE, "utf-32"), "utf-32", ""),
        (UKRAINIAN, "utf-8-sig", ""),
        (declared("<rss/>", "cp037"), "cp037", ""),
    ],
)
def test_the_text_comes_out_as_it_was_written(text: str, codec: str, content_type: str) -> None:
    assert decode(text.encode(codec), content_type) == text


def test_one_damaged_letter_does_not_make_the_rest_unreadable() -> None:
    body = RUSSIAN.encode().replace("у".encode(), b"\xd1", 1)

    assert decode(body, "") == RUSSIAN.replace("у", "\ufffd", 1)


def test_a_codec_of_python_that_is_no_charset_is_not_used() -> None:
    body = declared("<rss>caf\xe9</rss>", "unicode_escape").encode("latin-1")

    assert decode(body, "text/xml; charset=zlib").endswith("<rss>café</rss>")


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xff\xfe", b"\x00\x00\x00<", b"\x81\x8d", b"\xef\xbb\xbf\xff"])
def test_anything_gives_text_that_can_be_stored(body: bytes) -> None:
    decode(body, "text/xml; charset=utf-16").encode("utf-8")
