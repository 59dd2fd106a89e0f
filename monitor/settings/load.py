"""Loading: every file read and checked, all problems told at once, or Settings."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.model.alert import Route
from monitor.model.errors import ConfigError, Problem
from monitor.settings import routing
from monitor.settings.checking import check
from monitor.settings.effective import Fetching, Polling, Retention, Settings
from monitor.settings.environment import MAIN_FILE
from monitor.settings.exposure import exposed, secret_texts
from monitor.settings.feeds import Feeds, collect_feeds, too_often, usable_items
from monitor.settings.fields import Known
from monitor.settings.problems import in_order
from monitor.settings.queries import query_problems
from monitor.settings.schema import Database, MonitorFile
from monitor.settings.secrets import SideFiles, fill, side_files
from monitor.settings.watchlists import ReadWatchlist, Watchlists, find_watchlists, read_watchlists
from monitor.settings.yamlfile import Document, read_yaml, whole_file

_WATCHLISTS = ("watchlists/*.yaml",)
_ADDRESS = re.compile(r"""sqlite:///[^\s"'{},#]+""")


def load(directory: Path, env: Mapping[str, str], *, keep_bad_watches: bool = False) -> Settings:
    """The configuration in ``directory``. Raises ConfigError with every problem of every file.

    ``keep_bad_watches`` (for a reload): a watch that cannot be compiled is no reason to refuse; it stands in
    ``Settings.watch_problems``, and the engine keeps the version that it had.
    """
    name = str(directory / MAIN_FILE)
    document, problems = read_yaml(directory / MAIN_FILE, name, secretive=True)
    if document is None:
        raise ConfigError(problems if directory.is_dir() else [_no_directory(directory, name)])
    filled = fill(document, env)
    document, problems = filled.document, [*problems, *filled.problems]
    patterns = _patterns(document)
    found, told = find_watchlists(document, directory, patterns)
    watchlists = read_watchlists(found, directory)
    names = _known(document, watchlists, side_files(directory, env))
    main, bad = check(MonitorFile, document, names, filled.failed)
    feeds = collect_feeds(enumerate(main.feeds) if main else usable_items(document, names), document)
    problems += [*told, *watchlists.problems, *bad, *feeds.problems, *_same_routes(document), *exposed(document)]
    queries = query_problems(watchlists.read)
    bad_watches = [problem for problem in queries if problem.level == "error"] if keep_bad_watches else []
    problems += [problem for problem in queries if problem not in bad_watches]
    if main is None or any(problem.level == "error" for problem in problems):
        raise ConfigError(in_order(problems))
    return _settings(directory, document, main, watchlists, feeds, names, problems, bad_watches)


def database_address(directory: Path, env: Mapping[str, str]) -> str:
    """Where the database is, even if much of the configuration is broken."""
    document, _ = read_yaml(directory / MAIN_FILE, MAIN_FILE, secretive=True)
    data = fill(document, env).document.plain() if document is not None else None
    given = data.get("database") if isinstance(data, dict) else None
    url = given.get("url") if isinstance(given, dict) else None
    if document is None:  # no YAML: what looks like the address, if anything does
        found = _ADDRESS.search(_text(directory / MAIN_FILE))
        url = found.group() if found else None
    return _database_url(url if isinstance(url, str) else Database().url, directory)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _no_directory(directory: Path, name: str) -> Problem:
    return whole_file(name, f"there is no directory {directory}; `monitor init {directory}` makes one")


def _patterns(document: Document) -> tuple[str, ...]:
    data = document.plain()
    given = data.get("watchlists") if isinstance(data, dict) else None
    if given is None:
        return _WATCHLISTS
    return tuple(p for p in (given if isinstance(given, list) else [given]) if isinstance(p, str) and p)


def _known(document: Document, watchlists: Watchlists, files: SideFiles) -> Known:
    """Names as written, so that a reference is good even where what it names is not."""
    data = document.plain()
    main = data if isinstance(data, dict) else {}
    return Known(
        channels={name: str(value.get("type")) for name, value in _tables(main.get("channels"))},
        people={name: "email" in value for name, value in _tables(main.get("people"))},
        watchlists={one.watchlist.id: _watch_ids(one) for one in watchlists.read},
        files=files,
    )


def _tables(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in data.items() if isinstance(data, dict) else ():
        yield name, value if isinstance(value, dict) else {}


def _watch_ids(one: ReadWatchlist) -> frozenset[str]:
    return frozenset(keyword.id for keyword in one.watchlist.keywords) | {
        entity.id for entity in one.watchlist.entities
    }


def _same_routes(document: Document) -> Iterator[Problem]:
    """The ledger and the digests are keyed by a route's name."""
    first: dict[Any, int] = {}
    data = document.plain()
    routes = data.get("routes") if isinstance(data, dict) else None
    for index, route in enumerate(routes if isinstance(routes, list) else []):
        name = route.get("name") if isinstance(route, dict) else None
        if not isinstance(name, str):
            continue
        if name in first:
            walked, node, _ = document.descend(("routes", index, "name"))
            yield document.problem(node, walked, f"the name `{name}` is taken by routes.{first[name]}")
        first.setdefault(name, index)


def _untold(routes: tuple[Route, ...], watchlists: Watchlists) -> Iterator[Problem]:
    """Watchlists whose matches no route takes."""
    for one in watchlists.read:
        ids = _watch_ids(one)
        names = ids | {f"{one.watchlist.id}/{watch}" for watch in ids}
        taken = any(
            (not route.match.watchlists or one.watchlist.id in route.match.watchlists)
            and (not route.match.watches or not names.isdisjoint(route.match.watches))
            for route in routes
        )
        if not taken:
            walked, node, _ = one.document.descend(("id",))
            what = f"no route takes the watchlist `{one.watchlist.id}`: nobody hears of its matches"
            yield one.document.problem(node, walked, what, level="warning")


def _settings(
    directory: Path,
    document: Document,
    main: MonitorFile,
    watchlists: Watchlists,
    feeds: Feeds,
    names: Known,
    problems: list[Problem],
    bad_watches: list[Problem],
) -> Settings:
    channels, people = routing.channels(main), routing.people(main)
    routes = routing.routes(main, channels, people)
    warnings = [*problems, *too_often(main, document), *_untold(routes, watchlists)]
    database, proxy = _database_url(main.database.url, directory), main.fetch.proxy or ""
    return Settings(
        directory=directory,
        timezone=main.timezone,
        contact=main.contact or "",
        base_url=(main.base_url or "").rstrip("/"),
        ping_url=main.ping_url or "",
        database_url=database,
        web_listen=main.web.listen if main.web else None,
        polling=_polling(main),
        fetch=Fetching(main.fetch.timeout, main.fetch.max_bytes, main.fetch.allow_private, proxy),
        retention=Retention(main.retention.entries, main.retention.deliveries),
        feeds=feeds.specs,
        watchlists=tuple(one.watchlist for one in watchlists.read),
        channels=channels,
        people=people,
        routes=routes,
        warnings=in_order(warnings),
        watch_problems=in_order(bad_watches),
        secrets=secret_texts((database, proxy), channels.values(), feeds.specs, main.ping_url or ""),
        files=tuple(dict.fromkeys((document.path, *watchlists.watched, *feeds.files, *names.files.read))),
        watchlist_files=watchlists.files,
    )


def _polling(main: MonitorFile) -> Polling:
    polling = main.polling
    return Polling(
        interval=polling.interval,
        floor=polling.floor,
        per_host_gap=polling.per_host_gap,
        concurrency=polling.concurrency,
        first_poll_max_age=polling.first_poll_max_age,
        interval_explicit="interval" in polling.model_fields_set,
    )


def _database_url(url: str, directory: Path) -> str:
    """A relative SQLite file stands beside the configuration directory, wherever the command is run."""
    path = url.removeprefix("sqlite:///")
    if path == url or not path or path.startswith((":memory:", "file:")):
        return url
    return f"sqlite:///{directory.resolve().parent / path}"
