"""`monitor audit` adds up after a messy week, names every hole that a hand makes, and `explain` tells each fate."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from messy_week import fates, live_through
from scripted_origin import ScriptedOrigin
from wired_desk import ChoosySink, rows

EVERYTHING = "30d"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ScriptedOrigin() as origin, ChoosySink() as sink:
        desk = Desk(tmp_path_factory.mktemp("week"), origin)
        live_through(desk, sink)
        yield desk


@pytest.fixture
def week(lived: Desk, tmp_path: Path) -> Desk:
    """The desk after its week, a copy for this test alone."""
    shutil.copytree(lived.home, tmp_path / "copy")
    return Desk(tmp_path / "copy", lived.origin)


def test_the_week_was_messy_indeed(week: Desk) -> None:
    assert fates(week).keys() >= {
        "sent", "digested", "duplicate", "muted", "too-old", "dead", "no-route", "below-severity",
    }  # fmt: skip


def test_after_a_messy_week_the_ledger_adds_up(week: Desk) -> None:
    report = week.json("audit", "--since", EVERYTHING)

    counts = report["counts"]
    assert report["adds_up"]
    assert report["holes"] == []
    assert counts["entries"] == counts["matched"] + counts["unmatched"] + counts["held"]
    assert counts["entries"] == rows(week, "SELECT count(*) FROM entries")[0][0]
    assert report["states"] == fates(week)
    done = week.run("audit", "--since", EVERYTHING)
    assert done.returncode == 0
    assert "the ledger adds up" in done.stdout


def test_every_matched_entry_has_a_fate_for_everybody_whom_a_route_names(week: Desk) -> None:
    reached = {"hook", "mail:olena", "mail:vira", "mail:petro"}
    query = """SELECT m.entry_id, group_concat(f.recipient) FROM matches m JOIN fates f
        ON (f.entry_id, f.watchlist, f.watch) = (m.entry_id, m.watchlist, m.watch)
        WHERE m.watch = 'drone' GROUP BY m.entry_id"""

    found = rows(week, query)

    assert len(found) > 20
    assert all(set(recipients.split(",")) == reached for _, recipients in found)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM fates WHERE entry_id = (SELECT max(entry_id) FROM fates WHERE watchlist = 'drones')",
         "no state says what became of it"),
        ("DELETE FROM deliveries WHERE id = (SELECT delivery_id FROM fates WHERE state = 'sent' LIMIT 1)",
         "does not exist"),
        ("DELETE FROM deliveries WHERE kind = 'digest.sent'", "is digested, but delivery"),
        ("UPDATE deliveries SET state = 'dead', sent_at = NULL WHERE seq = (SELECT max(seq) FROM deliveries "
         "WHERE state = 'sent')", "is dead"),
        ("UPDATE fates SET delivery_id = NULL WHERE id = (SELECT max(id) FROM fates WHERE state = 'sent')",
         "names no delivery"),
        ("UPDATE entries SET matched = 0 WHERE id = 1", "was stored but never matched"),
        ("DELETE FROM fates WHERE id = (SELECT min(id) FROM fates WHERE watchlist = 'drones')",
         "for 4 recipients, and only 3 have a state"),
    ],
)  # fmt: skip
def test_a_hole_made_by_hand_is_named_and_the_audit_exits_1(week: Desk, damage: str, words: str) -> None:
    rows(week, damage)

    done = week.run("audit", "--since", EVERYTHING)

    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.startswith("hole: ")
    assert "Traceback" not in done.stderr


def test_a_hole_stands_in_the_json_too(week: Desk) -> None:
    rows(week, "DELETE FROM fates WHERE entry_id = 1")

    done = week.run("audit", "--since", EVERYTHING, "--json")

    assert done.returncode == 1
    assert '"adds_up": false' in done.stdout
    assert "entry 1 matched drones/drone" in done.stdout


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sent", "accepted by"),
        ("digested", "accepted by mail:petro"),
        ("duplicate", "already told of story"),
        ("muted", "is muted by olena"),
        ("too-old", "hours before this feed's first poll"),
        ("dead", "550"),
        ("below-severity", "critical"),
        ("no-route", "no route takes watch"),
    ],
)
def test_explain_tells_what_became_of_an_entry(week: Desk, state: str, words: str) -> None:
    ((entry, recipient),) = rows(
        week, "SELECT entry_id, recipient FROM fates WHERE state = ? ORDER BY id LIMIT 1", [state]
    )

    told = week.run("explain", str(entry))

    assert told.returncode == 0, told.stderr
    lines = [line for line in told.stdout.splitlines() if f": {state}: " in line and line.startswith(recipient)]
    assert lines, told.stdout
    assert all(words in line for line in lines)


def test_explain_says_why_not_and_refuses_what_does_not_exist(week: Desk) -> None:
    ((entry,),) = rows(week, "SELECT id FROM entries WHERE title = 'Gardening'")

    found = week.json("explain", str(entry), "--watch", "drones/drone")

    assert found["watches"][0]["matched"] is False
    assert found["fates"] == []
    assert week.run("explain", "99999").returncode == 1
    assert week.run("explain", str(entry), "--watch", "nope").returncode == 1
    assert week.run("explain", "first").returncode == 2
