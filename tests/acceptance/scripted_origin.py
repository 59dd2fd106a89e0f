"""A loopback origin whose every answer a test decides, with a log of what was asked and received."""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What a path is answered with."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedOrigin:
    """Serve ``answers[path]``; POSTs are kept in ``posted`` and answered with ``replies.pop(0)`` or 200 ``ok``."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.replies: list[Answer] = []
        self.asked: list[Asked] = []
        self.arrival = threading.Condition()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                origin.log(self, b"")
                answer = origin.answers.get(self.path, Answer(404))
                etag = answer.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    answer = Answer(304, headers={"ETag": etag})
                self._send(answer)

            def do_POST(self) -> None:
                origin.log(self, self.rfile.read(int(self.headers["Content-Length"])))
                self._send(origin.replies.pop(0) if origin.replies else Answer(body=b"ok"))

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # clients are stopped in the middle of requests here

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ScriptedOrigin":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def log(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.arrival:
            self.asked.append(Asked(handler.command, handler.path, headers, body))
            self.arrival.notify_all()

    def posts(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(a.body) for a in self.asked if a.method == "POST" and a.path == path]

    def gets(self, path: str) -> list[Asked]:
        return [a for a in self.asked if a.method == "GET" and a.path == path]

    def wait_for(self, condition: Any, seconds: float = 40) -> bool:
        """Until ``condition()`` holds, looked at whenever something arrives; False at the deadline."""
        with self.arrival:
            return bool(self.arrival.wait_for(condition, seconds))


def rss(*titles: str, title: str = "Scripted Wire", hours_ago: float = 0) -> bytes:
    """A feed with these entries, newest first."""
    at = format_datetime(datetime.now(UTC) - timedelta(hours=hours_ago))
    items = "".join(
        f"<item><title>{t}</title><link>http://wire.example/{abs(hash(t))}</link>"
        f"<guid isPermaLink='false'>{t}</guid><pubDate>{at}</pubDate></item>"
        for t in titles
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()
