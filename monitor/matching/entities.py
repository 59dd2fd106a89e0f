"""Entities compiled to the forms that news writes them in, and the check that an occurrence means them (§3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model.watch import Entity


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an entity.

    ``text`` is words as a reader would type them ("Володимира Зеленського"); the engine folds case and marks,
    and hyphens and apostrophes separate words. ``exact``: the original must read so, letter for letter.
    """

    text: str
    origin: str  # e.g. "alias · Ukrainian · dative"
    exact: bool = False
    surname_only: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class CompiledEntity:
    """An entity with all its forms."""

    entity: Entity
    forms: tuple[Form, ...]


def compile_entity(entity: Entity) -> CompiledEntity:
    """Every form of the entity; never raises."""
    names = (entity.name, *entity.aliases) if isinstance(entity.forms, str) else entity.forms
    return CompiledEntity(entity, tuple(Form(name, "name") for name in names))


def is_namesake(
    compiled: CompiledEntity, form: Form, text: str, start: int, end: int, language: str = ""
) -> str | None:
    """Why the occurrence ``text[start:end]`` of ``form`` must not count; None when it does count.

    ``text`` is the field's original text, ``start`` and ``end`` the span that would be reported, ``language`` the
    entry's. To be asked for every occurrence of every form; cheap where there is nothing to check.
    """
    return None


def uncovered_languages(compiled: CompiledEntity, languages: Iterable[str]) -> tuple[str, ...]:
    """Those of ``languages`` (BCP 47) in which no form would be found."""
    return ()
