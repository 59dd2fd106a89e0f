"""Case forms and suffixes of names by the tables endings.tsv, suffixes.tsv and prefixes.tsv of seeds/lexicon."""

import re
from collections import defaultdict
from functools import cache

from monitor.matching.lexicon import fold, rows

CASES = {
    "gen": "genitive",
    "dat": "dative",
    "acc": "accusative",
    "ins": "instrumental",
    "loc": "locative",
    "voc": "vocative",
    "nom": "nominative",
    "poss": "possessive",
    "suffix": "suffix",
}
_VOWELS = frozenset("aeiouyáéíóúýàèâêîôûäëïöüőűåæøœąęėįųūāēīōõăıаеєиіїоуюяыэёαεηιουωάέήίόύώ")
_BACK = frozenset("aáàâāąoóòôōõuúùûūųůåı")
_FRONT = frozenset("eéèêēęėöőøüűäëiíīyý")

_HUNGARIAN_DIGRAPH = re.compile("(?<=[gnlt])y")

Cased = tuple[tuple[str, str], ...]  # (case, form); the case "" is the nominative


@cache
def case_forms(word: str, language: str, kind: str, gender: str) -> Cased:
    """Forms of one word: kind g (given name), s (surname), p (place or noun); gender "" = of any."""
    found = [("", word)]
    if len(word) < 2 or not word[-1].isalpha():
        return tuple(found)
    for cut, cases in _endings(word.lower(), language, kind, gender):
        stem = word[: len(word) - cut]
        found += [(case, stem + ending) for case, ending in cases]
    found += [("suffix", form) for form in _suffixed(word, language)]
    return tuple(dict.fromkeys(found))


def declines(language: str) -> bool:
    """There are tables for the language."""
    return language in _tables() or any(row[0] == language for row in rows("suffixes"))


@cache
def joined_prefixes(language: str) -> tuple[str, ...]:
    """One-letter words of Arabic or Hebrew that join the next word."""
    return next((tuple(row[1].split()) for row in rows("prefixes") if row[0] == language), ())


def with_prefixes(name: str, language: str) -> list[str]:
    """``name`` with each joined word before its first word."""
    forms = [prefix + name for prefix in joined_prefixes(language)]
    if language == "ar" and name.startswith("ال"):
        forms += ["لل" + name[2:], "ولل" + name[2:]]
    return forms


_Endings = list[tuple[str, frozenset[str], str, tuple[tuple[str, str], ...]]]


@cache
def _tables() -> dict[str, dict[str, _Endings]]:
    """language -> ending of the nominative -> (kinds, genders, …) rows."""
    tables: dict[str, dict[str, _Endings]] = defaultdict(lambda: defaultdict(list))
    for language, kinds, genders, ending, cells in rows("endings"):
        cases = []
        for cell in cells.split():
            case, _, forms = cell.partition("=")
            cases += [(case, "" if form == "-" else form) for form in forms.split("/")]
        tables[language][ending].append((kinds, frozenset(genders), ending, tuple(cases)))
    return tables


def _endings(word: str, language: str, kind: str, gender: str) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
    """(letters to cut, case endings) of the longest ending that fits."""
    table = _tables().get(language)
    if table is None:
        return []
    longest = [word[-length:] for length in range(min(5, len(word)), 0, -1)]
    if word[-1] not in _VOWELS:
        longest.append("+")
    for ending in longest:
        for kinds, genders, _, cases in table.get(ending, ()):
            if kind in kinds and (not gender or kind == "p" or gender in genders):
                return [(0 if ending == "+" else len(ending), cases)]
    return []


def _suffixed(word: str, language: str) -> list[str]:
    if fold(word[-1]) in "sxz" and language == "de":
        return []
    digraph = language == "hu" and word[-2:].lower() in ("gy", "ny", "ly", "ty")
    after = "vowel" if word[-1].lower() in _VOWELS and not digraph else "cons"
    harmony = _harmony(_HUNGARIAN_DIGRAPH.sub("", word.lower()) if language == "hu" else word.lower())
    forms = []
    for tongue, place, wanted, cells in rows("suffixes"):
        if tongue == language and place == after and (wanted == "any" or wanted in harmony):
            forms += [_append(word, suffix) for suffix in cells.split()]
    if language == "fi" and word.endswith("nen"):
        forms = [
            word[:-3] + "se" + suffix for suffix in ["n", "a", "ssa", "sta", "en", "lla", "lta", "lle", "ksi"]
        ]
    return forms


def _append(word: str, suffix: str) -> str:
    """Hungarian digraphs double their first letter only: Kovács, Kováccsal."""
    if suffix[0] != "2":
        return word + suffix
    last = word[-2:] if word[-2:].lower() in ("sz", "cs", "gy", "ny", "ly", "zs") else word[-1]
    return word[: -len(last)] + last[0] + last + suffix[1:]


def _harmony(word: str) -> tuple[str, ...]:
    """The last vowel decides; i and e after a back vowel may go either way (Orbánék, Rutténak, Rutténél)."""
    seen = [letter for letter in word if letter in _BACK or letter in _FRONT]
    if not seen:
        return ("front",)
    if seen[-1] in _BACK:
        return ("back",)
    mixed = seen[-1] in "iíeé" and any(letter in _BACK for letter in seen)
    return ("back", "front") if mixed else ("front",)
