"""Forms of organisations, places, products and events: acronyms, legal suffixes, exonyms, inflection."""

import re
from collections.abc import Iterator
from functools import cache

from monitor.matching.forms import Form, literal_forms
from monitor.matching.inflect import CASES, case_forms
from monitor.matching.lexicon import fold, rows
from monitor.matching.names import cyrillic_languages, script_of
from monitor.matching.spelling import LATIN, from_latin, language_name

_ADJECTIVES = {
    "uk": (("ський", "ий", "ій"), ("ська", "цька", "на", "ва", "ха"), ("ське", "не", "ве")),
    "ru": (("ый", "ий", "ой"), ("ая", "яя"), ("ое", "ее")),
}
_ADJECTIVE_CASES = {
    ("uk", "m"): {"gen": "ого", "dat": "ому", "ins": "им", "loc": "ому"},
    ("uk", "n"): {"gen": "ого", "dat": "ому", "ins": "им", "loc": "ому"},
    ("uk", "f"): {"gen": "ої", "dat": "ій", "acc": "у", "ins": "ою", "loc": "ій"},
    ("ru", "m"): {"gen": "ого", "dat": "ому", "ins": "ым", "loc": "ом"},
    ("ru", "n"): {"gen": "ого", "dat": "ому", "ins": "ым", "loc": "ом"},
    ("ru", "f"): {"gen": "ой", "dat": "ой", "acc": "ую", "ins": "ой", "loc": "ой"},
}
_ALL_CAPITALS = re.compile(r"(?=.*[A-ZА-ЯІЇЄҐΑ-Ω])[A-ZА-ЯІЇЄҐΑ-Ω0-9&.-]{2,}")


def organisation_forms(names: list[str], sources: list[str]) -> Iterator[Form]:
    """Every name with and without its legal form, its acronym, what the table of bodies adds, and the cases."""
    for name, source in zip(names, sources, strict=True):
        if is_acronym(name):
            yield from acronym_forms(name, source)
            continue
        core = without_legal_form(name)
        for text, origin in ((name, source), (core, source if core == name else f"{source} · without legal form")):
            yield Form(text, origin, surname_only=" " not in text)
        yield from _thing(core, source)
        yield from _transcribed(core, source, name)
        if initials := acronym_of(core):
            yield Form(initials, f"{source} · acronym", exact=True)
    for body in {row for name in names for row in _bodies(without_legal_form(name))}:
        yield from _body_forms(body)


def place_forms(names: list[str], sources: list[str]) -> Iterator[Form]:
    """Every name in its cases, and what the table of places adds."""
    for name, source in zip(names, sources, strict=True):
        yield from _thing(name, source)
    for place in {row for name in names for row in _places().get(fold(name), ())}:
        for cell in place:
            language, _, name = cell.partition("=")
            if language in ("en", "de", "fr", "it", "es"):
                yield Form(name, f"exonym · {language_name(language)}", surname_only=True, language=language)
            else:
                yield from _inflected(name, language, "exonym")


def other_forms(names: list[str], sources: list[str]) -> Iterator[Form]:
    """Products, events and the like: as written, and in the cases of the last or agreeing words."""
    for name, source in zip(names, sources, strict=True):
        if is_acronym(name):
            yield from acronym_forms(name, source)
        else:
            yield from _thing(name, source)


def is_acronym(name: str) -> bool:
    """Capitals only, at most eight of them: NATO, НАТО, S-400."""
    return len(name) <= 8 and bool(_ALL_CAPITALS.fullmatch(name))


def acronym_forms(name: str, source: str) -> Iterator[Form]:
    """The capitals exactly; from four letters that can be spoken on also as a name (Nato) and with Finnish and Swedish endings."""
    yield Form(name, f"{source} · acronym", exact=True)
    spoken = (
        len(name) >= 4 and name.isalpha() and script_of(name) in ("latin", "cyrillic") and _can_be_spoken(name)
    )
    if not spoken:
        return
    word = name.capitalize()
    yield Form(word, f"{source} · acronym as a name", exact=True, surname_only=True)
    if script_of(name) == "latin":
        for language in ("fi", "de"):
            for case, text in case_forms(word, language, "p", ""):
                if case:
                    yield Form(text, f"{source} · {language_name(language)}", True, True, language, case)


def acronym_of(name: str) -> str:
    """Initials of a name of three to six words that count; empty otherwise."""
    small = {word for row in rows("acronym_stops") for cell in row for word in cell.split()}
    counted = [word for word in re.findall(r"[^\W\d_]+", name) if word.lower() not in small]
    letters = "".join(word[0] for word in counted)
    return letters.upper() if 3 <= len(counted) <= 6 and letters.isupper() else ""


def without_legal_form(name: str) -> str:
    """Rheinmetall AG -> Rheinmetall; also several of them, and before the name as in Ukrainian."""
    core = name.strip()
    for _ in range(3):
        for suffix in _legal_forms():
            if core.lower().endswith(f" {suffix}"):
                core = core[: -len(suffix) - 1].rstrip(" ,")
            elif script_of(suffix) == "cyrillic" and core.lower().startswith(f"{suffix} "):
                core = core[len(suffix) + 1 :].strip(' «»"')
    return core or name


def _thing(name: str, source: str) -> Iterator[Form]:
    script = script_of(name)
    bare = len(name.split()) == 1
    if script == "cyrillic":
        for language in cyrillic_languages(name):
            yield from _inflected(name, language, source)
    elif script == "latin":
        yield Form(name, source, surname_only=bare)
        if name[-1].isalpha():
            for language in (*LATIN[1:], "lt"):
                spelled = f"{name}as" if language == "lt" and bare and name[-1] not in "aeiouys" else name
                yield from _inflected(spelled, language, source)
    else:
        yield from literal_forms(name, source, bare=False)


def _inflected(name: str, language: str, source: str) -> Iterator[Form]:
    bare = len(name.split()) == 1
    origin = f"{source} · {language_name(language)}"
    if language in ("ar", "he"):
        yield from literal_forms(name, source, bare=False, language=language)
        return
    for case, text in _phrase_cases(name, language):
        yield Form(text, f"{origin} · {CASES[case]}" if case else origin, False, bare, language, case)


def _phrase_cases(name: str, language: str) -> list[tuple[str, str]]:
    words = name.split()
    if len(words) == 1 or language not in _ADJECTIVES:
        if len(words) == 1 or language in ("hu", "fi", "et", "tr", "de"):
            return [
                (case, " ".join((*words[:-1], form))) for case, form in case_forms(words[-1], language, "p", "")
            ]
        return [("", name)]
    gender, count = _agreeing(words, language)
    head = words[count]
    found = [("", name)]
    for case, form in case_forms(head, language, "p", gender):
        if (case and case in _ADJECTIVE_CASES[language, gender or "m"]) or not count:
            adjectives = [_adjective(word, language, gender, case) for word in words[:count]]
            found.append((case, " ".join((*adjectives, form, *words[count + 1 :]))))
    return list(dict.fromkeys(found))


def _agreeing(words: list[str], language: str) -> tuple[str, int]:
    """Gender and number of adjectives before the first noun."""
    for gender, endings in zip("mfn", _ADJECTIVES[language], strict=True):
        count = 0
        while count < len(words) - 1 and words[count].lower().endswith(endings) and len(words[count]) > 4:
            count += 1
        if count:
            return gender, count
    return "", 0


def _adjective(word: str, language: str, gender: str, case: str) -> str:
    cut = 1 if language == "uk" and gender in "fn" else 2
    return word[:-cut] + _ADJECTIVE_CASES[language, gender].get(case, word[-cut:])


def _transcribed(core: str, source: str, name: str) -> Iterator[Form]:
    """A firm's one-word Latin name as Cyrillic and Greek newspapers write it."""
    if (
        script_of(core) != "latin"
        or len(core.split()) > 1
        or len(core) < 5
        or not core.isalpha()
        or core.isupper()
    ):
        return
    legal = name[len(core) :].strip(" ,").lower()
    origin = "de" if legal in _german_forms() else ""
    for spelling in from_latin(core, source, respelled=False, language=origin):
        if script_of(spelling.text) != "latin":
            yield from _inflected(spelling.text, spelling.language, f"{source} · transcription")


def _body_forms(body: tuple[str, ...]) -> Iterator[Form]:
    for cell in body:
        language, mark, name = re.match(r"(\w+)([=:])(.*)", cell).groups()  # type: ignore[union-attr]  # our own table
        if mark == "=":
            yield from acronym_forms(name, f"known acronym · {language_name(language)}")
        else:
            yield from _inflected(name, language, "known name")


def _bodies(name: str) -> list[tuple[str, ...]]:
    return list(_bodies_by_name().get(fold(name), ()))


@cache
def _bodies_by_name() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows("organisations"):
        body = tuple(cell.strip() for cell in "\t".join(row).split(" | "))
        for cell in body:
            found.setdefault(fold(cell[3:]), []).append(body)
    return found


@cache
def _places() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows("places"):
        place = tuple(re.split(r" (?=[a-z]{2}=)", row[0]))
        for cell in place:
            if place not in found.setdefault(fold(cell[3:]), []):
                found[fold(cell[3:])].append(place)
    return found


@cache
def _legal_forms() -> tuple[str, ...]:
    return tuple(sorted({row[0].lower() for row in rows("legal_suffixes")}, key=len, reverse=True))


@cache
def _german_forms() -> frozenset[str]:
    return frozenset(row[0].lower() for row in rows("legal_suffixes") if row[1] in ("de", "eu"))


def _can_be_spoken(name: str) -> bool:
    vowels = sum(letter in "AEIOUАЕИІОУЕЯЮЄ" for letter in name)
    return vowels >= 2
