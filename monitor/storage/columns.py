"""Column types: how instants, spans of time, texts and JSON stand in both databases."""

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from monitor.model.errors import StorageError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_LONE = re.compile("[\0\ud800-\udfff]")

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in a column of type INTEGER


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; a naive one is a bug and raises TypeError."""
    return (at - EPOCH) // _MICRO


def micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // _MICRO


def instant(value: int) -> datetime:
    """The aware UTC datetime of ``micros``."""
    return EPOCH + timedelta(microseconds=value)


def instant_or_none(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


def clean(text: str) -> str:
    """Text that both databases take: NUL and lone surrogates become U+FFFD, so offsets stay as they were."""
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _LONE.sub("\ufffd", text)


def digest(text: str) -> bytes:
    """16 bytes that stand for a text of any length in an index: PostgreSQL refuses keys above 2.7 KB."""
    return blake2b(clean(text).encode(), digest_size=16).digest()


def to_json(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


class Instant(TypeDecorator[datetime]):
    """An aware datetime as integer microseconds since 1970, UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return micros_or_none(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return instant_or_none(value)


class Duration(TypeDecorator[timedelta]):
    """A span of time as integer microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICRO

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text of any length, cleaned on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """JSON as text: only we read it, and text is the same in both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        try:
            return None if value is None else json.loads(value)
        except ValueError as error:
            raise StorageError("a stored value is no JSON any more; see `monitor db check`") from error
