"""Backtesting: which watches are meant, what is stored of the past, and both put through pipeline.backtest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.entrypoints.backtest_report import Report
from monitor.entrypoints.progress import walking
from monitor.entrypoints.searching import pages
from monitor.entrypoints.trying import understood
from monitor.matching.compile import Compilation, compile_entities, compile_watchlists
from monitor.matching.engine import Engine, Watch
from monitor.model.entry import Entry, StoredEntry
from monitor.model.errors import ConfigError, MonitorError
from monitor.model.watch import Severity, Watchlist
from monitor.pipeline.backtest import Difference, Outcome, Past, Rules, backtest, compare
from monitor.ports import Database, Records
from monitor.settings import Settings
from monitor.settings.watchlists import ReadWatchlist, caret_node, read_watchlists

if TYPE_CHECKING:
    from monitor.app import Service

_YAML = (".yaml", ".yml")
_ONE_POLL = timedelta(minutes=1)  # what was stored within this time of a feed's first poll came by it


@dataclass(frozen=True, slots=True)
class Target:
    """What is tested. ``name`` is for people: "watch ukraine-defence/drone-production"."""

    name: str
    watches: tuple[Watch, ...]
    warnings: tuple[str, ...] = ()

    @property
    def engine(self) -> Engine:
        return Engine(self.watches)


@dataclass(frozen=True, slots=True)
class Tested:
    """One report; with ``difference`` the old and the new one."""

    reports: tuple[Report, ...]
    difference: Difference | None
    warnings: tuple[str, ...]


def run(
    service: "Service", given: str, span: timedelta, diff: Path | None, watchlist: str, severity: Severity | None
) -> Tested:
    """Replay the last ``span``. Raises ConfigError."""
    settings, until = service.settings, service.clock.now()
    since = until - span
    rules = Rules(settings.routes, settings.polling.first_poll_max_age)
    target = target_of(settings, given, watchlist, severity)
    other = other_target(settings, given, target, diff) if diff else None
    read: dict[int, datetime] = {}

    def told(name: str, outcome: Outcome) -> Report:
        begin = min(read.values(), default=since)  # a rate counts from where the history begins
        return Report(name, begin, until, len(read), settings.timezone, outcome)

    with walking(since, until) as on_progress:
        past = _counted(history(service.database, since, on_progress), read)
        if other is None:
            outcome = backtest(target.engine, past, rules, until)
            return Tested((told(target.name, outcome),), None, target.warnings)
        found = compare(target.engine, other.engine, past, rules, until)
    reports = (told(target.name, found.old), told(other.name, found.new))
    return Tested(reports, found, target.warnings + other.warnings)


def _counted(past: Iterable[Past], read: dict[int, datetime]) -> Iterator[Past]:
    for one in past:
        read.setdefault(one.stored.id, one.stored.seen_at)
        yield one


def target_of(settings: Settings, given: str, watchlist: str, severity: Severity | None) -> Target:
    """A watch or watchlist of the configuration by its id, else a query, as if it stood in ``watchlist``.

    Raises ConfigError at ``query:LINE:COL``.
    """
    watches = _named(compile_watchlists(settings.watchlists).engine.watches, given)
    if watches:
        names = ", ".join(f"{watch.watchlist}/{watch.watch}" for watch in watches)
        return Target(f"watch {names}", tuple(_urgent(watch, severity) for watch in watches))
    query, warnings = understood(given, compile_entities(settings.watchlists) if "@" in given else {})
    severities = {one.id: one.severity for one in settings.watchlists}
    own = severity or severities.get(watchlist, Severity.MEDIUM)
    return Target(f"query {given}", (Watch(watchlist, "query", "keyword", own, "", query.node),), warnings)


def other_target(settings: Settings, given: str, target: Target, file: Path) -> Target:
    """What FILE would put in the target's place: a watchlist file, or the new query alone. Raises ConfigError."""
    if file.suffix in _YAML:
        return _from_watchlist(settings, given, file)
    if len(target.watches) != 1:
        raise MonitorError(f"`{given}` is {len(target.watches)} watches; compare it with a watchlist file (.yaml)")
    text = file.read_text(encoding="utf-8").strip()
    query, warnings = understood(text, compile_entities(settings.watchlists) if "@" in text else {}, str(file))
    return Target(f"query of {file}", (replace(target.watches[0], node=query.node),), warnings)


def _named(watches: Sequence[Watch], name: str) -> list[Watch]:
    return [w for w in watches if name in (w.watch, f"{w.watchlist}/{w.watch}", w.watchlist)]


def _urgent(watch: Watch, severity: Severity | None) -> Watch:
    return watch if severity is None else replace(watch, severity=severity)


def _from_watchlist(settings: Settings, given: str, file: Path) -> Target:
    """The same watches of the file, or all of them where ``given`` is no name in it."""
    read = read_watchlists([file], settings.directory)
    if any(problem.level == "error" for problem in read.problems):
        raise ConfigError(read.problems)
    (one,) = read.read
    others = [each for each in settings.watchlists if each.id != one.watchlist.id]
    compilation = compile_watchlists([*_without(others, one.watchlist), one.watchlist])
    _refuse(compilation, one)
    theirs = [watch for watch in compilation.engine.watches if watch.watchlist == one.watchlist.id]
    return Target(f"watchlist file {file}", tuple(_named(theirs, given) or theirs))


def _without(watchlists: Sequence[Watchlist], new: Watchlist) -> Iterator[Watchlist]:
    """Entities that the new watchlist has as well are the new ones wherever a query names them."""
    taken = {entity.id for entity in new.entities}
    for watchlist in watchlists:
        yield replace(watchlist, entities=tuple(one for one in watchlist.entities if one.id not in taken))


def _refuse(compilation: Compilation, one: ReadWatchlist) -> None:
    problems = []
    for found in compilation.problems:
        if found.watchlist == one.watchlist.id:
            walked, node = caret_node(one, found.kind, found.index, found.field)
            problems.append(one.document.problem(node, walked, found.error.what, found.error.suggestion))
    if problems:
        raise ConfigError(problems)


def history(
    database: Database, since: datetime, on_progress: Callable[[datetime], None] = lambda _at: None
) -> Iterator[Past]:
    """Every text of every entry seen since then, in order of when it was seen; a page in memory at a time."""
    later: list[tuple[datetime, int, int, Past]] = []  # heap of updates
    first_polls: dict[int, datetime | None] = {}
    for page in pages(database, since):
        with database.read() as records:
            _learn(records, page, first_polls)
            olds = records.entries.versions([stored.id for stored in page if stored.version > 1])
        for stored in page:
            while later and later[0][0] < stored.seen_at:
                yield heappop(later)[3]
            first, *updates = _texts(stored, olds.get(stored.id, []), first_polls[stored.feed_id])
            yield first
            for update in updates:
                heappush(later, (update.stored.seen_at, stored.id, update.stored.version, update))
        if page:
            on_progress(page[-1].seen_at)
    while later:
        yield heappop(later)[3]


def _learn(records: Records, page: Sequence[StoredEntry], first_polls: dict[int, datetime | None]) -> None:
    for feed_id in {stored.feed_id for stored in page} - set(first_polls):
        first_polls[feed_id] = records.feeds.get(feed_id).first_polled_at


def _texts(
    stored: StoredEntry, olds: Sequence[tuple[datetime, Entry]], first_poll: datetime | None
) -> Iterator[Past]:
    """The entry as it was first, then each update when it came."""
    texts = [*(old for _, old in olds), stored.entry]
    by_first_poll = first_poll is not None and stored.seen_at - first_poll < _ONE_POLL
    version = stored.version - len(olds)
    yield Past(replace(stored, entry=texts[0], version=version), by_first_poll)
    for number, (at, _) in enumerate(olds, 1):
        changed = replace(stored, entry=texts[number], seen_at=at, version=version + number, held=False)
        yield Past(changed, previous=texts[number - 1])
