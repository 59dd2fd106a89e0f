"""monitor db: migrate, back up, restore and check the database."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, note, out

app = typer.Typer(help="Look after the database.\n\nExample: monitor db backup monitor-backup.db")


def _url(config: Path | None) -> str:
    from monitor.settings import config_directory, environment, load

    return load(config_directory(config, environment()), environment()).database_url


@app.command()
def upgrade(config: Config = None) -> None:
    """Bring the database to this version's schema; a backup is made first.

    Example: monitor db upgrade
    """
    from monitor.storage.migrate import current, upgrade

    url = _url(config)
    before = current(url)
    upgrade(url)
    after = current(url)
    out(f"schema {after}" + ("" if before != after else " (nothing to do)"))


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="File to write.")],
    config: Config = None,
    force: Annotated[
        bool, typer.Option(help="Replace an older backup; any other file is never replaced.")
    ] = False,
) -> None:
    """Copy the database while the service runs.

    Example: monitor db backup monitor-2026-11-22.db
    """
    from monitor.storage.backup import backup

    backup(_url(config), to, force=force)
    note(f"wrote {to}")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file made by `db backup`.")],
    config: Config = None,
) -> None:
    """Put a backup in the database's place; the service must be stopped. The old file is kept beside it.

    Example: monitor db restore monitor-2026-11-22.db
    """
    from datetime import UTC, datetime

    from monitor.storage.backup import restore

    kept = restore(source, _url(config), datetime.now(UTC))
    note(f"restored; what was there before is kept as {kept}" if kept else "restored")


@app.command()
def check(config: Config = None) -> None:
    """Check the file and what it holds; exit 1 when something is wrong.

    Example: monitor db check
    """
    from monitor.storage.backup import check

    problems = check(_url(config))
    for problem in problems:
        out(problem)
    if problems:
        raise typer.Exit(1)
    out("ok")
