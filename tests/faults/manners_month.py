"""200 scripted servers that judge every request they get: a fetcher in memory, and the score of who calls on it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from monitor.fetching.hints import HOST_BUSY
from monitor.model.feed import FetchRequest, FetchResult, Validators

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FLOOR = 10 * MINUTE

ROWS = {
    "second": "unconditional GETs where validators were given, but for the first",
    "early": "polls earlier than the server allowed",
    "wrong": "validators that were not byte for byte the last ones",
    "cookie": "cookies returned",
    "referer": "referers",
    "parameter": "addresses with anything added",
}


@dataclass(frozen=True)
class Habit:
    """How a kind of server behaves; ``count`` of them take part."""

    name: str
    count: int
    etag: bool = True
    modified: bool = False
    max_age: timedelta | None = None  # said with every answer
    only_first: bool = False  # cache headers with a 200 only
    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    restless: bool = False  # a new validator with every answer, 304 included
    cookies: bool = False
    trouble: int = 0  # status it answers with while it is in trouble
    troubled: tuple[int, int] = (0, 0)  # from which day to which
    every_nth: int = 0  # … or every so many requests
    retry_after: timedelta | None = None
    moves: bool = False
    news_every: timedelta = 17 * HOUR


HABITS = (
    Habit("validators, no hint", 6),
    Habit("Last-Modified only, max-age 4 h", 20, etag=False, modified=True, max_age=4 * HOUR),
    Habit("both, max-age 12 h on 200 only", 24, modified=True, max_age=12 * HOUR, only_first=True),
    Habit("no validators", 50, etag=False),
    Habit("ttl 6 h", 20, ttl=6 * HOUR),
    Habit("skipHours 0-6", 10, max_age=4 * HOUR, skip_hours=tuple(range(7))),
    Habit("validators that always change", 10, max_age=6 * HOUR, restless=True),
    Habit("429 each tenth time", 10, max_age=6 * HOUR, trouble=429, every_nth=10, retry_after=9 * HOUR),
    Habit("down for a week", 15, max_age=6 * HOUR, trouble=500, troubled=(5, 12)),
    Habit("moved on day 3", 10, max_age=8 * HOUR, moves=True, troubled=(3, 99)),
    Habit("gone on day 10", 10, max_age=6 * HOUR, trouble=410, troubled=(10, 99)),
    Habit("cookies", 10, max_age=8 * HOUR, cookies=True),
    Habit("missing for two days", 5, max_age=6 * HOUR, trouble=404, troubled=(8, 10)),
)


@dataclass
class Server:
    """One feed's server; keeps the sins against it."""

    habit: Habit
    url: str
    sins: Counter[str] = field(default_factory=Counter)
    polls: int = 0
    allowed_at: datetime = START
    given: Validators = field(default_factory=Validators)
    version: int = -1
    answers: int = 0
    last_at: datetime = START

    def answer(self, request: FetchRequest, now: datetime) -> FetchResult:
        self._judge(request, now)
        self.polls += 1
        self.last_at = now
        day = (now - START) / DAY
        troubled = self.habit.troubled[0] <= day < self.habit.troubled[1]
        nth = self.habit.every_nth and self.polls % self.habit.every_nth == 0
        if self.habit.trouble and (troubled or nth):
            return self._refuse(request, now)
        moved = self.url + "/moved" if self.habit.moves and troubled else ""
        return replace(self._serve(request, now), url=moved or self.url, permanent_url=moved)

    def _judge(self, request: FetchRequest, now: datetime) -> None:
        self.sins["early"] += now < self.allowed_at
        if self.polls and self.given != Validators():
            self.sins["second"] += request.validators == Validators()
        self.sins["wrong"] += request.validators not in (self.given, Validators())
        names = {name.lower() for name, _ in request.headers}
        self.sins["cookie"] += "cookie" in names
        self.sins["referer"] += "referer" in names
        self.sins["parameter"] += request.url not in (self.url, self.url + "/moved")

    def _refuse(self, request: FetchRequest, now: datetime) -> FetchResult:
        habit = self.habit
        self.allowed_at = now + (habit.retry_after or FLOOR)
        if habit.trouble == 410:
            self.allowed_at = datetime.max.replace(tzinfo=UTC)
        asked = {"retry-after": str(round(habit.retry_after.total_seconds()))} if habit.retry_after else {}
        return FetchResult(request, habit.trouble, asked, url=self.url)

    def _serve(self, request: FetchRequest, now: datetime) -> FetchResult:
        habit = self.habit
        self.answers += 1
        version = int((now - START) / habit.news_every)
        fresh = version == self.version and request.validators == self.given != Validators()
        self.version = version
        stamp = f"{version}.{self.answers}" if habit.restless else f"{version}"
        modified = format_datetime(START + version * habit.news_every, usegmt=True)
        self.given = Validators(f'W/"{stamp}"' if habit.etag else None, modified if habit.modified else None)
        headers = {"etag": self.given.etag, "last-modified": self.given.last_modified}
        if habit.max_age and not (fresh and habit.only_first):
            headers["cache-control"] = f"max-age={round(habit.max_age.total_seconds())}"
        if habit.cookies:
            headers["set-cookie"] = f"visitor={self.answers}"
        self.allowed_at = self._allowed(now)
        said = {name: value for name, value in headers.items() if value is not None}
        return FetchResult(request, 304 if fresh else 200, said, b"" if fresh else self._body(version))

    def _allowed(self, now: datetime) -> datetime:
        """The earliest next poll by what this server says, and by P8 where it says nothing."""
        said = max(self.habit.max_age or FLOOR, self.habit.ttl or FLOOR)
        if not (self.habit.max_age or self.habit.ttl):
            said = HOUR if self.given != Validators() else DAY
        at = now + said
        while at.hour in self.habit.skip_hours:
            at = at.replace(minute=0, second=0, microsecond=0) + HOUR
        return at

    def _body(self, version: int) -> bytes:
        items = "".join(
            f"<item><title>News {number}</title><guid isPermaLink='false'>{self.url}#{number}</guid>"
            f"<pubDate>{format_datetime(START + number * self.habit.news_every)}</pubDate></item>"
            for number in range(version, max(-1, version - 10), -1)
        )
        ttl = f"<ttl>{round(self.habit.ttl / MINUTE)}</ttl>" if self.habit.ttl else ""
        hours = "".join(f"<hour>{hour}</hour>" for hour in self.habit.skip_hours)
        skip = f"<skipHours>{hours}</skipHours>" if hours else ""
        channel = f"<channel><title>{self.habit.name}</title>{ttl}{skip}{items}</channel>"
        return f"<rss version='2.0'>{channel}</rss>".encode()


class Internet:
    """Implements ports.Fetcher over scripted servers; ``spoil`` is what a rude client makes of a request."""

    def __init__(self, now: Callable[[], datetime], spoil: Callable[[FetchRequest], FetchRequest]) -> None:
        self.servers: dict[str, Server] = {}
        for habit in HABITS:
            for number in range(habit.count):
                word = "".join(char for char in habit.name.lower() if char.isalnum())
                host = f"{word}{number // 5 if habit.every_nth else number}.example"  # some share a busy host
                url = f"https://{host}/{number}"
                self.servers[url] = Server(habit, url)
        self._now, self._spoil = now, spoil
        self._results: list[FetchResult] = []

    def submit(self, requests: Iterable[FetchRequest]) -> None:
        resting: set[str] = set()
        for request in requests:
            if request.host in resting:
                self._results.append(FetchResult(request, error="not asked", error_kind=HOST_BUSY))
                continue
            server = self._server(request.url)
            result = server.answer(self._spoil(request), self._now())
            if result.status == 429:
                resting.add(request.host)
                self._hold(request.host, server.allowed_at)
            self._results.append(replace(result, request=request))

    def collect(self, timeout: float) -> list[FetchResult]:
        results, self._results = self._results, []
        return results

    @property
    def in_flight(self) -> int:
        return len(self._results)

    def score(self) -> Counter[str]:
        return sum((server.sins for server in self.servers.values()), Counter())

    def _server(self, url: str) -> Server:
        return self.servers[url.removesuffix("/moved")]

    def _hold(self, host: str, until: datetime) -> None:
        """A host that answers 429 wants all of its feeds left alone."""
        for server in self.servers.values():
            if urlsplit(server.url).netloc == host:
                server.allowed_at = max(server.allowed_at, until)


def score_sheet(internet: Internet, seconds: float) -> str:
    """The table that a person reads."""
    servers, score = list(internet.servers.values()), internet.score()
    polls = sum(server.polls for server in servers)
    lines = [f"manners over 30 days x {len(servers)} feeds: {polls} polls in {seconds:.1f} s of CPU"]
    lines += [f"  {score[row]:6}  {words}" for row, words in ROWS.items()]
    for habit in HABITS:
        counts = [server.polls for server in servers if server.habit is habit]
        lines.append(f"  {sum(counts) / len(counts):6.1f}  polls a feed: {habit.name}")
    return "\n".join(lines)
