"""The page: health for machines, a status view for people. Served from a thread of the daemon."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.model.errors import MonitorError
from monitor.telemetry import log

if TYPE_CHECKING:
    import socket

    import uvicorn

    from monitor.app import Service


@contextmanager
def page_server(service: "Service") -> Iterator[str | None]:
    """Serve ``web.listen`` while the block runs; gives that address, None when it is null."""
    listen = service.settings.web_listen
    if not listen:
        yield None
        return
    import uvicorn

    from monitor.entrypoints.web.page import make_page

    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        make_page(service),
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    sockets = [_bound(config, listen)]
    thread = threading.Thread(target=server.run, args=[sockets], name="page", daemon=True)
    thread.start()
    log.info("page.listening", address=listen)
    try:
        yield f"{host}:{sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        for one in sockets:
            one.close()


def _bound(config: "uvicorn.Config", listen: str) -> "socket.socket":
    import socket

    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((config.host, config.port))
    except OSError as error:
        bound.close()
        raise MonitorError(
            f"web.listen: cannot listen on {listen}: {error.strerror}; choose another port"
        ) from error
    return bound
