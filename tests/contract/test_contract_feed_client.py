"""The client against a real origin on loopback: manners, bounds, words, and what a hostile server cannot do."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from client_origin import HANG_UP, ScriptedOrigin, Seen, answer

from monitor.fetching.client import FeedClient
from monitor.model.errors import FetchError, ForbiddenAddress
from monitor.model.feed import FetchRequest, FetchResult, Validators

LOOPBACK = [ip_network("127.0.0.0/8")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def origin() -> Iterator[ScriptedOrigin]:
    with ScriptedOrigin() as started:
        yield started


@pytest.fixture
def make_client() -> Iterator[Callable[..., FeedClient]]:
    made: list[FeedClient] = []

    def make(**options: Any) -> FeedClient:
        settings = {
            "user_agent": "monitor/test",
            "allow_private": LOOPBACK,
            "per_host_gap": timedelta(0),
        } | options
        made.append(FeedClient(**settings))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., FeedClient]) -> FeedClient:
    return make_client()


def request(url: str, number: int = 1, **fields: Any) -> FetchRequest:
    return FetchRequest(feed_id=number, url=url, host=url.split("/")[2], **fields)


def gather(client: FeedClient, count: int, deadline: float = 20.0) -> list[FetchResult]:
    """Exactly ``count`` results."""
    results: list[FetchResult] = []
    end = time.monotonic() + deadline
    while len(results) < count and time.monotonic() < end:
        results += client.collect(0.5)
    assert len(results) == count
    return results


def get(client: FeedClient, url: str, **fields: Any) -> FetchResult:
    client.submit([request(url, **fields)])
    return gather(client, 1)[0]


# --- manners -----------------------------------------------------------------------------------------------


def test_a_first_poll_is_one_unconditional_get_that_says_who_asks_and_for_what(
    client: FeedClient, origin: ScriptedOrigin
) -> None:
    origin.routes["/feed?a=1&b=%2F"] = answer(200, b"<rss/>", ("Content-Type", "text/xml"))

    result = get(client, origin.url("/feed?a=1&b=%2F"))

    assert (result.status, result.body, result.error) == (200, b"<rss/>", "")
    assert result.headers["content-type"] == "text/xml"
    assert result.url == origin.url("/feed?a=1&b=%2F")
    assert [(seen.method, seen.path) for seen in origin.seen] == [("GET", "/feed?a=1&b=%2F")]
    assert {name.lower() for name, _ in origin.seen[0].headers} == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
    }
    assert origin.seen[0].header("user-agent") == "monitor/test"
    assert "application/atom+xml" in (origin.seen[0].header("accept") or "")
    assert origin.seen[0].header("accept-encoding") == "gzip, deflate"


@pytest.mark.parametrize("etag", ['"abc"', 'W/"x y"', "unquoted-à-ё", '"a,b"', "*"])
def test_validators_go_out_byte_for_byte_as_they_came(
    client: FeedClient, origin: ScriptedOrigin, etag: str
) -> None:
    modified = "Tue,  32 Nonsense 2026"
    origin.routes["/feed"] = answer(200, b"x", ("ETag", etag), ("Last-Modified", modified))
    first = get(client, origin.url())
    origin.routes["/feed"] = answer(304)

    second = get(
        client,
        origin.url(),
        validators=Validators(first.headers["etag"], first.headers["last-modified"]),
    )

    assert second.status == 304
    assert (origin.seen[1].header("if-none-match") or "").encode("latin-1") == etag.encode()
    assert origin.seen[1].header("if-modified-since") == modified


def test_cookies_are_never_returned(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = answer(200, b"x", ("Set-Cookie", "id=1; Path=/"))

    for _ in range(2):
        get(client, origin.url())

    assert origin.seen[1].header("cookie") is None
    assert origin.seen[1].header("referer") is None


def test_one_host_gets_one_connection_that_is_reused_however_many_feeds_it_holds(
    client: FeedClient, origin: ScriptedOrigin
) -> None:
    for number in range(30):
        origin.routes[f"/{number}"] = answer(304)

    client.submit([request(origin.url(f"/{number}"), number) for number in range(30)])
    results = gather(client, 30)

    assert {result.request.feed_id for result in results} == set(range(30))
    assert origin.most_open == 1
    assert {seen.connection for seen in origin.seen} == {0}
    assert client.in_flight == 0


def test_requests_to_one_host_are_the_gap_apart(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    gap = 0.15
    client = make_client(per_host_gap=timedelta(seconds=gap))
    origin.routes["/feed"] = answer(200, b"x")

    client.submit([request(origin.url(), number) for number in range(4)])
    gather(client, 4)

    began = [seen.began for seen in origin.seen]
    assert all(after - before >= gap for before, after in pairwise(began))


def test_different_hosts_do_not_wait_for_one_another(make_client: Callable[..., FeedClient]) -> None:
    client = make_client(per_host_gap=timedelta(seconds=30))
    with ScriptedOrigin() as one, ScriptedOrigin() as other:
        for origin in (one, other):
            origin.routes["/feed"] = answer(200, b"x")

        client.submit([request(one.url(), 1), request(other.url(), 2)])

        assert len(gather(client, 2, deadline=5)) == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_one_new_one_not_the_poll(
    client: FeedClient, origin: ScriptedOrigin
) -> None:
    def once_a_connection(seen: Seen) -> Iterator[bytes]:
        if any(other.connection == seen.connection for other in origin.seen[:-1]):
            yield HANG_UP
        yield b"HTTP/1.1 304 Not Modified\r\n\r\n"

    origin.routes["/feed"] = once_a_connection

    results = [get(client, origin.url()) for _ in range(3)]

    assert [result.status for result in results] == [304, 304, 304]


def test_a_server_that_hangs_up_is_not_asked_twice(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = lambda _seen: iter([HANG_UP])

    result = get(client, origin.url())

    assert (result.error, result.error_kind) == ("the server closed the connection", "reset")
    assert len(origin.seen) == 1


def test_credentials_and_own_headers_are_sent_to_the_feeds_host(
    client: FeedClient, origin: ScriptedOrigin
) -> None:
    origin.routes["/feed"] = answer(200, b"x")

    get(client, origin.url(), username="olena", password="pässword", headers=(("X-Key", "k"),))

    assert origin.seen[0].header("authorization") == "Basic b2xlbmE6cMOkc3N3b3Jk"
    assert origin.seen[0].header("x-key") == "k"


# --- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "permanent"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
def test_a_redirect_is_followed_and_only_301_and_308_are_permanent(
    client: FeedClient, origin: ScriptedOrigin, status: int, permanent: bool
) -> None:
    origin.routes["/feed"] = answer(status, b"moved", ("Location", "/new"))
    origin.routes["/new"] = answer(200, b"x")

    result = get(client, origin.url())

    assert (result.status, result.body, result.url) == (200, b"x", origin.url("/new"))
    assert result.permanent_url == (origin.url("/new") if permanent else "")


def test_one_temporary_hop_makes_the_whole_way_temporary(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = answer(301, b"", ("Location", "/b"))
    origin.routes["/b"] = answer(302, b"", ("Location", "/c"))
    origin.routes["/c"] = answer(200, b"x")

    assert get(client, origin.url()).permanent_url == ""


def test_five_hops_are_followed_and_a_loop_is_not(client: FeedClient, origin: ScriptedOrigin) -> None:
    for number in range(5):
        origin.routes[f"/{number}"] = answer(302, b"", ("Location", f"/{number + 1}"))
    origin.routes["/5"] = answer(200, b"x")
    origin.routes["/loop"] = answer(301, b"", ("Location", "/loop"))

    assert get(client, origin.url("/0")).status == 200
    result = get(client, origin.url("/loop"))

    assert (result.status, result.error, result.error_kind) == (0, "redirects more than 5 times", "redirect")


def test_a_new_host_gets_no_credentials(client: FeedClient, origin: ScriptedOrigin) -> None:
    with ScriptedOrigin() as other:
        origin.routes["/feed"] = answer(302, b"", ("Location", other.url("/hop")))
        other.routes["/hop"] = answer(302, b"", ("Location", origin.url("/end")))
        origin.routes["/end"] = answer(200, b"x")

        result = get(client, origin.url(), username="u", password="p", headers=(("X-Key", "k"), ("Cookie", "a=b")))

        assert result.status == 200
        for seen in (other.seen[0], origin.seen[1]):
            assert {"authorization", "x-key", "cookie"}.isdisjoint(name.lower() for name, _ in seen.headers)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
     "http://[::1]/", "http://user:pw@127.0.0.1/", "http://2130706433/", "http://0x0a000001/", "http://[::ffff:10.0.0.1]/"],
)  # fmt: skip
def test_a_redirect_to_a_forbidden_place_is_refused(
    client: FeedClient, origin: ScriptedOrigin, location: str
) -> None:
    origin.routes["/feed"] = answer(302, b"", ("Location", location))
    result = get(client, origin.url())

    assert result.status == 0
    assert result.error_kind in ("forbidden", "url")
    assert "pw" not in result.error


def test_a_redirect_without_a_target_is_an_error_in_words(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = answer(301)

    assert get(client, origin.url()).error == "answers 301 without saying where to"


# --- the guard at connect time -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "①②⑦.⓪.⓪.①", "[::ffff:127.0.0.1]"])
def test_without_permission_no_connection_to_this_machine_is_made(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin, host: str
) -> None:
    client = make_client(allow_private=())

    result = get(client, f"http://{host}:{origin.port}/feed")

    assert result.error_kind == "forbidden"
    assert "loopback" in result.error
    assert origin.seen == []


def test_the_address_that_is_connected_is_the_one_that_was_checked(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def rebinding(_host: str, port: int) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    client = make_client(lookup=rebinding)
    origin.routes["/feed"] = lambda _seen: iter([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx", HANG_UP])
    first = get(client, f"http://rebinding.example:{origin.port}/feed")
    second = get(client, f"http://rebinding2.example:{origin.port}/feed")

    assert first.status == 200
    assert (second.error, second.error_kind) == ("10.0.0.1 is a private address", "forbidden")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://h/x", "http://u:secret@127.0.0.1/", "http:///x", "nonsense"]
)
def test_a_bad_url_yields_a_result_in_words_and_never_raises(client: FeedClient, url: str) -> None:
    client.submit([FetchRequest(feed_id=7, url=url, host="h")])

    result = gather(client, 1)[0]

    assert result.request.feed_id == 7
    assert result.error
    assert "secret" not in result.error


# --- bounds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),
        ("gzip", lambda body: gzip.compress(body) + b"\0\0padding"),
        ("gzip", lambda body: body),
        ("identity", lambda body: body),
    ],
)
def test_compressed_bodies_are_unpacked(
    client: FeedClient, origin: ScriptedOrigin, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    origin.routes["/feed"] = answer(200, pack(b"<rss>hello</rss>"), ("Content-Encoding", encoding))

    assert get(client, origin.url()).body == b"<rss>hello</rss>"


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(bytes(3_000_000)), "larger than 2 MB"),
        ("deflate", zlib.compress(bytes(3_000_000)), "larger than 2 MB"),
        ("identity", bytes(3_000_000), "larger than 2 MB"),
        ("br", b"\x0b\x02\x80abc\x03", "compressed as br, which we did not offer"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x")), "compressed more than once"),
        ("gzip", gzip.compress(b"x" * 999)[:15] + b"\xff" * 40, "the compressed answer is damaged"),
    ],
    ids=["gzip bomb", "deflate bomb", "large", "brotli", "packed twice", "damaged"],
)
def test_a_body_that_is_too_large_or_packed_wrongly_is_refused(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin, encoding: str, body: bytes, words: str
) -> None:
    client = make_client(max_bytes=2_000_000)
    origin.routes["/feed"] = answer(200, body, ("Content-Encoding", encoding))

    result = get(client, origin.url())

    assert (result.status, result.body, result.error) == (0, b"", words)


def test_an_endless_body_is_cut(make_client: Callable[..., FeedClient], origin: ScriptedOrigin) -> None:
    def endless(_seen: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not origin.stopping.is_set():
            yield bytes(65536)

    origin.routes["/feed"] = endless
    client = make_client(max_bytes=1_000_000)

    assert get(client, origin.url()).error == "larger than 1 MB"


def test_a_silent_or_trickling_server_is_given_up_after_the_timeout(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    def silent(_seen: Seen) -> Iterator[bytes]:
        origin.held()
        yield HANG_UP

    def trickling(_seen: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not origin.stopping.wait(0.05):
            yield b"x"

    origin.routes |= {"/silent": silent, "/trickling": trickling}
    client = make_client(timeout=timedelta(seconds=0.4))

    assert get(client, origin.url("/silent")).error == "took longer than 0.4 s"
    assert get(client, origin.url("/trickling")).error_kind == "timeout"


def test_a_body_below_the_least_rate_is_given_up_before_the_timeout(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    def trickling(_seen: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not origin.stopping.wait(0.02):
            yield b"x"

    origin.routes["/feed"] = trickling
    client = make_client(rate_grace=timedelta(seconds=0.2))

    result = get(client, origin.url())

    assert (result.error, result.error_kind) == ("sends less than 512 bytes a second", "too-slow")


@pytest.mark.parametrize("header", [b"X: " + b"a" * 100_000, b"\r\n".join(b"X-%d: a" % n for n in range(1000))])
def test_headers_are_bounded(client: FeedClient, origin: ScriptedOrigin, header: bytes) -> None:
    origin.routes["/feed"] = lambda _seen: iter([b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\nx", HANG_UP])

    result = get(client, origin.url())

    assert (result.error, result.error_kind) == ("its headers are too large", "protocol")


def test_what_is_not_http_is_said_to_be_so(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = lambda _seen: iter([b"SSH-2.0-OpenSSH_9.6\r\n\r\n", HANG_UP])

    assert get(client, origin.url()).error == "the answer is not HTTP"


def test_an_answer_that_breaks_off_is_an_error(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = lambda _seen: iter([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", HANG_UP])

    assert get(client, origin.url()).error == "the answer broke off"


def test_servers_that_keep_us_waiting_give_their_places_to_others(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    def silent(_seen: Seen) -> Iterator[bytes]:
        origin.held()
        yield HANG_UP

    origin.routes |= {"/silent": silent, "/good": answer(304)}
    client = make_client(concurrency=4)

    client.submit([FetchRequest(n, origin.url("/silent"), f"silent{n}") for n in range(4)])
    client.submit([FetchRequest(9, origin.url("/good"), "good")])

    assert gather(client, 1, deadline=5)[0].status == 304
    assert client.in_flight == 4


def test_hostile_hosts_do_not_hold_up_a_hundred_good_ones(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    def silent(_seen: Seen) -> Iterator[bytes]:
        origin.held()
        yield HANG_UP

    def trickling(_seen: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not origin.stopping.wait(0.05):
            yield b"x"

    origin.routes |= {
        "/good": answer(200, bytes(34_000)),
        "/silent": silent,
        "/trickling": trickling,
        "/bomb": answer(200, gzip.compress(bytes(100_000_000), 1), ("Content-Encoding", "gzip")),
        "/headers": lambda _seen: iter([b"HTTP/1.1 200 OK\r\nX: " + bytes(10_000_000), HANG_UP]),
        "/loop": answer(301, b"", ("Location", "/loop")),
    }
    hostile = ["/silent", "/trickling", "/bomb", "/headers", "/loop"] * 5
    client = make_client(concurrency=20)

    alone = seconds_for_good_ones(client, origin)
    client.submit([FetchRequest(n, origin.url(path), f"hostile{n}") for n, path in enumerate(hostile)])

    assert seconds_for_good_ones(client, origin) < alone + 1.0


def seconds_for_good_ones(client: FeedClient, origin: ScriptedOrigin) -> float:
    client.submit([FetchRequest(100 + n, origin.url("/good"), f"good{n}") for n in range(100)])
    began, good = time.monotonic(), 0
    while good < 100:
        good += sum(result.status == 200 for result in client.collect(5.0))
        assert time.monotonic() - began < 20
    return time.monotonic() - began


# --- words -------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_said_so(client: FeedClient) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]

    result = get(client, f"http://127.0.0.1:{port}/feed?token=secret")

    assert (result.error, result.error_kind) == ("connection refused", "connect")


@pytest.mark.parametrize(
    ("code", "words"), [(socket.EAI_NONAME, "no such host"), (socket.EAI_AGAIN, "the name server does not answer")]
)
def test_a_name_that_does_not_resolve_is_said_so(
    make_client: Callable[..., FeedClient], code: int, words: str
) -> None:
    def failing(_host: str, _port: int) -> list[tuple[Any, ...]]:
        raise socket.gaierror(code, "text of the C library")

    result = get(make_client(lookup=failing), "http://nowhere.example/feed")

    assert (result.error, result.error_kind) == (words, "dns")


def test_a_name_server_that_hangs_does_not_hold_up_others(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    hanging = threading.Event()

    def lookup(host: str, port: int) -> list[tuple[Any, ...]]:
        if host == "hangs.example":
            hanging.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    client = make_client(lookup=lookup, connect_timeout=timedelta(seconds=0.3))
    origin.routes["/feed"] = answer(304)
    client.submit([request("http://hangs.example/feed", 1), request(f"http://good.example:{origin.port}/feed", 2)])

    good, bad = gather(client, 2)
    hanging.set()

    assert good.status == 304
    assert bad.error == "no connection within 0.3 s"


# --- TLS ---------------------------------------------------------------------------------------------------


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority of our own and certificates for 127.0.0.1 and for somebody else."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make certificates")
    folder = tmp_path_factory.mktemp("tls")
    name = str(folder / "ca")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-days", "2", "-subj", "/CN=Test Authority")  # fmt: skip
    for holder, alternative in (("mine", "IP:127.0.0.1"), ("other", "DNS:other.example")):
        request = str(folder / holder)
        (folder / "extensions").write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{request}.key", "-out", f"{request}.csr",
                "-subj", "/CN=x")  # fmt: skip
        openssl("x509", "-req", "-in", f"{request}.csr", "-CA", f"{name}.pem", "-CAkey", f"{name}.key",
                "-CAcreateserial", "-out", f"{request}.pem", "-days", "2", "-extfile", str(folder / "extensions"))  # fmt: skip
    return folder


def served_by(folder: Path, holder: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{holder}.pem", folder / f"{holder}.key")
    return context


def test_a_trusted_certificate_is_accepted_and_the_connection_kept(
    make_client: Callable[..., FeedClient], authority: Path
) -> None:
    client = make_client(ssl_context=ssl.create_default_context(cafile=str(authority / "ca.pem")))
    with ScriptedOrigin(tls=served_by(authority, "mine")) as origin:
        origin.routes["/feed"] = answer(200, b"x")

        assert [get(client, origin.url()).body for _ in range(2)] == [b"x", b"x"]
        assert {seen.connection for seen in origin.seen} == {0}


@pytest.mark.parametrize(
    ("holder", "trusted", "words"),
    [
        ("mine", False, "certificate signed by an unknown authority"),
        ("other", True, "certificate is for another address"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused_in_words(
    make_client: Callable[..., FeedClient], authority: Path, holder: str, trusted: bool, words: str
) -> None:
    trust = ssl.create_default_context(cafile=str(authority / "ca.pem")) if trusted else None
    client = make_client(ssl_context=trust)
    with ScriptedOrigin(tls=served_by(authority, holder)) as origin:
        result = get(client, origin.url())

        assert (result.error, result.error_kind) == (words, "tls")
        assert origin.seen == []


def test_plain_http_where_tls_was_asked_for_is_said_so(client: FeedClient) -> None:
    with ScriptedOrigin(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as origin:
        result = get(client, origin.url().replace("http:", "https:"))

    assert (result.error, result.error_kind) == ("no secure connection could be agreed", "tls")


# --- through a proxy ---------------------------------------------------------------------------------------


def test_a_configured_proxy_is_asked_even_inside_and_never_for_private_literals(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    client = make_client(allow_private=())
    origin.routes["http://news.example/feed"] = answer(200, b"x")
    proxy = f"http://{origin.authority}"

    assert get(client, "http://news.example/feed", proxy=proxy).body == b"x"
    assert get(client, "http://10.0.0.1/feed", proxy=proxy).error == "10.0.0.1 is a private address"
    assert get(client, "http://[::1]/feed", proxy=proxy).error_kind == "forbidden"


def test_a_proxy_that_is_down_is_named_as_the_culprit(client: FeedClient) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        proxy = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}"

    result = get(client, "http://news.example/feed", proxy=proxy)

    assert (result.error, result.error_kind) == ("proxy: connection refused", "connect")


# --- one guarded request -----------------------------------------------------------------------------------


def test_request_returns_the_reply_with_its_body_capped(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/hook"] = answer(202, bytes(200_000), ("X-Answer", "yes"))

    reply = client.request("POST", origin.url("/hook"), {"X-Id": "1", "Content-Type": "a/b"}, b"body", 5 * SECOND)

    assert (reply.status, reply.headers["x-answer"], len(reply.body)) == (202, "yes", 65536)
    assert (origin.seen[0].method, origin.seen[0].body) == ("POST", b"body")
    assert (origin.seen[0].header("x-id"), origin.seen[0].header("content-type")) == ("1", "a/b")
    assert origin.seen[0].header("user-agent") == "monitor/test"


def test_request_follows_no_redirect(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/hook"] = answer(307, b"", ("Location", "/elsewhere"))

    assert client.request("POST", origin.url("/hook"), {}, b"x", 5 * SECOND).status == 307
    assert len(origin.seen) == 1


def test_request_is_never_sent_twice(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/hook"] = lambda _seen: iter([HANG_UP])

    with pytest.raises(FetchError, match="closed the connection"):
        client.request("POST", origin.url("/hook"), {}, b"x", 5 * SECOND)

    assert len(origin.seen) == 1


def test_request_obeys_the_guard(make_client: Callable[..., FeedClient], origin: ScriptedOrigin) -> None:
    client = make_client(allow_private=())

    with pytest.raises(ForbiddenAddress, match=r"127\.0\.0\.1 is a loopback address"):
        client.request("GET", origin.url("/hook"), {}, b"", 5 * SECOND)
    with pytest.raises(ForbiddenAddress, match="only http and https"):
        client.request("GET", "file:///etc/passwd", {}, b"", 5 * SECOND)


@pytest.mark.parametrize("script", [[b""], [b"HTTP/1.1 200 OK\r\n\r\nx"]])
def test_request_ends_with_its_timeout_and_its_error_never_holds_the_url(
    client: FeedClient, origin: ScriptedOrigin, script: list[bytes]
) -> None:
    def stuck(_seen: Seen) -> Iterator[bytes]:
        yield from script
        origin.held()

    origin.routes["/services/T0/SECRET"] = stuck

    with pytest.raises(FetchError, match=r"took longer than 0\.3 s") as caught:
        client.request("POST", origin.url("/services/T0/SECRET"), {}, b"x", timedelta(seconds=0.3))

    chain = repr(caught.value) + repr(caught.value.__cause__) + str(caught.value.__suppress_context__)
    assert "SECRET" not in chain
    assert "True" in chain


def test_many_threads_may_begin_to_use_one_client(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/hook"] = answer(200)

    def ask(_number: int) -> int:
        return client.request("GET", origin.url("/hook"), {}, b"", 5 * SECOND).status

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(16))) == [200] * 16


def test_a_closed_client_opens_again_when_it_is_needed(client: FeedClient, origin: ScriptedOrigin) -> None:
    origin.routes["/feed"] = answer(304)
    client.close()
    client.close()

    assert get(client, origin.url()).status == 304


def test_closing_ends_what_is_under_way_at_once(
    make_client: Callable[..., FeedClient], origin: ScriptedOrigin
) -> None:
    def silent(_seen: Seen) -> Iterator[bytes]:
        origin.held()
        yield HANG_UP

    origin.routes["/feed"] = silent
    client = make_client()
    client.submit([request(origin.url(), number) for number in range(3)])
    began = time.monotonic()

    client.close()

    assert time.monotonic() - began < 2
