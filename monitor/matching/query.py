"""A query's text compiled to the tree that is evaluated, or refused with place and suggestion (matching.md §2, §7)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any

import lark

from monitor.matching import nodes, regexes, terms, wildcards
from monitor.matching.grammar import parse
from monitor.matching.lexer import Warning, tokens_of
from monitor.matching.nodes import Node
from monitor.matching.shape import Token
from monitor.model.errors import QueryError
from monitor.text.fold import SIGNS

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")
_PLAIN = re.compile(r'\w+|"[\w ]+"')  # the commonest queries need no grammar
_OPERATORS = frozenset(("AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST", "SCORE"))
_FOREIGN_OPERATORS = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT"}
_MOST_COUNTED = 3  # occurrences of one part of SCORE

_Tree = lark.Tree[lark.Token]


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
    if _PLAIN.fullmatch(source) and source not in _OPERATORS and source.lower() not in ("and", "or", "not"):
        return Query(source, compiler.plain())
    tokens, warnings = tokens_of(source)
    node = compiler.compile(tokens)
    return Query(source, node, tuple(warnings))


class _Compiler:
    def __init__(self, source: str, entities: Mapping[str, nodes.EntityRule]) -> None:
        self._source = source
        self._entities = entities

    def plain(self) -> Node:
        """A query that is one word or one phrase without anything special."""
        kind = "phrase" if self._source[0] == '"' else "word"
        return self._term(kind, self._source.strip('"'), 0, len(self._source))

    def compile(self, tokens: Sequence[Token]) -> Node:
        try:
            tree = parse(tokens)
        except lark.exceptions.UnexpectedInput as error:
            place = error.pos_in_stream or 0
            raise QueryError("this does not fit here", min(place, len(self._source) - 1)) from error
        node = self._node(tree)
        if not nodes.is_positive(node):
            raise QueryError(
                "a query that only forbids could match every entry; say what must be there as well",
                0,
                len(self._source),
            )
        return node

    def _node(self, tree: _Tree) -> Node:
        make: Callable[[_Tree], Node] = getattr(self, f"_make_{tree.data}")
        return make(tree)

    def _written(self, tree: _Tree) -> str:
        return self._source[tree.meta.start_pos : tree.meta.end_pos]

    def _refuse(self, tree: _Tree, what: str, better: str | None = None) -> QueryError:
        start, end = tree.meta.start_pos, tree.meta.end_pos
        suggestion = (
            "" if better is None else " ".join((self._source[:start] + better + self._source[end:]).split())
        )
        return QueryError(what, start, end - start, suggestion)

    # --- what combines -------------------------------------------------------------------------------------

    def _make_any(self, tree: _Tree) -> Node:
        children = [self._node(child) for child in _trees(tree)]
        for child, part in zip(children, _trees(tree), strict=True):
            if not nodes.is_positive(child):
                raise self._refuse(part, "OR beside NOT could match every entry")
        return nodes.Any(self._written(tree), tuple(children))

    def _make_all(self, tree: _Tree) -> Node:
        return nodes.All(self._written(tree), tuple(self._node(child) for child in _trees(tree)))

    def _make_not(self, tree: _Tree) -> Node:
        (part,) = _trees(tree)
        child = self._node(part)
        if not nodes.is_positive(child):
            raise self._refuse(tree, "NOT of NOT: say what must be there instead")
        return nodes.Not(self._written(tree), child)

    def _make_group(self, tree: _Tree) -> Node:
        (part,) = _trees(tree)
        return self._node(part)

    def _make_near(self, tree: _Tree) -> Node:
        parts = _trees(tree)
        operator, *others = [child for child in tree.children if isinstance(child, lark.Token)]
        if others:
            first, second, third = (self._written(part) for part in parts[:3])
            better = f"({first} {operator} {second}) ({second} {operator} {third})" if len(parts) == 3 else None
            error = self._refuse(tree, "NEAR joins two parts; a chain is not possible", better)
            raise QueryError(error.what, others[0].start_pos or 0, len(others[0]), error.suggestion)
        left, right = (self._node(part) for part in parts)
        for operand, part in zip((left, right), parts, strict=True):
            if offender := nodes.unfit_for_near(operand):
                error = self._refuse(
                    tree, f"{offender} cannot be a part of NEAR", self._near_suggestion(parts, operator)
                )
                raise QueryError(error.what, part.meta.start_pos, len(self._written(part)), error.suggestion)
        name, _, number = operator.partition("/")
        return nodes.Near(self._written(tree), left, right, int(number), name == "ONEAR")

    def _near_suggestion(self, parts: Sequence[_Tree], operator: str) -> str | None:
        """The field around NEAR instead of inside it; AND around NEAR instead of inside it."""
        if any(part.data == "field" for part in parts):
            names = {str(part.children[0]) for part in parts if part.data == "field"}
            inner = [self._written(_trees(part)[0] if part.data == "field" else part) for part in parts]
            return f"{names.pop()}:({inner[0]} {operator} {inner[1]})" if len(names) == 1 else None
        first, second = parts
        if (both := _joined_by_and(first)) and not _joined_by_and(second):
            return " AND ".join(f"({self._written(part)} {operator} {self._written(second)})" for part in both)
        if (both := _joined_by_and(second)) and not _joined_by_and(first):
            return " AND ".join(f"({self._written(first)} {operator} {self._written(part)})" for part in both)
        return None

    def _make_field(self, tree: _Tree) -> Node:
        name, (part,) = tree.children[0], _trees(tree)
        if name == "lang":
            return self._language(part)
        return nodes.InField(self._written(tree), str(name), self._node(part))

    def _language(self, part: Any) -> Node:
        """``lang:uk`` or ``lang:(uk OR pl)``."""
        if part.data == "group":
            return self._language(part.children[0])
        if part.data == "any":
            return nodes.Any(self._written(part), tuple(self._language(child) for child in part.children))
        written = self._written(part).strip('"')
        tag = written.lower().replace("_", "-")
        if part.data not in ("word", "phrase") or not _LANGUAGE.fullmatch(tag):
            raise self._refuse(part, "lang: takes a language such as uk or en-GB")
        return nodes.LanguageIs(f"lang:{written}", tag)

    def _make_at_least(self, tree: _Tree) -> Node:
        operator, (part,) = tree.children[0], _trees(tree)
        child = self._node(part)
        if offender := nodes.uncountable(child):
            raise self._refuse(part, f"ATLEAST counts words, phrases and regexes, not {offender}")
        return nodes.AtLeast(self._written(tree), int(str(operator).partition("/")[2]), child)

    def _make_score(self, tree: _Tree) -> Node:
        operator = str(tree.children[0])
        threshold = Decimal(operator.partition("/")[2])
        weighted = tuple(self._weighted(item) for item in _trees(tree))
        most = sum(
            (
                max(item.weight, Decimal(0)) * (_MOST_COUNTED if nodes.is_counted(item.child) else 1)
                for item in weighted
            ),
            Decimal(0),
        )
        if most < threshold:
            what = f"no entry can score {threshold}: these parts reach {most} at most"
            raise QueryError(what, tree.meta.start_pos, len(operator), self._lower(tree, operator, most))
        return nodes.Score(self._written(tree), threshold, weighted)

    def _lower(self, tree: _Tree, operator: str, most: Decimal) -> str:
        if most <= 0:
            return ""
        start = tree.meta.start_pos
        return f"{self._source[:start]}SCORE/{most}{self._source[start + len(operator) :]}"

    def _weighted(self, item: _Tree) -> nodes.Weighted:
        (part,) = _trees(item)
        child = self._node(part)
        if not nodes.is_positive(child):
            raise self._refuse(part, "SCORE subtracts with a negative weight, not with NOT")
        weight = Decimal(str(item.children[1])) if len(item.children) > 1 else Decimal(1)
        return nodes.Weighted(child, weight)

    # --- terms ---------------------------------------------------------------------------------------------

    def _make_word(self, tree: _Tree) -> Node:
        return self._term("word", str(tree.children[0]), tree.meta.start_pos, tree.meta.end_pos)

    def _make_phrase(self, tree: _Tree) -> Node:
        return self._term("phrase", str(tree.children[0]), tree.meta.start_pos, tree.meta.end_pos)

    def _make_exact(self, tree: _Tree) -> Node:
        return self._term("exact", str(tree.children[0]), tree.meta.start_pos, tree.meta.end_pos)

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
        for word in filter(wildcards.is_wild, words):
            if word == wildcards.STAR:
                raise refuse("* alone could match every entry; write at least two letters before it")
            if wildcards.is_loose(word):
                rest = word.lstrip(wildcards.STAR) if word[0] == wildcards.STAR else None
                raise refuse("a wildcard needs at least two letters before it: dr*, not d* or *ne", rest)

    def _refuse_at(self, start: int, end: int, what: str, better: str | None = None) -> QueryError:
        suggestion = (
            "" if better is None else " ".join((self._source[:start] + better + self._source[end:]).split())
        )
        return QueryError(what, start, end - start, suggestion)

    def _make_regex(self, tree: _Tree) -> Node:
        written = str(tree.children[0])
        body, _, flags = written[1:].rpartition("/")
        start = tree.meta.start_pos + 1
        try:
            regex = regexes.compile_regex(body.replace(r"\/", "/"), case_sensitive=flags == "s")
        except regexes.RegexProblem as problem:
            better = f"/{problem.suggestion}/{flags}" if problem.suggestion else None
            error = self._refuse(tree, problem.what, better)
            raise QueryError(problem.what, start + problem.offset, problem.width, error.suggestion) from problem
        return nodes.RegexTerm(self._written(tree), regex)

    def _make_entity(self, tree: _Tree) -> Node:
        name = str(tree.children[0])
        rule = self._entities.get(name)
        if rule is None:
            near = get_close_matches(name, self._entities, 1, 0.5)
            known = "" if self._entities else "; no entities are configured"
            raise self._refuse(tree, f'there is no entity "{name}"{known}', f"@{near[0]}" if near else None)
        return nodes.EntityTerm(self._written(tree), rule)


def _joined_by_and(part: _Tree) -> list[_Tree]:
    inner = _trees(part)[0] if part.data == "group" else part
    return _trees(inner) if inner.data == "all" else []


def _trees(tree: _Tree) -> list[_Tree]:
    return [child for child in tree.children if isinstance(child, lark.Tree)]
