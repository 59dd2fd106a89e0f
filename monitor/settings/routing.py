"""Channels, people and routes: from the file's models to what the pipeline uses."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit, urlunsplit

from monitor.model.alert import Recipient, Route, RouteMatch
from monitor.model.watch import Severity
from monitor.settings.addresses import split_url
from monitor.settings.effective import ChannelSpec, EmailSpec, Habits, Person, SlackSpec, WebhookSpec
from monitor.settings.routeschema import RouteEntry
from monitor.settings.schema import Email, MonitorFile, PersonEntry, Slack, Webhook

HIDDEN = "***"


def people(main: MonitorFile) -> dict[str, Person]:
    return {name: _person(name, entry, main.timezone) for name, entry in main.people.items()}


def channels(main: MonitorFile) -> dict[str, ChannelSpec]:
    return {name: _channel(name, channel, main.timezone) for name, channel in main.channels.items()}


def routes(
    main: MonitorFile, known: Mapping[str, ChannelSpec], persons: Mapping[str, Person]
) -> tuple[Route, ...]:
    return tuple(_route(entry, known, persons) for entry in main.routes)


def without_secrets(url: str) -> str:
    """The address with its password hidden."""
    parts = split_url(url)
    if parts is None or parts.password is None:
        return url
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{HIDDEN}@{where}"))


def _person(name: str, entry: PersonEntry, timezone: str) -> Person:
    return Person(name, entry.email or "", entry.timezone or timezone, entry.quiet, entry.budget)


def _channel(name: str, channel: Email | Slack | Webhook, timezone: str) -> ChannelSpec:
    habits = Habits(channel.timezone or timezone, channel.quiet, channel.budget)
    if isinstance(channel, Email):
        smtp = channel.smtp or channel.smtp_file or ""
        return EmailSpec(name, smtp, channel.sender, without_secrets(smtp), habits)
    url = channel.url or channel.url_file or ""
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{HIDDEN}"  # a path may be the whole secret
    if isinstance(channel, Slack):
        return SlackSpec(name, url, shown, habits)
    return WebhookSpec(name, url, channel.secret + channel.secret_file, shown, channel.template, habits)


def _route(entry: RouteEntry, known: Mapping[str, ChannelSpec], persons: Mapping[str, Person]) -> Route:
    low, high = entry.match.severity or (Severity.LOW, Severity.CRITICAL)
    match = RouteMatch(
        watchlists=entry.match.watchlist,
        watches=entry.match.watch,
        min_severity=low,
        max_severity=high,
        tags=entry.match.tag,
        sources=entry.match.source,
        languages=tuple(language.lower() for language in entry.match.language),
    )
    return Route(
        name=entry.name,
        match=match,
        to=tuple(dict.fromkeys(_recipients(entry, known, persons))),
        digest=entry.when.digest if entry.when else "",
        title=entry.title or "",
        stop=entry.stop,
        send_empty=entry.send_empty,
        update_on=entry.update_on,
    )


def _recipients(
    entry: RouteEntry, known: Mapping[str, ChannelSpec], persons: Mapping[str, Person]
) -> Iterator[Recipient]:
    for target in entry.to:
        for name, addressed in target.root.items():
            channel = known[name]
            if isinstance(channel, EmailSpec):
                everybody = [person.name for person in persons.values() if person.email]
                yield from (_by_mail(channel, person, persons) for person in addressed or everybody)
            else:
                habits = channel.habits
                yield Recipient(name, timezone=habits.timezone, quiet=habits.quiet, budget=habits.budget)


def _by_mail(channel: EmailSpec, name: str, persons: Mapping[str, Person]) -> Recipient:
    """A person, or an address written in the route, which keeps the channel's habits."""
    person = persons.get(name)
    if person is None:
        habits = channel.habits
        return Recipient(channel.name, name, name, habits.timezone, habits.quiet, habits.budget)
    return Recipient(channel.name, name, person.email, person.timezone, person.quiet, person.budget)
