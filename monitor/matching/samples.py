"""Samples of watches: texts that a watch must, or must not, match (`monitor check`, `monitor test`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.matching.engine import Engine
from monitor.matching.evaluate import Evaluation
from monitor.model.entry import Entry, Source
from monitor.model.errors import NotFound
from monitor.model.watch import Entity, Keyword, Sample, Watchlist


@dataclass(frozen=True, slots=True)
class FailedSample:
    """A sample that the watch judges otherwise than its author: ``<kind>.<index>.samples.<number>``."""

    watchlist: str
    kind: str  # keywords | entities
    index: int
    watch: str
    number: int
    sample: Sample
    evaluation: Evaluation

    @property
    def words(self) -> str:
        """What is wrong, for people."""
        must = "must match" if self.sample.matches else "must not match"
        return f"this sample {must}, but it {'does not' if self.sample.matches else 'does'}"


def check_samples(engine: Engine, watchlists: Sequence[Watchlist]) -> list[FailedSample]:
    """Samples that fail. Watches that could not be compiled are skipped: they are reported already."""
    return [failed for watchlist in watchlists for failed in _failed(engine, watchlist)]


def _failed(engine: Engine, watchlist: Watchlist) -> Iterator[FailedSample]:
    groups: tuple[tuple[str, Sequence[Keyword | Entity]], ...] = (
        ("keywords", watchlist.keywords),
        ("entities", watchlist.entities),
    )
    for kind, watches in groups:
        for index, watch in enumerate(watches):
            for number, sample in enumerate(watch.samples):
                entry = Entry("sample", body=sample.text, language=sample.language)
                try:
                    found = engine.evaluate(entry, Source(), watchlist.id, watch.id)
                except NotFound:
                    continue
                if found.matched != sample.matches:
                    yield FailedSample(watchlist.id, kind, index, watch.id, number, sample, found)
