"""The guard: which addresses and URLs may be asked at all (polling.md §3)."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA special-purpose registries, and what clouds keep at fixed addresses. `is_global` of Python 3.11 takes
# several of these for public.
_REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier-grade NAT address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud metadata address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an address of this host"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a local translation address"),
        ("100::/64", "a discard-only address"),
        ("2001::/32", "a Teredo tunnel address"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 tunnel address"),
        ("3fff::/20", "a documentation address"),
        ("5f00::/16", "a segment routing address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_TRANSLATED = ip_network("::ffff:0:0:0/96")  # RFC 2765
_UNICAST = ip_network("2000::/3")  # all that IANA has given out for public use
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 §6.1: an interface identifier that ends in an IPv4 address
_LOW_32 = 0xFFFF_FFFF


def check_address(ip: str, allow: Sequence[Network]) -> str | None:
    """None when a connection to ``ip`` is allowed, else the reason in words.

    An IPv4 address inside an IPv6 one is judged too. ``allow`` lists networks exempt from the guard.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return f"{ip[:60]} is not an IP address"
    chain = list(_with_embedded(address))
    if any(inner in network for inner in chain for network in allow):
        return None
    for inner in chain:
        what = _refusal(inner)
        if what:
            held = "" if inner == address else f" inside {address}"
            return f"{inner}{held} is {what}"
    return None


def check_url(url: str) -> str | None:
    """None when the URL may be asked, else the reason in words; never repeats the URL, which may hold secrets."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "the address is malformed"
    if parts.scheme not in ("http", "https"):
        return (
            f"only http and https addresses can be fetched, not {parts.scheme[:20]}:"
            if parts.scheme
            else "an address begins with https:// or http://"
        )
    if not host:
        return "the address names no host"
    if "@" in parts.netloc:
        return "the address holds a user name; give username and password separately"
    if port == 0 or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        return "the address is malformed"
    return None


def _with_embedded(address: Address) -> Iterator[Address]:
    """The address and the IPv4 addresses that it carries."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    if address in _NAT64:
        yield IPv4Address(int(address) & _LOW_32)
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if (int(address) >> 32) & _LOW_32 in _ISATAP or address in _TRANSLATED or _is_compatible(address):
        yield IPv4Address(int(address) & _LOW_32)


def _is_compatible(address: IPv6Address) -> bool:
    return address in _COMPATIBLE and int(address) > 1


def _refusal(address: Address) -> str:
    for network, what in _REFUSED:
        if address in network:
            return what
    public = address.is_global and (address.version == 4 or address in _UNICAST)
    return "" if public else "a reserved address"
