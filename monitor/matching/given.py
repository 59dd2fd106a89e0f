"""Is a word a given name, in whatever case and spelling? Looked up in the lexicon, never guessed by capitals."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monitor.matching.lexicon import fold, given_names
from monitor.matching.names import script_of
from monitor.matching.translit import transliterate

_APOSTROPHE = re.compile("['’ʼ]")
_PATRONYMIC = re.compile(r"(?:ович|евич|йович|івн|ївн|овн|евн|ovich|evich|ovych|evych|ivna|ovna|evna)\w{0,3}$")
_ENGLISH_POSSESSIVE = re.compile("['’ʼ]s$")
_CYRILLIC_ENDINGS = (
    "ові",
    "еві",
    "єві",
    "ом",
    "ем",
    "єм",
    "ою",
    "ею",
    "єю",
    "ию",
    "ой",
    "ей",
    "ії",
    "ія",
    "ію",
    "ия",
    "ию",
    "ии",
    "а",
    "у",
    "ю",
    "я",
    "і",
    "е",
    "и",
    "ы",
    "о",
    "ь",
    "й",
)
_SLAVIC_ENDINGS = ("owi", "ovi", "iem", "em", "om", "ie", "ou", "ov", "ova", "ovy", "a", "u", "e")
_LATIN_ENDINGS = {
    **dict.fromkeys(("pl", "cs", "sk", "hr", "sr", "sl", "bs"), _SLAVIC_ENDINGS),
    "": ("owi", "ovi", "em", "om", "a"),
    "hu": ("nak", "nek", "nal", "nel", "val", "vel", "hoz", "hez", "tol", "rol", "ban", "ben", "ert", "rt", "t"),
    "fi": ("in", "lla", "lle", "lta", "ssa", "sta", "n", "a"),
    "et": ("iga", "ile", "ilt", "ist", "i", "ga", "le"),
    "lv": ("s", "a", "am", "u"),
    "lt": ("as", "is", "us", "o", "ui", "u", "io", "iui"),
    "de": ("s",),
    "sv": ("s",),
}
_CYRILLIC_STEMS = ("", "а", "я", "й", "ь", "о", "ий", "ій", "ія", "ия")
_LATIN_STEMS = ("", "a", "e", "o", "y", "i")
_ROMANISATIONS = ("uk-2010", "uk-bgn", "ru-bgn", "ru-icao", "bg-2009")
_BY_EAR = frozenset(["lv", "lt", "hr", "sr", "bs", "sl", "az"])  # Latin alphabets that respell foreign names
_LATVIAN = re.compile("[āēīūķļņģ]")
_SKELETON = (
    ("tsch", "c"), ("zs", "z"), ("zh", "z"), ("ј", "j"), ("sch", "s"), ("tch", "c"), ("sz", "s"), ("cz", "c"),
    ("ch", "c"), ("sh", "s"), ("kh", "h"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("x", "ks"), ("w", "v"),
    ("ou", "u"), ("oe", "u"), ("y", "i"), ("j", "i"), ("ie", "e"), ("q", "k"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bearer:
    """What tells a person from namesakes: given names and initials in all scripts (folded), gender."""

    given: frozenset[str] = frozenset()  # folded, and skeletons of each
    initials: frozenset[str] = frozenset()
    gender: str = ""
    scripts: frozenset[str] = frozenset()  # in which a given name is known
    surname_first: bool = False  # Hungarian: the given name follows
    guard: str = ""  # the surname is also a word: its kind (lexicon.Guard)


def is_own(word: str, bearer: Bearer, language: str = "") -> bool:
    """A given name of the entity, in any case or spelling."""
    if not bearer.given.isdisjoint(_readings(_bare(word), language)):
        return True
    return any(skeleton(reading) in bearer.given for reading in _forms(_bare(word), language))


def is_given(word: str, language: str = "") -> bool:
    """A given name of the lists, in any case; by the sound where names are written so (Cyrillic, Latvian)."""
    bare = _bare(word)
    if _ENGLISH_POSSESSIVE.search(word):
        return False
    if not given_names().keys().isdisjoint(_readings(bare, language)):
        return True
    by_ear = script_of(bare) in ("cyrillic", "el") or language in _BY_EAR or bool(_LATVIAN.search(bare))
    return by_ear and len(bare) > 3 and any(skeleton(form) in _skeletons() for form in _forms(bare, language))


def is_patronymic(word: str) -> bool:
    """Олександрович, Ivanovna …, in any case."""
    return bool(_PATRONYMIC.search(word.lower()))


@cache
def skeleton(name: str) -> str:
    """What the spellings of one name have in common: Wolodymyr, Volodimir."""
    scheme = {"cyrillic": "uk-2010", "el": "el-latin"}.get(script_of(name))
    plain = fold(transliterate(name, scheme, 1)[0] if scheme else name)
    for letters, result in _SKELETON:
        plain = plain.replace(letters, result)
    return "*" + re.sub(r"(.)\1+", r"\1", plain)


@cache
def _skeletons() -> frozenset[str]:
    return frozenset(skeleton(name) for name in given_names() if len(name) > 3)


def _bare(word: str) -> str:
    return _APOSTROPHE.split(word.rstrip("."))[0]


@cache
def _readings(word: str, language: str) -> frozenset[str]:
    """Folded names that the word may be a form of, in Latin letters too."""
    forms = _forms(word, language)
    return frozenset((*forms, *_latin_of(forms), skeleton(word)))


@cache
def _forms(word: str, language: str) -> frozenset[str]:
    """The word folded, its parts at hyphens, and what is left without a case ending."""
    folded = fold(word)
    found = {folded, *folded.split()}
    latin = script_of(word) == "latin"
    endings = _LATIN_ENDINGS.get(language, ()) if latin else _CYRILLIC_ENDINGS
    for ending in endings:
        if folded.endswith(ending) and len(folded) - len(ending) >= (4 if latin else 3):
            stem = folded[: -len(ending)]
            found |= {stem + restored for restored in (_LATIN_STEMS if latin else _CYRILLIC_STEMS)}
    return frozenset(found)


def _latin_of(names: Iterable[str]) -> set[str]:
    return {
        fold(text)
        for name in names
        if script_of(name) == "cyrillic"
        for scheme in _ROMANISATIONS
        for text in transliterate(name, scheme, 1)
    }
