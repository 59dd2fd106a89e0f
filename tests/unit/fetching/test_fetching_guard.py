"""Which addresses and URLs the guard lets through."""

import re
from ipaddress import ip_network

import pytest

from monitor.fetching.guard import check_address, check_url

REFUSED = re.findall(
    r"\S+",
    """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.1.2.3
127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170
192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::a00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::10.1.2.3 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::1 2002:a9fe:a9fe:: 2002:808:808:: 3fff::1 5f00::1
2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:c0a8:101 fc00::1 fd00:ec2::254 fdff::1
fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1
""",
)
ALLOWED = re.findall(
    r"\S+",
    """
8.8.8.8 1.1.1.1 93.184.216.34 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255
198.20.0.1 223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::200e 2620:fe::fe
::ffff:8.8.8.8 64:ff9b::8.8.8.8
""",
)


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused_with_the_reason(address: str) -> None:
    reason = check_address(address, [])

    assert reason is not None
    assert " is a" in reason


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_allowed(address: str) -> None:
    assert check_address(address, []) is None


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(REFUSED) + len(ALLOWED) >= 60


@pytest.mark.parametrize("text", ["localhost", "2130706433", "0x7f.1", "127.1", "017700000001", "", "1.2.3.4.5"])
def test_what_is_not_written_as_an_address_is_refused(text: str) -> None:
    assert check_address(text, []) == f"{text} is not an IP address"


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "2002:a01:203::1", "fd00::7"]
)
def test_an_allowed_network_is_exempt_however_its_address_is_written(address: str) -> None:
    allow = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]

    assert check_address(address, allow) is None
    assert check_address("192.168.1.1", allow) is not None


def test_the_reason_names_the_address_inside() -> None:
    assert check_address("::ffff:127.0.0.1", []) == "127.0.0.1 inside ::ffff:7f00:1 is a loopback address"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("file:///etc/passwd", "not file:"),
        ("gopher://example.org/", "not gopher:"),
        ("ftp://example.org/feed", "not ftp:"),
        ("javascript:alert(1)", "not javascript:"),
        ("example.org/feed", "https://"),
        ("http:///feed", "no host"),
        ("http://", "no host"),
        ("http://user:secret@example.org/", "user name"),
        ("http://good.example@evil.example/", "user name"),
        ("http://[::1", "malformed"),
        ("http://example.org:99999/", "malformed"),
        ("http://example.org:0/", "malformed"),
        ("http://example.org/a b", "malformed"),
        ("http://example.org/\r\nX: y", "malformed"),
    ],
)
def test_a_url_that_cannot_be_asked_is_refused_without_repeating_it(url: str, word: str) -> None:
    reason = check_url(url)

    assert reason is not None
    assert word in reason
    assert "secret" not in reason


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "https://example.org:8443/feed?a=1#b", "HTTP://EXAMPLE.ORG/", "http://[2001:db8::1]/"],
)
def test_an_http_url_passes(url: str) -> None:
    assert check_url(url) is None
