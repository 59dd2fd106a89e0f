"""Names from one script into another by the published schemes of seeds/lexicon/schemes.tsv."""

from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from monitor.matching.lexicon import rows

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`′", "'"))


@dataclass(frozen=True, slots=True)
class Scheme:
    """Letter rules: "ський$" -> ("sky", "ski"); see the head of the table."""

    id: str
    languages: tuple[str, ...]
    rules: dict[str, tuple[str, ...]]
    longest: int


@cache
def scheme(name: str) -> Scheme:
    """The scheme of that name with the rules of its base."""
    cells = next(row for row in rows("schemes") if row[0] == name)
    base = {} if cells[1] == "-" else dict(scheme(cells[1]).rules)
    for rule in cells[4].split():
        letters, _, results = rule.partition("=")
        base[letters] = tuple(results.split("/"))
        base.setdefault(letters, base[letters])
    languages = () if cells[2] == "-" else tuple(cells[2].split(","))
    return Scheme(name, languages, base, max(map(len, base)))


@cache
def schemes_from(alphabet: str) -> tuple[Scheme, ...]:
    """Every scheme from ``alphabet`` ("uk" or "ru") into Latin."""
    names = [row[0] for row in rows("schemes") if row[0].startswith(f"{alphabet}-")]
    into_other = {"uk-el", "uk-ru", "uk-bg", "uk-lookalike", "ru-uk", "ru-bg"}
    return tuple(scheme(name) for name in names if name not in into_other)


@cache
def transliterate(name: str, scheme_name: str, limit: int = 3) -> tuple[str, ...]:
    """At most ``limit`` spellings of a name, commonest first; capitals as in the name's first letters."""
    rules = scheme(scheme_name)
    pieces = name.translate(_APOSTROPHES).split("-")
    options = [tuple(_spellings(piece, rules, limit)) for piece in pieces]
    return tuple(islice(dict.fromkeys("-".join(choice) for choice in product(*options)), limit))


def _spellings(word: str, rules: Scheme, limit: int) -> list[str]:
    options = _options(f"^{word.lower()}$", rules)
    found: dict[str, None] = {}
    for choice in islice(product(*options), limit * 8):
        spelled = "".join(choice)
        found.setdefault(spelled[:1].upper() + spelled[1:] if word[:1].isupper() else spelled)
        if len(found) == limit:
            break
    return list(found)


def _options(padded: str, rules: Scheme) -> list[tuple[str, ...]]:
    options: list[tuple[str, ...]] = []
    at = 0
    while at < len(padded):
        for length in range(min(rules.longest, len(padded) - at), 0, -1):
            results = rules.rules.get(padded[at : at + length])
            if results is not None:
                options.append(results)
                at += length
                break
        else:
            if padded[at] not in "^$":
                options.append((padded[at],))
            at += 1
    return _first_choices_vary_first(options)


def _first_choices_vary_first(options: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """At most three letters with a choice: more would only make spellings that nobody uses."""
    varied = 0
    kept = []
    for results in options:
        varied += len(results) > 1
        kept.append(results if varied <= 3 else results[:1])
    return kept
