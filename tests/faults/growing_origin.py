"""An origin whose feeds grow with every request, and a receiver that remembers every message it accepted."""

import json
import threading
from collections import defaultdict
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GROWTH = 2  # new entries a request
PAGE = 400  # entries a feed shows at the most


class GrowingOrigin:
    """``accepted``: entry title -> the ids under which it was accepted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.served: dict[str, int] = defaultdict(int)
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(200, origin.page(self.path), "application/rss+xml")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                origin.accept(self.headers["webhook-id"], json.loads(body))
                self._answer(200, b"ok", "text/plain")

            def _answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that was killed in the middle of a request is the point of this test

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def __enter__(self) -> "GrowingOrigin":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def page(self, path: str) -> bytes:
        with self._lock:
            self.served[path] = min(self.served[path] + GROWTH, self.most)
            count = self.served[path]
        items = "".join(_item(path, number) for number in range(count, max(0, count - PAGE), -1))
        return f"<rss version='2.0'><channel><title>Feed {path}</title>{items}</channel></rss>".encode()

    def accept(self, message_id: str, body: dict[str, Any]) -> None:
        title = body["data"]["story"]["title"]
        with self._lock:
            self.accepted[title if isinstance(title, str) else title["text"]].append(message_id)

    def expected(self) -> set[str]:
        return {_title(path, number) for path, count in self.served.items() for number in range(1, count + 1)}


def _title(path: str, number: int) -> str:
    return f"Drone report {number} from {path.strip('/')}"


def _item(path: str, number: int) -> str:
    return (
        f"<item><title>{_title(path, number)}</title><link>http://wire.example{path}/{number}</link>"
        f"<guid isPermaLink='false'>{path}-{number}</guid><pubDate>{formatdate(usegmt=True)}</pubDate></item>"
    )
