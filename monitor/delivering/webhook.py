"""Webhook: signed requests as Standard Webhooks describes them (standardwebhooks.com; I/O through ports.Http)."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jinja2 import BaseLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.delivering.events import LIMIT, body_of, event_for
from monitor.delivering.render import sandboxed
from monitor.delivering.reply import in_words, no_answer, wait_named
from monitor.model.alert import Delivery, Receipt
from monitor.model.errors import DeliveryError, FetchError, MonitorError, TemplateError
from monitor.ports import Http, HttpReply, Killable
from monitor.telemetry import log

TIMEOUT = timedelta(seconds=15)
TEMPLATE_TIME = timedelta(seconds=5)
_PREFIX = "whsec_"


class WebhookChannel:
    """Posts events. ``secrets``: every one signs, so that a receiver may change from old to new in its own time.

    Raises ValueError for a secret that cannot sign. ``template``: Jinja source of a body for a receiver with its
    own JSON; it sees ``id``, ``type``, ``timestamp`` and ``data``.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secrets: Sequence[str],
        http: Http,
        template: str | None = None,
        timeout: timedelta = TIMEOUT,
        *,
        killable: Killable | None = None,
    ) -> None:
        self.name = name
        self._url = url
        self._keys = tuple(signing_key(secret) for secret in secrets)
        self._http = http
        self._template = template
        self._timeout = timeout
        self._killable = killable

    def send(self, delivery: Delivery, now: datetime) -> Receipt:
        body = self._body(delivery)
        headers = {
            "content-type": "application/json",
            **signed_headers(self._keys, delivery.id, now, body),
        }
        try:
            reply = self._http.request("POST", self._url, headers, body, self._timeout)
        except FetchError as error:
            raise no_answer(error) from error
        if 200 <= reply.status < 300:
            return Receipt(self._clean(in_words(reply)))
        raise self._refusal(reply, now)

    def _body(self, delivery: Delivery) -> bytes:
        event = event_for(delivery)
        if self._template is not None:
            context = {"id": delivery.id, **event}
            try:
                return self._own(self._template, context)
            except MonitorError as error:
                log.warning("template.failed", channel=self.name, error=str(error))
        return body_of(event)

    def _own(self, source: str, context: Mapping[str, Any]) -> bytes:
        if self._killable is None:
            return own_body(source, context)
        body: bytes = self._killable(own_body, source, context, timeout=TEMPLATE_TIME)
        return body

    def _refusal(self, reply: HttpReply, now: datetime) -> DeliveryError:
        """The standard asks to try again after anything but 2xx; only an address that is gone is given up."""
        gone = reply.status in (404, 410)
        moved = " (redirects are not followed)" if 300 <= reply.status < 400 else ""
        words = self._clean(f"refused: {in_words(reply)}{moved}")
        return DeliveryError(words, retry=not gone, after=wait_named(reply.headers, now), disable=gone)

    def _clean(self, words: str) -> str:
        return words.replace(self._url, "***")


def signing_key(secret: str) -> bytes:
    """The bytes of a ``whsec_…`` secret, with or without its prefix. Raises ValueError, never naming the secret."""
    text = secret.strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a webhook secret must be base64, as in whsec_…") from None
    if not key:
        raise ValueError("a webhook secret is empty")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,…``: HMAC-SHA256 over ``id.timestamp.body``."""
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(keys: Sequence[bytes], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    timestamp = int(now.timestamp())
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    if keys:
        headers["webhook-signature"] = " ".join(sign(key, message_id, timestamp, body) for key in keys)
    return headers


def own_body(source: str, context: Mapping[str, Any]) -> bytes:
    """What a user's template makes of an event: JSON of less than 20 KB, or TemplateError."""
    environment = ImmutableSandboxedEnvironment(loader=BaseLoader(), undefined=StrictUndefined, autoescape=False)
    written = sandboxed(lambda: environment.from_string(source).generate(context), "webhook template")
    try:
        json.loads(written)
    except ValueError as error:
        raise TemplateError(f"webhook template: does not write JSON: {error}") from error
    body = written.strip().encode()
    if len(body) >= LIMIT:
        raise TemplateError(f"webhook template: writes {len(body)} bytes, the limit is {LIMIT}")
    return body
