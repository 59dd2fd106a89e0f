"""/healthz, /readyz, /metrics, and one page that says how everything is doing."""

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from monitor import __version__, telemetry
from monitor.model.errors import StorageError
from monitor.pipeline.health import unwell

if TYPE_CHECKING:
    from monitor.app import Service

OVERDUE = timedelta(minutes=15)  # a poll later than this means that polling does not progress
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def make_page(service: "Service") -> FastAPI:
    """The web application over one service."""
    page = FastAPI(title="monitor", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)

    @page.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @page.get("/readyz")
    def readyz() -> JSONResponse:
        reasons = not_ready(service)
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    @page.get("/metrics")
    def metrics() -> Response:
        service.measure()
        return Response(generate_latest(telemetry.registry), media_type=CONTENT_TYPE_LATEST)

    @page.get("/", response_class=HTMLResponse)
    def status() -> HTMLResponse:
        return HTMLResponse(_template().render(**status_view(service)), headers=_SAFE)

    return page


def not_ready(service: "Service") -> list[str]:
    """Why this process does not make progress; empty when it does."""
    try:
        with service.database.read() as records:
            overdue = records.feeds.oldest_due(service.clock.now())
    except StorageError as error:
        return [str(error)]
    late = service.clock.now() - overdue if overdue else timedelta(0)
    return [f"a poll is {int(late.total_seconds())} s late"] if late > OVERDUE else []


def status_view(service: "Service") -> dict[str, Any]:
    """What the page shows."""
    now = service.clock.now()
    with service.database.read() as records:
        feeds = records.feeds.all()
        stories = [s for s in records.stories.recent(now - timedelta(days=1)) if s.watchlists != ("system",)]
        outbox = records.outbox.counts()
    return {
        "version": __version__,
        "now": now,
        "feeds": len(feeds),
        "unwell": unwell(feeds),
        "stories": stories[:50],
        "story_count": len(stories),
        "outbox": outbox,
        "warnings": service.settings.warnings,
    }


def _template() -> Any:
    text = resources.files("monitor.entrypoints.web").joinpath("templates/status.html.j2").read_text("utf-8")
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(text)
