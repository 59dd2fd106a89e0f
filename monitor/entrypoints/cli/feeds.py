"""monitor feeds: add, look after, import and export feeds."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, ago, note, out, out_json, table

if TYPE_CHECKING:
    from monitor.app import Service
    from monitor.model.feed import Feed

app = typer.Typer(
    help="Add, look after, import and export feeds.\n\nExample: monitor feeds add https://example.org/"
)

Name = Annotated[str, typer.Argument(help="Feed number, URL, or part of its title.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be repeated.")]


@app.command()
def add(url: Annotated[str, typer.Argument(help="A feed, or a page that links to one.")], config: Config = None,
        title: str = "", tag: Tags = None, json: Json = False) -> None:  # fmt: skip
    """Add a feed: the URL of a feed, or of a page that links to one.

    Example: monitor feeds add https://example.org/ --tag wire
    """
    from monitor.app import open_service
    from monitor.model.feed import FeedSpec

    with open_service(config) as service:
        found = service.steps.subscribe.discover(url)
        spec = FeedSpec(found.url, title, tuple(tag or ()))
        with service.database.write() as records:
            feed, is_new = records.feeds.add(spec, service.clock.now())
    if json:
        out_json(
            {"id": feed.id, "url": feed.spec.url, "added": is_new, "title": found.title, "entries": found.entries}
        )
    else:
        verb = "added" if is_new else "already there:"
        out(f"{verb} feed {feed.id}: {found.title or feed.spec.url} ({found.entries} entries) {feed.spec.url}")


@app.command()
def discover(url: str, config: Config = None, json: Json = False) -> None:
    """Say which feed a page offers, without adding it.

    Example: monitor feeds discover https://example.org/
    """
    from monitor.app import open_service

    with open_service(config) as service:
        found = service.steps.subscribe.discover(url)
    if json:
        out_json({"url": found.url, "title": found.title, "entries": found.entries})
    else:
        out(f"{found.url}  {found.title} ({found.entries} entries)")


@app.command()
def remove(name: Name, config: Config = None) -> None:
    """Stop polling a feed for good; its entries stay. `monitor feeds add` brings it back.

    Example: monitor feeds remove 17
    """
    feed = _with_feed(config, name, _remove)
    note(f"removed feed {feed.id}: {feed.label}; undo: monitor feeds add {feed.spec.url}")


@app.command()
def pause(name: Name, config: Config = None) -> None:
    """Stop polling a feed until `monitor feeds resume`.

    Example: monitor feeds pause "Example Wire"
    """
    feed = _with_feed(config, name, lambda service, feed: _pause(service, feed, paused=True))
    note(f"paused feed {feed.id}: {feed.label}; undo: monitor feeds resume {feed.id}")


@app.command()
def resume(name: Name, config: Config = None) -> None:
    """Poll a paused feed again.

    Example: monitor feeds resume 17
    """
    feed = _with_feed(config, name, lambda service, feed: _pause(service, feed, paused=False))
    note(f"resumed feed {feed.id}: {feed.label}")


@app.command()
def release(name: Name, config: Config = None) -> None:
    """Let through what the flood guard held back.

    Example: monitor feeds release 17
    """
    from monitor.app import open_service
    from monitor.pipeline.release import release as release_

    with open_service(config) as service:
        feed = _find(service, name)
        count = release_(service.database, service.steps.engine, service.steps.notice, service.clock, feed)
    note(f"released {count} entries of feed {feed.id}: {feed.label}")


@app.command("list")
def list_(config: Config = None, json: Json = False) -> None:
    """List every feed.

    Example: monitor feeds list --json
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.read() as records:
        feeds = records.feeds.all()
    if json:
        for feed in feeds:
            out_json(_row(feed))
        return
    table(
        ("id", "title", "tags", "from", "state", "url"),
        ((f.id, f.label, ", ".join(f.spec.tags), f.origin, _state(f), f.spec.url) for f in feeds),
        "no feeds yet; `monitor feeds add URL` adds one",
    )


@app.command()
def status(config: Config = None, json: Json = False) -> None:
    """Say how every feed is doing, the ones that need you first.

    Example: monitor feeds status
    """
    from monitor.app import open_service
    from monitor.model.feed import FeedState

    with open_service(config, looking=True) as service, service.database.read() as records:
        feeds = sorted(records.feeds.all(), key=lambda feed: (feed.state is FeedState.OK, feed.id))
        now = service.clock.now()
    if json:
        for feed in feeds:
            out_json(_row(feed))
        return
    table(
        ("id", "state", "feed", "last poll", "last change", "next poll", "in words"),
        (
            (f.id, _state(f), f.label, ago(f.last_polled_at, now), ago(f.last_changed_at, now),
             "" if f.paused or f.state is FeedState.GONE else ago(f.next_poll_at, now), f.last_error)
            for f in feeds
        ),
        "no feeds yet; `monitor feeds add URL` adds one",
    )  # fmt: skip


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An OPML file.")],
            config: Config = None, json: Json = False) -> None:  # fmt: skip
    """Add every feed of an OPML file; folders become tags; one line a feed says what happened.

    Example: monitor feeds import subscriptions.opml
    """
    from monitor.app import open_service
    from monitor.model.errors import MonitorError, ParseError

    with open_service(config) as service:
        try:
            lines = service.steps.subscribe.import_opml(file.read_bytes())
        except ParseError as error:
            raise MonitorError(f"{file}: {error}") from error
    for line in lines:
        if json:
            out_json({"url": line.url, "result": line.result, "why": line.why})
        else:
            out(f"{line.result:7} {line.url}" + (f"  ({line.why})" if line.why else ""))
    counts = {word: sum(line.result == word for line in lines) for word in ("added", "known", "failed")}
    note(", ".join(f"{count} {word}" for word, count in counts.items()))
    if counts["failed"]:
        raise typer.Exit(1)


@app.command()
def export(out_file: Annotated[Path | None, typer.Option("--out", "-o", help="File (default: stdout).")] = None,
           config: Config = None) -> None:  # fmt: skip
    """Write every feed as OPML.

    Example: monitor feeds export -o feeds.opml
    """
    from dataclasses import replace

    from monitor.app import open_service
    from monitor.parsing.opml import write_opml

    with open_service(config, looking=True) as service, service.database.read() as records:
        text = write_opml([replace(f.spec, title=f.spec.title or f.title) for f in records.feeds.all()])
    if out_file:
        out_file.write_text(text, encoding="utf-8")
        note(f"wrote {out_file}")
    else:
        sys.stdout.write(text)


def _with_feed(config: Path | None, name: str, act: "Callable[[Service, Feed], object]") -> "Feed":
    from monitor.app import open_service

    with open_service(config) as service:
        feed = _find(service, name)
        act(service, feed)
    return feed


def _find(service: "Service", name: str) -> "Feed":
    """A number means that feed and no other, whatever its digits are a part of."""
    from monitor.model.errors import NotFound

    with service.database.read() as records:
        if name.isdecimal() and int(name) not in {feed.id for feed in records.feeds.all()}:
            raise NotFound(f"there is no feed {name}; see `monitor feeds list`")
        return records.feeds.find(name)


def _remove(service: "Service", feed: "Feed") -> None:
    from monitor.model.errors import MonitorError

    if feed.origin == "config":
        raise MonitorError(
            f"feed {feed.id} stands in the configuration: delete it there, or `monitor feeds pause {feed.id}`"
        )
    with service.database.write() as records:
        records.feeds.remove(feed.id)


def _pause(service: "Service", feed: "Feed", *, paused: bool) -> None:
    with service.database.write() as records:
        records.feeds.set_paused(feed.id, paused)


def _state(feed: "Feed") -> str:
    return "paused" if feed.paused else feed.state.value


def _row(feed: "Feed") -> dict[str, object]:
    return {
        "id": feed.id,
        "url": feed.spec.url,
        "title": feed.label,
        "tags": list(feed.spec.tags),
        "origin": feed.origin,
        "state": _state(feed),
        "since": feed.state_since,
        "last_error": feed.last_error,
        "last_status": feed.last_status,
        "failures": feed.failures,
        "last_polled_at": feed.last_polled_at,
        "last_changed_at": feed.last_changed_at,
        "next_poll_at": feed.next_poll_at,
        "old_urls": list(feed.old_urls),
    }
