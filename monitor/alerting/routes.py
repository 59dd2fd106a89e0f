"""Routes: does this route take this match, and if not, was it only the severity?"""

from collections.abc import Iterable, Sequence

from monitor.model.alert import Route
from monitor.model.entry import Source
from monitor.model.watch import Match, Severity

HEAVY = 2.0  # an outlet of at least this weight raises severity by one step


def raised(severity: Severity, source: Source) -> Severity:
    """The severity that counts: one step up for a heavy outlet."""
    if source.weight >= HEAVY and severity < Severity.CRITICAL:
        return Severity(severity + 1)
    return severity


def route_matches(
    route: Route,
    match: Match,
    severity: Severity,
    source: Source,
    language: str,
    tags: Sequence[str] = (),
) -> str | None:
    """Why the route applies, in words; None when it does not.

    ``tags`` are the entry's own; the source's are looked at as well.
    """
    if not _conditions_hold(route, match, source, language, tags) or _severity_gap(route, severity):
        return None
    return f"route {route.name} takes {', '.join(_taken(route, match, severity))}"


def below_severity(
    route: Route,
    match: Match,
    severity: Severity,
    source: Source,
    language: str,
    tags: Sequence[str] = (),
) -> str | None:
    """The severity that kept the match from a route which takes it otherwise, in words; else None."""
    if not _conditions_hold(route, match, source, language, tags):
        return None
    return _severity_gap(route, severity)


def _conditions_hold(route: Route, match: Match, source: Source, language: str, tags: Sequence[str]) -> bool:
    wanted = route.match
    watch_names = (match.watch, f"{match.watchlist}/{match.watch}")
    return (
        (not wanted.watchlists or match.watchlist in wanted.watchlists)
        and (not wanted.watches or any(name in wanted.watches for name in watch_names))
        and (not wanted.tags or bool(_folded(wanted.tags) & _folded((*source.tags, *tags))))
        and (not wanted.sources or any(_is_source(name, source) for name in wanted.sources))
        and (not wanted.languages or any(_is_language(name, language) for name in wanted.languages))
    )


def _severity_gap(route: Route, severity: Severity) -> str | None:
    low, high = route.match.min_severity, route.match.max_severity
    if severity < low:
        return f"severity {severity.word} is below {low.word} of route {route.name}"
    if severity > high:
        return f"severity {severity.word} is above {high.word} of route {route.name}"
    return None


def _taken(route: Route, match: Match, severity: Severity) -> Iterable[str]:
    if route.match.watchlists or route.match.watches:
        yield f"watch {match.watchlist}/{match.watch}"
    yield f"severity {severity.word}"


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _is_source(name: str, source: Source) -> bool:
    """By the feed's title, its host, or a domain above its host; any case."""
    wanted, host = name.casefold(), source.host.casefold()
    return wanted == source.title.casefold() or wanted == host or host.endswith(f".{wanted}")


def _is_language(name: str, language: str) -> bool:
    """``en`` takes en-GB; an entry without a language is taken by no name (matching.md §7)."""
    wanted, given = name.casefold(), language.casefold()
    return wanted == given or given.startswith(f"{wanted}-")
