"""Failures in words for people."""

import errno
import socket
import ssl
from datetime import timedelta
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from monitor.fetching.failures import explain
from monitor.model.errors import FetchError

KEY = Mock(spec=ConnectionKey, host="secret.example", port=443, ssl=True)
INFO = Mock(spec=aiohttp.RequestInfo, real_url="https://secret.example/token")


def certificate(code: int) -> aiohttp.ClientConnectorCertificateError:
    error = ssl.SSLCertVerificationError("text of OpenSSL")
    error.verify_code = code
    return aiohttp.ClientConnectorCertificateError(KEY, error)


def unconnected(number: int) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(KEY, OSError(number, "text of the C library"))


@pytest.mark.parametrize(
    ("error", "words", "kind"),
    [
        (FetchError("as it was", "x"), "as it was", "x"),
        (aiohttp.ConnectionTimeoutError("https://secret"), "no connection within 10 s", "connect"),
        (TimeoutError(), "took longer than 30 s", "timeout"),
        (certificate(10), "certificate expired", "tls"),
        (certificate(9), "certificate not valid yet", "tls"),
        (certificate(18), "certificate signed by itself", "tls"),
        (certificate(62), "certificate is for another host name", "tls"),
        (certificate(99), "certificate not valid", "tls"),
        (aiohttp.ClientConnectorCertificateError(KEY, ValueError("secret")), "certificate not valid", "tls"),
        (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "x")), "no secure connection could be agreed", "tls"),
        (aiohttp.ClientConnectorDNSError(KEY, OSError(socket.EAI_NONAME, "x")), "no such host", "dns"),
        (
            aiohttp.ClientConnectorDNSError(KEY, OSError(socket.EAI_AGAIN, "x")),
            "the name server does not answer",
            "dns",
        ),
        (unconnected(errno.ECONNREFUSED), "connection refused", "connect"),
        (unconnected(errno.EHOSTUNREACH), "no route to the host", "connect"),
        (unconnected(errno.ETIMEDOUT), "the host does not answer", "connect"),
        (unconnected(errno.EMFILE), "too many open files on this machine", "local"),
        (unconnected(errno.EPERM), "no connection", "connect"),
        (aiohttp.ClientHttpProxyError(INFO, (), status=407, message="x"), "the proxy answers 407", "proxy"),
        (
            aiohttp.ClientResponseError(INFO, (), status=400, message="Bad status line"),
            "the answer is not HTTP",
            "protocol",
        ),
        (aiohttp.ClientPayloadError("https://secret"), "the answer broke off", "reset"),
        (aiohttp.InvalidURL("https://secret"), "the address or a header is malformed", "url"),
        (UnicodeError("secret"), "the address or a header is malformed", "url"),
        (aiohttp.ServerDisconnectedError("secret"), "the server closed the connection", "reset"),
        (ConnectionResetError("secret"), "the server closed the connection", "reset"),
        (RuntimeError("secret"), "failed unexpectedly (RuntimeError)", "internal"),
    ],
)
def test_a_failure_is_told_in_words_that_hold_no_address(error: Exception, words: str, kind: str) -> None:
    told = explain(error, timedelta(seconds=30), timedelta(seconds=10))

    assert (str(told), told.kind) == (words, kind)
    assert "secret" not in str(told)
