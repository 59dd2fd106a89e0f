"""Payloads: the JSON form of what a delivery says, kept in the outbox and read back when it is sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.model.alert import Alert, AlertStory, AlertWatch, Digest, Excerpt, Mark
from monitor.model.errors import DeliveryError
from monitor.model.watch import Severity

SYSTEM = "system"  # the built-in watchlist of notices about feeds and channels


def to_payload(message: Alert | Digest) -> dict[str, Any]:
    """``{"type": "alert"|"digest", …}``; severities are words, times ISO 8601 in UTC.

    ``"system": true`` marks an alert about this service itself.
    """
    kind = "alert" if isinstance(message, Alert) else "digest"
    fields = _adapters()[type(message)].dump_python(message, mode="json")
    payload = {"type": kind, **_severity_words(fields)}
    if isinstance(message, Alert) and all(watch.watchlist == SYSTEM for watch in message.story.watches):
        payload["system"] = True
    return payload


def alert_from(payload: Mapping[str, Any]) -> Alert:
    """Of type alert, notice or test. Fields that are unknown or missing, of another version, do no harm.

    A notice or test is ``{"type", "title", "text", "url", "severity", "at"}``, every key but the first optional.
    """
    if payload.get("type") in ("notice", "test"):
        return _notice(payload)
    alert: Alert = _read(Alert, payload)
    return alert


def digest_from(payload: Mapping[str, Any]) -> Digest:
    digest: Digest = _read(Digest, payload)
    return digest


def message_from(payload: Mapping[str, Any]) -> Alert | Digest:
    """Raises DeliveryError (never to be tried again) when this version cannot read the payload."""
    return digest_from(payload) if payload.get("type") == "digest" else alert_from(payload)


def sample_alert(at: datetime, timezone: str = "UTC") -> Alert:
    """What a test message shows: a short story with everything a real one has."""
    text = "If you can read this, alerts from monitor arrive here. Words that match are marked like this one."
    start = text.index("match")
    title = "A test message from monitor"
    watch = AlertWatch("sample", "test", "Sample watch", Severity.HIGH, '"match" in the text')
    story = AlertStory(
        story_id=0,
        entry_id=0,
        title=Excerpt(title, (Mark(2, 6),)),
        url="https://example.org/",
        source="monitor",
        at=at,
        severity=Severity.HIGH,
        watches=(watch,),
        excerpt=Excerpt(text, (Mark(start, start + len("match")),)),
        also_in=("Second Wire", "Third Post"),
        language="en",
    )
    return Alert(story, route="test", reason="you asked for a test message", timezone=timezone)


def _notice(payload: Mapping[str, Any]) -> Alert:
    at = datetime.fromisoformat(payload["at"]) if payload.get("at") else datetime.fromtimestamp(0, UTC)
    sample = sample_alert(at, str(payload.get("timezone") or "UTC"))
    if payload["type"] == "test" and not payload.get("title"):
        return sample
    story = AlertStory(
        story_id=0,
        entry_id=0,
        title=Excerpt(str(payload.get("title") or "A notice from monitor")),
        url=str(payload.get("url") or ""),
        source="monitor",
        at=at,
        severity=Severity[str(payload.get("severity") or "medium").upper()],
        watches=(),
        excerpt=Excerpt(str(payload.get("text") or "")),
        language="en",
    )
    return Alert(story, str(payload.get("route") or ""), str(payload.get("reason") or ""), sample.timezone)


@cache
def _adapters() -> Mapping[type, TypeAdapter[Any]]:
    return {Alert: TypeAdapter(Alert), Digest: TypeAdapter(Digest)}


def _read(of: type, payload: Mapping[str, Any]) -> Any:
    try:
        return _adapters()[of].validate_python(_severity_levels(payload))
    except (ValidationError, KeyError) as error:
        raise DeliveryError(
            f"this version cannot read the stored message: {_first(error)}", retry=False
        ) from error


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"unknown severity {error}"
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


def _severity_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: Severity(item).word if key == "severity" else _severity_words(item) for key, item in value.items()
        }
    return [_severity_words(item) for item in value] if isinstance(value, list) else value


def _severity_levels(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: Severity[item.upper()] if key == "severity" and isinstance(item, str) else _severity_levels(item)
            for key, item in value.items()
        }
    return [_severity_levels(item) for item in value] if isinstance(value, list | tuple) else value
