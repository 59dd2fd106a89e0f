"""Entities compiled to the forms that news writes them in, and the check that an occurrence means them (§3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from monitor.matching.forms import MOST, Form, initials, literal_forms, person_forms, person_parts
from monitor.matching.given import Bearer, skeleton
from monitor.matching.inflect import case_forms, declines
from monitor.matching.lexicon import fold, guards
from monitor.matching.names import PersonName, cyrillic_languages, gender_of, parse_person, script_of
from monitor.matching.namesakes import is_written_by_ear, person_doubt, thing_doubt
from monitor.matching.neighbours import place_of
from monitor.matching.things import organisation_forms, other_forms, place_forms
from monitor.model.watch import Entity

__all__ = ["CompiledEntity", "Form", "compile_entity", "is_namesake", "uncovered_languages"]

_OWN_SCRIPTS = {
    "el": "el", "ar": "ar", "fa": "ar", "ur": "ar", "he": "he", "zh": "zh", "ja": "ja", "ko": "ko", "hi": "hi",
    "mr": "hi", "ne": "hi", "bn": "bn", "th": "th", "ka": "ka", "hy": "hy",
}  # fmt: skip
_NOBODY = Bearer()
_CYRILLIC_LANGUAGES = frozenset(["uk", "ru", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"])
_RULED_CYRILLIC = {"uk": "uk", "ru": "ru", "bg": "bg", "sr": "sr", "mk": "sr", "be": "ru"}


@dataclass(frozen=True, slots=True)
class CompiledEntity:
    """An entity with all its forms, and who bears the name."""

    entity: Entity
    forms: tuple[Form, ...]
    bearer: Bearer = _NOBODY


def compile_entity(entity: Entity) -> CompiledEntity:
    """Every form of the entity, at most ``MOST``; never raises."""
    names = [name.strip() for name in (entity.name, *entity.aliases) if fold(name)]
    if not names:
        return CompiledEntity(entity, ())
    if not isinstance(entity.forms, str):
        return CompiledEntity(entity, _distinct(Form(form, "listed") for form in entity.forms))
    sources = ["name", *("alias" for _ in names[1:])]
    if entity.forms == "exact":
        return CompiledEntity(entity, _distinct(map(Form, names, sources)))
    if entity.type == "person":
        return _compile_person(entity, names, sources)
    compilers = {"organisation": organisation_forms, "place": place_forms}
    forms = compilers.get(entity.type, other_forms)(names, sources)
    return CompiledEntity(entity, _distinct(forms))


def is_namesake(
    compiled: CompiledEntity, form: Form, text: str, start: int, end: int, language: str = ""
) -> str | None:
    """Why the occurrence ``text[start:end]`` of ``form`` must not count; None when it does count.

    ``text`` is the field's original text, ``start`` and ``end`` the span that would be reported, ``language`` the
    entry's. To be asked for every occurrence of every form; cheap where there is nothing to check.
    """
    if compiled.entity.forms != "auto":
        return None
    person = compiled.entity.type == "person"
    if not person and not form.surname_only:
        return None
    place = place_of(text, start, end, language)
    if form.by_ear and not is_written_by_ear(form.language, place):
        return f"a spelling of other languages: {place.matched}"
    if person:
        return person_doubt(compiled.bearer, place, form.case, bare=form.surname_only)
    return thing_doubt(place, form.case)


def uncovered_languages(compiled: CompiledEntity, languages: Iterable[str]) -> tuple[str, ...]:
    """Those of ``languages`` (BCP 47) in which no form would be found, in order, each once."""
    found = {form.language for form in compiled.forms}
    scripts = {script_of(form.text) for form in compiled.forms}
    return tuple(tag for tag in dict.fromkeys(languages) if not _is_covered(tag, found, scripts))


def _is_covered(tag: str, languages: set[str], scripts: set[str]) -> bool:
    language, *rest = tag.lower().replace("_", "-").split("-")
    if language in languages:
        return True
    if language in _OWN_SCRIPTS:
        return _OWN_SCRIPTS[language] in scripts
    if language in _CYRILLIC_LANGUAGES and "latn" not in rest:
        return _RULED_CYRILLIC.get(language, "") in languages or (
            language not in _RULED_CYRILLIC and "cyrillic" in scripts
        )
    return "latin" in scripts


def _compile_person(entity: Entity, names: list[str], sources: list[str]) -> CompiledEntity:
    parsed = [parse_person(name) for name in names]
    main = parsed[0]
    surnames, nicknames = _sorted_out(parsed, names, sources)
    kept = [name for name, _ in surnames]
    gender = next((found for name in kept if (found := gender_of(name.given))), "")
    parts = person_parts(kept, [source for _, source in surnames], gender)
    forms = [*_as_written(names, sources, parts_alone=parts.alone), *person_forms(parts)]
    for nickname, source in nicknames:
        forms += _nickname_forms(nickname, source, gender)
    given = [spelling.text for spellings in parts.given for spelling in spellings]
    guard = guards().get(fold(main.surname))
    bearer = Bearer(
        frozenset(fold(text) for text in given) | frozenset(map(skeleton, given)),
        frozenset(letter for spellings in parts.given for letter in initials(spellings)),
        gender,
        frozenset(map(script_of, given)),
        _is_hungarian(main),
        guard.kind if guard else "",
    )
    return CompiledEntity(entity, _distinct(forms), bearer)


def _sorted_out(
    parsed: list[PersonName], names: list[str], sources: list[str]
) -> tuple[list[tuple[PersonName, str]], list[tuple[str, str]]]:
    """Names that carry the surname, and nicknames (one word that is not the surname in any spelling)."""
    surnames = [(parsed[0], sources[0])]
    nicknames = []
    known = [skeleton(parsed[0].surname)]
    for name, text, source in zip(parsed[1:], names[1:], sources[1:], strict=True):
        one_word = not name.given and not name.particles
        same_script = name.script in ("latin", "cyrillic")
        if one_word and same_script and not any(_alike(skeleton(name.surname), other) for other in known):
            nicknames.append((text, source))
        else:
            surnames.append((name, source))
            known.append(skeleton(name.surname))
    return surnames, nicknames


def _alike(one: str, other: str) -> bool:
    """Two spellings of one surname share their consonants in order, more or less."""
    first, second = ("".join(letter for letter in word if letter not in "*aeiou") for word in (one, other))
    shared = sum(letter in second for letter in first)
    return bool(first) and bool(second) and shared * 3 >= 2 * max(len(first), len(second))


def _as_written(names: list[str], sources: list[str], *, parts_alone: bool) -> Iterator[Form]:
    """The names themselves, whatever the rules make of them."""
    for name, source in zip(names, sources, strict=True):
        bare = len(name.split()) == 1
        script = script_of(name)
        if script not in ("latin", "cyrillic", "el"):
            yield from literal_forms(name, source, bare=bare)
            if parts_alone and (surname := _surname_of(name)):
                yield from literal_forms(surname, source, bare=True, language=script)
        else:
            yield Form(name, source, surname_only=bare)


def _surname_of(name: str) -> str:
    """The surname of a name in Chinese, Japanese, Arabic …: after the last dot or space, if long enough to stand alone."""
    parsed = parse_person(name)
    return " ".join((*parsed.particles, parsed.surname)) if parsed.given and len(parsed.surname) > 2 else ""


def _nickname_forms(name: str, source: str, gender: str) -> Iterator[Form]:
    languages = cyrillic_languages(name) if script_of(name) == "cyrillic" else ("pl", "cs", "hu", "fi")
    for language in languages:
        if declines(language):
            for case, text in case_forms(name, language, "g", gender):
                yield Form(text, f"{source} · {language}", surname_only=True, language=language, case=case)


def _is_hungarian(name: PersonName) -> bool:
    return name.script == "latin" and any(letter in "áéőűöü" for letter in name.surname.lower())


def _distinct(forms: Iterable[Form]) -> tuple[Form, ...]:
    """One of each text as canonical text sees it; a nominative before a case, a spelling before one by ear."""
    found: dict[str, Form] = {}
    for form in forms:
        key = f"={form.text}" if form.exact else form.text.lower().translate(_plain_letters())
        known = found.get(key)
        if known is None or (known.by_ear, bool(known.case)) > (form.by_ear, bool(form.case)):
            found[key] = form
    return tuple(list(found.values())[:MOST])


@cache
def _plain_letters() -> dict[int, str]:
    """Latin and Greek letters without their marks, hyphens as spaces: what makes two forms one."""
    letters = {code: fold(chr(code)) for code in (*range(0xC0, 0x250), *range(0x386, 0x3D0))}
    return {code: plain for code, plain in letters.items() if plain} | {0x2D: " "}
