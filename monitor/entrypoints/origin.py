"""The loopback world of the demo and of `make run`: sample feeds, a Slack and a webhook receiver, a mail sink."""

import asyncio
import hashlib
import json
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.entrypoints.samples import Sample, read_manifest, redate, seeds_directory

HOST = "127.0.0.1"
FEEDS_PORT = 8650
SMTP_PORT = 8651


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    status: int  # what it was answered
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message that the mail sink accepted."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class SampleOrigin:
    """A real HTTP/1.1 server on loopback: the sample feeds, and receivers for Slack messages and webhooks.

    ``GET /feeds/NAME`` a feed, with validators and 304 · ``POST /slack…`` answers ``ok`` · ``POST /webhook…`` 204 ·
    ``POST /advance`` the same as `advance`. ``slow`` replaces the manifest's delays (seconds).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        now: datetime | None = None,
        seeds: Path | None = None,
        slow: float | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.requests: list[Received] = []
        self.slack: list[Any] = []  # payloads, decoded
        self.webhooks: list[Received] = []
        self._seeds = seeds or seeds_directory()
        reference, samples = read_manifest(self._seeds)
        self.samples = {sample.path: sample for sample in samples}
        self._now = now or datetime.now(UTC)
        self._shift = timedelta(minutes=(self._now - reference) // timedelta(minutes=1))  # never into the future
        self._slow = slow
        self._tell = tell
        self._stopped = threading.Event()
        self._pages = self._load(later=False)
        self._server = _Server((HOST, port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="origin", daemon=True
        )

    @property
    def url(self) -> str:
        """Where the server listens: ``http://127.0.0.1:PORT``."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def advance(self) -> None:
        """Time goes on: feeds that have a later version serve that from now on."""
        self._pages = self._load(later=True)

    def _load(self, *, later: bool) -> dict[str, _Answer]:
        modified = self._now - timedelta(minutes=0 if later else 1)
        return {sample.path: self._page(sample, modified, later=later) for sample in self.samples.values()}

    def _page(self, sample: Sample, modified: datetime, *, later: bool) -> _Answer:
        kind = ("Content-Type", sample.content_type)
        if sample.status == 301:
            return _Answer(301, b"", (("Location", sample.target),))
        if sample.status != 200:
            return _Answer(sample.status, f"{sample.status}: {sample.what}\n".encode(), (kind,))
        folder = "later" if later and sample.later is not None else "feeds"
        body = redate((self._seeds / folder / sample.name).read_bytes(), self._shift)
        if folder == "feeds":  # untouched by `advance`: its validators stay
            modified = self._now - timedelta(minutes=1)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        stamp = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
        return _Answer(200, body, (kind, ("ETag", etag), ("Last-Modified", stamp)))

    def get(self, path: str, headers: Mapping[str, str]) -> _Answer:
        """The answer to a GET, after the feed's delay."""
        page = self._pages.get(path)
        if page is None:
            return _Answer(404, b"no such feed\n", (("Content-Type", "text/plain"),))
        delay = self.samples[path].delay
        if delay:
            self._stopped.wait(delay if self._slow is None else self._slow)
        if page.status == 301:
            return _Answer(301, b"", (("Location", self.url + page.headers[0][1]),))
        return _Answer(304, b"", page.headers[1:]) if _unchanged(page, headers) else page

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        """The answer to a POST; what was sent is kept."""
        if path.startswith("/slack"):
            try:
                payload = json.loads(body)
            except ValueError:
                return _Answer(400, b"invalid_payload")
            self.slack.append(payload)
            self._tell(f"slack: {payload.get('text', '') if isinstance(payload, dict) else payload}")
            return _Answer(200, b"ok", (("Content-Type", "text/html"),))
        if path.startswith("/webhook"):
            self.webhooks.append(Received("POST", path, headers, 204, body))
            self._tell(f"webhook: {len(body)} bytes, id {headers.get('webhook-id', 'none')}")
            return _Answer(204)
        if path == "/advance":
            self.advance()
            return _Answer(204)
        return _Answer(404)


def _unchanged(page: _Answer, headers: Mapping[str, str]) -> bool:
    """RFC 9110 §13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
    validators = dict(page.headers)
    if "ETag" not in validators:
        return False
    if "if-none-match" in headers:
        tags = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return bool(tags & {"*", validators["ETag"]})
    return headers.get("if-modified-since") == validators["Last-Modified"]


class _Server(ThreadingHTTPServer):
    """The HTTP server, knowing whose it is."""

    def __init__(self, address: tuple[str, int], origin: SampleOrigin) -> None:
        self.origin = origin
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "sample-origin"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece

    def do_GET(self) -> None:
        headers = self._headers()
        self._send(headers, self.server.origin.get(self.path, headers))

    def do_POST(self) -> None:
        headers = self._headers()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self._send(headers, self.server.origin.post(self.path, headers, body), body)

    def log_message(self, format: str, *args: Any) -> None:  # its base class fixes the name `format`
        """Quiet: `requests` is the log."""

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _send(self, headers: Mapping[str, str], answer: _Answer, body: bytes = b"") -> None:
        seen = Received(self.command, self.path, headers, answer.status, body)
        self.server.origin.requests.append(seen)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


class MailSink:
    """A real SMTP server on loopback that accepts everything and keeps it in ``mails``."""

    def __init__(self, port: int = 0, *, tell: Callable[[str], None] = lambda line: None) -> None:
        self.mails: list[Mail] = []
        self._tell = tell
        self._controller = _Controller(self, hostname=HOST, port=port)

    @property
    def port(self) -> int:
        """Where it listens, once entered."""
        return int(self._controller.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd for each message."""
        raw = envelope.original_content or b""
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        subject = message_from_bytes(raw, policy=policy.default)["Subject"]
        self._tell(f"mail to {', '.join(envelope.rcpt_tos)}: {subject}")
        return "250 kept"


class _Controller(Controller):
    """aiosmtpd's controller, taught port 0: it would probe the port it was given, not the one it got."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # no annotations in aiosmtpd


def serve(
    port: int = FEEDS_PORT,
    smtp_port: int = SMTP_PORT,
    *,
    advance_after: float | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> None:
    """Serves until SIGINT or SIGTERM; after ``advance_after`` seconds the feeds get their later versions."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with SampleOrigin(port, tell=tell) as origin, MailSink(smtp_port, tell=tell) as sink:
            tell(f"feeds on {origin.url}/feeds/, Slack and webhooks beside them, mail on {HOST}:{sink.port}")
            if advance_after is not None and not stop.wait(advance_after):
                origin.advance()
                tell("later versions of the feeds are out")
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
