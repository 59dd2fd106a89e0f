"""monitor demo, init: the real service over the bundled feeds, on loopback, with real receivers."""

import email
import email.policy
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from monitor.app import Service, open_service
from monitor.entrypoints.origin import FEEDS_PORT, HOST, SMTP_PORT, MailSink, SampleOrigin
from monitor.entrypoints.progress import polling
from monitor.entrypoints.samples import sample_config
from monitor.model.errors import MonitorError

CONFIG_ORIGIN, CONFIG_SMTP = f"{HOST}:{FEEDS_PORT}", f"{HOST}:{SMTP_PORT}"  # where config/ expects the samples
DIGEST_ROUTE = "morning"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the closing table says."""

    feeds: int
    failed: int
    entries: int
    matches: int
    stories: int
    sent: int
    seconds: float
    files: tuple[Path, ...]


def write_sample_config(directory: Path) -> list[Path]:
    """Copy the commented configuration; refuses to write over one."""
    if (directory / "monitor.yaml").exists():
        raise MonitorError(f"{directory / 'monitor.yaml'} exists already; name another directory")
    source = sample_config()
    shutil.copytree(source, directory, dirs_exist_ok=True)
    _name_database(directory)
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _name_database(directory: Path) -> None:
    """Directories beside each other get a database each; that of ``config`` is monitor.db."""
    name = re.sub(r"[^\w.-]+", "-", directory.resolve().name)
    if name == "config":
        return
    main = directory / "monitor.yaml"
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("sqlite:///var/monitor.db", f"sqlite:///var/{name}.db", 1), encoding="utf-8")


def run_demo(out_dir: Path, *, keep: bool) -> None:
    """Poll twice (the second time some feeds have news), send the digest, write what arrived."""
    begun = time.monotonic()
    out_dir.mkdir(parents=True, exist_ok=True)
    with _home(out_dir, keep) as home, SampleOrigin() as origin, MailSink() as mail:
        directory = _configured(home, origin.url, mail.port)
        with open_service(directory, exclusive=True) as service:
            first = _cycle(service, "first poll")
            origin.advance()
            second = _cycle(service, "second poll")
            route = next(route for route in service.settings.routes if route.name == DIGEST_ROUTE)
            service.steps.digests.send_now(route)
            digests = service.steps.cycle.send().sent
        files = _write(out_dir, [one.raw for one in mail.mails], origin)
    runs = (first, second)
    _tell(
        DemoResult(
            feeds=first["feeds"]["due"],
            failed=first["feeds"]["failed"],
            entries=sum(run["entries"]["new"] + run["entries"]["updated"] for run in runs),
            matches=sum(run["matches"] for run in runs),
            stories=sum(run["stories"] for run in runs),
            sent=sum(run["deliveries"]["sent"] for run in runs) + digests,
            seconds=time.monotonic() - begun,
            files=files,
        ),
        directory if keep else None,
    )


@contextmanager
def _home(out_dir: Path, keep: bool) -> Iterator[Path]:
    if keep:
        home = out_dir / "state"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as name:
        yield Path(name)


def _configured(home: Path, url: str, smtp_port: int) -> Path:
    """The bundled configuration, its addresses pointed at this demo's own servers."""
    directory = home / "config"
    write_sample_config(directory)
    for path in (directory / "monitor.yaml", directory / "feeds.opml"):
        text = path.read_text(encoding="utf-8")
        text = text.replace(f"http://{CONFIG_ORIGIN}", url).replace(CONFIG_SMTP, f"{HOST}:{smtp_port}")
        path.write_text(text, encoding="utf-8")
    return directory


def _cycle(service: Service, name: str) -> dict[str, Any]:
    sys.stderr.write(f"{name} …\n")
    with polling(service.feeds_due(force=True)) as on_result:
        return service.once(force=True, on_result=on_result)


def _write(out_dir: Path, messages: list[bytes], origin: SampleOrigin) -> tuple[Path, ...]:
    """Exactly what the receivers got."""
    raw = messages[-1] if messages else b""
    digest = email.message_from_bytes(raw, policy=email.policy.default)
    contents = {
        "digest.html": _part(digest, "html"),
        "digest.txt": _part(digest, "plain"),
        "digest.eml": raw,
        "slack.json": _json(origin.slack),
        "webhook.json": _json([{"headers": dict(r.headers), "body": json.loads(r.body)} for r in origin.webhooks]),
    }
    for name, content in contents.items():
        (out_dir / name).write_bytes(content)
    return tuple(out_dir / name for name in contents)


def _part(message: EmailMessage, kind: str) -> bytes:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).encode() if part else b""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _tell(result: DemoResult, directory: Path | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=box.SIMPLE, show_header=False)
    for what, value in (
        ("feeds polled", f"{result.feeds} ({result.failed} fail on purpose: the digest's footer says so)"),
        ("entries", result.entries),
        ("matches", result.matches),
        ("stories", result.stories),
        ("messages sent", result.sent),
        ("seconds", f"{result.seconds:.1f}"),
        *((path.name, path) for path in result.files),
    ):
        shown.add_row(what, str(value))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(shown)
    if directory:
        console.print(f"look around: monitor stories list --config {directory}")
