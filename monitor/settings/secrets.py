"""Secrets: ``${ENV}`` in values, ``*_file:`` keys, systemd credentials; and those written down in the open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from monitor.model.errors import Problem
from monitor.settings.positions import places
from monitor.settings.problems import near
from monitor.settings.values import refused
from monitor.settings.yamlfile import Document, Entry, Node, Path_

_VARIABLE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<fallback>:-[^}]*)?\}|\$\{")
_OTHERS_MAY_READ = 0o044


@dataclass(frozen=True, slots=True)
class Filled:
    """A document with its variables filled in; ``failed``: paths that could not be, already told."""

    document: Document
    problems: tuple[Problem, ...] = ()
    failed: frozenset[Path_] = frozenset()


@dataclass(frozen=True, slots=True)
class SideFiles:
    """Reads the files that values name: looked up among systemd's credentials, then beside the configuration."""

    directory: Path
    credentials: Path | None
    read: list[Path] = field(default_factory=list)  # every file that was found, to be watched

    def content(self, name: str) -> str:
        """A secret: one line, without the newline at its end. Raises PydanticCustomError with the reason in words."""
        text = self.text(name).rstrip("\r\n")
        if not text or "\n" in text:
            raise refused(f"{self._path(name)} {'holds more than one line' if text else 'is empty'}")
        return text

    def text(self, name: str) -> str:
        path = self._path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise refused(f"there is no file {path}") from None
        except UnicodeDecodeError:
            raise refused(f"{path} is not UTF-8 text") from None
        except OSError as error:
            raise refused(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
        self.read.append(path)
        return text.removeprefix("\ufeff")

    def _path(self, name: str) -> Path:
        given = Path(name).expanduser()
        if self.credentials and not given.is_absolute() and (self.credentials / given).is_file():
            return self.credentials / given
        return self.directory / given


def side_files(directory: Path, env: Mapping[str, str]) -> SideFiles:
    credentials = env.get("CREDENTIALS_DIRECTORY", "")
    return SideFiles(directory, Path(credentials) if credentials else None)


def fill(document: Document, env: Mapping[str, str]) -> Filled:
    """``${NAME}``, ``${NAME:-otherwise}``; ``$${`` is a plain ``${``. An unset name is a problem."""
    filler = _Filler(document, env)
    root = filler.node(document.root, ())
    return Filled(replace(document, root=root), tuple(filler.problems), frozenset(filler.failed))


def readable_by_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _OTHERS_MAY_READ)
    except OSError:
        return False


class _Filler:
    def __init__(self, document: Document, env: Mapping[str, str]) -> None:
        self.document, self.env = document, env
        self.problems: list[Problem] = []
        self.failed: set[Path_] = set()

    def node(self, node: Node, path: Path_) -> Node:
        if isinstance(node.value, dict):
            filled = {k: Entry(e.key, self.node(e.node, (*path, k))) for k, e in node.value.items()}
            return replace(node, value=filled)
        if isinstance(node.value, list):
            return replace(node, value=[self.node(item, (*path, i)) for i, item in enumerate(node.value)])
        if isinstance(node.value, str) and "${" in node.value:
            return self._scalar(node, node.value, path)
        return node

    def _scalar(self, node: Node, value: str, path: Path_) -> Node:
        parts: list[str] = []
        end = 0
        for found in _VARIABLE.finditer(value):
            parts += [value[end : found.start()], self._variable(node, value, path, found)]
            end = found.end()
        parts.append(value[end:])
        return replace(node, value="".join(parts), from_env=True)

    def _variable(self, node: Node, value: str, path: Path_, found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        name, fallback = found["name"], found["fallback"]
        if not name:
            self._fail(node, path, found, "`${` needs a variable's name and a `}`; a plain ${ is written $${")
            return ""
        filled = self.env.get(name, "")
        if fallback is not None:
            filled = filled or fallback[2:]
        elif name not in self.env:
            meant = near(name, self.env)
            what = f"the environment variable {name} is not set"
            self._fail(node, path, found, what, "${" + meant + "}" if meant else "")
        elif not filled:
            self._fail(node, path, found, f"the environment variable {name} is empty")
        return quote(filled, safe="") if _in_userinfo(value, found.start(), found.end()) else filled

    def _fail(self, node: Node, path: Path_, found: re.Match[str], what: str, suggestion: str = "") -> None:
        self.failed.add(path)
        at = None
        offsets = places(self.document.text, node)
        if offsets:
            at = (offsets[found.start()], len(found[0]))
        self.problems.append(self.document.problem(node, path, what, suggestion, at=at))


def _in_userinfo(value: str, start: int, end: int) -> bool:
    """A password that stands between :// and @ must not be taken for part of the address."""
    scheme = value.find("://")
    return (
        0 <= scheme < start
        and "@" in value[end:]
        and "/" not in re.sub(r"\$\{[^}]*\}", "", value[scheme + 3 : end])
    )
