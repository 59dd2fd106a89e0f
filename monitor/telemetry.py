"""Logging set-up and metrics: one event with fields where the outcome is known, never a secret."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

log: structlog.stdlib.BoundLogger = structlog.get_logger("monitor")

_URL_TAIL = re.compile(r"(https?://[^/\s\"'<>]+)/[^\s\"'<>]*")
_USERINFO = re.compile(r"(\w[\w+.-]*://)[^/\s@]+@")


def redact_url(url: str) -> str:
    """A secret URL as it may be shown: scheme and host, the rest as ``***``."""
    return _URL_TAIL.sub(r"\1/***", _USERINFO.sub(r"\1***@", url))


class Redactor:
    """Replaces every known secret in log events by ``***``; a last net, not the first."""

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Secrets of four characters or more, longest first."""
        self._secrets = tuple(sorted({s for s in secrets if len(s) >= 4}, key=len, reverse=True))

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self.clean(value)
            elif isinstance(value, BaseException):
                event[key] = self.clean(str(value))
        return event


redactor = Redactor()


def set_up_logging(level: str = "info", *, json: bool, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to ``stream`` (stderr), as JSON lines or for people."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redactor,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())
    )
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("monitor").setLevel(level.upper())


registry = CollectorRegistry()
polls = Counter("monitor_polls_total", "Polls by outcome", ["outcome"], registry=registry)
entries_total = Counter("monitor_entries_total", "Entries stored", ["kind"], registry=registry)
matches_total = Counter("monitor_matches_total", "Matches recorded", registry=registry)
deliveries_total = Counter(
    "monitor_deliveries_total", "Delivery outcomes", ["channel", "outcome"], registry=registry
)
outbox_rows = Gauge("monitor_outbox_rows", "Outbox rows by state", ["state"], registry=registry)
feeds_by_state = Gauge("monitor_feeds", "Feeds by state", ["state"], registry=registry)
oldest_pending = Gauge(
    "monitor_oldest_pending_delivery_seconds", "Age of the oldest pending delivery", registry=registry
)
oldest_overdue = Gauge(
    "monitor_oldest_overdue_poll_seconds", "How late the most overdue poll is", registry=registry
)
reload_ok = Gauge("monitor_config_last_reload_successful", "1 when the last reload was good", registry=registry)
step_seconds = Histogram("monitor_step_seconds", "Duration of a step", ["step"], registry=registry)
