"""monitor search, backtest: a query over what is stored."""

from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, span_of_time


def register(app: typer.Typer) -> None:
    app.command()(search)


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
