"""Subscribe: from a URL that a person gives to a feed that parses; OPML files line by line."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from monitor.fetching.discover import feed_links, well_known
from monitor.fetching.guard import check_url
from monitor.model.errors import FetchError, NotFound, ParseError
from monitor.model.feed import FetchRequest, FetchResult, ParsedFeed
from monitor.parsing.opml import parse_opml
from monitor.ports import Chance, Clock, Database, Fetcher, Parser

MAX_CANDIDATES = 8
AT_ONCE = 100  # so many new feeds are polled at once; more are spread, as in FeedStore.sync
_NO_TLS = ("connect", "tls", "reset")  # nobody speaks https there


@dataclass(frozen=True, slots=True)
class Discovered:
    """A feed that answered and parsed."""

    url: str
    title: str
    entries: int


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What became of one feed of an OPML file: added, known or failed, and why."""

    url: str
    result: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Finds feeds politely: the URL itself, what the page links to, then the usual places."""

    database: Database
    fetcher: Fetcher
    parse: Parser
    clock: Clock
    spread: timedelta  # first polls of many feeds at once are spread over this (P17)
    chance: Chance

    def discover(self, url: str) -> Discovered:
        """Raises FetchError or NotFound with one sentence that says what to do."""
        page = self._page(url)
        url = page.request.url
        try:
            return _discovered(page, self._parsed(page))
        except ParseError as error:
            reason = str(error)
        links = feed_links(page.body, page.headers.get("content-type", ""), page.url)
        for candidate in dict.fromkeys([*links, *well_known(page.url)][:MAX_CANDIDATES]):
            try:
                answer = self._get(candidate)
                return _discovered(answer, self._parsed(answer))
            except (FetchError, ParseError):
                continue
        raise NotFound(f"{url} is not a feed ({reason}) and links to none; give the feed's own address")

    def import_opml(self, data: bytes) -> list[ImportLine]:
        """Every feed of the file; nothing is fetched now. Like `sync`, it spreads the first polls of many (P17)."""
        lines = []
        specs, now = parse_opml(data.decode("utf-8-sig", "replace")), self.clock.now()
        spread = self.spread if len(specs) > AT_ONCE else timedelta()
        with self.database.write() as records:
            for spec in specs:
                why = check_url(spec.url)
                if why:
                    lines.append(ImportLine(spec.url, "failed", why))
                    continue
                _, is_new = records.feeds.add(spec, now + spread * self.chance())
                lines.append(ImportLine(spec.url, "added" if is_new else "known"))
        return lines

    def _page(self, url: str) -> FetchResult:
        """What stands at the address that a person typed: without a scheme, https is tried before http."""
        scheme, _, rest = url.strip().rpartition("://")
        if scheme and scheme.lower() != "feed":
            return self._get(_tidy(url.strip()))
        try:
            return self._get(_tidy(f"https://{rest}"))
        except FetchError as error:
            if error.kind not in _NO_TLS:
                raise
            return self._get(_tidy(f"http://{rest}"))

    def _get(self, url: str) -> FetchResult:
        reason = check_url(url)
        if reason:
            raise FetchError(reason, "url")
        host = urlsplit(url).netloc
        self.fetcher.submit([FetchRequest(feed_id=0, url=url, host=host)])
        results: list[FetchResult] = []
        while not results:
            results = self.fetcher.collect(1.0)
        result = results[0]
        if result.error:
            raise FetchError(f"{host}: {result.error}", result.error_kind)
        if result.status == 401:
            raise FetchError(
                f"{host} wants a user name and a password; name them in the configuration: "
                "feeds: [{url: …, username: …, password: ${FEED_PASSWORD}}]",
                "unauthorised",
            )
        if result.status != 200:
            raise FetchError(f"{host} answers {result.status} for this address", "status")
        return result

    def _parsed(self, answer: FetchResult) -> ParsedFeed:
        return self.parse(answer.body, answer.headers.get("content-type", ""), answer.url).result()


def _discovered(answer: FetchResult, parsed: ParsedFeed) -> Discovered:
    url = answer.permanent_url or answer.request.url
    return Discovered(url, parsed.title, len(parsed.entries))


def _tidy(url: str) -> str:
    """One spelling for one feed: scheme and host in small letters, no fragment; a malformed address stays."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user}{at}{host.lower()}", parts.path, parts.query, ""))
