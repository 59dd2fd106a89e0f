"""The grammar of queries (matching.md §2): what binds to what. The words of the language are in ``lexer``."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import lark

from monitor.matching.shape import Token

# NEAR binds tightest, then NOT, AND, OR. Terminals that start with "_" leave no trace in the tree.
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
    weighted: disjunction WEIGHT?

    %declare _OR _AND _NOT _LPAR _RPAR _COMMA
    %declare NEAR WORD PHRASE EXACT EXACT_PHRASE REGEX ENTITY FIELD ATLEAST SCORE WEIGHT
"""


def parse(tokens: Sequence[Token]) -> "lark.Tree[lark.Token]":
    """The tree of tokens that ``lexer.tokens_of`` let pass; ``meta`` holds the place of each part."""
    tree: lark.Tree[lark.Token] = _parser().parse(tokens)
    return tree


class _Given(lark.lexer.Lexer):
    """Hands lark the tokens that were made already."""

    __future_interface__ = 2

    def __init__(self, _conf: Any) -> None: ...

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[lark.Token]:
        for token in lexer_state.text:
            yield lark.Token(token.kind, token.value, start_pos=token.start, end_pos=token.end)


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    return lark.Lark(GRAMMAR, parser="lalr", lexer=_Given, propagate_positions=True)
