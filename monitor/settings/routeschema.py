"""The routes of monitor.yaml as pydantic models: who hears of which matches, and when."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, ValidationInfo, model_validator

from monitor.settings.addresses import address
from monitor.settings.fields import (
    SYSTEM,
    ChannelName,
    Cron,
    Flag,
    Levels,
    Line,
    Lines,
    Name,
    Section,
    UpdateLines,
    known,
)
from monitor.settings.problems import near
from monitor.settings.values import described, refused


def _watchlist(value: str, info: ValidationInfo) -> str:
    names = {SYSTEM, *known(info).watchlists}
    if value not in names:
        raise refused(f"there is no watchlist `{value}`", near(value, names))
    return value


def _watch(value: str, info: ValidationInfo) -> str:
    lists = known(info).watchlists
    watchlist, slash, watch = value.rpartition("/")
    names = {watch for ids in lists.values() for watch in ids}
    if slash:
        names = {f"{name}/{watch}" for name, ids in lists.items() for watch in ids}
    if value in names or watchlist == SYSTEM or watch.startswith(("feed-", "delivery-")):
        return value
    raise refused(f"there is no watch `{value}`", near(value, names))


def _many(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


_Watchlists = Annotated[
    tuple[Annotated[str, AfterValidator(_watchlist)], ...],
    BeforeValidator(_many, json_schema_input_type=str | list[str]),
]
_Watches = Annotated[
    tuple[Annotated[str, AfterValidator(_watch)], ...],
    BeforeValidator(_many, json_schema_input_type=str | list[str]),
]


class Match(Section):
    """What a route takes; every condition given must hold."""

    watchlist: _Watchlists = Field(
        default=(), description="`system` = the service's own notices about feeds and channels"
    )
    watch: _Watches = Field(default=(), description="an id, or watchlist/id")
    severity: Levels | None = Field(default=None, description='high, ">=high" or [high, critical]')
    tag: Lines = ()
    source: Lines = Field(default=(), description="titles or hosts of feeds")
    language: Lines = Field(default=(), description="uk, en …")


class When(Section):
    digest: Cron = Field(description="minute hour day month weekday, in the recipient's time zone")


def _when(value: Any) -> Any:
    if value is None or value == "now" or isinstance(value, dict):
        return None if value == "now" else value
    meant = "now" if isinstance(value, str) and near(value, ("now", "immediately")) else ""
    if isinstance(value, str) and len(value.split()) == 5:
        meant = f'{{ digest: "{value}" }}'
    raise refused(f'{described(value)} is neither now nor {{ digest: "0 7 * * mon-fri" }}', meant)


def _person(value: str, info: ValidationInfo) -> str:
    if "@" in value:
        return address(value)
    people = known(info).people
    if value not in people:
        raise refused(f"there is nobody called `{value}` in people", near(value, people))
    if not people[value]:
        raise refused(f"`{value}` has no `email` in people")
    return value


Person = Annotated[str, AfterValidator(_person)]
_People = Annotated[
    tuple[Person, ...] | None,
    BeforeValidator(
        lambda v: v if v is None or isinstance(v, list) else [v], json_schema_input_type=str | list[str] | None
    ),
]


class Target(RootModel[dict[ChannelName, _People]]):
    """Channels by name; for mail, to whom (nobody named = everybody in people who has an address)."""

    @model_validator(mode="after")
    def _reachable(self, info: ValidationInfo) -> Self:
        names = known(info)
        for channel, people in self.root.items():
            if names.channels.get(channel) != "email" and people:
                raise refused(f"`{channel}` does not address people: write only `{channel}`")
            if names.channels.get(channel) == "email" and not people and not any(names.people.values()):
                raise refused(f"`{channel}` needs an address: nobody in people has an `email`")
        return self


def _targets(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not items:
        raise refused("names nobody: give at least one channel")
    return [{item: None} if isinstance(item, str) else item for item in items]


_Targets = Annotated[
    tuple[Target, ...], BeforeValidator(_targets, json_schema_input_type=str | Target | list[str | Target])
]


class RouteEntry(Section):
    """Who hears of which matches, and when."""

    name: Name
    title: Line | None = Field(default=None, description="heading of its digests")
    match: Match = Match()
    to: _Targets
    when: Annotated[When | None, BeforeValidator(_when, json_schema_input_type=Literal["now"] | When)] = Field(
        default=None, description='now, or { digest: "0 7 * * mon-fri" }'
    )
    stop: Flag = Field(default=False, description="routes below do not see what this one took")
    send_empty: Flag = Field(default=False, description="send the digest even when it is empty")
    update_on: UpdateLines = Field(default=(), description="when a story already told is told again")
