"""What a configuration means once it is read: frozen, whole, with every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import ClassVar

from monitor.model.alert import Route
from monitor.model.errors import Problem
from monitor.model.feed import FeedSpec
from monitor.model.watch import Watchlist

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Polling:
    interval: timedelta
    floor: timedelta
    per_host_gap: timedelta
    concurrency: int
    first_poll_max_age: timedelta
    interval_explicit: bool  # the file names `polling.interval`: polling.md P8 then allows more than the default


@dataclass(frozen=True, slots=True)
class Fetching:
    timeout: timedelta
    max_bytes: int
    allow_private: tuple[Network, ...] = ()
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Retention:
    entries: timedelta
    deliveries: timedelta


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom channels can address; ``timezone`` is filled in."""

    name: str
    email: str = ""
    timezone: str = "UTC"
    quiet: tuple[time, time] | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """When a channel may interrupt and in which zone it reads the clock, where it addresses no person."""

    timezone: str = "UTC"
    quiet: tuple[time, time] | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class EmailSpec:
    """``smtp``: smtp://, smtps://, lmtp:// or maildir:PATH; a password in it is percent-encoded."""

    type: ClassVar[str] = "email"
    name: str
    smtp: str = field(repr=False)
    sender: str  # "Monitor <monitor@example.org>"
    shown: str  # smtp without password, for people
    habits: Habits = Habits()


@dataclass(frozen=True, slots=True)
class SlackSpec:
    type: ClassVar[str] = "slack"
    name: str
    url: str = field(repr=False)
    shown: str
    habits: Habits = Habits()


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """``secrets``: newest first; each request is signed with every one (rotation)."""

    type: ClassVar[str] = "webhook"
    name: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    shown: str
    template: str | None = field(default=None, repr=False)  # Jinja2 source of the body
    habits: Habits = Habits()


ChannelSpec = EmailSpec | SlackSpec | WebhookSpec


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration in force."""

    directory: Path
    timezone: str
    contact: str
    base_url: str  # without a trailing slash; empty = none
    ping_url: str = field(repr=False)  # dead-man ping; empty = none
    database_url: str = field(repr=False)  # absolute
    web_listen: str | None  # "127.0.0.1:8642"; None = no page
    polling: Polling
    fetch: Fetching
    retention: Retention
    feeds: tuple[FeedSpec, ...] = field(repr=False)  # headers may be secrets
    watchlists: tuple[Watchlist, ...] = field(repr=False)
    channels: Mapping[str, ChannelSpec]
    people: Mapping[str, Person]
    routes: tuple[Route, ...]
    warnings: tuple[Problem, ...] = ()
    watch_problems: tuple[Problem, ...] = ()  # bad watches, where loading was told to go on without them
    secrets: tuple[str, ...] = field(default=(), repr=False)  # for the logs' redaction
    files: tuple[Path, ...] = ()  # a change in one of these means: load again
    watchlist_files: tuple[Path, ...] = ()
