"""A query's text compiled to the tree that is evaluated, or refused with place and suggestion (matching.md §2, §7)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import partial

from monitor.matching import nodes, regexes, terms, wildcards
from monitor.matching.grammar import DoesNotFit, Part, parse
from monitor.matching.lexer import Warning, tokens_of
from monitor.matching.nodes import Node
from monitor.matching.shape import Token, replaced
from monitor.model.errors import QueryError
from monitor.text.fold import SIGNS

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")
_PLAIN = re.compile(r'\w+|"[\w ]+"')  # the commonest queries need no grammar
_LONG = 1_000
_OPERATORS = frozenset(("AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST", "SCORE"))
_FOREIGN_OPERATORS = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT"}
_MOST_INNER_WILDCARDS = 200  # d?ne, dr*ne; there is no limit on drone*
_MOST_COUNTED = 3  # occurrences of one part of SCORE


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query."""

    source: str
    node: Node
    warnings: tuple[Warning, ...] = ()


def compile_query(source: str, entities: Mapping[str, nodes.EntityRule] | None = None) -> Query:
    """Raises QueryError, whose suggestion, where there is one, is a query that compiles."""
    try:
        return _compiled(source, entities or {})
    except QueryError as error:
        if error.suggestion and not _is_query(error.suggestion, entities or {}):
            raise QueryError(error.what, error.offset, error.width) from error
        raise


def _is_query(source: str, entities: Mapping[str, nodes.EntityRule]) -> bool:
    try:
        return bool(_compiled(source, entities))
    except QueryError:
        return False


def _compiled(source: str, entities: Mapping[str, nodes.EntityRule]) -> Query:
    compiler = _Compiler(source, entities)
    if (
        len(source) < _LONG
        and _PLAIN.fullmatch(source)
        and source not in _OPERATORS
        and source.lower() not in ("and", "or", "not")
    ):
        return Query(source, compiler.plain())
    tokens, warnings = tokens_of(source)
    node = compiler.compile(tokens)
    return Query(source, node, tuple(warnings))


class _Compiler:
    def __init__(self, source: str, entities: Mapping[str, nodes.EntityRule]) -> None:
        self._source = source
        self._entities = entities
        self._inner_wildcards = 0

    def plain(self) -> Node:
        """A query that is one word or one phrase without anything special."""
        kind = "phrase" if self._source[0] == '"' else "word"
        return self._term(kind, self._source.strip('"'), 0, len(self._source))

    def compile(self, tokens: Sequence[Token]) -> Node:
        try:
            node = self._node(parse(tokens))
        except DoesNotFit as error:
            raise QueryError("this does not fit here", min(error.place, len(self._source) - 1)) from error
        if not nodes.is_positive(node):
            raise QueryError(
                "a query that only forbids could match every entry; say what must be there as well",
                0,
                len(self._source),
            )
        return node

    def _node(self, part: Part) -> Node:
        make: Callable[[Part], Node] = getattr(self, f"_make_{part.kind}")
        return make(part)

    def _written(self, part: Part) -> str:
        return self._source[part.start : part.end]

    def _refuse(self, part: Part, what: str, better: str | None = None) -> QueryError:
        return self._refuse_at(part.start, part.end, what, better)

    def _refuse_at(self, start: int, end: int, what: str, better: str | None = None) -> QueryError:
        """The error for a stretch of the query; ``better`` would stand there instead."""
        suggestion = "" if better is None else replaced(self._source, start, end, better)
        return QueryError(what, start, end - start, suggestion)

    # --- what combines -------------------------------------------------------------------------------------

    def _make_any(self, part: Part) -> Node:
        children = tuple(map(self._node, part.parts))
        for child, inner in zip(children, part.parts, strict=True):
            if not nodes.is_positive(child):
                raise self._refuse(inner, "OR beside NOT could match every entry")
        return nodes.Any(self._written(part), children)

    def _make_all(self, part: Part) -> Node:
        return nodes.All(self._written(part), tuple(map(self._node, part.parts)))

    def _make_not(self, part: Part) -> Node:
        child = self._node(part.parts[0])
        if not nodes.is_positive(child):
            raise self._refuse(part, "NOT of NOT: say what must be there instead")
        return nodes.Not(self._written(part), child)

    def _make_group(self, part: Part) -> Node:
        return self._node(part.parts[0])

    def _make_near(self, part: Part) -> Node:
        operator = part.words[0]
        if len(part.parts) > 2:
            raise self._refuse_chain(part)
        left, right = map(self._node, part.parts)
        for operand, inner in zip((left, right), part.parts, strict=True):
            if offender := nodes.unfit_for_near(operand):
                better = self._near_suggestion(part.parts, operator)
                error = self._refuse(part, f"{offender} cannot be a part of NEAR", better)
                raise QueryError(error.what, inner.start, inner.end - inner.start, error.suggestion)
        name, _, number = operator.partition("/")
        return nodes.Near(self._written(part), left, right, int(number), name == "ONEAR")

    def _refuse_chain(self, part: Part) -> QueryError:
        first, second, third = map(self._written, part.parts[:3])
        one, two = part.words[:2]
        better = f"({first} {one} {second}) ({second} {two} {third})" if len(part.parts) == 3 else None
        error = self._refuse(part, "NEAR joins two parts; a chain is not possible", better)
        place = self._source.index(two, part.parts[1].end)
        return QueryError(error.what, place, len(two), error.suggestion)

    def _near_suggestion(self, parts: Sequence[Part], operator: str) -> str | None:
        """The field around NEAR instead of inside it; AND around NEAR instead of inside it."""
        fields = {part.words[0] for part in parts if part.kind == "field"}
        if fields:
            inner = [self._written(part.parts[0] if part.kind == "field" else part) for part in parts]
            return f"{fields.pop()}:({inner[0]} {operator} {inner[1]})" if len(fields) == 1 else None
        first, second = parts
        if (both := _joined_by_and(first)) and not _joined_by_and(second):
            return " AND ".join(f"({self._written(part)} {operator} {self._written(second)})" for part in both)
        if (both := _joined_by_and(second)) and not _joined_by_and(first):
            return " AND ".join(f"({self._written(first)} {operator} {self._written(part)})" for part in both)
        return None

    def _make_field(self, part: Part) -> Node:
        name = part.words[0]
        if name == "lang":
            return self._language(part.parts[0])
        return nodes.InField(self._written(part), name, self._node(part.parts[0]))

    def _language(self, part: Part) -> Node:
        """``lang:uk`` or ``lang:(uk OR pl)``."""
        if part.kind == "group":
            return self._language(part.parts[0])
        if part.kind == "any":
            return nodes.Any(self._written(part), tuple(map(self._language, part.parts)))
        written = self._written(part).strip('"')
        tag = written.lower().replace("_", "-")
        if part.kind not in ("word", "phrase") or not _LANGUAGE.fullmatch(tag):
            raise self._refuse(part, "lang: takes a language such as uk or en-GB")
        return nodes.LanguageIs(f"lang:{written}", tag)

    def _make_at_least(self, part: Part) -> Node:
        child = self._node(part.parts[0])
        if offender := nodes.uncountable(child):
            raise self._refuse(part.parts[0], f"ATLEAST counts words, phrases and regexes, not {offender}")
        return nodes.AtLeast(self._written(part), int(part.words[0].partition("/")[2]), child)

    def _make_score(self, part: Part) -> Node:
        operator = part.words[0]
        threshold = Decimal(operator.partition("/")[2])
        items = tuple(map(self._weighted, part.parts))
        most = sum((_most(item) for item in items), Decimal(0))
        if most < threshold:
            what = f"no entry can score {threshold}: these parts reach {most} at most"
            better = f"SCORE/{most}" if most > 0 else None
            raise self._refuse_at(part.start, part.start + len(operator), what, better)
        return nodes.Score(self._written(part), threshold, items)

    def _weighted(self, part: Part) -> nodes.Weighted:
        child = self._node(part.parts[0])
        if not nodes.is_positive(child):
            raise self._refuse(part.parts[0], "SCORE subtracts with a negative weight, not with NOT")
        return nodes.Weighted(child, Decimal(part.words[0]) if part.words else Decimal(1))

    # --- terms ---------------------------------------------------------------------------------------------

    def _make_word(self, part: Part) -> Node:
        return self._term(part.kind, part.words[0], part.start, part.end)

    _make_phrase = _make_exact = _make_word

    def _term(self, kind: str, value: str, start: int, end: int) -> Node:
        refuse = partial(self._refuse_at, start, end)
        quoted = self._source[start:end].lstrip("=")[0] in '"“”„«»'
        text, wild = wildcards.mark(value, escapes=quoted)
        if kind == "exact" and wild:
            raise refuse("wildcards do not go with =: it compares letter for letter", self._source[start:end][1:])
        patterns = terms.compile_patterns(text, exact=kind == "exact")
        if not patterns:
            raise refuse(
                "there is no word in this term; punctuation does not count", _FOREIGN_OPERATORS.get(value)
            )
        words = patterns[0].words
        if not quoted and all(word in SIGNS for word in words):
            raise refuse("signs alone go in quotes", _FOREIGN_OPERATORS.get(value, f'"{value}"'))
        if wild:
            self._check_wildcards(words, text, refuse)
        if kind != "exact":
            kind = "wildcard" if wild else "phrase" if len(words) > 1 else "term"
        label = f"={text}" if kind == "exact" else _ESCAPED.sub(r"\1", value) if quoted else value
        return nodes.Term(self._source[start:end], kind, label, patterns)

    def _check_wildcards(self, words: Sequence[str], text: str, refuse: Callable[..., QueryError]) -> None:
        if better := wildcards.without_beside_single(text):
            what = "no wildcards in Chinese, Japanese, Korean, Thai …: each character is a word already"
            raise refuse(what, f'"{better}"' if " " in better else better)
        self._inner_wildcards += not all(map(wildcards.prefix_of, filter(wildcards.is_wild, words)))
        if self._inner_wildcards > _MOST_INNER_WILDCARDS:
            raise refuse(f"a query has at most {_MOST_INNER_WILDCARDS} terms with wildcards inside of words")
        for word in filter(wildcards.is_wild, words):
            if word == wildcards.STAR:
                raise refuse("* alone could match every entry; write at least two letters before it")
            if wildcards.is_loose(word):
                rest = word.lstrip(wildcards.STAR) if word[0] == wildcards.STAR and len(words) == 1 else None
                raise refuse("a wildcard needs at least two letters before it: dr*, not d* or *ne", rest)

    def _make_regex(self, part: Part) -> Node:
        body, _, flags = part.words[0][1:].rpartition("/")
        try:
            regex = regexes.compile_regex(body.replace(r"\/", "/"), case_sensitive=flags == "s")
        except regexes.RegexProblem as problem:
            better = f"/{problem.suggestion}/{flags}" if problem.suggestion else None
            error = self._refuse(part, problem.what, better)
            raise QueryError(
                problem.what, part.start + 1 + problem.offset, problem.width, error.suggestion
            ) from problem
        return nodes.RegexTerm(self._written(part), regex)

    def _make_entity(self, part: Part) -> Node:
        name = part.words[0]
        rule = self._entities.get(name)
        if rule is None:
            near = get_close_matches(name, self._entities, 1, 0.5)
            known = "" if self._entities else "; no entities are configured"
            raise self._refuse(part, f'there is no entity "{name}"{known}', f"@{near[0]}" if near else None)
        return nodes.EntityTerm(self._written(part), rule)


def _most(item: nodes.Weighted) -> Decimal:
    return max(item.weight, Decimal(0)) * (_MOST_COUNTED if nodes.is_counted(item.child) else 1)


def _joined_by_and(part: Part) -> tuple[Part, ...]:
    inner = part.parts[0] if part.kind == "group" else part
    return inner.parts if inner.kind == "all" else ()
