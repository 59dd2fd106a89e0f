"""monitor doctor, healthcheck: look for what usually goes wrong, and say what to do."""

import http.client
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.model.errors import ConfigError, MonitorError

LITTLE_SPACE = 500_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, with what to do when it is not ok."""

    what: str
    ok: bool
    words: str


def examine(config: Path | None) -> list[Finding]:
    """Every check that can run; a broken configuration ends it early."""
    from monitor.settings import config_directory, database_address, environment, load
    from monitor.storage.address import sqlite_file

    try:
        settings = load(config_directory(config, environment()), environment())
    except ConfigError as error:
        url = database_address(config_directory(config, environment()), environment())
        return [
            Finding("configuration", False, f"{error}; run `monitor check`"),
            _found("daemon", lambda: _daemon(url)),
        ]
    warnings = len(settings.warnings)
    findings = [Finding("configuration", True, f"ok, {warnings} warnings" if warnings else "ok")]
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("database", lambda: _database(settings.database_url)),
        ("disk", lambda: _disk(settings.database_url)),
        ("daemon", lambda: _daemon(settings.database_url)),
        ("outbox", lambda: _outbox(config)),
        ("feeds", lambda: _feeds(config)),
    )
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():  # nothing is stored yet
        checks = checks[:3]
    return [*findings, *(_found(what, check) for what, check in checks)]


def _found(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, check())
    except MonitorError as error:
        return Finding(what, False, str(error))


def healthz(config: Path | None) -> Finding:
    """Ask ``/readyz`` of the running service, where it listens in truth; a broken configuration is not its fault."""
    from monitor.settings import config_directory, database_address, environment, load
    from monitor.storage.lock import page_of_holder

    directory, env = config_directory(config, environment()), environment()
    listen = page_of_holder(database_address(directory, env)) or load(directory, env).web_listen
    if not listen:
        return Finding("page", False, "web.listen is null: there is no page to ask")
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]") or "127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", "/readyz")
        reply = connection.getresponse()
        text = reply.read(10_000).decode("utf-8", "replace")
    except http.client.HTTPException:
        return Finding("page", False, f"what answers on {listen} is not monitor: it speaks no HTTP")
    except OSError as error:
        return Finding("page", False, f"nothing answers on {listen}: {error}")
    finally:
        connection.close()
    if '"ready"' not in text:
        words = f"what answers on {listen} is not monitor (HTTP {reply.status}); see web.listen"
        return Finding("page", False, words)
    return Finding("page", reply.status == 200, "ok" if reply.status == 200 else f"not ready: {text}")


def _database(url: str) -> str:
    from monitor.storage.backup import check
    from monitor.storage.migrate import current, head

    version = current(url)
    if version is None:
        return "not made yet; the first `monitor once` or `monitor run` makes it"
    problems = check(url)
    if problems:
        raise MonitorError("; ".join(problems))
    return f"ok, schema {version}" + ("" if version == head() else f"; `monitor db upgrade` brings it to {head()}")


def _disk(url: str) -> str:
    path = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite") else Path()
    free = shutil.disk_usage(path if path.exists() else Path()).free
    if free < LITTLE_SPACE:
        raise MonitorError(f"only {free // 1_000_000} MB are free beside the database")
    return f"{free // 1_000_000_000} GB free"


def _daemon(url: str) -> str:
    from monitor.storage.lock import holder

    pid = holder(url)
    return f"running as process {pid}" if pid else "not running; `monitor run` starts it"


def _outbox(config: Path | None) -> str:
    from monitor.app import open_service

    with open_service(config) as service, service.database.read() as records:
        counts, disabled = records.outbox.counts(), records.outbox.disabled()
    if disabled:
        raise MonitorError("; ".join(f"{channel} is disabled: {why}" for (channel, _), why in disabled.items()))
    if counts.get("dead"):
        raise MonitorError(f"{counts['dead']} deliveries are dead: see `monitor outbox list --state dead`")
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "empty"


def _feeds(config: Path | None) -> str:
    from monitor.app import open_service
    from monitor.pipeline.health import unwell

    with open_service(config) as service, service.database.read() as records:
        feeds = records.feeds.all()
    sick = unwell(feeds)
    if sick:
        raise MonitorError(f"{len(sick)} of {len(feeds)} need you: see `monitor feeds status`")
    return f"{len(feeds)}, all well"
