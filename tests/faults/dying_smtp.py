"""A mail server that dies at one point of the protocol, and remembers every mail that it made its own."""

import socket
import socketserver
import struct
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser

AFTER_THE_DOT = ("dot, forgotten", "dot, kept", "half the answer")  # the client cannot know whether it was kept
POINTS = (
    "connect",
    "after the greeting",
    "EHLO",
    "MAIL",
    "after MAIL",
    "RCPT",
    "after RCPT",
    "DATA",
    "after DATA",
    "content",
    *AFTER_THE_DOT,
    "after the answer",
)

Mail = tuple[str, str]  # recipient, Message-ID


@dataclass(slots=True)
class DyingServer:
    """Dies when it passes ``point`` for the n-th time, for every n in ``deaths`` (from 0), by FIN or by RST."""

    point: str
    deaths: Collection[int]
    reset: bool = False
    port: int = 0
    kept: list[Mail] = field(default_factory=list)
    in_doubt: list[Mail] = field(default_factory=list)  # died after the dot
    died: int = 0
    _passes: int = 0

    def passes(self, point: str, mail: Mail | None = None) -> bool:
        """False where it dies."""
        if point != self.point:
            return True
        self._passes += 1
        if self._passes - 1 not in self.deaths:
            return True
        self.died += 1
        if mail and point in AFTER_THE_DOT:
            self.in_doubt.append(mail)
        return False


class _Session(socketserver.StreamRequestHandler):
    """One connection; every step returns False where it ends."""

    def handle(self) -> None:
        self.plan: DyingServer = self.server.plan  # type: ignore[attr-defined]
        self.recipient = ""
        try:
            ended = self._greet() and all(self._command(line) for line in iter(self.rfile.readline, b""))
        except ConnectionError:
            return
        if not ended and self.plan.reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _greet(self) -> bool:
        return self.plan.passes("connect") and self._say("220 ready") and self.plan.passes("after the greeting")

    def _command(self, line: bytes) -> bool:
        verb = line[:4].decode().strip().upper()
        if verb == "RCPT":
            self.recipient = line.decode().partition("<")[2].partition(">")[0]
        if not self.plan.passes(verb):
            return False
        self._say({"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine"))
        if verb == "QUIT" or not self.plan.passes(f"after {verb}"):
            return False
        return verb != "DATA" or self._mail()

    def _mail(self) -> bool:
        content = b"".join(self.rfile.readline() for _ in range(10))
        if not self.plan.passes("content"):
            return False
        while not content.endswith(b"\r\n.\r\n"):
            content += self.rfile.readline()
        mail = (self.recipient, str(BytesHeaderParser().parsebytes(content)["Message-ID"]))
        if not self.plan.passes("dot, forgotten", mail):
            return False
        self.plan.kept.append(mail)
        if not self.plan.passes("dot, kept", mail):
            return False
        if not self.plan.passes("half the answer", mail):
            self.wfile.write(b"25")
            return False
        return self._say("250 queued") and self.plan.passes("after the answer")

    def _say(self, answer: str) -> bool:
        self.wfile.write(answer.encode() + b"\r\n")
        return True


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def dying_server(point: str, deaths: Collection[int], *, reset: bool) -> Iterator[DyingServer]:
    server = _Server(("127.0.0.1", 0), _Session)
    plan = DyingServer(point, deaths, reset, server.server_address[1])
    server.plan = plan  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
