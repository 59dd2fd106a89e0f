"""What may follow what in a query: operators, parentheses, fields. Told before the grammar has a say, in words."""

from dataclasses import dataclass

from monitor.model.errors import QueryError

MAX_LEVELS = 100
_BINARY = frozenset(("_AND", "_OR", "NEAR"))
_NOTHING_LEFT = _BINARY | {"", "_LPAR", "_NOT", "FIELD", "_COMMA"}
_NEEDS_PARENTHESES = {"ATLEAST": "ATLEAST/3 (drone OR missile)", "SCORE": "SCORE/10 (drone^5, missile^3)"}


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is a terminal of the grammar; ``value`` what it says, ``start`` and ``end`` where it stands."""

    kind: str
    value: str
    start: int
    end: int

    def error(self, what: str, suggestion: str = "") -> QueryError:
        return QueryError(what, self.start, self.end - self.start, suggestion)


def replaced(source: str, start: int, end: int, text: str) -> str:
    """The query with a part replaced, for suggestions."""
    return " ".join((source[:start] + text + source[end:]).split())


class Shape:
    """Takes the tokens one after the other; raises QueryError at the first that does not fit."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._before = Token("", "", 0, 0)
        self._open: list[Token] = []  # parentheses not yet closed
        self._scores: list[int] = []  # how many were open when each SCORE began
        self._fields = 0  # fields in a row

    @property
    def in_score(self) -> bool:
        """Whether commas and weights have a meaning here."""
        return bool(self._scores) and len(self._open) == self._scores[-1] + 1

    def accept(self, token: Token) -> None:
        before = self._before
        self._check(before, token)
        self._fields = self._fields + 1 if token.kind == "FIELD" else 0
        if token.kind == "_LPAR":
            if before.kind == "SCORE":
                self._scores.append(len(self._open))
            self._open.append(token)
        elif token.kind == "_RPAR":
            if not self._open:
                raise token.error("this parenthesis was never opened", self._without(token))
            self._open.pop()
            if self._scores and self._scores[-1] == len(self._open):
                self._scores.pop()
        if len(self._open) + self._fields > MAX_LEVELS:
            raise token.error(f"a query has at most {MAX_LEVELS} levels")
        self._before = token

    def finish(self) -> None:
        last = self._before
        if not last.kind:
            raise QueryError("this query is empty", 0)
        self._check_open(last, Token("", "", last.end, last.end))
        if self._open:
            raise self._open[-1].error("this parenthesis is never closed", self._source.strip() + ")")

    def _without(self, token: Token) -> str:
        return replaced(self._source, token.start, token.end, "")

    def _check(self, before: Token, token: Token) -> None:
        if token.kind in _BINARY and before.kind in _NOTHING_LEFT:
            raise token.error(f"{token.value} needs something on its left", self._without(token))
        if token.kind in ("_RPAR", "_COMMA", "WEIGHT") or before.kind in _NEEDS_PARENTHESES:
            self._check_open(before, token)
        if token.kind in ("_RPAR", "_COMMA", "WEIGHT"):
            self._check_inside(before, token)
        if before.kind == "FIELD":
            self._check_field(before, token)
        if before.kind == "NEAR" and token.kind == "_NOT":
            raise token.error("NOT cannot be a part of NEAR")
        if before.kind == "_NOT" and token.kind == "_NOT":
            better = replaced(self._source, before.start, token.end, "")
            raise QueryError("two NOT in a row", before.start, token.end - before.start, better)
        if before.kind == "WEIGHT" and token.kind not in ("_COMMA", "_RPAR"):
            better = f"{self._source[: before.end]}, {self._source[token.start :]}"
            raise QueryError("a comma separates the parts of SCORE", token.start, 1, better)

    def _check_open(self, before: Token, token: Token) -> None:
        """Whether ``before`` still waits for something that ``token`` is not."""
        if before.kind in _BINARY or before.kind == "_NOT":
            raise before.error(f"{before.value} needs something on its right", self._without(before))
        if before.kind == "FIELD":
            raise before.error(f"nothing follows {before.value}:")
        if before.kind in _NEEDS_PARENTHESES and token.kind != "_LPAR":
            raise before.error(f"{before.kind} needs parentheses, as in {_NEEDS_PARENTHESES[before.kind]}")

    def _check_inside(self, before: Token, token: Token) -> None:
        """Whether something stands before a closing parenthesis, a comma or a weight."""
        if before.kind == "_LPAR" and token.kind == "_RPAR":
            raise QueryError("nothing stands in these parentheses", before.start, token.end - before.start)
        if before.kind == "_COMMA" and token.kind == "_RPAR":
            raise before.error("something is missing after this comma", self._without(before))
        if before.kind in ("", "_LPAR", "_COMMA") and self._open:
            raise token.error("something is missing before this", self._without(token))

    def _check_field(self, before: Token, token: Token) -> None:
        if token.start != before.end:
            better = replaced(self._source, before.end, token.start, "")
            raise before.error(f"no space after {before.value}:", better)
        if token.kind == "_NOT":
            negation = "-" if token.value == "-" else "NOT "
            rest = self._source[token.end :].lstrip()
            better = f"{self._source[: before.start]}{negation}{before.value}:{rest}"
            raise token.error("NOT comes before the field", better)
