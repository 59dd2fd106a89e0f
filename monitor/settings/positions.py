"""From an offset in a value to its place in the file, through quotes, escapes and folded lines."""

import re

from monitor.settings.yamlfile import Node

_SIMPLE = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_SIMPLE |= {"e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028"}
_SIMPLE |= {"P": "\u2029"}
_HEX = {"x": 2, "u": 4, "U": 8}

_Token = tuple[str, int]  # a character of the value, and where it stands in the file


def places(text: str, node: Node) -> list[int] | None:
    """For each character of the scalar's value its offset in ``text``, and one more for the end.

    White space may have been folded, so runs of it are aligned as runs. None where the two do not fit: then the
    value's start is as near as we can point.
    """
    value = node.value if isinstance(node.value, str) else ""
    tokens = _tokens(text, node)
    found: list[int] = []
    at, i = 0, 0
    while i < len(value):
        if value[i].isspace():
            run = _run(value, i)
            length = _token_run(tokens, at)
            found.extend(_place(tokens, at + min(k, max(0, length - 1)), node) for k in range(run))
            i, at = i + run, at + length
            continue
        at += _token_run(tokens, at)
        if at >= len(tokens) or tokens[at][0] != value[i]:
            return None
        found.append(tokens[at][1])
        i, at = i + 1, at + 1
    found.append(found[-1] + 1 if found else node.start)
    return found


def _run(value: str, start: int) -> int:
    end = start
    while end < len(value) and value[end].isspace():
        end += 1
    return end - start


def _token_run(tokens: list[_Token], start: int) -> int:
    end = start
    while end < len(tokens) and tokens[end][0].isspace():
        end += 1
    return end - start


def _place(tokens: list[_Token], at: int, node: Node) -> int:
    return tokens[at][1] if at < len(tokens) else node.end


def _tokens(text: str, node: Node) -> list[_Token]:
    if node.style in ("|", ">"):
        begin = text.find("\n", node.start, node.end) + 1
        return [(char, begin + k) for k, char in enumerate(text[begin : node.end])] if begin else []
    if node.style == "'":
        return _single(text, node.start + 1, node.end - 1)
    if node.style == '"':
        return _double(text, node.start + 1, node.end - 1)
    return [(char, node.start + k) for k, char in enumerate(text[node.start : node.end])]


def _single(text: str, start: int, end: int) -> list[_Token]:
    return [(found[0][0], found.start()) for found in re.compile(r"''|[\s\S]").finditer(text, start, end)]


def _double(text: str, start: int, end: int) -> list[_Token]:
    tokens: list[_Token] = []
    at = start
    while at < end:
        char = text[at]
        if char != "\\":
            tokens.append((char, at))
            at += 1
            continue
        escape = text[at + 1 : at + 2]
        if escape in _HEX:
            digits = text[at + 2 : at + 2 + _HEX[escape]]
            tokens.append((chr(int(digits, 16)), at))
            at += 2 + len(digits)
        elif escape in ("\n", "\r"):  # the line goes on without a space
            at = re.compile(r"\s*").match(text, at + 1).end()  # type: ignore[union-attr]  # \s* always matches
        else:
            tokens.append((_SIMPLE.get(escape, escape), at))
            at += 2
    return tokens
