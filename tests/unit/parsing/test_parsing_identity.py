"""New, updated or same, over the histories of feeds in tests/corpus/feeds/histories.yaml."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.model.entry import Entry, KnownEntry
from monitor.parsing.entries import build
from monitor.parsing.identity import classify, spellings
from monitor.parsing.items import Document, Item, Markup

HISTORIES: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parents[2] / "corpus/feeds/histories.yaml").read_text(encoding="utf-8")
)


class Store:
    """Remembers entries and finds them as the database does: by identity and by URL, letter for letter."""

    def __init__(self) -> None:
        self.rows: dict[int, Entry] = {}

    def known(self, entries: Sequence[Entry]) -> list[KnownEntry]:
        identities, links = {entry.identity for entry in entries}, {entry.url for entry in entries if entry.url}
        return [
            KnownEntry(number, row.identity, row.url, row.title, row.content_hash)
            for number, row in self.rows.items()
            if row.identity in identities or row.url in links
        ]

    def poll(self, entries: Sequence[Entry]) -> list[str]:
        known = self.known(entries)
        found = {one.id: one for one in [*known, *self.known(spellings(entries, known))]}
        verdicts = classify(entries, list(found.values()))
        for verdict in verdicts:
            if verdict.kind == "new":
                assert verdict.entry.identity not in {row.identity for row in self.rows.values()}
                self.rows[len(self.rows) + 1] = verdict.entry
            elif verdict.kind == "updated":
                assert verdict.entry_id is not None
                taken = {row.identity for number, row in self.rows.items() if number != verdict.entry_id}
                own = self.rows[verdict.entry_id].identity
                identity = own if verdict.entry.identity in taken else verdict.entry.identity
                self.rows[verdict.entry_id] = replace(verdict.entry, identity=identity)
        return [verdict.kind for verdict in verdicts]


def item_of(line: str) -> tuple[str, Item]:
    verdict, guid, link, title, text = (
        part.replace("-", "", 1) if part == "-" else part for part in line.split(" | ")
    )
    return verdict, Item(guid=guid, link=link, title=Markup(title), summary=Markup(text))


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history["name"])
def test_each_poll_tells_new_from_updated_from_same(history: dict[str, Any]) -> None:
    store = Store()
    for poll in history["polls"]:
        expected, items = zip(*(item_of(line) for line in poll), strict=True)
        parsed = build(Document(format="rss20", base="https://n.example/feed", items=items))

        kinds = store.poll(parsed.entries)

        assert kinds == [kind for kind in expected if kind]


def test_there_are_at_least_twenty_five_histories() -> None:
    assert len(HISTORIES) >= 25


def entry(identity: str, url: str = "", title: str = "Title", text: str = "a") -> Entry:
    return Entry(identity=identity, url=url, title=title, content_hash=text)


def test_an_entry_that_moved_to_another_host_is_recognised_by_path_and_title() -> None:
    known = [KnownEntry(4, "https://old.example/2026/a", "https://old.example/2026/a", "Title", "a")]

    verdict = classify([entry("https://new.example/2026/a", "https://new.example/2026/a")], known)[0]

    assert (verdict.kind, verdict.entry_id) == ("same", 4)


def test_two_entries_of_one_page_are_never_both_new_under_one_identity() -> None:
    verdicts = classify([entry("g", title="A"), entry("g", title="B", text="b")], [])

    assert [verdict.kind for verdict in verdicts] == ["new", "same"]
    assert verdicts[1].entry_id is None


def test_a_known_entry_that_stands_twice_is_the_same_twice() -> None:
    known = [KnownEntry(7, "g", "", "Title", "a")]

    verdicts = classify([entry("g"), entry("g")], known)

    assert [(verdict.kind, verdict.entry_id) for verdict in verdicts] == [("same", 7), ("same", None)]


def test_no_known_entry_is_taken_twice() -> None:
    known = [KnownEntry(1, "g1", "https://n.example/1", "Title", "a")]
    page = [entry("g1", "https://n.example/1"), entry("g2", "https://n.example/1")]

    verdicts = classify(page, known)

    assert [(verdict.kind, verdict.entry_id) for verdict in verdicts] == [("same", 1), ("new", None)]


def test_a_date_is_no_part_of_what_an_entry_says() -> None:
    first = build(
        Document("rss20", "", items=(Item(guid="g", title=Markup("T"), published="2026-11-22T08:00:00Z"),))
    )
    second = build(
        Document("rss20", "", items=(Item(guid="g", title=Markup("T"), published="2026-11-23T08:00:00Z"),))
    )

    assert first.entries[0].published != second.entries[0].published
    assert first.entries[0].content_hash == second.entries[0].content_hash


def test_five_thousand_entries_polled_twice_are_all_the_same_the_second_time() -> None:
    page = [entry(f"g{n}", f"https://n.example/{n}", f"Title {n}", str(n)) for n in range(5000)]
    known = [KnownEntry(n, e.identity, e.url, e.title, e.content_hash) for n, e in enumerate(page)]

    verdicts = classify(page, known)

    assert {verdict.kind for verdict in verdicts} == {"same"}
    assert [verdict.entry_id for verdict in verdicts] == list(range(5000))


def test_every_verdict_says_why() -> None:
    known = [KnownEntry(1, "g1", "", "Title", "old")]

    updated, new = classify([entry("g1"), entry("g2")], known)

    assert updated.reason == "its guid is known, its text is not"
    assert new.reason == "neither guid nor text are known"


def test_other_spellings_are_asked_for_only_where_an_entry_is_not_known() -> None:
    page = [entry("https://n.example/1", "https://n.example/1"), entry("g2", "https://n.example/2")]
    known = [KnownEntry(1, "https://n.example/1", "https://n.example/1", "Title", "a")]

    asked = spellings(page, known)

    assert {one.identity for one in asked} == {"g2"}
    assert "http://www.n.example/2" in {one.url for one in asked}
    assert spellings(page[:1], known) == []
