"""Does this occurrence of a bare name mean the entity? Decided by the words around it (matching.md §3, namesakes)."""

import re
from collections.abc import Iterable
from functools import cache

from monitor.matching.given import Bearer, is_given, is_own, is_patronymic
from monitor.matching.lexicon import fold, given_names, guards, reads_like, rows, stems, words
from monitor.matching.names import script_of
from monitor.matching.neighbours import Place, is_letter

_BY_EAR = {"hr": ("hr", "sr", "bs", "sh", "cnr", "me")}


def person_doubt(bearer: Bearer, place: Place, case: str, *, bare: bool) -> str | None:
    """Why this is not the person; ``bare``: the surname stands without a given name of the entity in the form."""
    if place.followed and fold(place.after[0]) in words("context", "junior"):
        return f"another generation: {place.matched} {place.after[0]}"
    named = _names_a_place(place)
    if named is not None:
        return named
    if not bare:
        return None
    return (
        _written_small(place, case)
        or _foreign_case(place, case)
        or _case_of_a_word(bearer, place, case)
        or _other_gender(bearer, place)
        or _other_given_name(bearer, place)
        or _given_name_follows(bearer, place)
        or (None if _own_name_precedes(bearer, place) else common_word(place))
    )


def is_written_by_ear(language: str, place: Place) -> bool:
    """The text is in ``language`` or a sister of it, which respells foreign names: Tramp, Tramps."""
    return _is_in(_BY_EAR.get(language, (language,)), place)


def thing_doubt(place: Place, case: str) -> str | None:
    """Why this one word is not the organisation, place or other thing."""
    return _written_small(place, case) or _foreign_case(place, case) or common_word(place)


def _names_a_place(place: Place) -> str | None:
    """*Zelenskyj Street*, *вулиця Зеленського*, *Trump Tower*."""
    if place.followed:
        after, capital = fold(place.after[0]), place.after[0][0].isupper()
        street = after in words("context", "place_after") or after.endswith(("strasse", "platz", "allee"))
        named = after in words("context", "place_after_capital") or after in words("context", "brand_after")
        if street or (capital and named):
            return f"a place or brand: {place.matched} {place.after[0]}"
    if place.before and (place.joined or place.before[-1].endswith(".")):
        before, capital = fold(place.before[-1]), place.before[-1][0].isupper()
        romance = capital or place.language in ("fr", "it", "ro")
        doubtful = before in words("context", "place_before_romance")
        if before in words("context", "place_before") or (doubtful and romance):
            return f"a place: {place.before[-1]} {place.matched}"
    return None


def _written_small(place: Place, case: str) -> str | None:
    """*umerova* the noun, *trump* the verb; names in small letters stay names where nothing has capitals."""
    last = re.split(r"[\s'’-]+", place.matched)[-1]
    if not last[:1].islower():
        return None
    guard = guards().get(fold(last))
    guarded = guard is not None and (not guard.languages or _is_in(guard.languages, place))
    inflected = case not in ("", "joined") and (place.has_capitals or len(place.before) + len(place.after) < 4)
    return f"written small: {place.matched}" if guarded or inflected or len(last) < 5 else None


def _foreign_case(place: Place, case: str) -> str | None:
    """Slavic, Baltic and Finno-Ugric endings in a language that has none; the genitive -s is one of theirs."""
    undeclined = place.language in _WITHOUT_CASES and script_of(place.matched) == "latin"
    if case and undeclined and not place.matched.endswith(("s", "S")):
        return f"an ending of other languages: {place.matched}"
    return None


def _case_of_a_word(bearer: Bearer, place: Place, case: str) -> str | None:
    """Endings make ever more words of a surname that is one: *May*, *Maybe*."""
    if not case or bearer.guard not in ("word", "capital", "frequent", "east-asian") or place.article:
        return None
    titled = place.joined and _is_office(place.before[-1])
    doubtful = place.opens or place.shouting or not place.language or bearer.guard != "word"
    return f"a common word: {place.matched}" if doubtful and not titled else None


def _other_gender(bearer: Bearer, place: Place) -> str | None:
    czech = place.matched.lower().endswith(("ová", "ovú"))
    if bearer.gender == "m" and czech:
        return f"a woman's surname: {place.matched}"
    if not place.joined:
        return None
    title = fold(place.before[-1])
    if bearer.gender == "m" and (title in words("titles", "mrs") or title == "lady"):
        return f"a woman: {place.before[-1]} {place.matched}"
    if bearer.gender == "f" and title in words("titles", "mr"):
        return f"a man: {place.before[-1]} {place.matched}"
    return None


_WITHOUT_CASES = frozenset(["en", "fr", "de", "es", "it", "nl", "sv", "da", "no", "pt", "ro"])


def _other_given_name(bearer: Bearer, place: Place) -> str | None:
    if place.dotted and place.before:
        return _other_dotted(bearer, place)
    if not place.before:
        return None
    nearest = place.before[-1]
    further = place.before[-2] if len(place.before) > 1 else ""
    if _is_initial(nearest, place):
        return _other_initial(bearer, place, nearest, further)
    if not place.joined or not nearest[0].isupper() or bearer.given == frozenset():
        return _other_joined(bearer, place, nearest)
    if is_own(nearest, bearer, place.language) or (
        further and is_patronymic(nearest) and is_own(further, bearer, place.language)
    ):
        return None
    acronym = len(nearest) > 1 and nearest.isupper() and not place.matched.isupper()
    if acronym or fold(nearest) in words("context", "opener"):
        return None
    if is_given(nearest, place.language) and not _is_hungarian_neighbour(bearer, place, further):
        return f"another given name: {nearest} {place.matched}"
    if further and is_patronymic(nearest) and is_given(further, place.language):
        return f"another given name: {further} {nearest} {place.matched}"
    if further and fold(further) in words("context", "occupation") and not _is_office(nearest):
        return f"another given name: {nearest} {place.matched}"
    return None


def _own_name_precedes(bearer: Bearer, place: Place) -> bool:
    if not place.before:
        return False
    nearest = place.before[-1]
    return _is_initial(nearest, place) or (
        place.joined and nearest[0].isupper() and is_own(nearest, bearer, place.language)
    )


def _other_joined(bearer: Bearer, place: Place, nearest: str) -> str | None:
    """Scripts without capitals: only names of the lists count."""
    if place.joined and script_of(nearest) in ("ar", "he") and bearer.scripts & {script_of(nearest)}:
        word = fold(nearest)
        if word in given_names() and not is_own(nearest, bearer, place.language):
            return f"another given name: {nearest} {place.matched}"
    return None


def _other_initial(bearer: Bearer, place: Place, nearest: str, further: str) -> str | None:
    letters = fold(nearest)
    if not bearer.initials or letters in bearer.initials or letters[:1] in bearer.initials:
        return None
    if further and (
        is_own(further, bearer, place.language) or (is_letter(further) and fold(further) in bearer.initials)
    ):
        return None
    return f"another initial: {nearest} {place.matched}"


def _other_dotted(bearer: Bearer, place: Place) -> str | None:
    """Chinese and Japanese write given name, dot, surname."""
    nearest = fold(place.before[-1])
    script = script_of(place.before[-1])
    known = [name for name in bearer.given if script_of(name) == script]
    if not known or any(nearest.replace(" ", "").endswith(name.replace(" ", "")) for name in known):
        return None
    return f"another given name: {place.before[-1]}·{place.matched}"


def _given_name_follows(bearer: Bearer, place: Place) -> str | None:
    """Surname first, as Hungarians and registers write: *Orbán Balázs*."""
    if not place.followed or not place.after[0][0].isupper() or not bearer.given:
        return None
    name = place.after[0]
    if is_own(name, bearer, place.language) or fold(name) in words("context", "opener"):
        return None
    ends = len(place.after) < 2 or name.endswith(".") or not place.after[1][0].isupper()
    if place.language in ("hu", "") and bearer.surname_first and name.lower().startswith(_hungarian_names()):
        return f"another given name: {place.matched} {name}"
    hungarian = place.language == "hu" or (bearer.surname_first and not place.language)
    if hungarian and ends and is_given(name, place.language):
        return f"another given name: {place.matched} {name}"
    patronymic = len(place.after) > 1 and is_patronymic(place.after[1])
    if patronymic and is_given(name, place.language):
        return f"another given name: {place.matched} {name}"
    return None


@cache
def _hungarian_names() -> tuple[str, ...]:
    """With their accents: *Róbert* is Hungarian where *Robert Fico* is not."""
    return tuple(name.lower() for area, _, names in rows("given_names") if area == "hu" for name in names.split())


def common_word(place: Place) -> str | None:
    """The name is also a word: is it the word here?"""
    last = fold(re.split(r"[\s-]+", place.matched)[-1])
    guard = guards().get(last)
    if guard is None:
        return None
    if guard.languages and not _is_in(guard.languages, place):
        return None
    after = fold(place.after[0]) if place.followed else ""
    before = fold(place.before[-1]) if place.joined else ""
    if after in guard.after or before in guard.before:
        return f"the word, not the name: {' '.join(filter(None, (before, place.matched, after)))}"
    if place.article or guard.kind == "name" or (guard.kind == "collision" and guard.after):
        return None
    if guard.kind in ("frequent", "east-asian"):
        return None if before and _is_office(place.before[-1]) else f"a surname of many: {place.matched}"
    if _shows_a_person(place, before, after):
        return None
    unsure = guard.kind == "capital" or place.opens or place.shouting or place.matched[:1].islower()
    return f"a common word: {place.matched}" if unsure else None


def _is_in(languages: Iterable[str], place: Place) -> bool:
    """The text is in one of the languages, by the entry's own word or by its letters."""
    if place.language:
        return place.language in languages
    patterns = map(reads_like, languages)
    return any(pattern is not None and pattern.search(place.around.lower()) for pattern in patterns)


def _shows_a_person(place: Place, before: str, after: str) -> bool:
    if before and place.before[-1][0].isupper() | _is_office(place.before[-1]) and _is_title(place.before[-1]):
        return True
    return bool(after) and after in words("context", "say")


def _is_title(word: str) -> bool:
    folded = fold(word)
    return _is_office(word) or folded in words("titles", "mr") or folded in words("titles", "mrs")


def _is_office(word: str) -> bool:
    folded = fold(word).split(" ")[-1]
    known = stems("titles", "office")
    return (
        folded in words("titles", "office") or folded.startswith(known) or any(map(folded.endswith, _LONG_TITLES))
    )


_LONG_TITLES = (
    "kanzler",
    "kanzlerin",
    "minister",
    "ministerin",
    "prasident",
    "prasidentin",
    "president",
    "chef",
    "chefin",
)


def _is_initial(word: str, place: Place) -> bool:
    if not is_letter(word) or _is_title(word):
        return False
    return word.endswith(".") or (place.joined and not place.opener and fold(word) not in _SMALL_WORDS)


_SMALL_WORDS = frozenset(
    [
        "a",
        "e",
        "i",
        "o",
        "u",
        "w",
        "y",
        "z",
        "k",
        "s",
        "v",
        "à",
        "è",
        "é",
        "а",
        "б",
        "в",
        "г",
        "е",
        "є",
        "з",
        "и",
        "і",
        "й",
        "к",
        "о",
        "с",
        "у",
        "я",
    ]
)


def _is_hungarian_neighbour(bearer: Bearer, place: Place, further: str) -> bool:
    """*Orbán Viktor Zelenszkijjel*: the given name belongs to the surname before it."""
    return (
        place.language == "hu" and bool(further) and further[0].isupper() and not is_given(further, place.language)
    )
