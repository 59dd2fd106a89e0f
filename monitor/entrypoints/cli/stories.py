"""monitor stories, audit: what was found, and whether everything is accounted for."""

from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, span_of_time, table
from monitor.model.story import Story

stories = typer.Typer(help="Stories: entries that tell the same news.\n\nExample: monitor stories list --since 7d")

Since = Annotated[str, typer.Option(help="How far back, as in 24h or 7d.")]


def register(app: typer.Typer) -> None:
    app.add_typer(stories, name="stories", no_args_is_help=True)
    app.command()(audit)


@stories.command("list")
def list_(config: Config = None, since: Since = "7d", json: Json = False) -> None:
    """List stories, newest activity first.

    Example: monitor stories list --since 24h --json
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.read() as records:
        found = records.stories.recent(service.clock.now() - span_of_time(since))
    found = [story for story in found if story.watchlists != ("system",)]
    if json:
        for story in found:
            out_json(_row(story))
        return
    table(
        ("story", "last news (UTC)", "outlets", "watchlists", "title"),
        ((s.id, f"{s.last_at:%Y-%m-%d %H:%M}", len(s.outlets), ", ".join(s.watchlists), s.title) for s in found),
        "no stories in that time",
    )


def _row(story: Story) -> dict[str, object]:
    return {
        "story": story.id,
        "title": story.title,
        "watchlists": list(story.watchlists),
        "outlets": list(story.outlets),
        "entries": [{"id": e.entry_id, "url": e.url, "title": e.title, "source": e.source} for e in story.entries],
    }


def audit(config: Config = None, since: Since = "7d", json: Json = False) -> None:
    """Prove that everything seen ended in one recorded state; exit 1 on a hole.

    Example: monitor audit --since 7d
    """
    from monitor.app import open_service
    from monitor.pipeline.audit import audit as audit_

    with open_service(config, looking=True) as service:
        report = audit_(service.database, service.clock.now() - span_of_time(since))
    if json:
        out_json(
            {
                "since": report.since,
                "adds_up": report.adds_up,
                "counts": dict(report.counts),
                "states": dict(report.states),
                "holes": list(report.holes),
            }
        )
    else:
        rows = [*report.counts.items(), *((f"  {state}", n) for state, n in report.states.items())]
        table(("what", "count"), rows, "nothing was seen in that time")
        for hole in report.holes:
            note(f"hole: {hole}")
        out("the ledger adds up" if report.adds_up else f"{len(report.holes)} holes")
    if not report.adds_up:
        raise typer.Exit(1)
