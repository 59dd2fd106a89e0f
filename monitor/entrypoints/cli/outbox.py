"""monitor outbox: messages on their way, and those that failed."""

from typing import Annotated

import typer

from monitor.entrypoints.cli.console import Config, Json, ago, note, out, out_json, table
from monitor.model.alert import Delivery, DeliveryState, FateState

app = typer.Typer(
    help="Messages on their way, and those that failed.\n\nExample: monitor outbox list --state dead"
)

Id = Annotated[str, typer.Argument(help="A delivery id, or its unique beginning.")]


@app.command("list")
def list_(
    config: Config = None,
    state: Annotated[list[DeliveryState] | None, typer.Option(help="Only these states.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, newest first.")] = 50,
    json: Json = False,
) -> None:
    """List deliveries, newest first.

    Example: monitor outbox list --state dead --state retry
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.read() as records:
        rows = records.outbox.rows([one.value for one in state or []], limit)
        now = service.clock.now()
    if json:
        for row in rows:
            out_json(_row(row))
        return
    table(
        ("id", "state", "kind", "to", "created", "tries", "next try", "last error"),
        (
            (r.id[:12], r.state, r.kind, r.recipient, ago(r.created_at, now), r.attempts,
             ago(r.next_try_at, now) if r.next_try_at else "", r.last_error)
            for r in rows
        ),
        "the outbox holds no such delivery",
    )  # fmt: skip


@app.command()
def show(delivery: Id, config: Config = None) -> None:
    """Show one delivery with its payload.

    Example: monitor outbox show 4f2a91
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.read() as records:
        row = records.outbox.get(delivery)
    out_json(_row(row) | {"payload": row.payload})


@app.command()
def retry(delivery: Id, config: Config = None) -> None:
    """Try a dead or waiting delivery again, now, under the same id; a disabled target is enabled again.

    Example: monitor outbox retry 4f2a91
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.write() as records:
        now = service.clock.now()
        row = records.outbox.requeue(records.outbox.get(delivery).id, now)
        records.outbox.enable(row.channel)
        records.ledger.settle(row.id, _waiting(row), "queued again by command", now)
    note(f"{row.id} will be tried again at once")


@app.command()
def drop(delivery: Id, config: Config = None) -> None:
    """Give a delivery up; the ledger says so.

    Example: monitor outbox drop 4f2a91
    """
    from monitor.app import open_service

    with open_service(config, looking=True) as service, service.database.write() as records:
        now = service.clock.now()
        row = records.outbox.drop(records.outbox.get(delivery).id, now)
        records.ledger.settle(row.id, FateState.DROPPED, "dropped by command", now)
    out(f"dropped {row.id}; `monitor outbox retry {row.id[:12]}` brings it back")


def _waiting(row: Delivery) -> FateState:
    return FateState.IN_DIGEST if row.kind == "digest.sent" else FateState.QUEUED


def _row(row: Delivery) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state.value,
        "channel": row.channel,
        "recipient": row.recipient,
        "route": row.route,
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_try_at": row.next_try_at,
        "sent_at": row.sent_at,
        "last_error": row.last_error,
    }
