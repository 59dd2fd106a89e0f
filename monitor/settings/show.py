"""The effective configuration as YAML, and its JSON Schemas."""

from collections.abc import Mapping
from datetime import time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from ruamel.yaml import YAML

from monitor.model.alert import Recipient, Route
from monitor.model.feed import FeedSpec
from monitor.model.watch import Severity
from monitor.settings.effective import ChannelSpec, EmailSpec, Habits, Person, Settings, SlackSpec
from monitor.settings.routing import HIDDEN, without_secrets
from monitor.settings.schema import MonitorFile
from monitor.settings.values import duration_text
from monitor.settings.watchschema import WatchlistFile


def show(settings: Settings) -> str:
    """What is in force, defaults filled in, every secret ``***``; the shape is that of monitor.yaml."""
    document = _without_empty(
        {
            "timezone": settings.timezone,
            "contact": settings.contact,
            "base_url": settings.base_url,
            "ping_url": HIDDEN if settings.ping_url else "",
            "database": {"url": without_secrets(settings.database_url)},
        }
    )
    document |= {
        "web": {"listen": settings.web_listen},
        "polling": {
            "interval": duration_text(settings.polling.interval),
            "floor": duration_text(settings.polling.floor),
            "per_host_gap": duration_text(settings.polling.per_host_gap),
            "concurrency": settings.polling.concurrency,
            "first_poll_max_age": duration_text(settings.polling.first_poll_max_age),
        },
        "fetch": {
            "timeout": duration_text(settings.fetch.timeout),
            "max_bytes": settings.fetch.max_bytes,
            "allow_private": [str(network) for network in settings.fetch.allow_private],
            "proxy": without_secrets(settings.fetch.proxy) or None,
        },
        "retention": {
            "entries": duration_text(settings.retention.entries),
            "deliveries": duration_text(settings.retention.deliveries),
        },
        "feeds": [_feed(feed) for feed in settings.feeds],
        "watchlists": [_relative(path, settings.directory) for path in settings.watchlist_files],
        "channels": {name: _channel(channel, settings.timezone) for name, channel in settings.channels.items()},
        "people": {name: _person(person) for name, person in settings.people.items()},
        "routes": [_route(route) for route in settings.routes],
    }
    return _dumped(document)


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schemas for editors: ``monitor`` (monitor.yaml) and ``watchlist`` (watchlists/*.yaml)."""
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        "monitor": draft | MonitorFile.model_json_schema(schema_generator=_Schema),
        "watchlist": draft | WatchlistFile.model_json_schema(schema_generator=_Schema),
    }


class _Schema(GenerateJsonSchema):
    """Without a title for each key, and with defaults as people write them."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def encode_default(self, dflt: Any) -> Any:
        return duration_text(dflt) if isinstance(dflt, timedelta) else super().encode_default(dflt)


def _dumped(document: Mapping[str, Any]) -> str:
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(dict(document), text)
    return text.getvalue()


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def _relative(path: Path, directory: Path) -> str:
    return str(path.relative_to(directory)) if path.is_relative_to(directory) else str(path)


def _feed(feed: FeedSpec) -> dict[str, Any]:
    fields = {
        "url": feed.url,
        "title": feed.title,
        "tags": list(feed.tags),
        "every": duration_text(feed.every) if feed.every is not None else None,
        "weight": feed.weight if feed.weight != 1.0 else None,
        "headers": {name: HIDDEN for name, _ in feed.headers},
        "username": feed.username,
        "password": HIDDEN if feed.password else "",
        "proxy": without_secrets(feed.proxy),
    }
    return _without_empty(fields)


def _channel(channel: ChannelSpec, timezone: str) -> dict[str, Any]:
    if isinstance(channel, EmailSpec):
        fields: dict[str, Any] = {"type": channel.type, "smtp": channel.shown, "from": channel.sender}
    elif isinstance(channel, SlackSpec):
        fields = {"type": channel.type, "url": channel.shown}
    else:
        fields = {"type": channel.type, "url": channel.shown, "secret": [HIDDEN for _ in channel.secrets]}
    return fields | _habits(channel.habits, timezone)


def _habits(habits: Habits, timezone: str) -> dict[str, Any]:
    zone = habits.timezone if habits.timezone != timezone else ""
    return _without_empty({"timezone": zone, "quiet": _quiet(habits.quiet), "budget": habits.budget})


def _person(person: Person) -> dict[str, Any]:
    fields = {"email": person.email, "timezone": person.timezone, "quiet": _quiet(person.quiet)}
    return _without_empty(fields | {"budget": person.budget})


def _quiet(quiet: tuple[time, time] | None) -> str:
    return f"{quiet[0]:%H:%M}-{quiet[1]:%H:%M}" if quiet else ""


def _route(route: Route) -> dict[str, Any]:
    match = {
        "watchlist": list(route.match.watchlists),
        "watch": list(route.match.watches),
        "severity": _severity(route.match.min_severity, route.match.max_severity),
        "tag": list(route.match.tags),
        "source": list(route.match.sources),
        "language": list(route.match.languages),
    }
    fields = {
        "name": route.name,
        "title": route.title,
        "match": _without_empty(match),
        "to": _to(route.to),
        "when": {"digest": route.digest} if route.digest else "now",
        "stop": route.stop or None,
        "send_empty": route.send_empty or None,
        "update_on": list(route.update_on),
    }
    return _without_empty(fields)


def _to(recipients: tuple[Recipient, ...]) -> list[Any]:
    targets: dict[str, list[str]] = {}
    for recipient in recipients:
        targets.setdefault(recipient.channel, []).extend([recipient.person] if recipient.person else [])
    return [{channel: people} if people else channel for channel, people in targets.items()]


def _severity(low: Severity, high: Severity) -> str | list[str]:
    if (low, high) == (Severity.LOW, Severity.CRITICAL):
        return ""
    if high is Severity.CRITICAL and low is not high:
        return f">={low.word}"
    return low.word if low is high else [level.word for level in Severity if low <= level <= high]
