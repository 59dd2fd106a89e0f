"""Bounded decompression: a body never grows past its limit, however small it was on the wire."""

import zlib

from monitor.model.errors import FetchError

_GZIP_MAGIC = b"\x1f\x8b"
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class Inflater:
    """Takes a body chunk by chunk. Raises FetchError as soon as the limit is passed or the data make no sense."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._encoding = _encoding(content_encoding)
        self._limit = limit
        self._received = 0
        self._size = 0
        self._pieces: list[bytes] = []
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """The next bytes from the wire."""
        self._received += len(chunk)
        if self._received > self._limit:
            raise too_large(self._limit)
        if self._received == len(chunk):
            self._begin(chunk)
        if self._stream is None:
            self._keep(chunk)
        else:
            self._inflate(chunk)

    def body(self) -> bytes:
        """Everything taken so far; a compressed stream that broke off gives what arrived."""
        if self._stream is not None and not self._stream.eof:
            self._keep(self._stream.flush())
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _begin(self, chunk: bytes) -> None:
        """Trust the first bytes more than the header: some servers name an encoding that they did not apply."""
        if self._encoding == "gzip" and chunk.startswith(_GZIP_MAGIC[: len(chunk)]):
            self._stream = zlib.decompressobj(_WINDOWS["gzip"])
        elif self._encoding == "deflate":
            self._stream = zlib.decompressobj(_deflate_window(chunk))

    def _inflate(self, chunk: bytes) -> None:
        stream = self._stream
        assert stream is not None
        try:
            while chunk:
                if stream.eof:
                    if not chunk.startswith(_GZIP_MAGIC):
                        return  # padding after the last member
                    stream = self._stream = zlib.decompressobj(_WINDOWS["gzip"])
                self._keep(stream.decompress(chunk, self._limit - self._size + 1))
                chunk = stream.unused_data if stream.eof else stream.unconsumed_tail
        except zlib.error as error:
            raise FetchError("the compressed answer is damaged", "encoding") from error

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise too_large(self._limit)
        if piece:
            self._pieces.append(piece)


def too_large(limit: int) -> FetchError:
    """The error of a body past its limit."""
    size = f"{limit / 1e6:.3g} MB" if limit >= 1e6 else f"{limit / 1e3:.3g} KB"
    return FetchError(f"larger than {size}", "too-large")


def _encoding(content_encoding: str) -> str:
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if len(names) > 1:
        raise FetchError("compressed more than once", "encoding")
    if names and names[0] not in _WINDOWS:
        raise FetchError(f"compressed as {names[0][:20]}, which we did not offer", "encoding")
    return names[0] if names else ""


def _deflate_window(chunk: bytes) -> int:
    """ "deflate" means zlib (RFC 9110 §8.4.1.2); some servers send it bare."""
    is_zlib = chunk[0] & 0x0F == 8 and (len(chunk) < 2 or int.from_bytes(chunk[:2], "big") % 31 == 0)
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
