"""monitor try, match, explain, test, entities: what matches what, and why."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, note, out, out_json, table

if TYPE_CHECKING:
    from monitor.model.entry import Entry
    from monitor.model.watch import Match

entities = typer.Typer(help="Entities and their forms.\n\nExample: monitor entities forms zelensky")


def register(app: typer.Typer) -> None:
    app.command("try")(try_)
    app.command()(match)
    app.command()(explain)
    app.command("test")(run_tests)


def try_(
    query: Annotated[str, typer.Argument(help="The query; put -- before one that starts with a minus.")],
    file: Annotated[str, typer.Argument(help="A text file, or - for standard input.")] = "-",
    title: str = "",
    summary: str = "",
    author: str = "",
    source: str = "",
    url: str = "",
    tag: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    lang: str = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Try one query against a text; exit 0 when it matches, 1 when not, 3 when the query is wrong.

    Example: echo "Plans for drone production" | monitor try "drone NEAR/3 produc*"
    """
    from monitor.entrypoints.trying import render_tried, text_entry, try_query
    from monitor.model.entry import Source

    body = "" if file == "-" and sys.stdin.isatty() else _read(file)
    known = {"author": author, "url": url, "tags": tuple(tag or ()), "language": lang.lower()}
    tried = try_query(query, config, text_entry(title, summary, body, **known), Source(source))
    for warning in tried.warnings:
        note(warning)
    if json:
        out_json(tried.as_json())
    else:
        out(render_tried(tried))
    if not tried.matched:
        raise typer.Exit(1)


def match(
    files: Annotated[
        list[str], typer.Argument(help="Feed files (RSS, Atom, JSON Feed) or JSON Lines; - is stdin.")
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Run the watchlists against feed files or JSON Lines; nothing is stored or sent.

    Example: monitor match --config config seeds/feeds/dnipro-courier.xml
    """
    from monitor.entrypoints.trying import engine_of, match_row, read_entries

    engine = engine_of(config)
    hits = 0
    for file in files:
        for entry, source in read_entries(_bytes(file), file):
            found = engine.match(entry, source)
            hits += bool(found)
            if json:
                out_json(match_row(entry, found))
            elif found:
                _show_match(entry, found)
    if not json:
        note(f"{hits} entries matched")


def explain(
    entry: Annotated[int, typer.Argument(help="Entry number.")],
    watch: Annotated[
        str, typer.Option(help="WATCHLIST/WATCH or the watch alone (default: all that matched).")
    ] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Why a stored entry matched or did not, and what became of it.

    Example: monitor explain 1234 --watch ukraine-defence/drone-production
    """
    from monitor.app import open_service
    from monitor.entrypoints.trying import explain_entry, render_explained

    with open_service(config) as service:
        explained = explain_entry(service, entry, watch)
    if json:
        out_json(explained)
    else:
        out(render_explained(explained))


def run_tests(config: Config = None, json: Json = False) -> None:
    """Run every watch's samples; exit 1 when one fails.

    Example: monitor test --config config
    """
    from monitor.entrypoints.trying import run_samples

    results = run_samples(config)
    failed = [result for result in results if not result["passed"]]
    if json:
        for result in results:
            out_json(result)
    else:
        for result in failed:
            note(f"FAILED {result['watch']}: {result['words']}: {result['text']}")
        out(f"{len(results) - len(failed)} samples passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


@entities.command()
def forms(
    entity: Annotated[str, typer.Argument(help="Id of an entity in the watchlists.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Every form of an entity, with where it comes from, and languages it does not cover.

    Example: monitor entities forms zelensky
    """
    from monitor.entrypoints.trying import entity_forms

    found = entity_forms(config, entity)
    if json:
        out_json(found)
        return
    table(("form", "origin"), ((f["text"], f["origin"]) for f in found["forms"]), "no forms")
    if found["uncovered"]:
        note(f"not covered, of the languages of your feeds: {', '.join(found['uncovered'])}")


@entities.callback()
def _entities() -> None:
    pass


def _read(file: str) -> str:
    return _bytes(file).decode("utf-8", "replace")


def _bytes(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _show_match(entry: "Entry", found: "list[Match]") -> None:
    from monitor.matching.explain import why_words

    out(entry.title or entry.url or entry.identity)
    for one in found:
        out(f"  {one.watchlist}/{one.watch} ({one.severity.word}): {why_words(one.why)}")
