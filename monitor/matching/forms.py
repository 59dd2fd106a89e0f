"""Forms of a person's name: parts, scripts and inflection put together (matching.md §3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from monitor.matching.inflect import CASES, case_forms, with_prefixes
from monitor.matching.lexicon import fold, guards, particles
from monitor.matching.names import PersonName, is_east_asian, is_east_slavic, script_of
from monitor.matching.spelling import (
    Spelling,
    from_cyrillic,
    from_latin,
    from_latin_east_slavic,
    given_spellings,
    language_name,
    unique,
)

MOST = 2000  # forms of one entity
_ARTICLES = {"latin": ("al", "el", "as"), "cyrillic": ("аль", "ас", "ель"), "el": ("αλ",)}


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an entity.

    ``text`` is words as a reader would type them ("Володимира Зеленського"); the engine folds case and marks,
    and hyphens and apostrophes separate words. ``exact``: the original must read so, letter for letter.
    ``surname_only``: one bare word, whose neighbours decide. ``case``: empty for the nominative.
    """

    text: str
    origin: str  # e.g. "alias · Ukrainian · dative"
    exact: bool = False
    surname_only: bool = False
    language: str = ""
    case: str = ""
    by_ear: bool = False  # respelled in Latin letters: counts only in the languages that do so


@dataclass(frozen=True, slots=True)
class Parts:
    """A person's spellings: surnames (with particles) and, in the same order as in the name, given names."""

    surnames: tuple[Spelling, ...]
    given: tuple[tuple[Spelling, ...], ...]
    alone: bool  # the surname may stand alone
    gender: str
    article: bool  # al-, el- may stand before the surname; a bare surname matches after them too


def person_parts(names: list[PersonName], sources: list[str], gender: str) -> Parts:
    """Spell every name of a person in every language."""
    east = is_east_slavic(names)
    respelled = any(name.free for name in names)
    surnames: list[Spelling] = []
    given: list[list[Spelling]] = []
    for name, source in zip(names, sources, strict=True):
        surnames += _surname_spellings(name, source, gender, east=east, respelled=respelled)
        for at, word in enumerate(name.given):
            while len(given) <= at:
                given.append([])
            given[at] += _given(word, name, source, east=east)
    return Parts(
        tuple(unique(surnames)),
        tuple(tuple(unique(spellings)) for spellings in given),
        all(_may_stand_alone(name) for name in names[:1]),
        gender,
        any(name.free for name in names),
    )


def person_forms(parts: Parts) -> Iterator[Form]:
    """Surname alone, full name, initials and surname, surname and given name."""
    inflected = [
        (spelling, case_forms(spelling.text, spelling.language, "s", parts.gender)) for spelling in parts.surnames
    ]
    if parts.alone:
        yield from _surname_forms(inflected)
    if parts.article:
        yield from _articled_forms(parts)
    yield from _full_forms(inflected, parts)
    yield from _crossed_forms(parts, alone=parts.alone)
    yield from _initial_forms(inflected, parts)


def initials(spellings: Sequence[Spelling]) -> set[str]:
    """Folded first letters of a given name as written and transliterated, not of its sisters (George, Jorge)."""
    own = [spelling for at, spelling in enumerate(spellings) if at == 0 or spelling.language]
    return {fold(spelling.text[0]) for spelling in own}


def literal_forms(text: str, source: str, *, bare: bool, language: str = "") -> Iterator[Form]:
    """A name of a script we have no rules for, or a nickname; Arabic and Hebrew take their joined words."""
    code = language or script_of(text)
    code = "" if code in ("latin", "cyrillic") else code
    origin = f"{source} · {language_name(code)}" if code else source
    yield Form(text, origin, surname_only=bare, language=code)
    for spelled in _other_letters(text) if code == "ar" else ():
        yield Form(spelled, f"{origin} · letters", surname_only=bare, language=code)
    for joined in with_prefixes(text, code):
        yield Form(joined, f"{origin} · joined word", surname_only=bare, language=code, case="joined")


def _surname_spellings(
    name: PersonName, source: str, gender: str, *, east: bool, respelled: bool
) -> list[Spelling]:
    if name.script == "cyrillic":
        spelled = from_cyrillic(name.surname, source, latin=east)
    elif name.script == "latin":
        spelled = (
            from_latin_east_slavic(name.surname, source)
            if east
            else from_latin(
                name.surname,
                source,
                respelled=respelled,
                given=name.given,
                language=_origin_language(name),
                gender=gender,
            )
        )
    else:
        spelled = [Spelling(name.surname, name.script, source)]
    if not name.particles or name.free:
        return spelled
    return [with_particle for spelling in spelled for with_particle in _with_particles(spelling, name)]


def _origin_language(name: PersonName) -> str:
    """The language whose sounds the surname has, as far as its particle tells."""
    if name.free:
        return "ar"
    first = fold(name.particles[0]) if name.particles else ""
    return "de" if first in ("von", "zu") else ""


def _with_particles(spelling: Spelling, name: PersonName) -> list[Spelling]:
    if name.script not in ("latin", "cyrillic"):
        return [Spelling(" ".join((*name.particles, spelling.text)), spelling.language, spelling.via)]
    script = script_of(spelling.text)
    spelled = [
        [s for s in particles()[fold(word)][1] if script_of(s) == script] or [word] for word in name.particles
    ]
    if script == "latin":
        phonetic = spelling.language in ("hr", "lv") and spelling.text != name.surname
        spelled = [[options[-1] if phonetic else options[0]] for options in spelled]
    return [
        Spelling(" ".join((*(options[0] for options in spelled), spelling.text)), spelling.language, spelling.via)
    ]


def _given(word: str, name: PersonName, source: str, *, east: bool) -> list[Spelling]:
    known = given_spellings(word, source)
    if known is not None:
        return known
    if name.script == "cyrillic":
        return from_cyrillic(word, source, latin=east)
    if name.script == "latin":
        return (
            from_latin_east_slavic(word, source)
            if east
            else from_latin(word, source, respelled=False, given=(word,))
        )
    return [Spelling(word, name.script, source)]


def _may_stand_alone(name: PersonName) -> bool:
    guard = guards().get(fold(name.surname))
    if is_east_asian(name):
        return True
    short = len(fold(name.surname)) < 3 and name.script in ("latin", "cyrillic", "el")
    return not short and (guard is None or guard.kind != "frequent" or bool(name.particles))


Inflected = list[tuple[Spelling, tuple[tuple[str, str], ...]]]


def _surname_forms(inflected: Inflected) -> Iterator[Form]:
    for spelling, cases in inflected:
        origin = spelling.origin
        if spelling.language in ("ar", "he"):
            yield from literal_forms(spelling.text, spelling.via, bare=True, language=spelling.language)
            continue
        for case, text in cases:
            yield Form(text, _origin(origin, case), False, True, spelling.language, case, spelling.by_ear)


def _articled_forms(parts: Parts) -> Iterator[Form]:
    """The article and the surname, with the given names of the language and without: spans show the whole name."""
    for spelling in parts.surnames:
        for article in _ARTICLES.get(script_of(spelling.text), ()):
            name = f"{article} {spelling.text}"
            yield Form(name, spelling.origin, surname_only=True, language=spelling.language)
            for given in _given_in(spelling.language, spelling.text, parts)[:1]:
                yield Form(f"{given} {name}", spelling.origin, language=spelling.language)


def _full_forms(inflected: Inflected, parts: Parts) -> Iterator[Form]:
    """Given name and surname of one language in the same case; the commonest two spellings, the others as they are."""
    for spelling, cases in inflected:
        for at, given in enumerate(_given_in(spelling.language, spelling.text, parts)):
            for case, text in cases if at < 2 else cases[:1]:
                head = _in_case(given, case, spelling.language, parts.gender)
                yield Form(f"{head} {text}", _origin(spelling.origin, case), language=spelling.language, case=case)
            yield from _turned_forms(spelling, given, parts.gender)


def _turned_forms(spelling: Spelling, given: str, gender: str) -> Iterator[Form]:
    """Surname first; Hungarians put the endings on the given name then."""
    cases = case_forms(given, "hu", "g", gender) if spelling.language == "hu" else (("", given),)
    for case, text in cases:
        name = f"{spelling.text} {text}"
        yield Form(name, _origin(spelling.origin, case), language=spelling.language, case=case)


def _crossed_forms(parts: Parts, *, alone: bool) -> Iterator[Form]:
    """Every Latin given name with every Latin surname: newspapers mix schemes."""
    surnames = {spelling.text: spelling for spelling in parts.surnames if script_of(spelling.text) == "latin"}
    given = {s.text for spellings in parts.given[:1] for s in spellings if script_of(s.text) == "latin"}
    for surname, spelling in list(surnames.items())[: 12 if alone else 4]:
        for name in sorted(given)[: 10 if alone else 40]:
            yield Form(f"{name} {surname}", f"{spelling.via} · mixed schemes", language=spelling.language)


def _initial_forms(inflected: Inflected, parts: Parts) -> Iterator[Form]:
    """Initials before the surname; the cases only where the surname does not count alone."""
    for spelling, cases in inflected:
        letters = {given[0] for given in _given_in(spelling.language, spelling.text, parts)[:3]}
        for letter in sorted(letters) if not spelling.by_ear else ():
            for case, text in cases if not parts.alone else cases[:1]:
                origin = f"{_origin(spelling.origin, case)} · initial"
                yield Form(f"{letter} {text}", origin, language=spelling.language, case=case)


def _given_in(language: str, surname: str, parts: Parts) -> list[str]:
    """At most five ways to write the given names in this language: all of them, then each alone."""
    script = script_of(surname)
    options = []
    for spellings in parts.given:
        same = [s.text for s in spellings if s.language == language and script_of(s.text) == script]
        anywhere = [s.text for s in spellings if s.language == "" and script_of(s.text) == script]
        words = [*anywhere[:1], *same] if script == "latin" else [*same, *anywhere]
        if words:
            options.append(list(dict.fromkeys(words)))
    whole = [" ".join(words[min(at, len(words) - 1)] for words in options) for at in range(3)]
    alone = [words[0] for words in options]
    return list(dict.fromkeys([*whole, *alone]))[:5] if options else []


def _in_case(given: str, case: str, language: str, gender: str) -> str:
    """The given names in a case of the surname; the vocative and others that they lack fall back on the genitive."""
    if case in ("", "suffix", "poss"):
        return given
    return " ".join(_word_in_case(word, case, language, gender) for word in given.split())


@cache
def _word_in_case(word: str, case: str, language: str, gender: str) -> str:
    forms = dict(reversed(case_forms(word, language, "g", gender)))
    return forms.get(case) or forms.get("gen") or word


def _origin(origin: str, case: str) -> str:
    return f"{origin} · {CASES[case]}" if case else origin


def _other_letters(text: str) -> Iterable[str]:
    """Persian and Egyptian writing of the same Arabic word."""
    yield text.replace("ي", "ی").replace("ك", "ک")
    if text.endswith("ي"):
        yield text[:-1] + "ى"
