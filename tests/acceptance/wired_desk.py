"""A desk whose service runs inside the test, on a clock that the test moves; receivers that refuse when told to."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import format_datetime
from html import escape
from typing import Any

from desk import Desk

from monitor.app import Service, open_service
from monitor.entrypoints.origin import MailSink
from monitor.pipeline.tick import Cycle

HOOK_PATH = "/hook"
SECRET = "whsec_c2NyaXB0ZWQtc2VjcmV0LWZvci1hLXNjcmlwdGVkLWRlc2s="
DRONES = "keywords:\n  - { id: drone, query: drone }\n"
HOOK = """
timezone: Europe/Kyiv
polling: {{ interval: 1h, floor: 10m, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  hook: {{ type: webhook, url: "{origin}/hook", secret_file: hook-secret }}
routes:
  - {{ name: breaking, match: {{ watchlist: drones }}, to: [hook], when: now }}
"""
MAIL = """
timezone: Europe/Kyiv
polling: {{ interval: 1h, floor: 10m, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  mail: {{ type: email, smtp: "smtp://127.0.0.1:MAIL_PORT", from: "monitor@example.org" }}
people:
  olena: {{ email: olena@example.org }}
  petro: {{ email: petro@example.org }}
routes:
  - {{ name: desk, match: {{ watchlist: drones }}, to: [ {{ mail: [olena, petro] }} ], when: WHEN }}
"""


@dataclass
class MovedClock:
    """Shows what the test says."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.time

    def pass_by(self, span: timedelta) -> None:
        self.time += span


def hook_up(desk: Desk, *feeds: str, watchlist: str = DRONES, main: str = HOOK) -> None:
    """Configure the desk so that matches go to its webhook receiver at once."""
    desk.config.mkdir(parents=True, exist_ok=True)
    secret = desk.config / "hook-secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, encoding="utf-8")
    desk.configure(*feeds, main=main, watchlist=watchlist)


@contextmanager
def running(desk: Desk, clock: MovedClock | None = None) -> Iterator[Service]:
    """The wired service over the desk's own database file, as `monitor once` and `monitor run` have it."""
    with open_service(desk.config, exclusive=True) as service:
        if clock is not None:
            _set(service, clock)
        yield service


def _set(service: Service, clock: MovedClock) -> None:
    steps = service.steps
    poll, wake = replace(steps.poll, clock=clock), replace(steps.wake, clock=clock)
    digests, deliver = replace(steps.digests, clock=clock), replace(steps.deliver, clock=clock)
    cycle = Cycle(service.database, poll, wake, digests, deliver, clock)
    service.steps = replace(steps, poll=poll, wake=wake, digests=digests, deliver=deliver, cycle=cycle)
    service.clock = clock  # type: ignore[assignment]  # any ports.Clock will do


@dataclass(frozen=True)
class Item:
    """One entry of a scripted feed."""

    title: str
    age: timedelta = timedelta()
    text: str = ""


def feed(*items: Item | str, title: str = "Scripted Wire", now: datetime | None = None) -> bytes:
    """RSS that shows these entries in this order; a guid follows from its title."""
    now = now or datetime.now(UTC)
    shown = "".join(_xml(one if isinstance(one, Item) else Item(one), now) for one in items)
    return f"<rss version='2.0'><channel><title>{title}</title>{shown}</channel></rss>".encode()


def _xml(item: Item, now: datetime) -> str:
    key = item.title.encode().hex()
    return (
        f"<item><title>{escape(item.title)}</title><link>http://wire.example/{key}</link>"
        f"<guid isPermaLink='false'>{key}</guid><description>{escape(item.text)}</description>"
        f"<pubDate>{format_datetime(now - item.age)}</pubDate></item>"
    )


@dataclass(frozen=True)
class Told:
    """One message that the webhook receiver was sent."""

    id: str
    title: str


def told(desk: Desk) -> list[Told]:
    """Every request that reached the webhook receiver, accepted or not, in order."""
    posts = [one for one in desk.origin.asked if one.method == "POST" and one.path == HOOK_PATH]
    return [Told(one.headers["webhook-id"], _title(json.loads(one.body)["data"]["story"])) for one in posts]


def _title(story: dict[str, Any]) -> str:
    title = story["title"]
    return str(title["text"] if isinstance(title, dict) else title)


class ChoosySink(MailSink):
    """A mail server that answers some addresses as ``refused`` says, as in ``{"petro@…": "451 later"}``."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """Called by aiosmtpd for each recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    def to(self, address: str) -> list[str]:
        """The readable text of every message that this address got, subject first."""
        return [_text(one.raw) for one in self.mails if one.recipients == (address,)]


def _text(raw: bytes) -> str:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}"


def mail_main(sink: MailSink, when: str = "now") -> str:
    """Configuration that mails two people; ``when`` is ``now`` or a cron expression."""
    timing = "now" if when == "now" else f'{{{{ digest: "{when}" }}}}'
    return MAIL.replace("MAIL_PORT", str(sink.port)).replace("WHEN", timing)


def rows(desk: Desk, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database file holds, asked past the program."""
    with closing(sqlite3.connect(desk.home / "var" / "monitor.db")) as connection, connection:
        return connection.execute(query, values).fetchall()


def states(desk: Desk) -> dict[str, int]:
    """Outbox rows by state."""
    return dict(rows(desk, "SELECT state, count(*) FROM deliveries GROUP BY state"))
