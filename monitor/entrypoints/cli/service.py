"""monitor demo, init, check, once, run, reload, doctor, healthcheck: the service as a whole."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, table


class Part(StrEnum):
    FEEDS = "feeds"
    DIGESTS = "digests"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def register(app: typer.Typer) -> None:
    for command in (demo, init, check, once, run, reload, doctor, healthcheck):
        app.command()(command)


def demo(
    out_dir: Annotated[Path, typer.Option("--out", help="Where to write the results.")] = Path("demo-out"),
    keep: Annotated[bool, typer.Option(help="Keep the demo's configuration and database to look around.")] = False,
    serve: Annotated[
        bool, typer.Option(help="Only serve the sample feeds and receivers of config/, until Ctrl-C.")
    ] = False,
) -> None:
    """See the whole service at work on bundled feeds: no internet, nothing to set up.

    Example: monitor demo
    """
    if serve:
        from monitor.entrypoints.origin import serve as serve_

        serve_(advance_after=120, tell=note)
        return
    from monitor.entrypoints.demo import run_demo

    run_demo(out_dir, keep=keep)


def init(directory: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config")) -> None:
    """Write a commented configuration to start from.

    Example: monitor init
    """
    from monitor.entrypoints.demo import write_sample_config

    written = write_sample_config(directory)
    for path in written:
        note(f"wrote {path}")
    out(f"next: edit {directory / 'monitor.yaml'}, then `monitor check --config {directory}`")
    out(
        "to try it as it is: `monitor demo --serve` in another terminal serves its sample feeds, "
        f"then `monitor once --config {directory}`"
    )


def check(config: Config = None, json: Json = False) -> None:
    """Check the whole configuration, queries and samples included; exit 3 when something is wrong.

    Example: monitor check --config config
    """
    import dataclasses

    from monitor.model.errors import ConfigError
    from monitor.settings import config_directory, environment, format_problem, load

    problems = []
    try:
        settings = load(config_directory(config, environment()), environment())
    except ConfigError as error:
        if not json:
            raise
        problems = list(error.problems)
    else:
        problems = list(settings.warnings)
    if json:
        out_json(
            {
                "ok": all(p.level != "error" for p in problems),
                "problems": [dataclasses.asdict(p) for p in problems],
            }
        )
        if any(problem.level == "error" for problem in problems):
            raise typer.Exit(3)
        return
    for problem in problems:
        note(format_problem(problem))
    watches = sum(len(w.keywords) + len(w.entities) for w in settings.watchlists)
    out(
        f"ok: {_n(len(settings.feeds), 'feed')}, {_n(len(settings.watchlists), 'watchlist')} with "
        f"{_n(watches, 'watch', 'watches')}, {_n(len(settings.channels), 'channel')}, {_n(len(settings.routes), 'route')}"
    )


def once(
    config: Config = None,
    force: Annotated[bool, typer.Option(help="Poll every feed, due or not.")] = False,
    only: Annotated[Part | None, typer.Option(help="Only poll feeds, or only make digests.")] = None,
    strict: Annotated[bool, typer.Option(help="Exit 4 when a feed failed, 5 when a delivery failed.")] = False,
    json: Json = False,
) -> None:
    """Run one full cycle: poll what is due, match, group, send.

    Example: monitor once --force --json
    """
    from monitor.app import open_service
    from monitor.entrypoints.progress import polling

    with open_service(config, exclusive=True) as service, polling(service.feeds_due(force=force)) as on_result:
        summary = service.once(force=force, only=only.value if only else None, on_result=on_result)
    if json:
        out_json(summary)
    else:
        feeds, entries, sent = summary["feeds"], summary["entries"], summary["deliveries"]
        out(
            f"feeds: {feeds['due']} due, {feeds['changed']} changed, {feeds['not_modified']} not modified, "
            f"{feeds['failed']} failed\n"
            f"entries: {entries['new']} new, {entries['updated']} updated; {summary['matches']} matches, "
            f"{summary['stories']} new stories\n"
            f"deliveries: {sent['sent']} sent, {sent['retry']} to retry, {sent['dead']} dead, {sent['held']} held "
            f"({summary['seconds']} s)"
        )
    if strict and summary["feeds"]["failed"]:
        raise typer.Exit(4)
    if strict and (summary["deliveries"]["retry"] or summary["deliveries"]["dead"]):
        raise typer.Exit(5)


def run(
    config: Config = None,
    log_format: Annotated[
        LogFormat | None, typer.Option(help="How to log (default: json unless on a terminal).")
    ] = None,
    log_level: Annotated[LogLevel, typer.Option(help="What to log, from this level on.")] = LogLevel.INFO,
) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP reloads the configuration.

    Example: monitor run --config /etc/monitor
    """
    from monitor.entrypoints.daemon import run_daemon

    raise typer.Exit(run_daemon(config, log_format.value if log_format else "", log_level.value))


def reload(config: Config = None) -> None:
    """Tell the running service to read its configuration again; a bad one changes nothing.

    Example: monitor reload
    """
    import os
    import signal

    from monitor.model.errors import NotFound
    from monitor.settings import config_directory, environment, load
    from monitor.storage.lock import holder

    settings = load(config_directory(config, environment()), environment())
    pid = holder(settings.database_url)
    if pid is None:
        raise NotFound("no `monitor run` is using this database")
    os.kill(pid, signal.SIGHUP)
    out(f"told process {pid} to reload")


def doctor(config: Config = None, json: Json = False) -> None:
    """Look for what usually goes wrong: configuration, database, disk, daemon, outbox, feeds.

    Example: monitor doctor
    """
    from monitor.entrypoints.doctor import examine

    findings = examine(config)
    if json:
        out_json([{"what": f.what, "ok": f.ok, "words": f.words} for f in findings])
    else:
        table(("", "what", "in words"), (("ok" if f.ok else "!!", f.what, f.words) for f in findings), "")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def healthcheck(config: Config = None) -> None:
    """Ask the running service whether it is well; for containers and load balancers.

    Example: monitor healthcheck
    """
    from monitor.entrypoints.doctor import healthz

    finding = healthz(config)
    (out if finding.ok else note)(finding.words)
    if not finding.ok:
        raise typer.Exit(1)


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
