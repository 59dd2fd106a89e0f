"""The labelled set of our own, grouped through the real store, and how well that went."""

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.entry import Entry
from monitor.model.feed import FeedSpec
from monitor.pipeline.group import group
from monitor.storage.database import open_database
from monitor.storage.migrate import upgrade

CORPUS = Path(__file__).parents[1] / "corpus" / "stories"
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """An entry and the story that a reader would put it into."""

    story: str
    relation: str
    outlet: str
    entry: Entry


@dataclass(frozen=True)
class Scores:
    """Of pairs, and of entries (B-cubed: Bagga and Baldwin 1998)."""

    precision: float
    recall: float
    b_cubed: float


def labelled() -> list[Labelled]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.jsonl"))]
    lines = [json.loads(line) for text in texts for line in text.splitlines()]
    return [
        Labelled(
            line["story"],
            line["relation"],
            line["outlet"],
            Entry(line["url"], line["title"], body=line["text"], url=line["url"], language=line["language"]),
        )
        for line in lines
    ]


def placed(database_url: str, items: Sequence[Labelled]) -> list[int]:
    """The story that each entry came into, in this order."""
    upgrade(database_url)
    database = open_database(database_url)
    with database.write() as records:
        found = []
        for item in items:
            feed, _ = records.feeds.add(FeedSpec(f"https://feeds.example/{item.outlet}", item.outlet), NOW)
            (entry_id,) = records.entries.add(feed.id, [item.entry], NOW)
            found.append(group(records.stories, records.entries.get(entry_id), NOW).story_id)
    database.close()
    return found


def scores(truth: Sequence[str], found: Sequence[int]) -> Scores:
    together = Counter(zip(truth, found, strict=True))
    right = sum(map(_pairs, together.values()))
    by_story, by_found = Counter(truth), Counter(found)
    precision = sum(together[pair] / by_found[pair[1]] for pair in zip(truth, found, strict=True)) / len(truth)
    recall = sum(together[pair] / by_story[pair[0]] for pair in zip(truth, found, strict=True)) / len(truth)
    return Scores(
        right / sum(map(_pairs, by_found.values())),
        right / sum(map(_pairs, by_story.values())),
        2 * precision * recall / (precision + recall),
    )


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


ORDERS: dict[str, Callable[[list[Labelled]], list[Labelled]]] = {
    "as written": lambda items: items,
    "backwards": lambda items: items[::-1],
    "shuffled": lambda items: random.Random(7).sample(items, len(items)),
}


@pytest.mark.parametrize("order", ORDERS)
def test_stories_are_put_together_as_a_reader_would(order: str, tmp_path: Path) -> None:
    items = ORDERS[order](labelled())

    found = scores([item.story for item in items], placed(f"sqlite:///{tmp_path / 'monitor.db'}", items))

    print(f"{len(items)} entries, {order}: pair precision {found.precision:.3f}, recall {found.recall:.3f},"
          f" B-cubed F1 {found.b_cubed:.3f}")  # fmt: skip
    assert found.precision >= 0.97
    assert found.recall >= 0.90
    assert found.b_cubed >= 0.85


def test_the_set_is_large_and_says_what_is_hard_in_it() -> None:
    items = labelled()
    outlets = defaultdict(set)
    for item in items:
        outlets[item.story].add(item.outlet)

    assert len(items) >= 300
    assert len(outlets) >= 90
    assert sum(len(names) > 1 for names in outlets.values()) >= 50
    assert {"wire", "retitled", "truncated", "rewritten", "update"} <= {item.relation for item in items}
    assert len({item.entry.language for item in items}) >= 6
    assert len({item.entry.identity for item in items}) == len(items)


def test_scores_are_those_of_a_worked_example() -> None:
    found = scores(["a", "a", "a", "b"], [1, 1, 2, 2])

    assert (found.precision, found.recall) == (0.5, pytest.approx(1 / 3))
    assert found.b_cubed == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))


def test_no_two_stories_of_the_set_are_the_same_text() -> None:
    items = labelled()

    for one, other in itertools.combinations(items, 2):
        assert one.entry.body != other.entry.body or one.story == other.story
