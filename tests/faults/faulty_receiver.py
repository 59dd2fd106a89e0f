"""An HTTP receiver that commits one fault for its first requests and is well afterwards."""

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).parents[1] / "contract" / "loopback.pem"  # for 127.0.0.1 and localhost
RETRY_AFTER = 600  # seconds
HUGE = 8_000_000  # bytes

REPLIES = {
    "500": (500, b"oops"),
    "502": (502, b"bad gateway"),
    "504": (504, b"gateway timeout"),
    "429": (429, b"rate_limited"),
    "410": (410, b"channel_is_archived"),
    "302": (302, b""),
    "200 with an error": (200, b"invalid_payload"),
}
FAULTS = (
    *REPLIES,
    "reset before the body",
    "reset after the body",
    "a byte a second",
    "a huge reply",
    "TLS fails",
)
TAKEN = ("reset after the body", "a byte a second", "a huge reply", "200 with an error")  # a receiver may have it


@dataclass(frozen=True, slots=True)
class Request:
    """One that was read to its end."""

    ids: tuple[str, ...]
    at: float  # the desk's clock
    came: float  # real time
    fault: str  # "" = accepted


@dataclass(slots=True)
class FaultyReceiver:
    """``faults``: how many requests to fail. ``failed`` are the desk's times at which any failed, read or not."""

    fault: str
    faults: int
    ticks: Callable[[], float]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)

    def next_fault(self) -> str:
        if len(self.failed) >= self.faults:
            return ""
        self.failed.append(self.ticks())
        return self.fault

    @property
    def has(self) -> list[tuple[str, ...]]:
        """Ids of every message that is in the receiver's hands, in order."""
        return [one.ids for one in self.requests if one.fault in ("", *TAKEN)]


class _Connection(socketserver.StreamRequestHandler):
    """One request: the client opens a connection for each."""

    def setup(self) -> None:
        super().setup()
        self.plan: FaultyReceiver = self.server.plan  # type: ignore[attr-defined]
        self.now_faulty = self.plan.next_fault()
        context: ssl.SSLContext | None = self.server.tls  # type: ignore[attr-defined]
        if context and self.now_faulty != "TLS fails":
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

    def handle(self) -> None:
        if self.now_faulty == "TLS fails":
            self.wfile.write(b"this is no TLS\r\n")
            return
        headers = self._headers()
        if self.now_faulty == "reset before the body":
            self._reset()
            return
        self.rfile.read(int(headers["content-length"]))
        ids = tuple((headers.get("webhook-id") or headers["x-monitor-delivery"]).split(","))
        self.plan.requests.append(Request(ids, self.plan.ticks(), time.monotonic(), self.now_faulty))
        self._answer()

    def _headers(self) -> dict[str, str]:
        lines = iter(self.rfile.readline, b"\r\n")
        pairs = (line.decode().partition(":") for line in lines)
        return {name.lower(): value.strip() for name, _, value in pairs}

    def _answer(self) -> None:
        if self.now_faulty == "reset after the body":
            self._reset()
        elif self.now_faulty == "a byte a second":
            self._drip(b"HTTP/1.1 200 OK\r\n")
        elif self.now_faulty == "a huge reply":
            self._reply(200, b"x" * HUGE)
        else:
            self._reply(*REPLIES.get(self.now_faulty, (200, b"ok")))

    def _reply(self, status: int, body: bytes) -> None:
        extra = f"Retry-After: {RETRY_AFTER}\r\n" if status == 429 else ""
        extra += "Location: /elsewhere\r\n" if status == 302 else ""
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # the client has read enough of a huge reply
            self.wfile.write(f"HTTP/1.1 {status} x\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _drip(self, text: bytes) -> None:
        """A byte a second, until the client has had enough."""
        self.request.settimeout(1.0)
        for at in range(len(text)):
            self.wfile.write(text[at : at + 1])
            try:
                if not self.request.recv(1):
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return

    def _reset(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # reset on purpose
            super().finish()
        self.request.close()  # TLS took the socket over from the server


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def faulty_receiver(fault: str, faults: int, ticks: Callable[[], float]) -> Iterator[FaultyReceiver]:
    """Speaks TLS where TLS is what fails."""
    tls = None
    if fault == "TLS fails":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE)
    server = _Server(("127.0.0.1", 0), _Connection)
    scheme = "https" if tls else "http"
    plan = FaultyReceiver(fault, faults, ticks, f"{scheme}://127.0.0.1:{server.server_address[1]}/in/verysecret")
    server.plan, server.tls = plan, tls  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
