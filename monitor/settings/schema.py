"""monitor.yaml as pydantic models: the shape, the defaults, and what each key is for."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from monitor.settings.fields import (
    Address,
    Cidr,
    Count,
    DatabaseUrl,
    Duration,
    FeedUrl,
    Header,
    Line,
    Lines,
    Listen,
    MailUrl,
    MailUrlFile,
    Name,
    Quiet,
    SecretFile,
    Section,
    Sender,
    SigningFiles,
    SigningSecrets,
    Size,
    Text,
    TextFile,
    Texts,
    WebUrl,
    WebUrlFile,
    Weight,
    Zone,
)
from monitor.settings.routeschema import RouteEntry
from monitor.settings.values import duration, refused


class Database(Section):
    """Where everything is remembered."""

    url: DatabaseUrl = "sqlite:///var/monitor.db"


class Web(Section):
    """The page, /healthz and /metrics."""

    listen: Listen | None = Field(default="127.0.0.1:8642", description="host:port; null = no page")


class Polling(Section):
    """How often feeds are asked."""

    interval: Duration = Field(default=duration("60m"), description="for feeds that name no `every`")
    floor: Duration = Field(default=duration("10m"), description="never more often than this")
    per_host_gap: Duration = Field(default=duration("1s"), description="pause between two requests to one host")
    concurrency: Count = Field(default=100, description="requests under way at once")
    first_poll_max_age: Duration = Field(
        default=duration("24h"), description="a new feed's entries older than this are stored but not told"
    )


class Fetch(Section):
    """Limits of one request."""

    timeout: Duration = duration("30s")
    max_bytes: Size = 10_000_000
    allow_private: tuple[Cidr, ...] = Field(
        default=(), description="private networks that may be reached all the same"
    )
    proxy: WebUrl | None = None


class Retention(Section):
    """How long things are kept."""

    entries: Duration = duration("90d")
    deliveries: Duration = duration("400d")


class FeedList(Section):
    """Feeds from an OPML file; its folders become tags."""

    opml: Text = Field(description="file, relative to this one")


class Feed(Section):
    """One feed."""

    url: FeedUrl
    title: Line | None = None
    tags: Lines = ()
    every: Duration | None = Field(default=None, description="polling interval of this feed")
    weight: Weight = Field(
        default=1.0, description="how much this outlet counts; 2 or more raises severity by one step"
    )
    headers: dict[Header, Line] = Field(default={}, description="extra request headers")
    username: Line | None = None
    password: Line | None = Field(default=None, description="better as ${ENV} or password_file")
    password_file: SecretFile | None = None
    proxy: WebUrl | None = None

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        _at_most_one(self, "password", "password_file")
        if (self.password or self.password_file) and not self.username:
            raise refused("a password needs a `username`")
        return self


def _feed(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


def _feed_kind(value: Any) -> str:
    return "opml" if isinstance(value, FeedList) or (isinstance(value, dict) and "opml" in value) else "feed"


FeedItem = Annotated[
    Annotated[FeedList, Tag("opml")] | Annotated[Feed, Tag("feed")],
    Discriminator(_feed_kind),
    BeforeValidator(_feed, json_schema_input_type=FeedUrl | FeedList | Feed),
]


class Email(Section):
    """Mail through an SMTP or LMTP server, or into a maildir."""

    type: Literal["email"]
    smtp: MailUrl | None = None
    smtp_file: MailUrlFile | None = Field(default=None, description="a file that holds the smtp address")
    sender: Sender = Field(alias="from")
    timezone: Zone | None = None
    quiet: Quiet | None = None
    budget: Count | None = None

    @model_validator(mode="after")
    def _one_server(self) -> Self:
        _exactly_one(self, "smtp", "smtp_file")
        return self


class Slack(Section):
    """A Slack incoming webhook, or the same of Mattermost or Discord (/slack)."""

    type: Literal["slack"]
    url: WebUrl | None = Field(default=None, description="a secret: better as ${ENV} or url_file")
    url_file: WebUrlFile | None = None
    timezone: Zone | None = None
    quiet: Quiet | None = None
    budget: Count | None = Field(default=None, description="interrupts a day; the rest waits for the next digest")

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        _exactly_one(self, "url", "url_file")
        return self


class Webhook(Section):
    """A receiver of Standard Webhooks."""

    type: Literal["webhook"]
    url: WebUrl | None = None
    url_file: WebUrlFile | None = None
    secret: SigningSecrets = Field(default=(), description="whsec_…; several while you change it")
    secret_file: SigningFiles = ()
    template: TextFile | None = Field(
        default=None, description="file with a body template, for a receiver's own JSON"
    )
    timezone: Zone | None = None
    quiet: Quiet | None = None
    budget: Count | None = None

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        _exactly_one(self, "url", "url_file")
        if not (self.secret or self.secret_file):
            raise refused("`secret` or `secret_file` is missing: receivers check the signature with it")
        return self


Channel = Annotated[Email | Slack | Webhook, Field(discriminator="type")]


class PersonEntry(Section):
    """Somebody who can be addressed."""

    email: Address | None = None
    timezone: Zone | None = Field(default=None, description="default: the time zone at the top")
    quiet: Quiet | None = Field(
        default=None, description='held, not dropped, from-to: "22:00-07:00"; critical breaks through'
    )
    budget: Count | None = Field(default=None, description="interrupts a day; the rest waits for the next digest")


class MonitorFile(Section):
    """The main configuration file of monitor."""

    timezone: Zone = "UTC"
    contact: Line | None = Field(
        default=None, description="goes into the User-Agent, so that publishers can reach you"
    )
    base_url: WebUrl | None = Field(default=None, description="public address of the page, for links in mails")
    ping_url: WebUrl | None = Field(
        default=None, description="asked for regularly while all is well (dead-man's switch)"
    )
    database: Database = Database()
    web: Web | None = Web(listen="127.0.0.1:8642")
    polling: Polling = Polling()
    fetch: Fetch = Fetch()
    retention: Retention = Retention()
    feeds: tuple[FeedItem, ...] = ()
    watchlists: Texts = Field(default=("watchlists/*.yaml",), description="files, relative to this one; * allowed")
    channels: dict[Name, Channel] = Field(default={})
    people: dict[Name, PersonEntry] = Field(default={})
    routes: tuple[RouteEntry, ...] = ()


def _given(section: Section, *names: str) -> list[str]:
    return [name for name in names if getattr(section, name)]


def _at_most_one(section: Section, *names: str) -> None:
    if len(_given(section, *names)) > 1:
        raise refused(f"give {' or '.join(f'`{name}`' for name in names)}, not both")


def _exactly_one(section: Section, *names: str) -> None:
    _at_most_one(section, *names)
    if not _given(section, *names):
        raise refused(f"{' or '.join(f'`{name}`' for name in names)} is missing")
