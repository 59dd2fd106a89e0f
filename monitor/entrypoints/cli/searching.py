"""monitor search, backtest: a query over what is stored."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, span_of_time


class Urgency(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(backtest)


def search(
    query: Annotated[str, typer.Argument(help="The query; put -- before one that starts with a minus.")],
    since: Annotated[str, typer.Option(help="How far back, by when an entry was seen, as in 24h or 7d.")] = "90d",
    limit: Annotated[int, typer.Option(min=1, help="Stop after so many hits.")] = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """Find stored entries, newest first, with the query language of the watchlists.

    Exit 0 with hits, 1 without, 3 when the query is wrong. Every entry of that time is read and matched: there is
    no index yet, so a rare word over a long time takes as long as there are entries.

    Example: monitor search '"air defence" AND title:drone*' --since 7d
    """
    from monitor.app import open_service
    from monitor.entrypoints.searching import hit_json, render_hit
    from monitor.entrypoints.searching import search as search_

    with open_service(config) as service:
        hits, warnings = search_(service, query, service.clock.now() - span_of_time(since), limit)
        for warning in warnings:
            note(warning)
        found = 0
        for found, hit in enumerate(hits, 1):  # noqa: B007 - how many there were is told below
            if json:
                out_json(hit_json(hit))
            else:
                out(render_hit(hit))
    if found == limit:
        note(f"stopped after {limit}; --limit shows more")
    if not found:
        note(f"no entry of the last {since} matches")
        raise typer.Exit(1)


def backtest(
    target: Annotated[
        str, typer.Argument(metavar="QUERY|WATCH", help="A watch or watchlist by id, else a query.")
    ],
    since: Annotated[str, typer.Option(help="How far back, as in 24h or 30d.")] = "30d",
    diff: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="What takes its place: a query, or a watchlist (.yaml)."),
    ] = None,
    watchlist: Annotated[str, typer.Option(help="Whose routes a query is sent by.")] = "",
    severity: Annotated[Urgency | None, typer.Option(help="Instead of the configured one.")] = None,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write a page with a chart.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """What a rule would have matched and sent: entries, stories, alerts a day, outlets. Nothing is stored or sent.

    It replays what is stored through today's routes, quiet hours and budgets. Not replayed: mutes.

    Example: monitor backtest ukraine-defence/drone-production --since 30d --diff new-query.txt
    """
    from monitor.app import open_service
    from monitor.entrypoints.backtest_page import page
    from monitor.entrypoints.backtest_report import (
        difference_json,
        render_difference,
        render_report,
        report_json,
    )
    from monitor.entrypoints.backtesting import run
    from monitor.model.watch import Severity

    own = Severity[severity.value.upper()] if severity else None
    with open_service(config) as service:
        tested = run(service, target, span_of_time(since), diff, watchlist, own)
    for warning in tested.warnings:
        note(warning)
    if html:
        html.write_text(page(tested.reports, tested.difference), encoding="utf-8")
        note(f"wrote {html}")
    if tested.difference is None:
        (report,) = tested.reports
        out_json(report_json(report)) if json else out(render_report(report))
    else:
        old, new = tested.reports
        difference = tested.difference
        out_json(difference_json(old, new, difference)) if json else out(render_difference(old, new, difference))
