"""Routes: does this route take this match, and if not, was it only the severity?"""

from collections.abc import Iterable

from monitor.model.alert import Route
from monitor.model.entry import Source, StoredEntry
from monitor.model.watch import Match, Severity

HEAVY = 2.0  # an outlet of at least this weight raises severity by one step


def raised(severity: Severity, source: Source) -> Severity:
    """The severity that counts: one step up for a heavy outlet."""
    if source.weight >= HEAVY and severity < Severity.CRITICAL:
        return Severity(severity + 1)
    return severity


def route_matches(route: Route, match: Match, severity: Severity, entry: StoredEntry) -> str | None:
    """Why the route applies, in words; None when it does not. ``severity`` is the raised one."""
    if not _conditions_hold(route, match, entry) or _severity_gap(route, severity):
        return None
    return f"route {route.name} takes {severity.word} severity of {match.watchlist}/{match.watch}"


def below_severity(route: Route, match: Match, severity: Severity, entry: StoredEntry) -> str | None:
    """The severity that kept the match from a route which takes it otherwise, in words; else None."""
    return _severity_gap(route, severity) if _conditions_hold(route, match, entry) else None


def _conditions_hold(route: Route, match: Match, entry: StoredEntry) -> bool:
    wanted, source = route.match, entry.source
    names = {match.watch, f"{match.watchlist}/{match.watch}"}
    tags = _folded((*source.tags, *entry.entry.tags))
    return (
        (not wanted.watchlists or match.watchlist in wanted.watchlists)
        and (not wanted.watches or not names.isdisjoint(wanted.watches))
        and (not wanted.tags or not tags.isdisjoint(_folded(wanted.tags)))
        and (not wanted.sources or any(_is_source(name, source) for name in wanted.sources))
        and (not wanted.languages or any(_is_language(name, entry.entry.language) for name in wanted.languages))
    )


def _severity_gap(route: Route, severity: Severity) -> str | None:
    low, high = route.match.min_severity, route.match.max_severity
    if severity < low:
        return f"severity {severity.word} is below {low.word} of route {route.name}"
    if severity > high:
        return f"severity {severity.word} is above {high.word} of route {route.name}"
    return None


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _is_source(name: str, source: Source) -> bool:
    """By the feed's title, its host, or a domain above its host; any case."""
    wanted, host = name.casefold(), source.host.casefold()
    return wanted in (source.title.casefold(), host) or host.endswith(f".{wanted}")


def _is_language(name: str, language: str) -> bool:
    """``en`` takes en-GB; an entry without a language is taken by no name (matching.md §7)."""
    wanted, given = name.casefold(), language.casefold()
    return bool(given) and (wanted == given or given.startswith(f"{wanted}-"))
