"""`monitor search`: what is stored, asked in the language of the watchlists."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk import Desk
from scripted_origin import Answer
from wired_desk import Item, MovedClock, feed, hook_up, running

from monitor.entrypoints.searching import PAGE, walk
from monitor.model.entry import Entry

ENTITY = "entities:\n  - { id: umerov, name: Rustem Umerov, type: person, aliases: [Умєров] }\n"


@dataclass
class Past:
    """Polls of the past, one for each list of entries."""

    desk: Desk
    clock: MovedClock = field(default_factory=lambda: MovedClock(datetime.now(UTC) - timedelta(days=2)))

    def poll(self, *items: Item | str) -> None:
        with running(self.desk, self.clock) as service:
            self.desk.origin.answers["/feed"] = Answer(body=feed(*items, now=self.clock.now()))
            service.once(force=True, only="feeds")
        self.clock.pass_by(timedelta(hours=12))


@pytest.fixture
def past(desk: Desk) -> Past:
    hook_up(desk, "/feed", watchlist=ENTITY)
    return Past(desk)


def hits(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    done = desk.run("search", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def titles(desk: Desk, *arguments: str) -> list[str]:
    return [hit["entry"]["title"] for hit in hits(desk, *arguments)]


def test_the_newest_come_first_and_the_limit_is_told(past: Past, desk: Desk) -> None:
    past.poll("Drone one", "Weather")
    past.poll("Drone two")
    past.poll("Drone three", "Chess")

    limited = desk.run("search", "drone", "--limit", "2")

    assert titles(desk, "drone") == ["Drone three", "Drone two", "Drone one"]
    assert titles(desk, "drone", "--since", "30h") == ["Drone three"]
    assert limited.returncode == 0
    assert limited.stdout.count("[Drone]") == 2
    assert limited.stderr == "stopped after 2; --limit shows more\n"


def test_a_hit_shows_its_outlet_address_and_marked_words(past: Past, desk: Desk) -> None:
    past.poll(Item("Kyiv plans", text="<p>The ministry raised <b>drone</b> production plans.</p>"))

    done = desk.run("search", "drone NEAR/3 produc* source:wire")
    (hit,) = hits(desk, "drone NEAR/3 produc*")

    assert "Scripted Wire  (entry 1)" in done.stdout
    assert "raised [drone] [production] plans" in done.stdout
    assert "source: [Wire]" in done.stdout
    assert "http://wire.example/" in done.stdout
    text, marks = hit["snippet"]["text"], hit["snippet"]["marks"]
    assert [text[start:end] for start, end in marks] == ["drone", "production"]
    assert [span["field"] for span in hit["spans"]] == ["summary", "summary"]


def test_entities_of_the_configuration_may_be_named(past: Past, desk: Desk) -> None:
    past.poll("Зустріч з Умєровим", "Weather")

    assert titles(desk, "@umerov") == ["Зустріч з Умєровим"]


def test_nothing_found_exits_1_and_says_so(past: Past, desk: Desk) -> None:
    past.poll("Weather")

    done = desk.run("search", "drone")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no entry of the last 90d matches\n"


@pytest.mark.parametrize("query", ["drone NEAR production", "(drone", "@nobody", "NOT drone", "drone\nOR OR tank"])
def test_a_bad_query_is_told_as_by_try(desk: Desk, query: str) -> None:
    hook_up(desk, watchlist=ENTITY)

    done, tried = desk.run("search", query), desk.run("try", query)

    assert done.returncode == tried.returncode == 3
    assert done.stderr == tried.stderr
    assert done.stderr.startswith("query:")


@pytest.mark.parametrize("newest_first", [False, True])
def test_more_entries_than_a_page_holds_are_all_walked_but_the_services_own(
    desk: Desk, newest_first: bool
) -> None:
    hook_up(desk, "/feed")
    clock = MovedClock()
    count = 2 * PAGE + 1
    with running(desk, clock) as service:
        desk.origin.answers["/feed"] = Answer(410)
        service.once(force=True, only="feeds")  # a notice: the feed is gone
        with service.database.write() as records:
            records.entries.add(1, [Entry(f"{number}", f"Entry {number}") for number in range(count)], clock.now())
            everything = len(records.entries.since(clock.now() - timedelta(days=1)))
        walked = [
            stored.entry.identity for stored in walk(service.database, clock.now(), newest_first=newest_first)
        ]

    assert everything == count + 1
    assert walked == [str(number) for number in (range(count)[::-1] if newest_first else range(count))]
