"""Watchlist files: found, read, checked, and their queries compiled once to see whether they can be."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from monitor.model.errors import Problem
from monitor.model.watch import Entity, Keyword, Sample, Severity, Watchlist
from monitor.settings.checking import check
from monitor.settings.fields import SYSTEM, Known
from monitor.settings.secrets import SideFiles
from monitor.settings.watchschema import EntityEntry, KeywordEntry, Samples, WatchlistFile
from monitor.settings.yamlfile import Document, Node, read_yaml

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class ReadWatchlist:
    """A watchlist with its file. ``places``: for each keyword and each entity its index in the file."""

    watchlist: Watchlist
    document: Document
    keyword_places: tuple[int, ...]
    entity_places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Watchlists:
    read: tuple[ReadWatchlist, ...]
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]  # watchlists
    watched: tuple[Path, ...]  # and the folders where new ones may appear


def find_watchlists(
    document: Document, directory: Path, patterns: Sequence[str]
) -> tuple[list[Path], list[Problem]]:
    """Files by pattern, sorted; a pattern that names nothing is told."""
    files: dict[Path, None] = {}
    problems: list[Problem] = []
    for index, pattern in enumerate(patterns):
        matched = sorted(directory.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
        matched = [path for path in matched if not path.name.startswith(".")]
        files |= dict.fromkeys(matched)
        if not matched:
            problems.append(_nothing(document, directory, index, pattern))
    return list(files), problems


def read_watchlists(files: Iterable[Path], directory: Path) -> Watchlists:
    read: list[ReadWatchlist] = []
    problems: list[Problem] = []
    paths = tuple(files)
    names = Known(files=SideFiles(directory, None))
    for path in paths:
        document, told = read_yaml(path, _shown(path, directory))
        problems += told
        if document is not None:
            one, told = _read(document, names)
            read.append(one)
            problems += told
    problems += _twice(read)
    folders = dict.fromkeys(path.parent for path in paths)
    return Watchlists(tuple(read), tuple(problems), paths, (*paths, *folders))


def _nothing(document: Document, directory: Path, index: int, pattern: str) -> Problem:
    walked, node, _ = document.descend(("watchlists", index))
    given = bool(walked)
    meant = pattern.removesuffix(".yaml") + ".yml" if pattern.endswith(".yaml") else ""
    meant = meant if meant and any(directory.glob(meant)) else ""
    if _MAGIC & set(pattern):
        where = walked or ("watchlists",)
        return document.problem(node, where, f"no file is called {pattern}", meant, level="warning")
    return document.problem(node if given else document.root, walked, f"there is no file {directory / pattern}")


def _shown(path: Path, directory: Path) -> str:
    return str(path if path.is_absolute() or path.is_relative_to(directory) else directory / path)


def _read(document: Document, names: Known) -> tuple[ReadWatchlist, list[Problem]]:
    model, problems = check(WatchlistFile, document, names)
    data = document.plain()
    fields = data if isinstance(data, dict) else {}
    keywords = dict(enumerate(model.keywords) if model else _items(KeywordEntry, fields.get("keywords")))
    entities = dict(enumerate(model.entities) if model else _items(EntityEntry, fields.get("entities")))
    given = fields.get("id")
    watchlist = Watchlist(
        id=given if isinstance(given, str) and given else document.path.stem,
        title=(model.title if model else "") or "",
        severity=(model.severity if model else None) or Severity.MEDIUM,
        keywords=tuple(_keyword(entry) for entry in keywords.values()),
        entities=tuple(_entity(entry) for entry in entities.values()),
    )
    if model is not None and not model.keywords and not model.entities:
        problems.append(
            document.problem(document.root, (), "neither `keywords` nor `entities`: it watches nothing")
        )
    if watchlist.id == SYSTEM:
        _, node, _ = document.descend(("id",))
        problems.append(
            document.problem(node, ("id",), "`system` is the service's own watchlist: choose another id")
        )
    return ReadWatchlist(watchlist, document, tuple(keywords), tuple(entities)), problems


def _items(model: type[BaseModel], items: Any) -> Iterator[tuple[int, Any]]:
    """What can be used of each item: an unusable severity must not keep its query from being checked."""
    for index, item in enumerate(items if isinstance(items, list) else []):
        data = item
        while isinstance(data, dict):
            try:
                yield index, model.model_validate(data)
                break
            except ValidationError as error:
                bad = {details["loc"][0] for details in error.errors(include_url=False) if details["loc"]}
                bad &= set(data)
                if not bad:
                    break
                data = {key: value for key, value in data.items() if key not in bad}


def _keyword(entry: KeywordEntry) -> Keyword:
    return Keyword(entry.id, entry.query, entry.severity, entry.title or "", _samples(entry.samples))


def _entity(entry: EntityEntry) -> Entity:
    return Entity(
        id=entry.id,
        name=entry.name,
        type=entry.type,
        wikidata=entry.wikidata or "",
        aliases=entry.aliases,
        forms=entry.forms[0] if entry.forms in (("auto",), ("exact",)) else entry.forms,
        require=entry.require or "",
        exclude=entry.exclude or "",
        severity=entry.severity,
        title=entry.title or "",
        samples=_samples(entry.samples),
    )


def _samples(samples: Samples) -> tuple[Sample, ...]:
    return tuple(
        Sample(sample.text, matches, (sample.lang or "").lower())
        for matches, texts in ((True, samples.match), (False, samples.no_match))
        for sample in texts
    )


def _twice(read: Sequence[ReadWatchlist]) -> Iterator[Problem]:
    """Ids of watchlists are unique, ids of watches within theirs, ids of entities everywhere: queries name them."""
    lists: dict[str, str] = {}
    entities: dict[str, str] = {}
    for one in read:
        document, name = one.document, one.watchlist.id
        walked, node, _ = document.descend(("id",))
        if name in lists:
            what = f"the watchlist `{name}` exists already, in {lists[name]}"
            yield document.problem(node, walked, what)
        lists.setdefault(name, document.name)
        watches: dict[str, str] = {}
        for path, watch in _watch_places(one):
            if watch in watches:
                _, at, _ = document.descend(path)
                yield document.problem(at, path, f"the id `{watch}` is taken by {watches[watch]}")
            elif path[0] == "entities" and watch in entities:
                _, at, _ = document.descend(path)
                yield document.problem(at, path, f"there is an entity `{watch}` already, in {entities[watch]}")
            watches.setdefault(watch, ".".join(map(str, path[:-1])))
            if path[0] == "entities":
                entities.setdefault(watch, document.name)


def _watch_places(one: ReadWatchlist) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, keyword in zip(one.keyword_places, one.watchlist.keywords, strict=True):
        yield ("keywords", index, "id"), keyword.id
    for index, entity in zip(one.entity_places, one.watchlist.entities, strict=True):
        yield ("entities", index, "id"), entity.id


def caret_node(one: ReadWatchlist, kind: str, index: int, field: str) -> tuple[tuple[str | int, ...], Node]:
    """Where a watch's field stands in its file. Samples count through those that match, then those that do not."""
    place = (one.keyword_places if kind == "keywords" else one.entity_places)[index]
    parts = [int(part) if part.isdigit() else part for part in field.split(".")]
    if parts[0] == "samples" and isinstance(parts[-1], int):
        watch = one.watchlist.keywords[index] if kind == "keywords" else one.watchlist.entities[index]
        matching = sum(sample.matches for sample in watch.samples)
        number = parts[-1]
        parts = ["samples", "match", number] if number < matching else ["samples", "no_match", number - matching]
    walked, node, _ = one.document.descend((kind, place, *parts))
    return walked, node
