"""What may follow what in a query: operators, parentheses, fields. Told before the grammar has a say, in words."""

from dataclasses import dataclass

from monitor.model.errors import QueryError

MAX_LEVELS = 100
_BINARY = frozenset(("_AND", "_OR", "NEAR"))


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is a terminal of the grammar; ``value`` what it says, ``start`` and ``end`` where it stands."""

    kind: str
    value: str
    start: int
    end: int


def replaced(source: str, start: int, end: int, text: str) -> str:
    """The query with a part replaced, for suggestions."""
    return " ".join((source[:start] + text + source[end:]).split())


class Shape:
    """Takes the tokens one after the other; raises QueryError at the first that does not fit."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._before: Token | None = None
        self._open: list[Token] = []  # parentheses not yet closed
        self._scores: list[int] = []  # how many were open when each SCORE began
        self._fields = 0  # fields in a row

    @property
    def in_score(self) -> bool:
        """Whether commas and weights have a meaning here."""
        return bool(self._scores) and len(self._open) == self._scores[-1] + 1

    def accept(self, token: Token) -> None:
        before = self._before
        self._check_left(before, token)
        self._fields = self._fields + 1 if token.kind == "FIELD" else 0
        if token.kind == "_LPAR":
            self._open.append(token)
            if before is not None and before.kind == "SCORE":
                self._scores.append(len(self._open) - 1)
        elif token.kind == "_RPAR":
            if not self._open:
                better = replaced(self.source, token.start, token.end, "")
                raise QueryError("this parenthesis was never opened", token.start, 1, better)
            self._open.pop()
            if self._scores and self._scores[-1] == len(self._open):
                self._scores.pop()
        if len(self._open) + self._fields > MAX_LEVELS:
            raise QueryError(f"a query has at most {MAX_LEVELS} levels", token.start)
        self._before = token

    def finish(self) -> None:
        last = self._before
        if last is None:
            raise QueryError("this query is empty", 0)
        self._refuse_open_operator(last)
        if last.kind in ("ATLEAST", "SCORE"):
            self._check_left(last, Token("END", "", last.end, last.end))
        if self._open:
            raise QueryError("this parenthesis is never closed", self._open[-1].start, 1, self.source + ")")

    def _check_left(self, before: Token | None, token: Token) -> None:
        kind = before.kind if before else ""
        name = token.value
        if token.kind in _BINARY and (kind in ("", "_LPAR", "_NOT", "FIELD", "_COMMA") or kind in _BINARY):
            better = replaced(self.source, token.start, token.end, "")
            raise QueryError(f"{name} needs something on its left", token.start, len(name), better)
        if kind in ("ATLEAST", "SCORE") and token.kind != "_LPAR":
            assert before is not None
            example = "ATLEAST/3 (drone OR missile)" if kind == "ATLEAST" else "SCORE/10 (drone^5, missile^3)"
            raise QueryError(f"{kind} needs parentheses, as in {example}", before.start, len(before.value))
        if token.kind in ("_RPAR", "_COMMA", "WEIGHT"):
            self._check_closing(before, token)
        if kind == "FIELD":
            self._check_field(before, token)
        if kind == "NEAR" and token.kind == "_NOT":
            raise QueryError("NOT cannot be a part of NEAR", token.start, len(name))
        if kind == "_NOT" and token.kind == "_NOT":
            assert before is not None
            better = replaced(self.source, before.start, token.end, "")
            raise QueryError("two NOT in a row", before.start, token.end - before.start, better)
        if kind == "WEIGHT" and token.kind not in ("_COMMA", "_RPAR"):
            raise QueryError(
                "a comma separates the parts of SCORE",
                token.start,
                1,
                replaced(self.source, token.start, token.start, ", "),
            )

    def _check_closing(self, before: Token | None, token: Token) -> None:
        if before is None or before.kind in ("_LPAR", "_COMMA"):
            what = (
                "nothing stands in these parentheses"
                if token.kind == "_RPAR"
                else "something is missing before this"
            )
            start = before.start if before is not None and token.kind == "_RPAR" else token.start
            raise QueryError(what, start, token.end - start)
        self._refuse_open_operator(before)

    def _refuse_open_operator(self, before: Token) -> None:
        if before.kind in _BINARY or before.kind == "_NOT":
            better = replaced(self.source, before.start, before.end, "")
            raise QueryError(
                f"{before.value} needs something on its right", before.start, len(before.value), better
            )
        if before.kind == "FIELD":
            raise QueryError(f"nothing follows {before.value}:", before.start, before.end - before.start)

    def _check_field(self, before: Token | None, token: Token) -> None:
        assert before is not None
        width = before.end - before.start
        if token.start != before.end:
            better = replaced(self.source, before.end, token.start, "")
            raise QueryError(f"no space after {before.value}:", before.start, width, better)
        if token.kind == "_NOT":
            name = "-" if token.value == "-" else "NOT "
            rest = self.source[token.end :].lstrip()
            better = f"{self.source[: before.start]}{name}{before.value}:{rest}"
            raise QueryError("NOT comes before the field", token.start, token.end - token.start, better)
