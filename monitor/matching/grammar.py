"""The grammar of queries (matching.md §2): what binds to what. The words of the language are in ``lexer``."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import lark

from monitor.matching.shape import Token

# NEAR binds tightest, then NOT, AND, OR.
GRAMMAR = """
    ?start: disjunction

    ?disjunction: conjunction
        | conjunction (_OR conjunction)+                    -> any
    ?conjunction: negation
        | negation (_AND? negation)+                        -> all
    ?negation: proximity
        | _NOT negation                                     -> not
    ?proximity: operand
        | operand (NEAR operand)+                           -> near
    ?operand: WORD                                          -> word
        | PHRASE                                            -> phrase
        | EXACT                                             -> exact
        | EXACT_PHRASE                                      -> exact
        | REGEX                                             -> regex
        | ENTITY                                            -> entity
        | FIELD operand                                     -> field
        | _LPAR disjunction _RPAR                           -> group
        | ATLEAST _LPAR disjunction _RPAR                   -> at_least
        | SCORE _LPAR weighted (_COMMA weighted)* _RPAR     -> score
    weighted: disjunction WEIGHT?                           -> weighted

    %declare _OR _AND _NOT _LPAR _RPAR _COMMA
    %declare NEAR WORD PHRASE EXACT EXACT_PHRASE REGEX ENTITY FIELD ATLEAST SCORE WEIGHT
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query: what it is, what it is made of, where it stands."""

    kind: str
    parts: tuple["Part", ...]
    words: tuple[str, ...]  # values of its tokens, parentheses and operators included
    start: int
    end: int


class DoesNotFit(Exception):
    """The tokens are no query; ``place`` is where that shows."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def parse(tokens: Sequence[Token]) -> Part:
    """Raises DoesNotFit; ``shape`` lets no such tokens pass that we know of."""
    try:
        part: Part = _parser().parse(tokens)  # type: ignore[assignment]  # made by _Parts instead of a lark.Tree
    except lark.exceptions.UnexpectedInput as error:
        raise DoesNotFit(error.pos_in_stream or 0) from error
    return part


class _Given(lark.lexer.Lexer):
    """Hands lark the tokens that were made already."""

    __future_interface__ = 2

    def __init__(self, _conf: Any) -> None: ...

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[lark.Token]:
        for token in lexer_state.text:
            yield lark.Token(token.kind, token.value, start_pos=token.start, end_pos=token.end)


class _Parts:
    """Makes the parts: lark asks for one function for each name of the grammar."""

    def __getattr__(self, name: str) -> Callable[[list[Any]], Part]:
        if name.startswith("_") or name.isupper():  # lark's own questions, and terminals
            raise AttributeError(name)
        return partial(_part, name)


def _part(kind: str, children: list[Any]) -> Part:
    first, last = children[0], children[-1]
    return Part(
        kind,
        tuple(child for child in children if isinstance(child, Part)),
        tuple(str(child) for child in children if not isinstance(child, Part)),
        first.start if isinstance(first, Part) else first.start_pos,
        last.end if isinstance(last, Part) else last.end_pos,
    )


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    return lark.Lark(GRAMMAR, parser="lalr", lexer=_Given, keep_all_tokens=True, transformer=_Parts())
