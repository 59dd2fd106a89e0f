"""Watchlists to an engine. One bad watch never stops the others: its old version stays in force."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.engine import Engine, Watch
from monitor.matching.entities import Form, compile_entity
from monitor.matching.lexer import Warning
from monitor.matching.nodes import EntityRule, EntityTerm, Node
from monitor.matching.query import compile_query
from monitor.matching.terms import Pattern, compile_patterns
from monitor.model.errors import QueryError
from monitor.model.watch import Entity, Keyword, Watchlist


@dataclass(frozen=True, slots=True)
class WatchProblem:
    """What is wrong with one watch: ``watchlists/<watchlist>``, ``<kind>.<index>.<field>``."""

    watchlist: str
    kind: str  # keywords | entities
    index: int  # counts from 0
    field: str  # query | name | require | exclude | samples.0 …
    error: QueryError


@dataclass(frozen=True, slots=True)
class WatchWarning:
    """What works in one watch, but perhaps not as meant."""

    watchlist: str
    kind: str
    index: int
    field: str
    warning: Warning


@dataclass(frozen=True, slots=True)
class Compilation:
    """An engine of everything that could be compiled, and what could not. Warnings are those of new queries."""

    engine: Engine
    problems: tuple[WatchProblem, ...] = ()
    warnings: tuple[WatchWarning, ...] = ()


def compile_watchlists(watchlists: Sequence[Watchlist], previous: Engine | None = None) -> Compilation:
    """Never raises. Where a watch cannot be compiled, the one of ``previous`` stays in force."""
    compiler = _Compiler(watchlists, previous)
    watches = [watch for watchlist in watchlists for watch in compiler.watches(watchlist)]
    return Compilation(Engine(watches, previous), tuple(compiler.problems), tuple(compiler.warnings))


def compile_entities(watchlists: Sequence[Watchlist]) -> Mapping[str, EntityRule]:
    """What ``@id`` in a query may name; entities that cannot be compiled are left out."""
    compiler = _Compiler(watchlists, None)
    rules = (
        (entity.id, compiler.entities.get(entity.id)) for watchlist in watchlists for entity in watchlist.entities
    )
    return {name: rule for name, rule in rules if rule is not None}


class _Compiler:
    def __init__(self, watchlists: Sequence[Watchlist], previous: Engine | None) -> None:
        self.problems: list[WatchProblem] = []
        self.warnings: list[WatchWarning] = []
        old = previous.watches if previous is not None else ()
        self._old = {(watch.watchlist, watch.kind, watch.watch): watch for watch in old}
        self._known = {watch.node.source: watch.node for watch in old if watch.kind == "keyword"}
        self.entities = _Entities(watchlists, self._old, self.problems)

    def watches(self, watchlist: Watchlist) -> Iterator[Watch]:
        for index, keyword in enumerate(watchlist.keywords):
            node = self._keyword(watchlist, index, keyword)
            if node is not None:
                severity = keyword.severity or watchlist.severity
                yield Watch(watchlist.id, keyword.id, "keyword", severity, keyword.title, node)
        for entity in watchlist.entities:
            rule = self.entities.get(entity.id)
            if rule is not None:
                node = self._entity_node(watchlist, rule)
                severity = entity.severity or watchlist.severity
                yield Watch(watchlist.id, entity.id, "entity", severity, entity.title or entity.name, node)

    def _keyword(self, watchlist: Watchlist, index: int, keyword: Keyword) -> Node | None:
        known = self._known.get(keyword.query)
        if known is not None and "@" not in keyword.query:
            return known
        try:
            query = compile_query(keyword.query, self.entities)
        except QueryError as error:
            self.problems.append(WatchProblem(watchlist.id, "keywords", index, "query", error))
            old = self._old.get((watchlist.id, "keyword", keyword.id))
            return old.node if old is not None else None
        self.warnings += [WatchWarning(watchlist.id, "keywords", index, "query", each) for each in query.warnings]
        return query.node

    def _entity_node(self, watchlist: Watchlist, rule: EntityRule) -> Node:
        old = self._old.get((watchlist.id, "entity", rule.id))
        if old is not None and isinstance(old.node, EntityTerm) and old.node.rule is rule:
            return old.node
        return EntityTerm(f"@{rule.id}", rule)


class _Entities(Mapping[str, EntityRule]):
    """Entities by id, each compiled when first asked for; conditions may name other entities."""

    def __init__(
        self,
        watchlists: Sequence[Watchlist],
        old: Mapping[tuple[str, str, str], Watch],
        problems: list[WatchProblem],
    ) -> None:
        self._places = {
            entity.id: (watchlist.id, index, entity)
            for watchlist in reversed(watchlists)
            for index, entity in enumerate(watchlist.entities)
        }
        self._old = {watch.watch: watch.node.rule for watch in old.values() if isinstance(watch.node, EntityTerm)}
        self._problems = problems
        self._rules: dict[str, EntityRule | None] = {}
        self._open: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, name: str) -> EntityRule:
        if name in self._open:
            raise QueryError(f"the entities {' and '.join(dict.fromkeys([*self._open, name]))} need each other", 0)
        if name not in self._rules:
            self._open.append(name)
            try:
                self._rules[name] = self._compiled(*self._places[name])
            finally:
                self._open.pop()
        rule = self._rules[name]
        if rule is None:
            raise KeyError(name)
        return rule

    def _compiled(self, watchlist: str, index: int, entity: Entity) -> EntityRule | None:
        old = self._old.get(entity.id)
        if old is not None and old.compiled.entity == entity and "@" not in entity.require + entity.exclude:
            return old
        conditions: dict[str, Node | None] = {"require": None, "exclude": None}
        for name, query in (("require", entity.require), ("exclude", entity.exclude)):
            try:
                conditions[name] = compile_query(query, self).node if query.strip() else None
            except QueryError as error:
                self._problems.append(WatchProblem(watchlist, "entities", index, name, error))
                return old
        compiled = compile_entity(entity)
        forms = _by_words(compiled.forms)
        if not forms:
            nameless = QueryError("there is no word in this name", 0, len(entity.name))
            self._problems.append(WatchProblem(watchlist, "entities", index, "name", nameless))
            return old
        return EntityRule(entity.id, compiled, forms, **conditions)


def _by_words(forms: Sequence[Form]) -> dict[str, dict[int, dict[tuple[str, ...], list[tuple[Form, Pattern]]]]]:
    found: dict[str, dict[int, dict[tuple[str, ...], list[tuple[Form, Pattern]]]]] = {}
    for form in forms:
        for pattern in compile_patterns(form.text, exact=form.exact):
            first, *rest = pattern.words
            by_rest = found.setdefault(first, {}).setdefault(len(pattern.words), {})
            by_rest.setdefault(tuple(rest), []).append((form, pattern))
    return found
