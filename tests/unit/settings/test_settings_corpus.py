"""What people read when a configuration is wrong: tests/corpus/config, message by message."""

from pathlib import Path

import pytest
from corpus_cases import CORPUS, Case, cases, told

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_configuration_is_answered_in_exactly_these_words(case: Case, tmp_path: Path) -> None:
    assert told(case, tmp_path) == case.expected.read_text(encoding="utf-8")


def test_the_corpus_has_no_expectation_without_its_configuration() -> None:
    texts = {*CORPUS.glob("*/*.txt"), *CORPUS.glob("whole/*/expected.txt")}

    assert texts == {case.expected for case in CASES}
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_message_holds_a_secret_or_python(case: Case) -> None:
    text = case.expected.read_text(encoding="utf-8")

    for word in ("hunter2", "Traceback", "pydantic", "Input should", "NoneType", "validator"):
        assert word not in text
