"""A person's name taken apart: given names, particles, surname, script and the languages it may be written in."""

import re
from dataclasses import dataclass
from functools import cache

from monitor.matching.lexicon import areas, clusters, fold, given_names, guards, particles
from monitor.matching.translit import schemes_from, transliterate

_WORD = re.compile(r"[^\s,·・＝]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_SCRIPTS = {
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "bn": re.compile("[\u0980-\u09ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
}
_UKRAINIAN = re.compile("[іїєґ]|ський$|цький$", re.IGNORECASE)
_RUSSIAN = re.compile("[ыэё]|ский$|цкий$|[кг]ий$", re.IGNORECASE)
_SERBIAN = re.compile("[јљњћђџ]", re.IGNORECASE)
_BULGARIAN = re.compile("[ъщ].*ски$|ъ[^ъ]|ски$", re.IGNORECASE)
_EAST_SLAVIC = re.compile(
    r"(?:sk(?:y|yi|yy|iy|ij|yj|ii|a|aya|aia)|enk[oa]|[oe]va?|iev|yev|[cs]huk|yuk|iuk|nyi|nyy|hnyi|ylo|shyn|yak|iak|ets)$"
)
_UKRAINIAN_SURNAME = re.compile("(?:[сц]ьк|н)ий$|(?:енко|чук|юк|єв|ів|їн|ець|як)$", re.IGNORECASE)
_WEAKLY_EAST_SLAVIC = re.compile(r"(?:in|yn|ina|yna|ak|uk|ko|iv|ii|yi|ha)$")


@dataclass(frozen=True, slots=True)
class PersonName:
    """``given`` and ``surname`` as written; ``particles`` stand before the surname and are kept or free."""

    given: tuple[str, ...]
    particles: tuple[str, ...]
    surname: str
    script: str  # latin, cyrillic, or the language of another script ("ar", "zh", …)
    free: bool = False  # the particle is an article that may be missing (al-, el-)


@cache
def script_of(text: str) -> str:
    """latin, cyrillic or the code of the commonest language of the first other script found."""
    for name, letters in _SCRIPTS.items():
        if letters.search(text):
            return name
    return "cyrillic" if _CYRILLIC.search(text) else "latin" if _LATIN.search(text) else ""


def cyrillic_languages(text: str) -> tuple[str, ...]:
    """Languages in which a Cyrillic name may be written so, by its letters and ending."""
    words = text.split()
    if any(_SERBIAN.search(word) for word in words):
        return ("sr",)
    if any(_UKRAINIAN.search(word) for word in words):
        return ("uk",)
    if any(_RUSSIAN.search(word) for word in words):
        return ("ru",)
    if any(_BULGARIAN.search(word) for word in words):
        return ("bg",)
    return ("uk", "ru")


def parse_person(name: str) -> PersonName:
    """The parts of a person's name; "Surname, Given" and surname-first names of known given names are turned."""
    script = script_of(name)
    surname_first, _, rest = name.partition(",")
    if rest.strip():
        name = f"{rest.strip()} {surname_first}"
    words = _WORD.findall(name)
    if script in ("latin", "cyrillic", "el"):
        words = _unjoined(words)
    if len(words) < 2:
        return PersonName((), (), words[0] if words else name, script)
    if _is_surname_first(words):
        words = [*words[1:], words[0]]
    at = len(words) - 1
    while at > 0 and fold(words[at - 1]) in particles() and fold(words[at - 1]) not in _given_too():
        at -= 1
    found = tuple(words[at:-1])
    free = bool(found) and all(particles()[fold(word)][0] for word in found)
    return PersonName(tuple(words[:at]), found, words[-1], script, free)


def is_east_slavic(names: list[PersonName]) -> bool:
    """A name that comes from Ukrainian or Russian, by its given name and its ending."""
    for name in names:
        if name.script == "cyrillic" and (
            _UKRAINIAN_SURNAME.search(name.surname) or any(map(_is_native, name.given))
        ):
            return True
        latin = name.script == "latin" and name.surname.isascii()
        if latin and any(_sounds_east_slavic(given, name) for given in name.given):
            return True
    return False


def _sounds_east_slavic(given: str, name: PersonName) -> bool:
    cluster = clusters().get(fold(given))
    if cluster is None or not cluster.ukrainian:
        return False
    surname = fold(name.surname)
    if _EAST_SLAVIC.search(surname):
        return True
    schemes = [s for alphabet in ("uk", "ru") for s in schemes_from(alphabet) if "en" in s.languages]
    romanised = any(
        fold(given) == fold(text)
        for word in (cluster.ukrainian, cluster.russian)
        for scheme in schemes
        for text in transliterate(word, scheme.id, 3)
    )
    return romanised and (_is_native(given) or bool(_WEAKLY_EAST_SLAVIC.search(surname)))


def _is_native(given: str) -> bool:
    """A given name of Ukrainians and Russians that is not common elsewhere in the same spelling."""
    cluster = clusters().get(fold(given))
    if cluster is None:
        return False
    spelled = cluster.latin[0] if script_of(given) == "cyrillic" else given
    return not set(areas().get(fold(spelled), ())) - {"uk", "ru", "kz"}


def is_east_asian(name: PersonName) -> bool:
    """The surname is one of the few that very many Chinese, Koreans and Vietnamese bear."""
    return name.script == "latin" and _guard_kind(name.surname) == "east-asian"


def gender_of(given: tuple[str, ...]) -> str:
    """m, f, or empty when the given names do not tell."""
    for name in given:
        gender = given_names().get(fold(name)) or ""
        if gender in ("m", "f"):
            return gender
    return ""


@cache
def _given_too() -> frozenset[str]:
    return frozenset(("an", "ben"))


def _unjoined(words: list[str]) -> list[str]:
    """A particle joined by a hyphen stands alone: "el-Sisi" -> "el", "Sisi"."""
    parted = []
    for word in words:
        head, hyphen, tail = word.partition("-")
        joined = bool(hyphen) and fold(head) in particles() and bool(tail)
        parted += [head, tail] if joined else [word]
    return parted


def _is_surname_first(words: list[str]) -> bool:
    """The last word is a given name and the first is not; or the first is a Chinese or Korean surname."""
    first, last = fold(words[0]), fold(words[-1])
    known = given_names()
    if first in known or len(words) > 3:
        return False
    turned = last in known and last not in guards() and first not in guards()
    return turned or (_guard_kind(first) == "east-asian" and _guard_kind(last) != "east-asian")


def _guard_kind(word: str) -> str:
    guard = guards().get(fold(word))
    return guard.kind if guard else ""
