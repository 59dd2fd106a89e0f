"""The labelled set: how many mentions are found, and how many namesakes and words are taken for them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.matching.compile import compile_watchlists
from monitor.matching.engine import Engine
from monitor.model.entry import Entry, Source
from monitor.model.watch import Entity, Watchlist

_CORPUS = Path(__file__).parents[2] / "corpus" / "entities"


def _entities() -> tuple[Entity, ...]:
    return tuple(
        Entity(**{**row, "aliases": tuple(row.get("aliases", ()))})
        for row in json.loads((_CORPUS / "entities.json").read_text(encoding="utf-8"))
    )


def _sentences() -> Iterator[list[str]]:
    for line in (_CORPUS / "sentences.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


@pytest.fixture(scope="module")
def engine() -> Engine:
    compilation = compile_watchlists([Watchlist("set", entities=_entities())])

    assert compilation.problems == ()
    return compilation.engine


def _score(engine: Engine, *, tell_language: bool) -> dict[str, Counter[str]]:
    """language -> found, missed, wrong, left alone."""
    scores: dict[str, Counter[str]] = {}
    for entity, language, text, meant in _sentences():
        entry = Entry("1", summary=text, language=language if tell_language else "")
        found = any(match.watch == entity for match in engine.match(entry, Source()))
        outcome = {("true", True): "found", ("true", False): "missed", ("false", True): "wrong"}
        scores.setdefault(language, Counter())[outcome.get((meant, found), "left alone")] += 1
    return scores


def _recall(score: Counter[str]) -> float:
    return score["found"] / (score["found"] + score["missed"])


def _precision(score: Counter[str]) -> float:
    return score["found"] / (score["found"] + score["wrong"])


@pytest.mark.parametrize("tell_language", [True, False])
def test_the_labelled_set_is_found_and_decoys_are_left_alone(engine: Engine, tell_language: bool) -> None:
    scores = _score(engine, tell_language=tell_language)

    total = sum(scores.values(), Counter[str]())
    assert _recall(total) >= 0.98
    assert _precision(total) >= 0.98
    assert {
        language for language, score in scores.items() if _recall(score) < 0.95 or _precision(score) < 0.95
    } == set()


def test_the_labelled_set_is_as_large_as_promised() -> None:
    sentences = list(_sentences())

    assert len(_entities()) >= 12
    assert len(sentences) >= 600
    assert len({language for _, language, _, _ in sentences}) >= 10
    assert sum(meant == "false" for *_, meant in sentences) >= 150


def test_every_sentence_stands_once_and_names_a_known_entity() -> None:
    sentences = list(_sentences())
    ids = {entity.id for entity in _entities()}

    assert all(len(row) == 4 and row[3] in ("true", "false") for row in sentences)
    assert len({(entity, text) for entity, _, text, _ in sentences}) == len(sentences)
    assert {entity for entity, *_ in sentences} <= ids
