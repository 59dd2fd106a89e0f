"""monitor config: what is in force, and its JSON Schemas."""

from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, out, out_json

app = typer.Typer(help="The configuration in force.\n\nExample: monitor config show")


@app.command()
def show(config: Config = None) -> None:
    """Print the effective configuration; secrets are shown as ***.

    Example: monitor config show
    """
    from monitor.settings import config_directory, environment, load
    from monitor.settings import show as show_

    directory = config_directory(config, environment())
    out(show_(load(directory, environment())))


@app.command()
def schema(name: Annotated[str, typer.Argument(help="monitor or watchlist.")] = "monitor") -> None:
    """Print the JSON Schema of a configuration file, for editors.

    Example: monitor config schema watchlist
    """
    from monitor.settings import schemas

    known = schemas()
    if name not in known:
        raise typer.BadParameter(f"there are schemas for: {', '.join(known)}")
    out_json(known[name])
