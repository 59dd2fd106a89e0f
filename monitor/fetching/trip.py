"""A trip: one request on its way through redirects, what it carries and where it may go (polling.md P11, P12, P14)."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from monitor.fetching.guard import check_url
from monitor.fetching.politeness import authority
from monitor.model.errors import FetchError, ForbiddenAddress
from monitor.model.feed import FetchRequest

MAX_HOPS = 5
PERMANENT, REDIRECTS = (301, 308), (301, 302, 303, 307, 308)
_JOINED = ("cache-control", "vary")  # lists that may come in several headers


@dataclass(slots=True)
class Trip:
    """A request under way, maybe through redirects."""

    request: FetchRequest
    url: str
    hops: int = 0
    permanent: bool = True  # every hop so far was 301 or 308
    at_home: bool = True  # still at the host that credentials are meant for
    spent: float = 0.0  # seconds on the wire

    def turn(self, status: int, location: str) -> None:
        """Follow a redirect."""
        if not location:
            raise FetchError(f"answers {status} without saying where to", "redirect")
        if self.hops == MAX_HOPS:
            raise FetchError(f"redirects more than {MAX_HOPS} times", "redirect")
        target = _absolute(self.url, location)
        reason = check_url(target)
        if reason:
            raise ForbiddenAddress(f"redirects to where we do not go: {reason}")
        self.at_home = self.at_home and _same_home(self.url, target)
        self.permanent = self.permanent and status in PERMANENT
        self.hops += 1
        self.url = target

    def headers(self) -> dict[str, str]:
        """What to send besides the client's own headers; validators byte for byte (P2)."""
        request = self.request
        headers: dict[str, str] = {}
        if self.at_home:
            headers.update(request.headers)
            if request.username or request.password:
                token = base64.b64encode(f"{request.username}:{request.password}".encode()).decode()
                headers["Authorization"] = f"Basic {token}"
        if request.validators.etag is not None:
            headers["If-None-Match"] = request.validators.etag
        if request.validators.last_modified is not None:
            headers["If-Modified-Since"] = request.validators.last_modified
        return headers


def response_headers(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; of a repeated header the first, or all where it is a list."""
    headers: dict[str, str] = {}
    for name, value in items:
        key = name.lower()
        if not value.isascii() and not _is_text(value):
            continue  # bytes that are not UTF-8 can be neither stored nor sent back as they were
        if key not in headers:
            headers[key] = value
        elif key in _JOINED:
            headers[key] = f"{headers[key]}, {value}"
    return headers


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _absolute(url: str, location: str) -> str:
    try:
        return urldefrag(urljoin(url, location.strip().replace(" ", "%20"))).url
    except ValueError as error:
        raise FetchError("redirects to a malformed address", "redirect") from error


def _same_home(url: str, target: str) -> bool:
    """Whether credentials for ``url`` may go to ``target``: the same host and port, never from https to http."""
    if authority(url) != authority(target):
        return False
    return urlsplit(url).scheme == urlsplit(target).scheme or urlsplit(target).scheme == "https"
