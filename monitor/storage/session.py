"""Session: one transaction's connection, for statements written once for both databases."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

T = TypeVar("T")
Result = CursorResult[*tuple[Any, ...]]
MANY = 500  # values in one IN list


@lru_cache(maxsize=512)
def _pyformat(statement: str) -> str:
    return statement.replace("?", "%s")


@dataclass(frozen=True, slots=True)
class Session:
    """Runs Core statements, and hot ones as text with ``?`` for each value (style.md rule 26).

    A text statement holds no other ``?`` and no ``%``. Its values pass no column type: use ``columns.micros``,
    ``clean``, ``digest`` and ``to_json`` on their way in.
    """

    connection: Connection
    dialect: str  # sqlite | postgresql

    @property
    def postgres(self) -> bool:
        return self.dialect == "postgresql"

    def execute(self, statement: Executable, values: Any = None) -> Result:
        return self.connection.execute(statement, values)

    def run(self, statement: str, values: Sequence[Any] = ()) -> Result:
        text = _pyformat(statement) if self.postgres else statement
        return self.connection.exec_driver_sql(text, tuple(values))

    def many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """The statement for each row; no row, no statement."""
        if rows:
            text = _pyformat(statement) if self.postgres else statement
            self.connection.exec_driver_sql(text, rows)


def marks(count: int) -> str:
    """Placeholders of an IN list."""
    return ",".join("?" * count)


def chunks(values: Iterable[T], size: int = MANY) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
