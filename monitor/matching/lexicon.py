"""The curated tables of seeds/lexicon, read once: rows of tab-separated cells, lines with # are remarks."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from monitor.text import canonical


@cache
def rows(table: str) -> tuple[tuple[str, ...], ...]:
    """The rows of ``<table>.tsv`` from the installed package, else from the checkout."""
    text = (_directory() / f"{table}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and line[0] != "#")


@cache
def words(table: str, kind: str) -> frozenset[str]:
    """Folded words of every row of ``table`` that begins with ``kind``; a stem keeps no mark, see ``stems``."""
    text = "\n".join(row[1] for row in rows(table) if row[0] == kind)
    return frozenset(canonical(" ".join(word for word in text.split() if not word.endswith("*"))).split())


@cache
def stems(table: str, kind: str) -> tuple[str, ...]:
    """Folded beginnings of words: those written with a star."""
    text = " ".join(row[1] for row in rows(table) if row[0] == kind)
    return tuple(canonical(" ".join(word[:-1] for word in text.split() if word.endswith("*"))).split())


@dataclass(frozen=True, slots=True)
class Guard:
    """What a surname means besides: kind (name, word, capital, frequent, collision) and its companions."""

    kind: str
    after: frozenset[str]
    before: frozenset[str]
    languages: frozenset[str]


@cache
def guards() -> dict[str, Guard]:
    """Folded word -> what else it is."""
    found: dict[str, Guard] = {}
    for word, kind, after, before, *languages in rows("common_words"):
        tongues = frozenset(languages[0].split(",")) if languages else frozenset()
        found.setdefault(fold(word), Guard(kind, _companions(after), _companions(before), tongues))
    return found


@cache
def given_names() -> dict[str, str]:
    """Folded given name of any script -> gender (m, f)."""
    found: dict[str, str] = {}
    for gender, *cells in rows("given_clusters"):
        found.update(dict.fromkeys(canonical(" ".join(cells)).split(), gender))
    for _, gender, names in rows("given_names"):
        for name in canonical(names).split():
            found.setdefault(name, gender)
    for _, names in rows("given_other"):
        for name in canonical(names).split():
            found.setdefault(name, "")
    return {name: gender for name, gender in found.items() if len(name) > 1}


@cache
def areas() -> dict[str, tuple[str, ...]]:
    """Folded given name -> language areas where it is common, as in the table."""
    found: dict[str, tuple[str, ...]] = {}
    for area, _, names in rows("given_names"):
        for name in canonical(names).split():
            known = found.get(name, ())
            found[name] = known if area in known else (*known, area)
    return found


@dataclass(frozen=True, slots=True)
class Cluster:
    """One given name in several languages."""

    gender: str
    latin: tuple[str, ...]
    ukrainian: str
    russian: str
    other: tuple[str, ...]


@cache
def clusters() -> dict[str, Cluster]:
    """Folded spelling -> the name in all languages."""
    found: dict[str, Cluster] = {}
    for row in rows("given_clusters"):
        gender, latin, ukrainian, russian, other = (*row, "", "", "", "")[:5]
        cluster = Cluster(gender, tuple(latin.split()), ukrainian, russian, tuple(other.split()))
        for name in (*cluster.latin, ukrainian, russian, *cluster.other):
            found.setdefault(fold(name), cluster)
    return found


@cache
def reads_like(language: str) -> re.Pattern[str] | None:
    """What shows the language in a text; None where nothing is known."""
    return next((re.compile(row[1]) for row in rows("reads_like") if row[0] == language), None)


@cache
def particles() -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Folded particle of any script -> (an article that may be left out, its spellings)."""
    found: dict[str, tuple[bool, tuple[str, ...]]] = {}
    for row in rows("particles"):
        spellings = (row[0], *(row[2].split() if len(row) > 2 else ()))
        for spelling in spellings:
            found.setdefault(fold(spelling), (row[1] == "free", spellings))
    return found


@cache
def fold(word: str) -> str:
    """One word as canonical text has it."""
    return canonical(word).strip()


def _companions(cell: str) -> frozenset[str]:
    return frozenset() if cell == "-" else frozenset(canonical(cell).split())


@cache
def _directory() -> Path:
    packaged = Path(str(files("monitor"))) / "_data" / "seeds" / "lexicon"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "seeds" / "lexicon"
