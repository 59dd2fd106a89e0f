"""A real HTTP origin on loopback whose every answer is scripted, byte by byte where a test wants it."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    connection: int  # counts from 0
    began: float
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Answer = Callable[[Seen], Iterator[bytes]]


def answer(
    status: int = 200, body: bytes = b"", *headers: tuple[str, str], length: int | None = None
) -> Callable[[Seen], Iterator[bytes]]:
    """The same complete answer to every request."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    raw = "\r\n".join([*lines, "", ""]).encode() + body

    def write(_seen: Seen) -> Iterator[bytes]:
        yield raw

    return write


@dataclass
class ScriptedOrigin:
    """Routes by path; ``seen`` is the request log; ``release`` lets answers that wait on ``held`` go on."""

    routes: dict[str, Answer] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    greeting: bytes = b""  # sent as soon as somebody connects

    def __post_init__(self) -> None:
        self.seen: list[Seen] = []
        self.open_now = 0
        self.most_open = 0
        self.stopping = threading.Event()
        self._connections = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._sockets: set[socket.socket] = set()

    def __enter__(self) -> "ScriptedOrigin":
        self._listener = socket.create_server((self.host, 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with socket.create_connection((self.host, self.port)):
            pass  # wakes the accepting thread
        with self._lock:
            for connection in self._sockets:
                with suppress(OSError):  # it went away by itself
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/feed") -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}{path}"

    def held(self, seconds: float = 60.0) -> bool:
        """Wait until the origin stops: an answer that never comes."""
        return self.stopping.wait(seconds)

    def _spawn(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.stopping.is_set():
                connection.close()
                return
            with self._lock:
                number, self._connections = self._connections, self._connections + 1
            self._spawn(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._sockets.add(connection)
            connection.sendall(self.greeting)
            self._talk(connection, number)
        except OSError:
            pass  # the client went away
        finally:
            with self._lock:
                self._sockets.discard(connection)
            connection.close()

    def _talk(self, connection: socket.socket, number: int) -> None:
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                buffer += self._receive(connection)
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            seen = _parse(head, number)
            length = int(seen.header("content-length") or 0)
            while len(buffer) < length:
                buffer += self._receive(connection)
            seen = Seen(seen.method, seen.path, seen.headers, number, seen.began, buffer[:length])
            buffer = buffer[length:]
            self._answer(connection, seen)

    def _receive(self, connection: socket.socket) -> bytes:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError
        return received

    def _answer(self, connection: socket.socket, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)
            self.open_now += 1
            self.most_open = max(self.most_open, self.open_now)
        try:
            for piece in self.routes.get(seen.path, answer(404))(seen):
                if piece is HANG_UP:
                    raise ConnectionError
                connection.sendall(piece)
        finally:
            with self._lock:
                self.open_now -= 1


HANG_UP = b"".join([b"hang", b"up"])  # an object of its own, known by identity


def _parse(head: bytes, number: int) -> Seen:
    first, *rest = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in rest))
    return Seen(method, path, headers, number, time.monotonic())
