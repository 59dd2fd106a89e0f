"""Two processes that place copies of one story at the same time make one story, on both databases."""

import threading
from collections.abc import Iterator

import pytest
from storage_samples import NOW, add_feed, entry

from monitor.pipeline.group import group
from monitor.ports import Database, StoryStore
from monitor.storage.database import open_database

WIRE = (
    "The ferry to the outer islands will run again from Monday, three weeks after its engine room burnt out, the "
    "operator said on Thursday. Mechanics from Turku fitted a spare gearbox, and the hull was inspected by divers."
)
REACHED = 0.5  # seconds in which a process that nothing holds back has looked for its story


class Looking:
    """The stories as the second process sees them; says when it has looked for its own."""

    def __init__(self, stories: StoryStore, looked: threading.Event) -> None:
        self._stories, self._looked = stories, looked

    def __getattr__(self, name: str) -> object:
        return getattr(self._stories, name)

    def candidates(self, *arguments: object) -> object:
        found = self._stories.candidates(*arguments)  # type: ignore[arg-type]
        self._looked.set()
        return found


@pytest.fixture
def other(url: str) -> Iterator[Database]:
    """The same database, opened by a second process."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("text", [WIRE, f"TURKU (Agency) - {WIRE}"], ids=["exact copies", "near copies"])
def test_two_transactions_place_copies_in_one_story(database: Database, other: Database, text: str) -> None:
    with database.write() as records:
        (one,) = records.entries.add(add_feed(records, 1), [entry("a", body=WIRE)], NOW)
        (two,) = records.entries.add(
            add_feed(records, 2), [entry("b", body=text, url="https://outlet2.example/b")], NOW
        )
    looked = threading.Event()

    def place_second() -> None:
        with other.write() as records:
            group(Looking(records.stories, looked), records.entries.get(two), NOW)  # type: ignore[arg-type]

    second = threading.Thread(target=place_second)
    with database.write() as records:
        group(records.stories, records.entries.get(one), NOW)
        second.start()
        looked.wait(REACHED)  # without the lock it looks now, finds nothing, and begins a story of its own
    second.join()

    with database.read() as records:
        assert records.stories.of_entry(one) == records.stories.of_entry(two)
        assert len(records.stories.recent(NOW)) == 1
