"""Every error this program raises on purpose, in one tree.

::

    MonitorError
    ├── ConfigError          the configuration cannot be used; carries every Problem found
    ├── QueryError           a query cannot be compiled; carries the column
    ├── FetchError           a URL gave no usable answer
    │   └── ForbiddenAddress the guard refused the address
    ├── ParseError           the bytes are not a feed we understand
    ├── DeliveryError        a receiver did not accept a message; says whether to try again
    ├── TemplateError        a user's template failed; ours is used instead
    ├── StorageError         the database refused
    │   ├── SchemaTooNew     written by a newer program
    │   ├── AlreadyRunning   another process holds this database
    │   └── LeaseLost        the work was claimed by somebody else meanwhile
    └── NotFound             the thing that a command names does not exist
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class MonitorError(Exception):
    """Something this program knows how to explain in one line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: ``file:line:col: error: where: what``, an excerpt, a caret, a suggestion."""

    file: str
    line: int  # counts from 1
    column: int  # counts from 1; points at the caret
    where: str  # dotted path in the document, "keywords.2.query"; empty for the whole file
    what: str
    excerpt: str = ""  # the source line as written
    width: int = 1  # how many characters the caret underlines
    suggestion: str = ""
    level: str = "error"  # error | warning


class ConfigError(MonitorError):
    """The configuration cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the configuration")


class QueryError(MonitorError):
    """A query cannot be compiled: what is wrong, where (0-based offset and width), and what may be meant."""

    def __init__(self, what: str, offset: int, width: int = 1, suggestion: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        self.width = max(1, width)
        self.suggestion = suggestion


class FetchError(MonitorError):
    """A URL gave no usable answer. ``kind`` is one word for metrics: dns, connect, tls, timeout, too-large …"""

    def __init__(self, what: str, kind: str = "connect") -> None:
        super().__init__(what)
        self.kind = kind


class ForbiddenAddress(FetchError):
    """The address is private, local or reserved and not in ``fetch.allow_private``."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "forbidden")


class ParseError(MonitorError):
    """The bytes are not a feed we understand. ``kind``: not-a-feed, empty, too-costly, broken; local is our own fault."""

    def __init__(self, what: str, kind: str = "broken") -> None:
        super().__init__(what)
        self.kind = kind


class DeliveryError(MonitorError):
    """A receiver did not accept a message.

    ``retry``: trying again may help. ``after``: the receiver named a wait. ``disable``: this target is gone for
    good, stop using it. ``ambiguous``: the receiver may have accepted it before the connection died.
    ``untried``: nothing was sent and no try is counted, the whole channel has to wait ``after``.
    """

    def __init__(
        self,
        what: str,
        *,
        retry: bool,
        after: timedelta | None = None,
        disable: bool = False,
        ambiguous: bool = False,
        untried: bool = False,
    ) -> None:
        super().__init__(what)
        self.retry = retry
        self.after = after
        self.disable = disable
        self.ambiguous = ambiguous
        self.untried = untried


class TemplateError(MonitorError):
    """A user's template failed; ours is used instead."""


class StorageError(MonitorError):
    """The database refused."""


class SchemaTooNew(StorageError):
    """The database was written by a newer version of monitor; upgrade the program first."""


class AlreadyRunning(StorageError):
    """Another monitor process is using this database; stop it first or use PostgreSQL."""


class LeaseLost(StorageError):
    """The work was claimed by somebody else meanwhile; nothing was written."""


class NotFound(MonitorError):
    """The thing that was named does not exist."""
