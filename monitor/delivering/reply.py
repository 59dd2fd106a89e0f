"""Reply: what a receiver's HTTP answer, or its absence, means for the next try."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.model.errors import DeliveryError, FetchError
from monitor.ports import HttpReply

_NEVER_SENT = frozenset({"dns", "connect", "tls", "forbidden", "proxy", "url"})


def wait_named(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110 §10.2.3); None = none, or unreadable."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return timedelta(seconds=float(value))
    try:
        at = parsedate_to_datetime(value)
        return max(at - now, timedelta()) if at.tzinfo else None
    except ValueError:
        return None


def in_words(reply: HttpReply) -> str:
    """Status and the first of the body, for people."""
    body = " ".join(reply.body[:400].decode("utf-8", "replace").split())
    shown = "".join(char for char in body if char.isprintable())[:160]
    return f"{reply.status} {shown}".strip()


def no_answer(error: FetchError) -> DeliveryError:
    """Failing before the request left is certain; afterwards the receiver may have it."""
    return DeliveryError(
        f"no answer: {error}",
        retry=error.kind not in ("forbidden", "url"),
        ambiguous=error.kind not in _NEVER_SENT,
    )
