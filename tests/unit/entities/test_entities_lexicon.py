"""The curated tables: where they come from, that they load, that they fit together."""

from pathlib import Path

import pytest

from monitor.matching import lexicon
from monitor.matching.entities import compile_entity, uncovered_languages
from monitor.matching.inflect import CASES, case_forms, declines
from monitor.matching.lexicon import clusters, fold, given_names, guards, particles, rows
from monitor.matching.translit import scheme, transliterate
from monitor.model.watch import Entity

_TABLES = sorted((Path(__file__).parents[3] / "seeds" / "lexicon").glob("*.tsv"))


@pytest.mark.parametrize("path", _TABLES, ids=lambda path: path.stem)
def test_every_table_names_its_source_and_has_rows(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("\n\n")[0]
    columns = {len(row) for row in rows(path.stem)}

    assert "ource" in head
    assert columns
    assert "" not in {row[0] for row in rows(path.stem)}


def test_every_scheme_has_a_known_base_and_a_source() -> None:
    for name, base, _, source, _ in rows("schemes"):
        assert base == "-" or scheme(base)
        assert source
        assert scheme(name).rules


def test_case_endings_use_known_cases_and_kinds() -> None:
    for _, kinds, genders, _, cases in rows("endings"):
        assert set(kinds) <= set("gsp")
        assert set(genders) <= set("mfn")
        assert {case.partition("=")[0] for case in cases.split()} <= set(CASES)


@pytest.mark.parametrize(
    ("name", "scheme_name", "expected"),
    [
        ("Зеленський", "uk-2010", ("Zelenskyi",)),
        ("Згурський", "uk-2010", ("Zghurskyi",)),
        ("Єрмак", "uk-2010", ("Yermak",)),
        ("Ющенко", "ru-icao", ("Iushchenko",)),
        ("Зеленский", "ru-bgn", ("Zelenskiy",)),
        ("Петренко-Кос", "uk-de", ("Petrenko-Kos",)),
        ("Вучић", "sr-latin", ("Vučić",)),
        ("Николов", "bg-2009", ("Nikolov",)),
        ("Zelensky", "lat-uk", ("Зеленський",)),
    ],
)
def test_schemes_read_as_published(name: str, scheme_name: str, expected: tuple[str, ...]) -> None:
    assert transliterate(name, scheme_name) == expected


@pytest.mark.parametrize(
    ("word", "language", "kind", "gender", "expected"),
    [
        ("Львів", "uk", "p", "", {"Львова", "Львові"}),
        ("Одеса", "uk", "p", "", {"Одеси", "Одесу", "Одесою"}),
        ("Суми", "uk", "p", "", {"Сум", "Сумах"}),
        ("Валерій", "uk", "g", "m", {"Валерія", "Валерієм"}),
        ("Кулеба", "uk", "s", "m", {"Кулеби", "Кулебі", "Кулебу", "Кулебою"}),
        ("Порошенко", "uk", "s", "f", {"Порошенко"}),
        ("Duda", "pl", "s", "m", {"Dudy", "Dudzie", "Dudę", "Dudą"}),
        ("Havel", "cs", "s", "m", {"Havla", "Havlova"}),
        ("Fico", "sk", "s", "m", {"Fica", "Ficovi", "Ficova"}),
        ("Szijjártó", "hu", "s", "m", {"Szijjártónak", "Szijjártóval"}),
        ("Kovács", "hu", "s", "m", {"Kováccsal"}),
        ("Nagy", "hu", "s", "m", {"Naggyal"}),
        ("Virtanen", "fi", "s", "m", {"Virtasen", "Virtaselle"}),
        ("Nato", "fi", "p", "", {"Naton", "Natoon", "Natossa"}),
        ("Putin", "de", "s", "m", {"Putins"}),
        ("Scholz", "de", "s", "m", {"Scholz"}),
        ("Macron", "en", "s", "m", {"Macron"}),
    ],
)  # fmt: skip
def test_words_decline_as_grammars_say(
    word: str, language: str, kind: str, gender: str, expected: set[str]
) -> None:
    assert expected - {form for _, form in case_forms(word, language, kind, gender)} == set()


def test_languages_with_tables_are_known() -> None:
    assert declines("uk")
    assert declines("hu")
    assert not declines("fr")


def test_lists_fold_as_canonical_text_does() -> None:
    assert fold("Żeleński") == "zelenski"
    assert given_names()["ігор"] == "m"
    assert clusters()["wolodymyr"].ukrainian == "Володимир"
    assert guards()["trump"].kind == "name"
    assert particles()["аль"][0]


def test_tables_are_found_in_the_checkout() -> None:
    assert (lexicon._directory() / "schemes.tsv").is_file()


@pytest.mark.parametrize(
    ("entity", "languages", "uncovered"),
    [
        (Entity("x", "Rustem Umerov", "person"), ["uk", "ru", "pl", "de", "en-GB", "el", "kk"], ()),
        (Entity("x", "Rustem Umerov", "person"), ["zh", "ar", "he", "uk", "zh-TW"], ("zh", "ar", "he", "zh-TW")),
        (
            Entity("x", "Rustem Umerov", "person", aliases=("乌梅罗夫", "عميروف")),
            ["zh", "fa", "ja", "ko"],
            ("ja", "ko"),
        ),
        (Entity("x", "Shahed-136", "product"), ["en", "uk", "sr-Latn", "mk"], ("uk", "mk")),
    ],
)
def test_languages_without_a_form_are_told(
    entity: Entity, languages: list[str], uncovered: tuple[str, ...]
) -> None:
    assert uncovered_languages(compile_entity(entity), languages) == uncovered
