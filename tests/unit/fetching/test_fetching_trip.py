"""Where a request may go and what it carries there."""

import pytest

from monitor.fetching.trip import Trip, response_headers
from monitor.model.errors import FetchError
from monitor.model.feed import FetchRequest, Validators

URL = "https://example.org/a/feed?x=1"


def trip(url: str = URL) -> Trip:
    return Trip(
        FetchRequest(
            1, url, "example.org", validators=Validators('"1"', "then"), headers=(("X-Key", "k"),), username="u"
        ),
        url,
    )


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.org/b"),
        ("b", "https://example.org/a/b"),
        ("?y=2", "https://example.org/a/feed?y=2"),
        ("//other.example/", "https://other.example/"),
        (" /a b#top ", "https://example.org/a%20b"),
        ("/привіт", "https://example.org/привіт"),
    ],
)
def test_a_location_is_read_as_browsers_read_it(location: str, target: str) -> None:
    travelling = trip()

    travelling.turn(302, location)

    assert travelling.url == target


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("https://example.org/new", True),
        ("https://EXAMPLE.org:443/new", True),
        ("http://example.org/new", False),
        ("https://example.org:8443/new", False),
        ("https://sub.example.org/new", False),
        ("https://example.org.evil.example/new", False),
    ],
)
def test_credentials_stay_at_home(target: str, kept: bool) -> None:
    travelling = trip()
    assert {"Authorization", "X-Key"} <= travelling.headers().keys()

    travelling.turn(301, target)

    assert ({"Authorization", "X-Key"} <= travelling.headers().keys()) is kept
    assert travelling.headers()["If-None-Match"] == '"1"'


def test_credentials_once_dropped_do_not_come_back() -> None:
    travelling = trip()

    travelling.turn(301, "https://other.example/")
    travelling.turn(301, URL)

    assert "Authorization" not in travelling.headers()


def test_credentials_may_move_from_http_to_https() -> None:
    travelling = trip("http://example.org/feed")

    travelling.turn(301, "https://example.org/feed")

    assert "Authorization" in travelling.headers()


@pytest.mark.parametrize(
    "location", ["", "javascript:alert(1)", "http://", "https://u:p@h.example/", "http://[x/", "a\x00b"]
)
def test_a_location_that_leads_nowhere_good_ends_the_trip(location: str) -> None:
    with pytest.raises(FetchError):
        trip().turn(301, location)


def test_of_repeated_headers_the_first_counts_but_lists_are_joined() -> None:
    headers = response_headers(
        [("ETag", '"1"'), ("etag", '"2"'), ("Cache-Control", "max-age=5"), ("Cache-Control", "public"), ("X", "é")]
    )

    assert headers == {"etag": '"1"', "cache-control": "max-age=5, public", "x": "é"}


def test_a_header_that_is_not_text_is_left_out_because_it_could_not_be_sent_back() -> None:
    assert response_headers([("ETag", b'"\xff"'.decode("utf-8", "surrogateescape"))]) == {}
