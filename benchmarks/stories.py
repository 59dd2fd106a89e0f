"""Grouping: entries a second on one core while the window holds 1,000, 10,000 and 100,000 entries.

``python benchmarks/stories.py [--window 100000]``. Counts CPU of everything from words to story: keys, signature,
look-ups, verification and the rows written, on SQLite in transactions of 100. One entry in four is a copy: whole,
cut short or rewritten. The texts are invented words in the frequencies of a language.
"""

import argparse
import bisect
import itertools
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.grouping.signatures import signature
from monitor.model.entry import Entry
from monitor.model.feed import FeedSpec
from monitor.pipeline.group import group
from monitor.storage.database import Database, open_database
from monitor.storage.migrate import upgrade

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
OUTLETS = 500
TOGETHER = 100  # entries in one transaction
MEASURED = 2000  # entries timed at each size


@dataclass(frozen=True)
class Spent:
    """CPU seconds of grouping some entries."""

    entries: int = 0
    seconds: float = 0.0
    joined: int = 0

    @property
    def rate(self) -> float:
        return self.entries / self.seconds


class Press:
    """Writes articles: short words often, long ones rarely (Zipf), like the words of a language."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
        lengths = [1 + rank.bit_length() // 4 for rank in range(1, 60_001)]
        self.vocabulary = ["".join(self.chance.choices(syllables, k=length)) for length in lengths]
        self.ranks = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(self.vocabulary))))
        self.recent: list[list[str]] = []

    def words(self, count: int) -> list[str]:
        spots = (self.chance.random() * self.ranks[-1] for _ in range(count))
        return [self.vocabulary[bisect.bisect(self.ranks, spot)] for spot in spots]

    def article(self) -> list[str]:
        if self.recent and self.chance.random() < 0.25:
            return self.copy(self.chance.choice(self.recent))
        article = self.words(self.chance.randint(40, 400))
        self.recent = [*self.recent[-5000:], article] if len(self.recent) > 10_000 else [*self.recent, article]
        return article

    def copy(self, words: list[str]) -> list[str]:
        kind = self.chance.choice(("whole", "cut", "rewritten"))
        if kind == "cut":
            return words[: max(30, len(words) // 3)]
        if kind == "rewritten":
            return [self.words(1)[0] if self.chance.random() < 0.05 else word for word in words]
        return [*self.words(12), *words]

    def entries(self) -> Iterator[Entry]:
        for number in itertools.count():
            url = f"https://outlet{number % OUTLETS}.example/news/{number}"
            yield Entry(str(number), " ".join(self.words(8)), body=" ".join(self.article()), url=url)


def grouped(database: Database, feeds: Sequence[int], entries: Sequence[Entry]) -> Spent:
    """Store the entries (not counted) and group them (counted)."""
    seconds = 0.0
    joined = 0
    with database.write() as records:
        ids = [records.entries.add(feed, [entry], NOW)[0] for feed, entry in zip(itertools.cycle(feeds), entries)]
        stored = [records.entries.get(entry_id) for entry_id in ids]
        begun = time.process_time()
        for one in stored:
            joined += not group(records.stories, one, NOW).is_new
        seconds += time.process_time() - begun
        committing = time.process_time()
    seconds += time.process_time() - committing
    return Spent(len(stored), seconds, joined)


def measured(database: Database, window: int, press: Press) -> list[tuple[int, Spent]]:
    with database.write() as records:
        feeds = [records.feeds.add(FeedSpec(f"https://outlet{n}.example/feed"), NOW)[0].id for n in range(OUTLETS)]
    entries = press.entries()
    sizes = [size for size in (1000, 10_000, 100_000) if size <= window]
    found: list[tuple[int, Spent]] = []
    held = 0
    for size in sizes:
        while held < size:
            held += grouped(database, feeds, list(itertools.islice(entries, TOGETHER))).entries
        spent = Spent()
        for _ in range(MEASURED // TOGETHER):
            one = grouped(database, feeds, list(itertools.islice(entries, TOGETHER)))
            spent = Spent(spent.entries + one.entries, spent.seconds + one.seconds, spent.joined + one.joined)
        held += spent.entries
        found.append((size, spent))
        print(f"{size:>9,} {spent.rate:>12,.0f} {1000 * spent.seconds / spent.entries:>10.3f}"
              f" {100 * spent.joined / spent.entries:>8.0f} %", flush=True)  # fmt: skip
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--window", type=int, default=100_000)
    window = arguments.parse_args().window
    press = Press(7)
    texts = list(itertools.islice(press.entries(), 1000))
    begun = time.process_time()
    for entry in texts:
        signature(entry)
    words = sum(len(entry.body.split()) for entry in texts) / len(texts)
    print(f"{platform.python_implementation()} {platform.python_version()}, {words:.0f} words an entry,"
          f" signature {time.process_time() - begun:.3f} ms an entry")  # fmt: skip
    print(f"{'in window':>9} {'entries/s':>12} {'ms/entry':>10} {'joined':>10}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.db"
        upgrade(f"sqlite:///{path}")
        database = open_database(f"sqlite:///{path}")
        found = measured(database, window, press)
        database.close()
    ratio = found[0][1].rate / found[-1][1].rate
    print(f"cost of an entry, largest window to smallest: {ratio:.2f}x (target <= 2)")
    return 0 if ratio <= 2 and found[-1][1].rate >= 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
