"""`monitor backtest`: what a rule would have done is what it did."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from desk import Desk
from scripted_origin import Answer
from wired_desk import Item, MovedClock, feed, hook_up, rows, running

from monitor.app import Service
from monitor.entrypoints.backtesting import history
from monitor.model.alert import Fate, FateState
from monitor.pipeline.backtest import Outcome, Rules, backtest

OUTLETS = ("Wire", "Courier", "Observer", "Ledger")
BEGIN, TICK = datetime(2026, 11, 1, 5, tzinfo=UTC), timedelta(hours=6)  # 07:00 in Kyiv, when quiet hours end
MONTH = """
timezone: Europe/Kyiv
polling: {{ interval: 1h, floor: 10m, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  hook: {{ type: webhook, url: "{origin}/hook", secret_file: hook-secret, quiet: "22:00-07:00", budget: 1 }}
  brief: {{ type: webhook, url: "{origin}/brief", secret_file: hook-secret }}
routes:
  - {{ name: breaking, match: {{ severity: ">=high" }}, to: [hook], when: now, update_on: [outlets>=3, severity, correction] }}
  - {{ name: morning, match: {{ watchlist: drones }}, to: [brief], when: {{ digest: "0 7 * * *" }} }}
"""
WATCHES = """keywords:
  - { id: drone, query: drone, severity: medium }
  - { id: attack, query: "drone NEAR/9 attack", severity: high }
  - { id: capital, query: "capital attack", severity: critical }
"""
NEWS = """minister harbour quarter report spokesman railway energy winter council budget river bridge northern factory
weather market evening station border convoy repair capital attack drone drone attack grain vessel talks"""


def text_of(chance: Random) -> str:
    return " ".join(chance.choice(NEWS.split()) for _ in range(60))


def month(chance: Random) -> Iterator[dict[str, list[Item]]]:
    """What each outlet shows, tick by tick: news, other outlets' copies of it, corrections."""
    shown: dict[str, list[Item]] = {outlet: [] for outlet in OUTLETS}
    told: list[Item] = []
    for tick in range(120):
        for outlet in OUTLETS:
            copied = chance.random() < 0.4 and told
            text = chance.choice(told[-8:]).text + " as others said" if copied else text_of(chance)
            told.append(Item(f"{outlet} of {tick}", text=text))
            shown[outlet] = [told[-1], *shown[outlet]][:12]
        if tick % 9 == 8:
            outlet = chance.choice(OUTLETS)
            second = shown[outlet][1]
            shown[outlet][1] = replace(second, text=f"{second.text} which was corrected {tick}")
        yield shown


@pytest.fixture
def lived(desk: Desk) -> Iterator[Service]:
    """A desk that lived through the month."""
    paths = {outlet: f"/{outlet.lower()}" for outlet in OUTLETS}
    hook_up(desk, *paths.values(), watchlist=WATCHES, main=MONTH)
    clock = MovedClock(BEGIN - TICK)
    with running(desk, clock) as service:
        service.once(
            force=False, only="digests"
        )  # a digest's first window starts when its recipient is first seen
        clock.pass_by(TICK)
        for shown in month(Random(6)):
            for outlet, items in shown.items():
                body = feed(*items, title=outlet, now=BEGIN)
                desk.origin.answers[paths[outlet]] = Answer(body=body)
            service.once(force=True)
            clock.pass_by(TICK)
        clock.time -= TICK
        yield service


def plain(fates: tuple[Fate, ...]) -> set[tuple[Any, ...]]:
    """Fates without how their delivery went and the words for it."""
    decided = {FateState.SENT: FateState.QUEUED, FateState.DIGESTED: FateState.IN_DIGEST}
    return {
        (f.entry_id, f.watchlist, f.watch, f.recipient, f.route, f.story_id, decided.get(f.state, f.state),
         f.severity, f.until)
        for f in fates
    }  # fmt: skip


def happened(service: Service) -> set[tuple[Any, ...]]:
    with service.database.read() as records:
        entries = [stored.id for stored in records.entries.since(BEGIN)]
        return plain(tuple(fate for entry_id in entries for fate in records.ledger.of_entry(entry_id)))


def replayed(service: Service) -> Outcome:
    rules = Rules(service.settings.routes, service.settings.polling.first_poll_max_age)
    return backtest(service.steps.engine, history(service.database, BEGIN), rules, service.clock.now())


def test_a_month_replayed_is_the_month_as_it_was(lived: Service, desk: Desk) -> None:
    outcome = replayed(lived)

    assert plain(outcome.fates) == happened(lived)
    sent = rows(desk, "SELECT created_at, kind = 'digest.sent', route, recipient FROM deliveries")
    ours = [
        (int(m.at.timestamp() * 1_000_000), m.kind == "digest", m.route, m.recipient) for m in outcome.messages
    ]
    assert sorted(ours) == sorted(sent)
    assert {fate.state for fate in outcome.fates} >= {FateState.QUEUED, FateState.IN_DIGEST, FateState.DUPLICATE}
    assert {message.kind for message in outcome.messages} == {"alert", "woken", "digest"}
    assert rows(desk, "SELECT count(*) FROM entry_versions") != [(0,)]
    assert outcome.stories < len(outcome.mentions)


@pytest.fixture
def stored(desk: Desk) -> Desk:
    """A desk with a handful of entries, polled yesterday."""
    hook_up(desk, "/feed", watchlist=WATCHES, main=MONTH)
    with running(desk, MovedClock(datetime.now(UTC) - timedelta(days=1))) as service:
        shown = ("Drone attack at noon", "Drone music <b>all night</b>", "Weather", "A tank in the drone museum")
        desk.origin.answers["/feed"] = Answer(body=feed(*shown))
        service.once(force=True)
    return desk


def wrote(desk: Desk, name: str, text: str) -> str:
    path = desk.home / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def titles(found: list[dict[str, Any]]) -> set[str]:
    return {one["entry"]["title"] for one in found}


def test_a_watch_is_replayed_through_its_routes(stored: Desk) -> None:
    told = stored.json("backtest", "drones/attack")

    assert (told["tested"], told["read"], told["entries"], told["stories"]) == ("watch drones/attack", 4, 1, 1)
    assert titles(told["first"]) == {"Drone attack at noon"}
    assert told["first"][0]["watches"] == ["drones/attack"]
    assert told["alerts"]["total"] + told["fates"].get("held", 0) >= 1
    assert sum(day["entries"] for day in told["days"]) == 1


def test_a_query_is_sent_by_the_routes_of_the_watchlist_that_it_is_meant_for(stored: Desk) -> None:
    nowhere = stored.json("backtest", "museum")
    meant = stored.json("backtest", "museum", "--watchlist", "drones")

    assert nowhere["fates"] == {"below-severity": 1}
    assert [one["recipient"] for one in meant["recipients"]] in ([], ["brief"])
    assert set(meant["fates"]) <= {"held", "in-digest"}


def test_the_difference_names_what_is_gained_and_lost(stored: Desk) -> None:
    file = wrote(stored, "new.txt", "drone AND (attack OR museum)\n")

    by_text = stored.json("backtest", '"drone music" OR "drone attack"', "--diff", file)
    watchlist = wrote(stored, "drones.yaml", WATCHES.replace("query: drone,", "query: tank,"))
    by_watchlist = stored.json("backtest", "drones/drone", "--diff", watchlist)
    shown = stored.run("backtest", "drones/drone", "--diff", watchlist)

    assert (by_text["gained"], by_text["lost"]) == (1, 1)
    assert titles(by_text["first_gained"]) == {"A tank in the drone museum"}
    assert titles(by_text["first_lost"]) == {"Drone music all night"}
    assert (by_watchlist["gained"], by_watchlist["lost"]) == (0, 2)
    assert by_watchlist["new"]["entries"] == 1
    assert "+0 new, -2 lost entries" in shown.stdout
    assert "[Drone] attack at noon" in shown.stdout


def test_the_page_stands_alone_and_shows_no_markup_of_a_feed(stored: Desk) -> None:
    page = stored.home / "page.html"

    done = stored.run("backtest", 'music OR "<script>"', "--html", str(page))
    text = page.read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "<svg" in text
    assert "<mark>music</mark>" in text
    assert "&lt;script&gt;" in text
    assert not any(outside in text for outside in ("<script", "<link", "src=", "@import", "url("))


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("new.txt", "drone NEAR tank", "new.txt:1:7: error: NEAR needs a number"),
        ("new.yaml", "keywords:\n  - { id: drone, query: drone NEAR tank }\n", "new.yaml:2:"),
        ("new.yaml", "keywords: 7\n", "new.yaml:1:"),
    ],
)
def test_a_bad_new_query_is_told_with_its_file_and_place(stored: Desk, file: str, text: str, place: str) -> None:
    done = stored.run("backtest", "drones/drone", "--diff", wrote(stored, file, text))

    assert done.returncode == 3
    assert place in done.stderr
    assert "Traceback" not in done.stderr


def test_one_new_query_cannot_take_the_place_of_several_watches(stored: Desk) -> None:
    done = stored.run("backtest", "drones", "--diff", wrote(stored, "new.txt", "drone"))

    assert done.returncode == 1
    assert "`drones` is 3 watches" in done.stderr
