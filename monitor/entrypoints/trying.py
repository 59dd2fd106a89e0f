"""Trying: one query, or the configured watches, against a text, a feed file or a stored entry."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.matching.compile import compile_entities, compile_watchlists
from monitor.matching.document import Document
from monitor.matching.engine import Engine
from monitor.matching.entities import compile_entity, uncovered_languages
from monitor.matching.evaluate import Evaluation, evaluate, evaluation
from monitor.matching.explain import span_json, why_json, why_words
from monitor.matching.nodes import EntityRule
from monitor.matching.query import Query, compile_query
from monitor.matching.samples import check_samples
from monitor.model.entry import Entry, Source
from monitor.model.errors import ConfigError, MonitorError, NotFound, ParseError, Problem, QueryError
from monitor.model.watch import Entity, Keyword, Match, Why
from monitor.parsing.formats import parse_fast, parse_tolerant
from monitor.settings import Settings, config_directory, environment, format_problem, load
from monitor.text import html_to_text, plain_text

if TYPE_CHECKING:
    from monitor.app import Service

FIELDS = ("title", "summary", "body", "author", "url")


@dataclass(frozen=True, slots=True)
class Tried:
    """One query against one text."""

    entry: Entry
    evaluation: Evaluation
    warnings: tuple[str, ...]

    @property
    def matched(self) -> bool:
        return self.evaluation.matched

    def as_json(self) -> dict[str, Any]:
        """As matching.md §6 has it."""
        found = self.evaluation
        return {
            "matched": found.matched,
            "score": found.score,
            "spans": [span_json(span) for span in found.spans],
            "why": why_json(found.why),
        }


def try_query(query: str, config: Path | None, entry: Entry, source: Source) -> Tried:
    """Entities of the configuration may be named where there is one. Raises ConfigError at ``query:LINE:COL``."""
    compiled, warnings = understood(query, _rules(config) if "@" in query else {})
    found = evaluation(evaluate(compiled.node, Document(entry, source)))
    return Tried(entry, found, warnings)


def understood(query: str, rules: Mapping[str, EntityRule], name: str = "query") -> tuple[Query, tuple[str, ...]]:
    """The compiled query and its warnings in words. Raises ConfigError at ``NAME:LINE:COL``."""
    try:
        compiled = compile_query(query, rules)
    except QueryError as error:
        bad = _problem(query, error.what, error.offset, error.width, error.suggestion)
        raise ConfigError([replace(bad, file=name)]) from error
    doubts = [_problem(query, w.what, w.offset, w.width, w.suggestion, level="warning") for w in compiled.warnings]
    return compiled, tuple(format_problem(replace(doubt, file=name)) for doubt in doubts)


def text_entry(title: str, summary: str, body: str, **known: Any) -> Entry:
    """An entry as parsing would make it: the title is plain text, summary and body are HTML."""
    return Entry("text", plain_text(title), html_to_text(summary), html_to_text(body), **known)


def render_tried(tried: Tried) -> str:
    """The answer for people: each matching field with the matched words marked, then the reason."""
    if not tried.matched:
        return "no match\n" + "\n".join(tree_lines(tried.evaluation.why))
    lines = ["match: " + why_words(tried.evaluation.why)]
    for field in FIELDS:
        spans = [span for span in tried.evaluation.spans if span.field == field]
        if spans:
            lines.append(f"  {field}: {_marked(getattr(tried.entry, field), [(s.start, s.end) for s in spans])}")
    return "\n".join(lines)


def tree_lines(why: Why, depth: int = 1) -> list[str]:
    """The query's tree, one line a node, with what is true of each."""
    note = f"  ({why.note})" if why.note else ""
    own = f"{'  ' * depth}{'yes' if why.matched else 'no ':3} {why.query}{note}"
    return [own, *(line for child in why.children for line in tree_lines(child, depth + 1))]


def _marked(text: str, spans: list[tuple[int, int]], around: int = 60) -> str:
    first, last = spans[0][0], spans[-1][1]
    start, end = max(0, first - around), min(len(text), max(last, first + 400) + around)
    parts, at = ["…" if start else ""], start
    for begin, stop in spans:
        if begin < at or stop > end:
            continue
        parts += [text[at:begin], "[", text[begin:stop], "]"]
        at = stop
    return " ".join("".join([*parts, text[at:end], "…" if end < len(text) else ""]).split())


def _rules(config: Path | None) -> Mapping[str, EntityRule]:
    try:
        return compile_entities(loaded(config).watchlists)
    except ConfigError:
        if config is not None:
            raise
        return {}


def _problem(query: str, what: str, offset: int, width: int, suggestion: str, level: str = "error") -> Problem:
    before = query[:offset]
    line = before.count("\n") + 1
    column = offset - (before.rfind("\n") + 1) + 1
    excerpt = query.split("\n")[line - 1] if query else ""
    return Problem("query", line, column, "", what, excerpt, width, suggestion, level)


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


def engine_of(config: Path | None) -> Engine:
    """The engine over the configured watchlists, without a database."""
    return compile_watchlists(loaded(config).watchlists).engine


def read_entries(data: bytes, name: str) -> Iterator[tuple[Entry, Source]]:
    """Entries of a feed document or of JSON Lines. Raises MonitorError with file and line."""
    if _is_json_lines(data):
        for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), 1):
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
    tags = value.get("tags") or []
    if not isinstance(tags, list):
        raise MonitorError(f"{name}:{number}: tags is a list of words")
    published = _published(value.get("published"))
    entry = Entry(
        identity=text["id"] or text["url"] or f"{name}:{number}",
        title=plain_text(text["title"]),
        summary=html_to_text(text["summary"]),
        body=html_to_text(text["body"]),
        url=text["url"],
        author=text["author"],
        tags=tuple(str(tag) for tag in tags),
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


def run_samples(config: Path | None) -> list[dict[str, Any]]:
    """Every sample of every watch with its verdict; bad watches are errors of `monitor check`."""
    env = environment()
    settings = load(config_directory(config, env), env, keep_bad_watches=True)
    engine = compile_watchlists(settings.watchlists).engine
    failed = {(f.watchlist, f.watch, f.number): f for f in check_samples(engine, settings.watchlists)}
    results = []
    for watchlist in settings.watchlists:
        watches: tuple[Keyword | Entity, ...] = (*watchlist.keywords, *watchlist.entities)
        for watch in watches:
            for number, sample in enumerate(watch.samples):
                wrong = failed.get((watchlist.id, watch.id, number))
                results.append(
                    {
                        "watch": f"{watchlist.id}/{watch.id}",
                        "text": sample.text,
                        "passed": wrong is None,
                        "words": wrong.words if wrong else "",
                    }
                )
    return results


def entity_forms(config: Path | None, name: str) -> dict[str, Any]:
    """Every form of an entity with its origin, and the feeds' languages that it does not cover."""
    settings = loaded(config)
    entities = {entity.id: entity for watchlist in settings.watchlists for entity in watchlist.entities}
    if name not in entities:
        raise NotFound(f"no entity is called `{name}`; there are: {', '.join(sorted(entities)) or 'none'}")
    compiled = compile_entity(entities[name])
    return {
        "entity": name,
        "forms": [{"text": form.text, "origin": form.origin, "exact": form.exact} for form in compiled.forms],
        "uncovered": list(uncovered_languages(compiled, _languages(settings))),
    }


def _languages(settings: Settings) -> list[str]:
    """Languages that feeds are tagged with, as in ``lang:uk`` or a bare two-letter tag."""
    tags = {tag.lower().removeprefix("lang:") for feed in settings.feeds for tag in feed.tags}
    return sorted(tag for tag in tags if len(tag) == 2)


def explain_entry(service: "Service", entry_id: int, watch: str) -> dict[str, Any]:
    """Why a stored entry matched or not, and every row of the ledger about it."""
    engine = service.steps.engine
    with service.database.read() as records:
        stored = records.entries.get(entry_id)
        fates = records.ledger.of_entry(entry_id)
        story = records.stories.of_entry(entry_id)
    wanted = [w for w in engine.watches if not watch or watch in (w.watch, f"{w.watchlist}/{w.watch}")]
    if watch and not wanted:
        raise NotFound(f"no watch is called `{watch}`; `monitor check` counts them, the watchlists name them")
    rows = []
    for one in wanted:
        found = engine.evaluate(stored.entry, stored.source, one.watchlist, one.watch)
        if watch or found.matched:
            rows.append((one, found))
    return {
        "entry": {
            "id": stored.id,
            "title": stored.entry.title,
            "url": stored.entry.url,
            "source": stored.source.title,
            "seen_at": stored.seen_at,
            "published": stored.entry.published,
            "version": stored.version,
            "held": stored.held,
        },
        "story": story,
        "watches": [
            {
                "watchlist": one.watchlist,
                "watch": one.watch,
                "matched": found.matched,
                "spans": [span_json(span) for span in found.spans],
                "why": why_json(found.why),
                "words": why_words(found.why),
                "tree": tree_lines(found.why),
            }
            for one, found in rows
        ],
        "fates": [
            {
                "watchlist": fate.watchlist,
                "watch": fate.watch,
                "recipient": fate.recipient,
                "route": fate.route,
                "state": fate.state.value,
                "reason": fate.reason,
                "severity": fate.severity.word,
                "at": fate.at,
                "delivery": fate.delivery_id,
            }
            for fate in fates
        ],
    }


def render_explained(found: Mapping[str, Any]) -> str:
    """`monitor explain` for people."""
    entry = found["entry"]
    lines = [f"entry {entry['id']}: {entry['title']}", f"  {entry['source']}  {entry['url']}"]
    if found["story"]:
        lines.append(f"  in story {found['story']}")
    for watch in found["watches"]:
        verdict = "matched" if watch["matched"] else "did not match"
        lines.append(f"{watch['watchlist']}/{watch['watch']} {verdict}: {watch['words']}")
        lines += watch["tree"]
    if not found["watches"]:
        lines.append("no watch matches it; `--watch NAME` shows why one does not")
    lines += [
        f"{f['recipient']} ({f['watchlist']}/{f['watch']}, route {f['route'] or '-'}): {f['state']}: {f['reason']}"
        for f in found["fates"]
    ]
    return "\n".join(lines)
