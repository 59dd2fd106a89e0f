"""Failures of the network in words for people, and in one word for metrics. Never repeats a URL."""

import errno
import socket
import ssl
from datetime import timedelta

import aiohttp

from monitor.model.errors import FetchError

_SOCKET_WORDS = {
    errno.ECONNREFUSED: ("connection refused", "connect"),
    errno.EHOSTUNREACH: ("no route to the host", "connect"),
    errno.ENETUNREACH: ("no route to the host", "connect"),
    errno.ETIMEDOUT: ("the host does not answer", "connect"),
    errno.EMFILE: ("too many open files on this machine", "local"),
    errno.ENFILE: ("too many open files on this machine", "local"),
}
# X509_V_ERR_* of OpenSSL's x509_vfy.h
_CERTIFICATE_WORDS = {
    9: "certificate not valid yet",
    10: "certificate expired",
    18: "certificate signed by itself",
    19: "certificate signed by an unknown authority",
    20: "certificate signed by an unknown authority",
    21: "certificate signed by an unknown authority",
    23: "certificate revoked",
    62: "certificate is for another host name",
    64: "certificate is for another address",
}


def explain(error: Exception, total: timedelta, connect: timedelta) -> FetchError:
    """The same failure as a FetchError."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return FetchError(f"no connection within {_seconds(connect)}", "connect")
    if isinstance(error, TimeoutError):
        return FetchError(f"took longer than {_seconds(total)}", "timeout")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError):
        return _connecting(error)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return FetchError(f"the proxy answers {error.status}", "proxy")
    if isinstance(error, aiohttp.ClientResponseError):
        too_long = "more than" in error.message or "Too many" in error.message
        return FetchError("its headers are too large" if too_long else "the answer is not HTTP", "protocol")
    if isinstance(error, aiohttp.ClientPayloadError):
        return FetchError("the answer broke off", "reset")
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError | UnicodeError | ValueError):
        return FetchError("the address or a header is malformed", "url")
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return FetchError("the server closed the connection", "reset")
    return FetchError(f"failed unexpectedly ({type(error).__name__})", "internal")


def _connecting(error: aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError) -> FetchError:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return FetchError(_certificate(error.certificate_error), "tls")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        temporary = error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL)
        return FetchError("the name server does not answer" if temporary else "no such host", "dns")
    if isinstance(error, aiohttp.ClientSSLError):
        return FetchError("no secure connection could be agreed", "tls")
    words, kind = _SOCKET_WORDS.get(error.errno or 0, ("no connection", "connect"))
    return FetchError(f"proxy: {words}" if isinstance(error, aiohttp.ClientProxyConnectionError) else words, kind)


def _certificate(error: Exception) -> str:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else 0
    return _CERTIFICATE_WORDS.get(code, "certificate not valid")


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
