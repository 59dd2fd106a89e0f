"""Feeds: the list in monitor.yaml and the OPML files that it names."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from monitor.model.errors import ParseError, Problem
from monitor.model.feed import FeedSpec
from monitor.settings.addresses import feed_url
from monitor.settings.fields import Known
from monitor.settings.schema import Feed, FeedItem, FeedList, MonitorFile
from monitor.settings.yamlfile import Document, Path_, plain, problem_at

_LINE = re.compile(r"line (\d+): (.*)")


@dataclass(frozen=True, slots=True)
class Feeds:
    specs: tuple[FeedSpec, ...]
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    spec: FeedSpec
    index: int  # in `feeds:`
    listed: bool  # by itself, not in an OPML file


def usable_items(document: Document, names: Known) -> Iterator[tuple[int, Feed | FeedList]]:
    """Each item of ``feeds:`` that can be used, whatever is wrong elsewhere in the file."""
    adapter: TypeAdapter[Feed | FeedList] = TypeAdapter(FeedItem)
    _, node, _ = document.descend(("feeds",))
    for index, item in enumerate(node.value if isinstance(node.value, list) else []):
        with suppress(ValidationError):
            yield index, adapter.validate_python(plain(item), context=names)


def collect_feeds(items: Iterable[tuple[int, Feed | FeedList]], document: Document) -> Feeds:
    """Every feed once, in the file's order. A feed listed by itself wins over the same one in an OPML file."""
    problems: list[Problem] = []
    files: list[Path] = []
    found: list[_Found] = []
    for index, item in items:
        if isinstance(item, FeedList):
            path = document.path.parent / item.opml
            files.append(path)
            specs, told = _read_opml(path, item.opml, document, index)
            problems += told
            found += (_Found(spec, index, False) for spec in specs)
        else:
            found.append(_Found(_spec(item), index, True))
    unique, told = _unique(found, document)
    return Feeds(unique, (*problems, *told), tuple(files))


def _spec(feed: Feed) -> FeedSpec:
    return FeedSpec(
        url=feed.url,
        title=feed.title or "",
        tags=feed.tags,
        every=feed.every,
        weight=feed.weight,
        headers=tuple(feed.headers.items()),
        username=feed.username or "",
        password=feed.password or feed.password_file or "",
        proxy=feed.proxy or "",
    )


def _read_opml(path: Path, name: str, document: Document, index: int) -> tuple[list[FeedSpec], list[Problem]]:
    from monitor.parsing.opml import parse_opml

    walked, node, _ = document.descend(("feeds", index, "opml"))
    shown = str(Path(document.name).parent / name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        specs = list(parse_opml(text))
    except FileNotFoundError:
        return [], [document.problem(node, walked, f"there is no file {path}")]
    except UnicodeDecodeError:
        return [], [document.problem(node, walked, f"{name} is not UTF-8; save it as UTF-8")]
    except OSError as error:
        return [], [document.problem(node, walked, f"{name} cannot be read: {(error.strerror or '').lower()}")]
    except ParseError as error:
        where = _LINE.match(str(error))
        if where is None:
            return [], [document.problem(node, walked, f"{name} is not a list of feeds: {error}")]
        return [], [_at_line(text, shown, int(where[1]), f"not a list of feeds: {where[2]}")]
    return _usable(specs, text, shown)


def _at_line(text: str, shown: str, line: int, what: str) -> Problem:
    lines = text.split("\n")
    line = min(line, len(lines))
    offset = sum(len(one) + 1 for one in lines[: line - 1])
    blank = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    return problem_at(text, shown, offset + blank, len(lines[line - 1].strip()), "", what)


def _usable(specs: list[FeedSpec], text: str, shown: str) -> tuple[list[FeedSpec], list[Problem]]:
    good: list[FeedSpec] = []
    problems: list[Problem] = []
    for spec in specs:
        try:
            good.append(replace(spec, url=feed_url(spec.url)))
        except PydanticCustomError as error:
            context = error.context or {}
            written = spec.url if spec.url in text else escape(spec.url)
            offset = max(0, text.find(written))
            what, meant = str(context["what"]), str(context["suggestion"])
            problems.append(problem_at(text, shown, offset, len(written), spec.title, what, meant))
    return good, problems


def _unique(found: list[_Found], document: Document) -> tuple[tuple[FeedSpec, ...], list[Problem]]:
    chosen: dict[str, _Found] = {}
    problems: list[Problem] = []
    for one in found:
        key = _key(one.spec.url)
        first = chosen.get(key)
        if first is None or (one.listed and not first.listed):
            spec = one.spec
            if first is not None:
                spec = replace(spec, title=spec.title or first.spec.title, tags=spec.tags or first.spec.tags)
            chosen[key] = replace(one, spec=spec)
        elif one.listed and first.listed:
            walked, node, _ = document.descend(("feeds", one.index, "url"))
            what = f"this feed is listed already, as feeds.{first.index}; the first one counts"
            problems.append(document.problem(node, walked, what, level="warning"))
    return tuple(one.spec for one in chosen.values()), problems


def _key(url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme] else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}{query}"


def too_often(main: MonitorFile, document: Document) -> Iterator[Problem]:
    """Intervals below the floor do not hold: said, not refused."""
    floor = main.polling.floor
    wanted: list[tuple[Path_, timedelta]] = [(("polling", "interval"), main.polling.interval)]
    wanted += [
        (("feeds", index, "every"), feed.every)
        for index, feed in enumerate(main.feeds)
        if isinstance(feed, Feed) and feed.every is not None
    ]
    for path, interval in wanted:
        if interval < floor:
            walked, node, _ = document.descend(path)
            what = "shorter than `polling.floor`, which holds"
            yield document.problem(node, walked, what, level="warning")
