"""Matching beside its peers: matching.md §5's table, target and measured side by side, as ratios of CPU time in one run.

``python benchmarks/matching.py [--texts FOLDER] [--largest 100000] [--articles 400] [--without-peers]``. FOLDER holds
unpacked packages with text (docs/performance.md names those that were used); without it only ``seeds/`` is read.
"""

import argparse
import gc
import itertools
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from articles import articles, joined, text_of
from peers import Peer, available
from rules import Drawer, Rule, chosen

from monitor.matching.automaton import Automaton
from monitor.matching.compile import compile_watchlists
from monitor.matching.engine import Engine
from monitor.matching.query import compile_query
from monitor.matching.triggers import triggers
from monitor.model.entry import Entry, Source
from monitor.model.watch import Keyword, Watchlist
from monitor.text import canonical

SIZES = (100, 1_000, 10_000, 100_000)
HITS = 2.0  # an article
SOURCE = Source("Benchmark", "bench.example")
REPEATS = 7
PEER_SECONDS = 12.0  # that one peer may take at one size

MEMORY = """
import json, resource, sys, time
from monitor.matching.compile import compile_watchlists
from monitor.model.watch import Keyword, Watchlist
queries = json.load(open(sys.argv[1], encoding="utf-8"))
watchlists = [Watchlist("bench", keywords=tuple(Keyword(str(n), query) for n, query in enumerate(queries)))]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
engine = compile_watchlists(watchlists).engine
seconds = time.process_time() - begun
print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a measured number and what it has to be."""

    what: str
    target: float | None
    measured: float
    unit: str = "x"
    at_least: bool = True

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return (
            "met" if (self.measured >= self.target) == self.at_least or self.measured == self.target else "MISSED"
        )

    def __str__(self) -> str:
        sign = "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target:,g}{self.unit}"
        return f"{self.what:<62} {sign:>14} {self.measured:>12,.2f}{self.unit:<4} {self.verdict}"


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def per_item(search: Callable[[object], object], items: Sequence[object], repeats: int = REPEATS) -> float:
    """Median over the repeats of the CPU seconds one item takes."""

    def once() -> None:
        for item in items:
            search(item)

    once()
    return statistics.median(cpu(once) for _ in range(repeats)) / len(items)


def watchlist(rules: Iterable[Rule]) -> Watchlist:
    return Watchlist("bench", keywords=tuple(Keyword(str(n), rule.query) for n, rule in enumerate(rules)))


def engine_of(rules: Iterable[Rule]) -> Engine:
    compilation = compile_watchlists([watchlist(rules)])
    assert not compilation.problems, compilation.problems[:3]
    return compilation.engine


def pool_of_rules(
    everything: Sequence[Entry], measured: Sequence[Entry], count: int
) -> tuple[list[Rule], list[int]]:
    """Rules to choose from and in how many of the measured articles each is true."""
    pool = list(itertools.islice(Drawer(everything, 11).rules(), count))
    engine = engine_of(pool)
    hits = Counter(int(match.watch) for entry in measured for match in engine.match(entry, SOURCE))
    return pool, [hits[number] for number in range(count)]


def floor(rules: Sequence[Rule], entries: Sequence[Entry]) -> float:
    """CPU seconds an article of compiled code alone: NFC, case folding, UTF-8; then the bare automaton."""
    needles = {trigger.needle for rule in rules for trigger in triggers(compile_query(rule.query).node)} - {""}
    automaton = Automaton(list(needles))._automaton
    texts = [text_of(entry) for entry in entries]
    haystacks = [canonical(text).encode() for text in texts]
    normalise = per_item(lambda text: unicodedata.normalize("NFC", text).casefold().encode(), texts)
    scan = per_item(lambda raw: automaton.find_matches_as_indexes(raw, overlapping=True), haystacks)
    return normalise + scan


def measure_peer(peer: Peer, rules: Sequence[Rule], entries: Sequence[Entry]) -> tuple[float, int]:
    """CPU seconds a text, and on how many texts that was measured."""
    texts = [text_of(entry) for entry in entries]
    count = max(3, min(len(texts), int(PEER_SECONDS / 3 / peer.seconds[len(rules)])))
    return per_item(peer.build(rules), texts[:count], 2), count


def growth_by_length(engine: Engine, entries: Sequence[Entry]) -> tuple[float, float]:
    """CPU seconds a character in articles of 600 and of 60,000 characters of the same text."""
    long = [joined(entries[start:], 60_000) for start in range(0, len(entries) - 60, max(1, len(entries) // 8))]
    short = [Entry("short", body=one.body[at : at + 600]) for one in long for at in range(0, 60_000, 600)]
    match = lambda entry: engine.match(entry, SOURCE)  # noqa: E731
    return per_item(match, short, 3) / 600, per_item(match, long, 3) / 60_000


def adding(rules: Sequence[Rule], engine: Engine) -> float:
    """CPU seconds from a changed list of watches to an engine that has one more."""
    changed = []
    for number in range(9):
        new = Keyword(f"new{number}", f'"a watch that is new {number}"')
        changed.append([Watchlist("bench", keywords=(*watchlist(rules).keywords, new))])
    return statistics.median(cpu(lambda one=one: compile_watchlists(one, engine)) for one in changed)


def in_a_fresh_process(rules: Sequence[Rule], folder: Path) -> tuple[float, float]:
    """CPU seconds to compile, and MB that the process grows by at its peak."""
    path = folder / "rules.json"
    path.write_text(json.dumps([rule.query for rule in rules]), "utf-8")
    done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: CPU seconds an article of the engine and its floor, and how many times slower each peer was."""

    rules: int
    hits: float
    engine: float
    floor: float
    peers: dict[str, float]

    def line(self, names: Sequence[str]) -> str:
        peers = "".join(f"{self.peers[name]:>11,.1f}x" if name in self.peers else f"{'-':>12}" for name in names)
        return (
            f"{self.rules:>8,} {self.hits:>5.2f} {self.engine * 1e6:>10,.0f} {self.floor * 1e6:>9,.0f}"
            f" {self.engine / self.floor:>7.1f}x {1 / self.engine:>11,.0f} {peers}"
        )


def measure(rules: Sequence[Rule], entries: Sequence[Entry], peers: Sequence[Peer]) -> tuple[Measured, Engine]:
    engine = engine_of(rules)
    match = lambda entry: engine.match(entry, SOURCE)  # noqa: E731
    ratios: dict[str, float] = {}
    for peer in peers:
        if len(rules) in peer.seconds:
            seconds, count = measure_peer(peer, rules, entries)
            ratios[peer.name] = seconds / per_item(match, entries[:count], 3)
            gc.collect()
    found = sum(len(match(entry)) for entry in entries) / len(entries)
    return Measured(len(rules), found, per_item(match, entries), floor(rules, entries), ratios), engine


def targets(by_size: dict[int, Measured]) -> list[Row]:
    """The rows of matching.md §5 that compare sizes and peers."""
    wanted = {
        "loop of re.I patterns": {1_000: 100, 10_000: 500},
        "loop of `term in text`": {1_000: 15, 10_000: 90, 100_000: 600},
    }
    rates = {1_000: 7_000, 10_000: 4_000, 100_000: 2_000}
    rows = [
        Row(f"{size:,} rules: faster than a {name}", target, by_size[size].peers[name])
        for name, sizes in wanted.items()
        for size, target in sizes.items()
        if size in by_size and name in by_size[size].peers
    ]
    rows += [
        Row(f"{size:,} rules: articles a second on both cores", rate, 2 / by_size[size].engine, "/s")
        for size, rate in rates.items()
        if size in by_size
    ]
    if 100_000 in by_size:
        growth = by_size[100_000].engine / by_size[1_000].engine
        rows.append(Row("growth of time an article, 1 k -> 100 k rules", 4, growth, at_least=False))
    rows += [
        Row(
            f"{size:,} rules: time against the floor",
            6,
            by_size[size].engine / by_size[size].floor,
            at_least=False,
        )
        for size in by_size
        if size >= 1_000
    ]
    return rows


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--texts", type=Path)
    arguments.add_argument("--largest", type=int, default=100_000, choices=SIZES)
    arguments.add_argument("--articles", type=int, default=400)
    arguments.add_argument("--without-peers", action="store_true")
    chosen_by_user = arguments.parse_args()
    everything = articles(chosen_by_user.texts)
    entries = everything[: chosen_by_user.articles]
    lengths = [len(text_of(entry)) for entry in entries]
    print(f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}; {len(entries):,} articles of"
          f" {len(everything):,}, median {statistics.median(lengths):,.0f} characters, mean {statistics.mean(lengths):,.0f}")  # fmt: skip
    sizes = [size for size in SIZES if size <= chosen_by_user.largest]
    pool, hits = pool_of_rules(everything, entries, round(sizes[-1] * 1.4) + 20_000)
    peers = [] if chosen_by_user.without_peers else available()
    names = [peer.name for peer in peers]
    print(f"{'rules':>8} {'hits':>5} {'µs/article':>10} {'floor µs':>9} {'/ floor':>8} {'articles/s':>12}"
          + "".join(f"{name[-12:]:>12}" for name in names))  # fmt: skip
    by_size: dict[int, Measured] = {}
    for size in sizes:
        most = max(3.0, len(entries) * HITS / size * 5)
        rules = chosen(pool, hits, size, HITS * len(entries), most)
        by_size[size], engine = measure(rules, entries, peers)
        print(by_size[size].line(names), flush=True)
    rows = targets(by_size)
    short, long = growth_by_length(engine, everything)
    rows.append(Row("time a character, 60,000 against 600 characters", 2, long / short, at_least=False))
    for size in sizes[1:]:
        some = chosen(pool, hits, size, HITS * len(entries), max(3.0, len(entries) * HITS / size * 5))
        rows.append(
            Row(f"{size:,} rules: adding one watch", 5, adding(some, engine_of(some)) * 1e3, " ms", at_least=False)
        )
    with tempfile.TemporaryDirectory() as folder:
        seconds, megabytes = in_a_fresh_process(rules, Path(folder))
    rows.append(Row(f"{len(rules):,} rules: compile", 5, seconds, " s", at_least=False))
    rows.append(Row(f"{len(rules):,} rules: memory", 200, megabytes, " MB", at_least=False))
    print(f"\n{'':<62} {'target':>14} {'measured':>12}")
    print(*rows, sep="\n")
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
