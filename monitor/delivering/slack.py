"""Slack: incoming webhooks, and what imitates them: Mattermost, Discord's ``/slack`` (I/O through ports.Http)."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from monitor.delivering.blocks import divided, on_wire, slack_payloads, together
from monitor.delivering.render import look_from
from monitor.delivering.reply import in_words, no_answer, wait_named
from monitor.delivering.texts import Texts
from monitor.model.alert import Delivery, Receipt
from monitor.model.errors import DeliveryError, FetchError
from monitor.ports import Http, HttpReply
from monitor.telemetry import log

__all__ = ["SlackChannel", "slack_payloads"]

GAP = 1.0  # seconds between messages to one webhook
PATIENCE = 5.0  # a pause up to this long is waited for, a longer one goes back to the outbox
TIMEOUT = timedelta(seconds=15)
_GONE = ("no_service", "invalid_token", "no_team", "team_disabled", "channel_is_archived", "channel_not_found")


@dataclass(slots=True)
class _Pace:
    """When this webhook may be called again, and how far split messages got; guarded by the lock."""

    lock: Lock = field(default_factory=Lock)
    next_at: float = 0.0
    posted: dict[str, int] = field(default_factory=dict)  # delivery id -> messages accepted so far


class SlackChannel:
    """Posts in order, one message a second; alerts that are due together share messages (ports.BatchChannel).

    The URL is a secret: it is in no error and no representation.
    """

    def __init__(
        self,
        name: str,
        url: str,
        http: Http,
        templates: Path | None = None,
        timeout: timedelta = TIMEOUT,
        *,
        ticks: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._url = url
        self._http = http
        self._templates = templates
        self._timeout = timeout
        self._ticks = ticks
        self._wait = wait
        self._pace = _Pace()

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        messages = slack_payloads(delivery.payload, self._texts())
        with self._pace.lock:
            done = self._pace.posted.pop(delivery.id, 0)
            for number, message in enumerate(messages):
                if number < done:
                    continue
                try:
                    self._post(message, delivery.id, now)
                except DeliveryError:
                    self._pace.posted[delivery.id] = number
                    raise
        return Receipt("ok" if len(messages) == 1 else f"ok, in {len(messages)} messages")

    def together(self, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
        left = iter(deliveries)
        sizes = divided([delivery.payload for delivery in deliveries], self._texts())
        return [list(islice(left, size)) for size in sizes]

    def send_together(self, deliveries: Sequence[Delivery], now: datetime) -> Receipt:
        if len(deliveries) == 1:
            return self.send(deliveries[0], now)
        message = together([delivery.payload for delivery in deliveries], self._texts())
        with self._pace.lock:
            self._post(message, ",".join(delivery.id for delivery in deliveries), now)
        return Receipt(f"ok, {len(deliveries)} in one message")

    def _texts(self) -> Texts:
        look = look_from(self._templates)
        for problem in look.problems:
            log.warning("template.failed", channel=self.name, error=str(problem))
        return look.texts

    def _post(self, message: Mapping[str, Any], ids: str, now: datetime) -> None:
        self._take_turn()
        headers = {"content-type": "application/json; charset=utf-8", "x-monitor-delivery": ids}
        try:
            reply = self._http.request("POST", self._url, headers, on_wire(message), self._timeout)
        except FetchError as error:
            raise no_answer(error) from error
        finally:
            self._pace.next_at = self._ticks() + GAP
        if reply.status == 200 and reply.body.strip() == b"ok":
            return
        raise self._refusal(reply, now)

    def _take_turn(self) -> None:
        left = self._pace.next_at - self._ticks()
        if left > PATIENCE:
            raise DeliveryError("Slack asked to wait", retry=True, after=timedelta(seconds=left), untried=True)
        if left > 0:
            self._wait(left)

    def _refusal(self, reply: HttpReply, now: datetime) -> DeliveryError:
        after = wait_named(reply.headers, now)
        if reply.status == 429:
            after = after or timedelta(seconds=30)
            self._pace.next_at = self._ticks() + after.total_seconds()
        words = in_words(reply).replace(self._url, "***")
        gone = reply.status in (404, 410) or any(code in words for code in _GONE)
        mistaken = 400 <= reply.status < 500 and reply.status not in (408, 425, 429)
        return DeliveryError(f"refused: {words}", retry=not (gone or mistaken), after=after, disable=gone)
