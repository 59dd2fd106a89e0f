"""How one name is spelled in the languages that news is written in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.matching.lexicon import areas, clusters, fold
from monitor.matching.names import cyrillic_languages
from monitor.matching.translit import schemes_from, transliterate

LATIN = ("en", "pl", "cs", "sk", "hr", "sl", "hu", "fi", "et", "tr", "de")
_LANGUAGE_NAMES = {
    "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fi": "Finnish", "fr": "French", "hr": "Croatian", "hu": "Hungarian", "it": "Italian",
    "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sr": "Serbian", "sv": "Swedish",
    "tr": "Turkish", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ka": "Georgian", "hy": "Armenian", "hi": "Hindi", "bn": "Bengali", "th": "Thai",
}  # fmt: skip
_ORIGINS = (
    ("tr", re.compile("[ğış]")),
    ("hu", re.compile("[őűáé]|gy|cz$|sz")),
    ("pl", re.compile("[łąęńśźż]|cz|rz[aeiyu]|dz|ski$")),
    ("cs", re.compile("[řěůčšžćđýí]")),
    ("de", re.compile("[äöüß]|ei|sch|tz|mann$|stein$|ey|olz$|erz$")),
    ("ar", re.compile("nyahu|^kh|^gh|fattah|llah|uddin|aou|q")),
    ("nl", re.compile("ij|uy|oe|aa|tte$|sch[aeiou]")),
    ("fr", re.compile("[çèêàœ]|eau|oi|ou|ron$")),
)
_J_FOR_Y = ("de", "pl", "cs", "sk", "hr", "sl", "hu", "fi", "et", "lt", "lv")
_SOUNDS = {
    "en": "en", "de": "de", "fr": "fr", "es": "es", "pt": "es", "it": "it", "pl": "pl", "cs": "cs", "hr": "cs",
    "hu": "hu", "tr": "tr", "ar": "ar", "he": "ar", "fa": "ar", "nl": "nl", "sv": "de", "fi": "de", "et": "de",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as written in ``language``; ``via`` says by which scheme."""

    text: str
    language: str
    via: str
    by_ear: bool = (
        False  # a foreign name respelled in Latin letters: Tramp, Tramps; only in texts of that language
    )

    @property
    def origin(self) -> str:
        name = language_name(self.language)
        return f"{self.via} · {name}" if self.via not in ("", name) else name


def language_name(code: str) -> str:
    """English name of a language that we have rules for, else the code."""
    return _LANGUAGE_NAMES.get(code, code)


def from_cyrillic(word: str, source: str, *, latin: bool = True) -> list[Spelling]:
    """Spellings of a name written in Cyrillic in the other Cyrillic alphabets, in Greek and, if wanted, in Latin."""
    found: list[Spelling] = []
    for language in cyrillic_languages(word):
        found += _from_alphabet(word, language, source, latin=latin)
    return unique(found)


def from_latin_east_slavic(word: str, source: str) -> list[Spelling]:
    """Spellings of a Ukrainian or Russian name known in Latin letters only."""
    found = _as_written(word, source)
    for cyrillic in transliterate(word, "lat-uk", 2):
        found += _from_alphabet(cyrillic, "uk", source, latin=True)
    return unique(found)


def from_latin(
    word: str, source: str, *, respelled: bool, given: Sequence[str] = (), language: str = "", gender: str = ""
) -> list[Spelling]:
    """Spellings of any other name in Latin letters; ``respelled``: it is foreign to Latin letters too (Arabic, Hebrew)."""
    found = _as_written(word, source)
    for origin in [language] if language else _origins(word, given):
        for at, russian in enumerate(transliterate(word, f"{origin}-cyr", 4)):
            found.append(Spelling(russian, "ru", f"{source} · practical transcription"))
            found += _pivoted(russian, source, gender)
            if (respelled or origin == "ar") and at == 0:
                found += _romanised(russian, "ru", source)
                found += [
                    Spelling(text, code, f"{source} · j for y")
                    for code in _J_FOR_Y
                    for text in transliterate(word, "latin-j", 1)
                ]
        if origin == "cs":
            found += [Spelling(text, "sr", f"{source} · sr") for text in transliterate(word, "latin-sr", 1)]
        if origin == "en":
            found += [Spelling(text, "bg", f"{source} · bg") for text in transliterate(word, "en-bg", 2)]
    return unique(found)


def given_spellings(name: str, source: str) -> list[Spelling] | None:
    """All spellings of a given name that the tables know, else None."""
    cluster = clusters().get(fold(name))
    if cluster is None:
        return None
    latin = dict.fromkeys((*((name,) if fold(name) in map(fold, cluster.latin) else ()), *cluster.latin))
    found = [Spelling(spelled, "", source) for spelled in latin]
    own = [(language, word) for language, word in (("uk", cluster.ukrainian), ("ru", cluster.russian)) if word]
    found += [Spelling(word, language, source) for language, word in own]
    for language, word in own:
        found += _from_alphabet(word, language, source, latin=True)
    found += [Spelling(word, "", source) for word in cluster.other]
    return unique(found)


def unique(spellings: Iterable[Spelling]) -> list[Spelling]:
    """The first of each (text, language)."""
    found: dict[tuple[str, str], Spelling] = {}
    for spelling in spellings:
        found.setdefault((spelling.text.lower(), spelling.language), spelling)
    return list(found.values())


def _as_written(word: str, source: str) -> list[Spelling]:
    found = [Spelling(word, language, source) for language in LATIN]
    if fold(word)[-1:] not in "aeiouys":
        found.append(Spelling(f"{word}as", "lt", source))
        found.append(Spelling(f"{word}s", "lv", source))
    else:
        found.append(Spelling(word, "lt", source))
        found.append(Spelling(word, "lv", source))
    return found


def _from_alphabet(word: str, language: str, source: str, *, latin: bool) -> list[Spelling]:
    found = [Spelling(word, language, source)]
    if language == "uk":
        russian = transliterate(word, "uk-ru", 2)
        found += [Spelling(text, "ru", f"{source} · uk-ru") for text in russian]
        found += [Spelling(text, "bg", f"{source} · uk-bg") for text in transliterate(word, "uk-bg", 1)]
        if latin:
            found += _romanised(word, "uk", source)
            found += _romanised(russian[0], "ru", source)
    elif language == "ru":
        found += [Spelling(text, "uk", f"{source} · ru-uk") for text in transliterate(word, "ru-uk", 4)]
        found += [Spelling(text, "bg", f"{source} · ru-bg") for text in transliterate(word, "ru-bg", 1)]
        if latin:
            found += _romanised(word, "ru", source)
            found += _romanised(transliterate(word, "ru-uk", 1)[0], "uk", source)
    elif language == "sr":
        found += [Spelling(text, "hr", f"{source} · sr-latin") for text in transliterate(word, "sr-latin", 1)]
        return found
    found += _serbian_and_greek(word, source)
    return found


def _pivoted(russian: str, source: str, gender: str) -> list[Spelling]:
    """From a Russian transcription of a foreign name to the other languages that write by ear."""
    found = [Spelling(text, "uk", f"{source} · uk") for text in transliterate(russian, "uk-lookalike", 3)]
    bulgarian = transliterate(russian, "bg-lookalike", 1)[0]
    found.append(Spelling(bulgarian, "bg", f"{source} · bg"))
    found += [
        Spelling(text + ("a" if gender == "f" else "s"), "lv", f"{source} · lv", by_ear=True)
        for text in transliterate(bulgarian, "ru-lv", 1)
        if text[-1:] not in "aeiou"
    ]
    found += _serbian_and_greek(bulgarian, source, by_ear=True)
    found += [Spelling(text, "el", f"{source} · el") for text in transliterate(russian, "uk-el", 3)]
    return found


def _serbian_and_greek(word: str, source: str, *, by_ear: bool = False) -> list[Spelling]:
    found = []
    for serbian in transliterate(word, "cyr-sr", 2):
        found.append(Spelling(serbian, "sr", f"{source} · cyr-sr"))
        latin = transliterate(serbian, "sr-latin", 1)[0]
        found.append(Spelling(latin, "hr", f"{source} · sr-latin", by_ear))
    found += [Spelling(text, "el", f"{source} · uk-el") for text in transliterate(word, "uk-el", 3)]
    return found


def _romanised(word: str, alphabet: str, source: str) -> list[Spelling]:
    found = []
    for scheme in schemes_from(alphabet):
        for text in transliterate(word, scheme.id, 2):
            text = _with_ending(text, scheme.languages)
            found += [Spelling(text, language, f"{source} · {scheme.id}") for language in scheme.languages]
    return found


def _with_ending(text: str, languages: tuple[str, ...]) -> str:
    """Latvian and Lithuanian names end in -s and -as."""
    if languages and languages[0] in ("lv", "lt") and text[-1:] not in "aeiouys":
        return text + ("s" if languages[0] == "lv" else "as")
    return text


def _origins(word: str, given: Sequence[str]) -> list[str]:
    """Whose sounds the letters have: told by the letters, else by where the given names are common."""
    lower = word.lower()
    found = [origin for origin, letters in _ORIGINS if letters.search(lower)]
    if found and found[0] in ("tr", "hu", "pl", "cs"):
        return found[:1]
    common = [_SOUNDS[area] for name in given for area in areas().get(fold(name), ()) if area in _SOUNDS]
    return list(dict.fromkeys([*found[:2], *common]))[:4] or ["en", "de"]
