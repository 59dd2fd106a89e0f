"""Field types of the configuration models: a value in words goes in, a typed value comes out."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from monitor.model.watch import Severity
from monitor.settings import addresses, values
from monitor.settings.effective import Network
from monitor.settings.problems import near
from monitor.settings.secrets import SideFiles
from monitor.settings.values import described, refused

SYSTEM = "system"  # the built-in watchlist of the service's own notices


@dataclass(frozen=True, slots=True)
class Known:
    """What references may name."""

    channels: Mapping[str, str] = field(default_factory=dict)  # name -> type
    people: Mapping[str, bool] = field(default_factory=dict)  # name -> has an e-mail address
    watchlists: Mapping[str, frozenset[str]] = field(default_factory=dict)  # id -> ids of its watches
    files: SideFiles = field(default_factory=lambda: SideFiles(Path(), None))


def known(info: ValidationInfo) -> Known:
    return info.context if isinstance(info.context, Known) else Known()


class Section(BaseModel):
    """A mapping of the configuration: unknown keys are errors, a key without a value counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {k: v for k, v in data.items() if v is not None or k not in cls.model_fields or cls._takes_none(k)}

    @classmethod
    def _takes_none(cls, name: str) -> bool:
        return type(None) in get_args(cls.model_fields[name].annotation)


def _text_schema(pattern: str = "", *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string"}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return WithJsonSchema(schema)


def _parsed(
    function: Callable[[Any], Any], pattern: str = "", *examples: str
) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(function), _text_schema(pattern, *examples)


def _amount(function: Callable[[Any], Any], pattern: str, *examples: str) -> tuple[PlainValidator, WithJsonSchema]:
    text = {"type": "string", "pattern": pattern, "examples": list(examples)}
    return PlainValidator(function), WithJsonSchema({"anyOf": [text, {"type": "number", "minimum": 0}]})


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false", "True": "true", "False": "false"}
    raise refused(
        f"{described(value)} is not true or false", meant.get(value, "") if isinstance(value, str) else ""
    )


def _weight(value: Any) -> float:
    text = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", text) or float(text) > 100:
        raise refused(f"{described(value)} is not a number from 0 to 100, as in 1.5")
    return float(text)


def _one(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _name(value: str) -> str:
    if not re.fullmatch(r"\w[\w.-]*", value):
        meant = re.sub(r"[^\w.-]+", "-", value).strip("-.")
        raise refused(f"`{value}` is not a name: letters, digits, `-`, `_` and `.`, no spaces", meant)
    return value


def _header(value: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", value):
        raise refused(f"`{value}` is not the name of a request header")
    if value.lower() in ("host", "content-length", "connection", "transfer-encoding"):
        raise refused(f"`{value}` is set by the service itself")
    return value


def _one_line(value: str) -> str:
    if re.search(r"[\r\n\0]", value):
        raise refused("must be one line")
    return value


def _secret_content(value: str, info: ValidationInfo) -> str:
    return known(info).files.content(value)


def _file_content(value: str, info: ValidationInfo) -> str:
    return known(info).files.text(value)


def _url_in_file(value: str) -> str:
    try:
        return addresses.web_url(value)
    except PydanticCustomError:
        raise refused("the file does not hold a web address") from None


def _signing(value: str) -> str:
    """A Standard Webhooks secret: base64 of at least 24 random bytes, as a rule behind ``whsec_``."""
    text = value.removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise refused("a webhook secret must be base64, as in whsec_…") from None
    if len(key) < 24:
        raise refused(
            f"a webhook secret needs at least 24 bytes, not {len(key)}: `openssl rand -base64 32` makes one"
        )
    return value


def _reference(what: str, names: Callable[[Known], Mapping[str, Any]]) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        candidates = names(known(info))
        if value not in candidates:
            raise refused(f"there is no {what} `{value}`", near(value, candidates))
        return value

    return check


Text = Annotated[str, Field(min_length=1)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Name = Annotated[str, AfterValidator(_name)]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
Weight = Annotated[
    float, PlainValidator(_weight), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})
]
Count = Annotated[int, Field(ge=1, le=10_000)]
_DURATION_PATTERN = r"^(\d+(\.\d+)?(ms|s|m|h|d|w))+$|^\d+(\.\d+)?$"
Duration = Annotated[
    timedelta,
    *_amount(values.duration, _DURATION_PATTERN, "15m", "24h", "90d"),
    PlainSerializer(values.duration_text, return_type=str),
]
Size = Annotated[int, *_amount(values.size, r"^\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]?$", "10MB")]
Cidr = Annotated[Network, *_parsed(values.network, "", "10.0.0.0/8")]
Zone = Annotated[str, *_parsed(values.timezone, "", "Europe/Kyiv", "UTC")]
Cron = Annotated[str, *_parsed(values.cron, "", "0 7 * * mon-fri")]
Quiet = Annotated[
    tuple[time, time], *_parsed(values.quiet, r"^\d{1,2}:\d\d\s*[-–—]\s*\d{1,2}:\d\d$", "22:00-07:00")
]
Level = Annotated[Severity, PlainValidator(values.severity), WithJsonSchema({"enum": [s.word for s in Severity]})]
Levels = Annotated[
    tuple[Severity, Severity],
    PlainValidator(values.levels),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^(>=|<=|>|<|=)?\\s*(low|medium|high|critical)$"},
                {"type": "array", "items": {"enum": [s.word for s in Severity]}},
            ],
            "examples": [">=high", "critical"],
        }
    ),
]
UpdateLine = Annotated[
    str, *_parsed(values.update_line, r"^(outlets\s*>=\s*[1-9]\d*|severity|correction)$", "outlets>=5")
]
Address = Annotated[str, *_parsed(addresses.address, "@", "olena@example.org")]
Sender = Annotated[str, *_parsed(addresses.sender, "@", "Monitor <monitor@example.org>")]
Listen = Annotated[str, *_parsed(addresses.listen, r":\d+$", "127.0.0.1:8642")]
WebUrl = Annotated[str, *_parsed(addresses.web_url, "", "https://example.org/")]
FeedUrl = Annotated[str, *_parsed(addresses.feed_url, "", "https://example.org/rss")]
MailUrl = Annotated[str, *_parsed(addresses.mail_url, "", "smtp://user:${SMTP_PASSWORD}@mail.example.org:587")]
DatabaseUrl = Annotated[str, *_parsed(addresses.database_url, "", "sqlite:///var/monitor.db")]
Header = Annotated[str, AfterValidator(_header)]
SigningSecret = Annotated[str, AfterValidator(_signing)]
SecretFile = Annotated[str, Field(min_length=1), AfterValidator(_secret_content)]
TextFile = Annotated[str, Field(min_length=1), AfterValidator(_file_content)]
SigningFile = Annotated[SecretFile, AfterValidator(_signing)]
WebUrlFile = Annotated[SecretFile, AfterValidator(_url_in_file)]
MailUrlFile = Annotated[SecretFile, AfterValidator(addresses.mail_url)]
ChannelName = Annotated[str, AfterValidator(_reference("channel", lambda names: names.channels))]

Texts = Annotated[tuple[Text, ...], BeforeValidator(_one, json_schema_input_type=str | list[str])]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_one, json_schema_input_type=str | list[str])]
UpdateLines = Annotated[
    tuple[UpdateLine, ...], BeforeValidator(_one, json_schema_input_type=UpdateLine | list[UpdateLine])
]
SigningSecrets = Annotated[
    tuple[SigningSecret, ...], BeforeValidator(_one, json_schema_input_type=str | list[str])
]
SigningFiles = Annotated[tuple[SigningFile, ...], BeforeValidator(_one, json_schema_input_type=str | list[str])]
