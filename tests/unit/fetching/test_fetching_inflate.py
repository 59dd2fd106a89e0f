"""Bounded decompression, whatever the chunks."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetching.inflate import Inflater, too_large
from monitor.model.errors import FetchError


def inflate(encoding: str, wire: bytes, chunk: int = 65536, limit: int = 1_000_000) -> bytes:
    inflater = Inflater(encoding, limit)
    for start in range(0, len(wire), chunk):
        inflater.feed(wire[start : start + chunk])
    return inflater.body()


@given(
    st.binary(max_size=3000),
    st.integers(1, 700),
    st.sampled_from(["", "gzip", "deflate", "deflate-bare", "members"]),
)
def test_any_body_comes_back_however_it_is_cut(body: bytes, chunk: int, way: str) -> None:
    wire = {
        "": body,
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "deflate-bare": zlib.compress(body, wbits=-15),
        "members": gzip.compress(body[:100]) + gzip.compress(body[100:]),
    }[way]

    if way == "deflate-bare" and chunk == 1:
        chunk = 2  # one byte does not tell the two kinds apart

    assert inflate({"members": "gzip", "deflate-bare": "deflate"}.get(way, way), wire, chunk) == body


def test_a_stream_that_breaks_off_gives_what_arrived() -> None:
    wire = gzip.compress(b"".join(b"%d " % number for number in range(5000)))

    assert inflate("gzip", wire[: len(wire) // 2]).startswith(b"0 1 2 3 ")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", ""])
def test_the_limit_is_exact(encoding: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[encoding]

    assert len(inflate(encoding, pack(bytes(1000)), limit=1000)) == 1000
    with pytest.raises(FetchError, match="larger than 1 KB"):
        inflate(encoding, pack(bytes(1001)), limit=1000)


def test_a_bomb_of_members_is_stopped() -> None:
    with pytest.raises(FetchError, match="larger than 10 KB"):
        inflate("gzip", gzip.compress(bytes(1000)) * 50, limit=10_000)


@pytest.mark.parametrize(
    ("limit", "words"),
    [(10_000_000, "larger than 10 MB"), (1_500_000, "larger than 1.5 MB"), (500, "larger than 0.5 KB")],
)
def test_the_limit_is_said_in_words(limit: int, words: str) -> None:
    assert str(too_large(limit)) == words
