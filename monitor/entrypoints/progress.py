"""Progress on a terminal, silence elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from monitor.model.feed import FetchResult


@contextmanager
def polling(total: int) -> Iterator[Callable[[FetchResult], None]]:
    """A bar that moves with every poll; does nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _result: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("polling"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[host]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("polling", total=total or None, host="")
        yield lambda result: progress.update(task, advance=1, host=result.request.host)


@contextmanager
def walking(begin: datetime, end: datetime) -> Iterator[Callable[[datetime], None]]:
    """A bar that moves from the one time to the other; does nothing when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _at: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("reading"), BarColumn(), TextColumn("{task.fields[day]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=(end - begin).total_seconds(), day="")
        yield lambda at: progress.update(task, completed=(at - begin).total_seconds(), day=f"{at:%Y-%m-%d}")
