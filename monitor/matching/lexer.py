"""Queries cut into tokens (matching.md §2); what is wrong with one is told with its place and a remedy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from monitor.matching.document import FIELDS
from monitor.matching.shape import Shape, Token, replaced
from monitor.model.errors import QueryError

QUERY_FIELDS = (*FIELDS, "lang")
MAX_BYTES = 100_000
MAX_DISTANCE = 1000

_QUOTES = {'"': '"', "“": "”“", "”": "”", "„": "“”", "«": "»", "»": "«"}
_CHUNK = re.compile(r'[^\s()"“”„«»]+')
_CHUNK_IN_SCORE = re.compile(r'[^\s()"“”„«»,^]+')
_FIELD = re.compile(r"([^\W\d_][\w-]*):")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/(\w*)", re.DOTALL)
_ENTITY = re.compile(r"@(\w(?:[\w.-]*\w)?)")
_WEIGHT = re.compile(r"\^(-?\d+(?:\.\d+)?)(?![\w.])")
_OPERATOR = re.compile(r"(O?NEAR|ATLEAST|SCORE)(?:/(.*))?", re.DOTALL)
_LOOKS_LIKE_OPERATOR = re.compile(r"and|or|not|o?near/\d+|atleast/\d+|score/\d+", re.IGNORECASE)
_EXAMPLE = {"NEAR": "NEAR/5", "ONEAR": "ONEAR/5", "ATLEAST": "ATLEAST/3", "SCORE": "SCORE/1"}


@dataclass(frozen=True, slots=True)
class Warning:
    """A query that works, but perhaps not as meant."""

    what: str
    offset: int
    width: int
    suggestion: str = ""


def tokens_of(source: str) -> tuple[list[Token], list[Warning]]:
    """Raises QueryError for everything but the meaning of terms."""
    if len(source.encode("utf-8", "replace")) > MAX_BYTES:
        raise QueryError(f"a query is at most {MAX_BYTES // 1000} KB long", MAX_BYTES // 4)
    shape = Shape(source)
    lexer = _Lexer(source, shape)
    tokens: list[Token] = []
    for token in lexer.tokens():
        shape.accept(token)
        tokens.append(token)
    shape.finish()
    return tokens, lexer.warnings


class _Lexer:
    def __init__(self, source: str, shape: Shape) -> None:
        self.source = source
        self.warnings: list[Warning] = []
        self._shape = shape
        self._after: Token | None = None

    def tokens(self) -> Iterator[Token]:
        place = 0
        source = self.source
        while True:
            while place < len(source) and source[place].isspace():
                place += 1
            if place == len(source):
                return
            token = self._token(place)
            yield token
            place, self._after = token.end, token

    def _refuse_optional_flag(self, place: int) -> None:
        if self.source.startswith("(i?)", place):
            better = self._with(place, place + 4, "")
            raise QueryError("(i?) is not possible here; words ignore case already", place, 4, better)

    def _token(self, place: int) -> Token:
        character = self.source[place]
        if character == "(":
            self._refuse_optional_flag(place)
            return Token("_LPAR", "(", place, place + 1)
        if character == ")":
            return Token("_RPAR", ")", place, place + 1)
        if character in _QUOTES:
            return self._quoted(place, place, "PHRASE")
        if self._shape.in_score and character == ",":
            return Token("_COMMA", ",", place, place + 1)
        if self._shape.in_score and character == "^":
            return self._weight(place)
        if character == "/":
            return self._regex(place)
        if character == "@":
            return self._entity(place)
        if character == "=":
            return self._exact(place)
        if character == "-":
            return self._minus(place)
        return self._word(place)

    def _quoted(self, start: int, quote: int, kind: str) -> Token:
        closing = _QUOTES[self.source[quote]]
        pieces: list[str] = []
        place = quote + 1
        while place < len(self.source):
            character = self.source[place]
            if character == "\\" and place + 1 < len(self.source):
                pieces.append(self.source[place : place + 2])
                place += 2
                continue
            if character in closing:
                return Token(kind, "".join(pieces), start, place + 1)
            pieces.append(character)
            place += 1
        raise QueryError("this quotation mark is never closed", quote, 1, self.source + closing[0])

    def _regex(self, place: int) -> Token:
        match = _REGEX.match(self.source, place)
        if match is None:
            chunk = self._chunk(place)
            if chunk.startswith("//"):
                raise QueryError("this regex is empty", place, 2)
            raise QueryError(
                "this regex has no end; a regex stands between two slashes, anything else in quotes",
                place,
                len(chunk),
                self._with(place, place + len(chunk), f'"{chunk.replace(chr(34), "")}"'),
            )
        flags = match[2]
        if flags not in ("", "s"):
            why = "regexes ignore case already" if flags == "i" else "the only flag is s, for exact case"
            better = self._with(match.start(2), match.end(2), "")
            raise QueryError(f"unknown regex flag {flags}: {why}", match.start(2), len(flags), better)
        return Token("REGEX", match[0], place, match.end())

    def _entity(self, place: int) -> Token:
        match = _ENTITY.match(self.source, place)
        if match is None:
            raise QueryError("@ needs the id of an entity, as in @zelensky", place)
        return Token("ENTITY", match[1], place, match.end())

    def _exact(self, place: int) -> Token:
        following = self.source[place + 1 : place + 2]
        if following and following in _QUOTES:
            return self._quoted(place, place + 1, "EXACT_PHRASE")
        if not following or following.isspace() or following in "()/@":
            raise QueryError('= needs a word or a phrase right after it, as in =NATO or ="The Hill"', place)
        chunk = self._chunk(place + 1)
        if field := _FIELD.match(chunk):
            better = self._with(place, place + 1 + field.end(), f"{field[0]}=")
            raise QueryError("the field comes before =", place, 1 + field.end(), better)
        self._refuse_weight(chunk, place + 1)
        return Token("EXACT", chunk, place, place + 1 + len(chunk))

    def _minus(self, place: int) -> Token:
        following = self.source[place + 1 : place + 2]
        if not following or following.isspace() or following == ")":
            better = self._with(place, place + 2, "-") if following.isspace() else ""
            raise QueryError(
                "a minus sign belongs directly before what it forbids, as in -music", place, 1, better
            )
        return Token("_NOT", "-", place, place + 1)

    def _weight(self, place: int) -> Token:
        match = _WEIGHT.match(self.source, place)
        if match is None:
            raise QueryError("^ needs a number, as in drone^5 or music^-2.5", place)
        return Token("WEIGHT", match[1], place, match.end())

    def _chunk(self, place: int) -> str:
        match = (_CHUNK_IN_SCORE if self._shape.in_score else _CHUNK).match(self.source, place)
        return match[0] if match else ""

    def _word(self, place: int) -> Token:
        chunk = self._chunk(place)
        if chunk in ("AND", "OR", "NOT"):
            return Token(f"_{chunk}", chunk, place, place + len(chunk))
        if operator := _OPERATOR.fullmatch(chunk):
            return self._counted(operator, place)
        if field := _FIELD.match(chunk):
            token = self._field(field, chunk, place)
            if token is not None:
                return token
        self._refuse_weight(chunk, place)
        self._warn(chunk, place)
        return Token("WORD", chunk, place, place + len(chunk))

    def _counted(self, operator: re.Match[str], place: int) -> Token:
        name, number = operator[1], operator[2]
        example = _EXAMPLE[name]
        pattern = r"-?\d+(\.\d+)?" if name == "SCORE" else r"\d+"
        if number is None or not re.fullmatch(pattern, number) or len(number) > 12:
            better = self._with(place, place + len(operator[0]), example)
            raise QueryError(f"{name} needs a number, as in {example}", place, len(operator[0]), better)
        if name in ("NEAR", "ONEAR") and int(number) > MAX_DISTANCE:
            better = self._with(place, place + len(operator[0]), f"{name}/{MAX_DISTANCE}")
            raise QueryError(f"{name} reaches at most {MAX_DISTANCE} words", place, len(operator[0]), better)
        if name in ("ATLEAST", "SCORE") and float(number) <= 0:
            better = self._with(place, place + len(operator[0]), f"{name}/1")
            raise QueryError(f"{operator[0]} could match every entry", place, len(operator[0]), better)
        kind = "NEAR" if name == "ONEAR" else name
        return Token(kind, operator[0], place, place + len(operator[0]))

    def _field(self, field: re.Match[str], chunk: str, place: int) -> Token | None:
        name = field[1]
        if name in QUERY_FIELDS:
            return Token("FIELD", name, place, place + field.end())
        after = self._after
        if after is not None and after.kind == "FIELD" and after.end == place and "//" in chunk[field.end() :][:2]:
            return None  # url:https://…
        if name.lower() in QUERY_FIELDS:
            better = self._with(place, place + len(name), name.lower())
            raise QueryError("fields are written in small letters", place, len(name), better)
        near = get_close_matches(name.lower(), QUERY_FIELDS, 1, 0.6)
        better = self._with(place, place + len(name), near[0]) if near else self._with_quotes(place, chunk)
        known = ", ".join(QUERY_FIELDS)
        raise QueryError(
            f'there is no field "{name}" (fields are {known}); text with a colon goes in quotes',
            place,
            len(field[0]),
            better,
        )

    def _refuse_weight(self, chunk: str, place: int) -> None:
        caret = chunk.find("^")
        if caret >= 0:
            better = self._with(place + caret, place + len(chunk), "")
            raise QueryError("weights such as ^5 belong in SCORE", place + caret, len(chunk) - caret, better)

    def _warn(self, chunk: str, place: int) -> None:
        if _LOOKS_LIKE_OPERATOR.fullmatch(chunk):
            better = self._with(place, place + len(chunk), chunk.upper())
            what = f"{chunk} is an ordinary word here; operators are written in capitals"
            self.warnings.append(Warning(what, place, len(chunk), better))
        elif chunk[0] in "!–—−" and len(chunk) > 1:
            better = self._with(place, place + 1, "-")
            what = f"{chunk[0]} does not forbid anything; NOT or a minus sign does"
            self.warnings.append(Warning(what, place, 1, better))

    def _with(self, start: int, end: int, text: str) -> str:
        return replaced(self.source, start, end, text)

    def _with_quotes(self, place: int, chunk: str) -> str:
        return self._with(place, place + len(chunk), f'"{chunk}"')
