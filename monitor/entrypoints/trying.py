"""Trying: one query, or the configured watches, against a text, a feed file or a stored entry."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.matching.engine import Engine, compile_watchlists
from monitor.matching.explain import span_json, why_json, why_words
from monitor.model.entry import Entry, Source
from monitor.model.errors import MonitorError, NotFound, ParseError
from monitor.model.watch import Match, Span, Why
from monitor.parsing.formats import parse_fast, parse_tolerant
from monitor.settings import Settings, config_directory, environment, load
from monitor.text import html_to_text, plain_text

if TYPE_CHECKING:
    from monitor.app import Service


def match_row(entry: Entry, found: Iterable[Match]) -> dict[str, Any]:
    """One line of `match --json` (matching.md §6)."""
    return {
        "entry": {"id": entry.identity, "title": entry.title, "url": entry.url},
        "matches": [
            {
                "watchlist": match.watchlist,
                "watch": match.watch,
                "kind": match.kind,
                "severity": match.severity.word,
                "score": match.score,
                "spans": [span_json(span) for span in match.spans],
            }
            for match in found
        ],
    }


def loaded(config: Path | None) -> Settings:
    env = environment()
    return load(config_directory(config, env), env)


def service_engine(config: Path | None) -> Engine:
    """The engine over the configured watchlists, without a database."""
    return compile_watchlists(loaded(config).watchlists).engine


def read_entries(data: bytes, name: str) -> Iterator[tuple[Entry, Source]]:
    """Entries of a feed document or of JSON Lines. Raises MonitorError with file and line."""
    if _is_json_lines(data):
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if line.strip():
                yield _from_json(line, number, name)
        return
    try:
        feed = parse_fast(data, "", "") or parse_tolerant(data, "", "")
    except ParseError as error:
        raise MonitorError(f"{name}: {error}") from error
    source = Source(title=feed.title)
    for entry in feed.entries:
        yield entry, source


def _is_json_lines(data: bytes) -> bool:
    """A JSON object on the first line that is no JSON Feed."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{"):
        return False
    first = start.split(b"\n", 1)[0]
    try:
        value = json.loads(first)
    except ValueError:
        try:
            return "jsonfeed.org" not in str(json.loads(data).get("version", ""))
        except ValueError:
            return True
    return isinstance(value, dict) and "jsonfeed.org" not in str(value.get("version", ""))


def _from_json(line: str, number: int, name: str) -> tuple[Entry, Source]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise MonitorError(f"{name}:{number}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise MonitorError(f"{name}:{number}: each line is an object with title, summary, body …")
    text = {key: str(value.get(key) or "") for key in ("id", "title", "summary", "body", "url", "lang", "author")}
    tags = tuple(str(tag) for tag in value.get("tags") or ())
    published = _published(value.get("published"))
    entry = Entry(
        identity=text["id"] or text["url"] or f"{name}:{number}",
        title=plain_text(text["title"]),
        summary=html_to_text(text["summary"]),
        body=html_to_text(text["body"]),
        url=text["url"],
        author=text["author"],
        tags=tags,
        language=text["lang"].lower(),
        published=published,
    )
    return entry, Source(title=str(value.get("source") or ""))


def _published(value: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
