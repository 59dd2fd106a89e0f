"""watchlists/*.yaml as pydantic models."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from monitor.settings.fields import Level, Line, Lines, Name, Section, Text
from monitor.settings.problems import near
from monitor.settings.values import described, refused

EntityType = Literal["person", "organisation", "place", "product", "event", "other"]


class SampleText(Section):
    """A text to try the watch on."""

    text: Text
    lang: Line | None = Field(default=None, description="language of the text, for lang: in the query")


def _sample(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


_Samples = Annotated[
    tuple[Annotated[SampleText, BeforeValidator(_sample, json_schema_input_type=str | SampleText)], ...],
    BeforeValidator(
        lambda v: v if isinstance(v, list) else [v], json_schema_input_type=list[str | SampleText] | str
    ),
]


class Samples(Section):
    """Texts that must match, and texts that must not."""

    match: _Samples = ()
    no_match: _Samples = ()


def _samples(value: Any) -> Any:
    return value if isinstance(value, dict) and "text" not in value else {"match": value}


_SampleSet = Annotated[Samples, BeforeValidator(_samples, json_schema_input_type=list[str | SampleText] | Samples)]


def _forms(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if value not in ("auto", "exact"):
        raise refused(
            f"{described(value)} is neither auto nor exact nor a list of forms",
            near(str(value), ("auto", "exact")),
        )
    return [value]


_Forms = Annotated[
    tuple[Line, ...], BeforeValidator(_forms, json_schema_input_type=Literal["auto", "exact"] | list[str])
]


class KeywordEntry(Section):
    """A watch that is a query (docs/query-language.md)."""

    id: Name
    query: Text
    title: Line | None = None
    severity: Level | None = None
    samples: _SampleSet = Samples()


class EntityEntry(Section):
    """A watch that is a person, organisation, place, product or event."""

    id: Name
    name: Line
    type: EntityType = "other"
    wikidata: Annotated[str, Field(pattern=r"^Q[1-9]\d*$")] | None = None
    aliases: Lines = Field(default=(), description="more names, any script")
    forms: _Forms = Field(default=("auto",), description="auto, exact, or the only forms that count")
    require: Text | None = Field(default=None, description="a query that the same entry must match too")
    exclude: Text | None = Field(default=None, description="a query that the same entry must not match")
    title: Line | None = None
    severity: Level | None = None
    samples: _SampleSet = Samples()


class WatchlistFile(Section):
    """A watchlist of monitor."""

    id: Name | None = Field(default=None, description="default: the file's name")
    title: Line | None = None
    severity: Level | None = Field(default=None, description="of watches that name none; default medium")
    keywords: tuple[KeywordEntry, ...] = ()
    entities: tuple[EntityEntry, ...] = ()
