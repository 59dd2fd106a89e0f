"""YAML syntax errors in words that help somebody who writes queries, not parsers."""

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the YAML parser stopped and why."""

    offset: int
    width: int
    what: str
    suggestion: str = ""


_VALUE = re.compile(r"^(?P<lead>\s*(?:- +)*[\w.-]+:[ \t]+|\s*(?:- +)+)(?P<value>\S.*?)\s*$")
_UNQUOTED = "cannot begin a value here: put the value in quotes"


def syntax_problem(error: MarkedYAMLError | ReaderError, text: str) -> Stop:
    if isinstance(error, ReaderError):
        return Stop(int(error.position), 1, f"the character U+{int(error.character):04X} is not allowed in YAML")
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    offset = min(int(mark.index), len(text)) if mark else 0
    begun = int(error.context_mark.index) if error.context_mark else offset
    unended = _unended(problem, context, begun)
    if unended:
        return unended
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].split("\n", 1)[0]
    column = offset - start
    return _in_line(problem, context, line, column, offset)


def _unended(problem: str, context: str, begun: int) -> Stop | None:
    """Something was opened and never closed: point at its beginning."""
    if "quoted scalar" in context and "end of stream" in problem:
        return Stop(begun, 1, "this quote is never closed")
    if "flow sequence" in context:
        return Stop(begun, 1, "this [ is never closed, or a comma is missing in it")
    if "flow mapping" in context:
        return Stop(begun, 1, "this { is never closed, or a comma is missing in it")
    return None


def _in_line(problem: str, context: str, line: str, column: int, offset: int) -> Stop:
    char = line[column : column + 1]
    if "\\t" in problem or "\t" in problem or "\t" in line[:column].strip(" ")[:1] or char == "\t":
        return Stop(offset, 1, "a tab cannot indent YAML: use spaces")
    if "cannot start any token" in problem:
        return Stop(offset, 1, f"{char} {_UNQUOTED}", _quoted(line, column))
    if "undefined alias" in problem:
        return Stop(offset, 1, f"* {_UNQUOTED}", _quoted(line, column))
    if "unknown escape" in problem:
        return Stop(offset - 1, 2, f"\\{char} is not known in double quotes: use single quotes", _requoted(line))
    if "mapping values are not allowed" in problem or "sequence entries are not allowed" in problem:
        return _misplaced(problem, line, column, offset)
    if "but found another document" in problem:
        return Stop(offset, 3, "`---` starts a second document: a file holds one")
    after_quote = re.search(r"[\"'\]}]\s*$", line[:column])
    if "<scalar>" in problem and after_quote and line.strip():
        what = "text after a closing quote: put the whole value in single quotes, or below `|`"
        return Stop(offset, max(1, len(line.rstrip()) - column), what, _requoted(line))
    if "expected <block end>" in problem or "expected '<document start>'" in problem:
        return Stop(offset, 1, "the indentation does not fit what stands above")
    if "could not find expected ':'" in problem:
        return Stop(offset, 1, "a `:` is missing after the key above")
    return Stop(offset, 1, f"not YAML: {problem or context}")


def _misplaced(problem: str, line: str, column: int, offset: int) -> Stop:
    if "sequence" in problem:
        return Stop(offset, 1, f"- {_UNQUOTED}", _quoted(line, column))
    found = _VALUE.match(line)
    if found and found.start("value") < column:
        what = "`: ` inside a value: put the value in quotes"
        return Stop(offset, 1, what, found["lead"].strip() + " " + _single(found["value"]))
    return Stop(offset, 1, "a `:` is not allowed here; does the indentation fit the line above?")


def _quoted(line: str, column: int) -> str:
    value = line[column:].strip()
    return _single(value) if value and not value.endswith((",", "]", "}")) else ""


def _requoted(line: str) -> str:
    found = _VALUE.match(line)
    if not found:
        return ""
    value = found["value"]
    if re.fullmatch(r'"[^"]*"', value):
        value = value[1:-1]
    return found["lead"].strip() + " " + _single(value)


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
