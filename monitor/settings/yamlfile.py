"""YAML files with the place of every key and value."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from monitor.model.errors import Problem
from monitor.settings.problems import masked, shortened
from monitor.settings.yamlwords import Stop, syntax_problem

_MERGE, _NULL, _BOOL = (f"tag:yaml.org,2002:{name}" for name in ("merge", "null", "bool"))
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # an anchor or a tag before the value
_MOST_NODES = 2_000_000  # aliases of aliases stop here

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: offsets into the file's text.

    Numbers stay as written: what a key needs decides what they mean.
    """

    value: "str | bool | list[Node] | dict[str, Entry] | None"
    start: int
    end: int
    style: str = ""  # of a scalar: "" plain, ' " | >
    from_env: bool = False  # ${…} was filled in


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its own place, and its value."""

    key: Node
    node: Node


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read. ``name`` is how messages call it."""

    path: Path
    name: str
    text: str
    root: Node
    secretive: bool = False  # holds secrets: what is quoted from it is masked

    def plain(self) -> Any:
        """Ordinary dicts, lists and texts, for validation."""
        return plain(self.root)

    def descend(self, path: Iterable[str | int]) -> tuple[Path_, Node, Node]:
        """(the parts that led somewhere, the node, its key or itself); parts that name nothing are left out."""
        node = key = self.root
        walked: list[str | int] = []
        for part in path:
            if isinstance(node.value, dict) and part in node.value:
                entry = node.value[str(part)]
                node, key = entry.node, entry.key
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = key = node.value[part]
            else:
                continue
            walked.append(part)
        return tuple(walked), node, key

    def problem(
        self,
        node: Node,
        where: Iterable[str | int],
        what: str,
        suggestion: str = "",
        level: str = "error",
        at: tuple[int, int] | None = None,
    ) -> Problem:
        """A problem with a caret under the node, or under ``at`` (offset and width)."""
        offset, width = at or self._caret(node)
        if node.from_env and isinstance(node.value, str) and node.value.strip():
            what, suggestion = self._unfilled(node, node.value, what), ""
        dotted = ".".join(map(str, where))
        problem = problem_at(self.text, self.name, offset, width, dotted, what, suggestion)
        return replace(masked(problem) if self.secretive else problem, level=level)

    def _unfilled(self, node: Node, value: str, what: str) -> str:
        """A message never repeats what a variable held."""
        written = self.text[node.start : node.end].strip("'\"")
        for told in (value, value.strip(), shortened(value), shortened(value.strip())):
            what = what.replace(told, written)
        return what

    def _caret(self, node: Node) -> tuple[int, int]:
        if isinstance(node.value, dict) and node.value and self.text[node.start : node.start + 1] not in "{":
            first = next(iter(node.value.values())).key
            return first.start, first.end - first.start
        if isinstance(node.value, list | dict):
            return node.start, 1
        if node.style in ("|", ">"):
            begin = self.text.find("\n", node.start) + 1
            blank = len(self.text[begin : node.end]) - len(self.text[begin : node.end].lstrip())
            line = self.text[begin + blank : node.end].split("\n", 1)[0].rstrip()
            return (begin + blank, len(line)) if line else (node.start, 1)
        return node.start, node.end - node.start


def read_yaml(path: Path, name: str, *, secretive: bool = False) -> tuple[Document | None, list[Problem]]:
    """The document (None when it cannot be used at all) and what is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [whole_file(name, _refusal(error))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        undecodable = _undecodable(content, error, name)
        return None, [masked(undecodable) if secretive else undecodable]
    return _parsed(Document(path, name, text, Node(None, 0, 0), secretive))


def _parsed(empty: Document) -> tuple[Document | None, list[Problem]]:
    name, text = empty.name, empty.text
    try:
        composed = YAML(typ="safe", pure=True).compose(text)
    except (MarkedYAMLError, ReaderError) as error:
        stop = syntax_problem(error, text)
        return None, [_stopped(empty, stop)]
    except (YAMLError, ValueError, RecursionError) as error:
        return None, [whole_file(name, f"not YAML: {str(error).splitlines()[0]}")]
    if composed is None:
        return None, [whole_file(name, "the file is empty")]
    builder = _Builder(empty)
    try:
        root = builder.build(composed, ())
    except (_Endless, RecursionError):
        return None, [whole_file(name, "its aliases (`*name`) contain themselves or never end")]
    return replace(empty, root=root), builder.problems


def problem_at(
    text: str, name: str, offset: int, width: int, where: str, what: str, suggestion: str = ""
) -> Problem:
    """A problem at an offset of a text."""
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    excerpt = text[begin : end if end >= 0 else len(text)].removesuffix("\r")
    width = max(1, min(width, len(excerpt) - (offset - begin)))
    line = text.count("\n", 0, offset) + 1
    return Problem(name, line, offset - begin + 1, where, what, excerpt, width, suggestion)


def whole_file(name: str, what: str, suggestion: str = "") -> Problem:
    """A problem that has no line of its own."""
    return Problem(name, 1, 1, "", what, suggestion=suggestion)


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


class _Endless(Exception):
    """Aliases that contain themselves."""


class _Builder:
    """From ruamel's nodes to ours; a key given twice is a problem, the last one counts."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.count = 0
        self.open: set[int] = set()

    def build(self, node: Any, path: Path_) -> Node:
        self.count += 1
        if self.count > _MOST_NODES or id(node) in self.open:
            raise _Endless
        start, end = node.start_mark.index, node.end_mark.index
        start = _PROPERTIES.match(self.document.text, start, end).end()  # type: ignore[union-attr]  # may be empty
        if isinstance(node, ScalarNode):
            return Node(
                _scalar(node), start, _trimmed(self.document.text, start, end, node.style), node.style or ""
            )
        self.open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return Node([self.build(item, (*path, i)) for i, item in enumerate(node.value)], start, end)
            return Node(self._table(node, path), start, end)
        finally:
            self.open.discard(id(node))

    def _table(self, node: MappingNode, path: Path_) -> dict[str, Entry]:
        table: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            if key.tag == _MERGE or key.value == "<<":
                merged |= self._merged(value, path)
                continue
            if not isinstance(key, ScalarNode):
                place = Node(None, key.start_mark.index, key.end_mark.index)
                self.problems.append(
                    self.document.problem(place, path, "a key must be a word, not a list or mapping")
                )
                continue
            name = str(key.value)
            place = Node(name, key.start_mark.index, key.end_mark.index, key.style or "")
            if name in table:
                line = self.document.text.count("\n", 0, table[name].key.start) + 1
                what = f"`{name}` is given twice, first in line {line}"
                self.problems.append(self.document.problem(place, path, what))
            table[name] = Entry(place, self.build(value, (*path, name)))
        return merged | table

    def _merged(self, node: Any, path: Path_) -> dict[str, Entry]:
        sources = node.value if isinstance(node, SequenceNode) else [node]
        merged: dict[str, Entry] = {}
        for source in reversed(sources):
            built = self.build(source, path)
            if isinstance(built.value, dict):
                merged |= built.value
        return merged


def _scalar(node: Any) -> str | bool | None:
    if node.style in (None, "") and node.tag == _NULL:
        return None
    if node.style in (None, "") and node.tag == _BOOL:
        return str(node.value).lower() == "true"
    return str(node.value)


def _trimmed(text: str, start: int, end: int, style: str | None) -> int:
    """ruamel's end of a plain scalar may lie behind trailing blanks."""
    return start + len(text[start:end].rstrip()) if not style else end


def _undecodable(content: bytes, error: UnicodeDecodeError, name: str) -> Problem:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return whole_file(name, "saved as UTF-16; save it as UTF-8")
    start = content.rfind(b"\n", 0, error.start) + 1
    line = content.count(b"\n", 0, error.start) + 1
    end = content.find(b"\n", error.start)
    column = len(content[start : error.start].decode("utf-8", "replace").removeprefix("\ufeff"))
    excerpt = content[start : end if end >= 0 else None].decode("utf-8", "replace").removeprefix("\ufeff")
    what = f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
    return Problem(name, line, column + 1, "", what, excerpt.rstrip("\r"))


def _stopped(document: Document, stop: Stop) -> Problem:
    place = Node(None, stop.offset, stop.offset + 1)
    return document.problem(place, (), stop.what, stop.suggestion, at=(stop.offset, stop.width))


def _refusal(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a directory, not a file"
    return f"cannot be read: {(error.strerror or str(error)).lower()}"
