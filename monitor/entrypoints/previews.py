"""Messages that are looked at or tried, not decided: digest previews and channel samples."""

import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.alerting.slots import Slot
from monitor.app import templates_of
from monitor.delivering.message import Envelope, build_message
from monitor.delivering.payloads import sample_alert, to_payload
from monitor.delivering.render import look_from, render_digest
from monitor.delivering.slack import slack_payloads
from monitor.model.alert import Delivery, Recipient, Route
from monitor.model.errors import NotFound
from monitor.settings import EmailSpec

if TYPE_CHECKING:
    from monitor.app import Service


def preview_digest(service: "Service", route: Route, at: datetime, format_: str) -> bytes:
    """The route's next digest for its first recipient as html, text, eml or slack; nothing is marked."""
    recipient = route.to[0]
    local = at.astimezone(ZoneInfo(recipient.timezone)).strftime("%Y-%m-%dT%H:%M")
    digest = service.steps.digests.preview(route, recipient, Slot(local, at))
    if format_ == "slack":
        return _json(slack_payloads(to_payload(digest)))
    rendered = render_digest(digest, look_from(templates_of(service.settings)))
    if format_ == "html":
        return rendered.html.encode()
    if format_ == "text":
        return rendered.text.encode()
    delivery = _delivery(recipient, route.name, "digest.sent", to_payload(digest), at)
    return build_message(delivery, rendered, Envelope(_sender(service, recipient.channel), recipient.address), at)


def send_sample(service: "Service", name: str, address: str) -> str:
    """Send a sample message over one channel; returns what came back. Raises DeliveryError."""
    channel = service.steps.deliver.channels.get(name)
    if channel is None:
        raise NotFound(f"no channel is called `{name}`; there are: {', '.join(service.settings.channels)}")
    now = service.clock.now()
    routed = (r for route in service.settings.routes for r in route.to if r.channel == name)
    recipient = next(routed, Recipient(name))
    if address:
        recipient = Recipient(name, address.partition("@")[0], address)
    payload = to_payload(sample_alert(now, recipient.timezone))
    return channel.send(_delivery(recipient, "test", "test", payload, now), now).reply


def _delivery(recipient: Recipient, route: str, kind: str, payload: dict[str, object], now: datetime) -> Delivery:
    return Delivery(
        id=f"{kind}-{now:%Y%m%dT%H%M%S%f}",
        kind=kind,
        channel=recipient.channel,
        recipient=recipient.key,
        address=recipient.address,
        route=route,
        dedup_key="",
        order_key="",
        payload=payload,
        created_at=now,
    )


def _sender(service: "Service", channel: str) -> str:
    spec = service.settings.channels.get(channel)
    return spec.sender if isinstance(spec, EmailSpec) else "monitor <monitor@localhost>"


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
