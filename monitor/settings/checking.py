"""From pydantic's errors to problems with a place, in words."""

from collections.abc import Collection, Iterator
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.model.errors import Problem
from monitor.settings.fields import Known
from monitor.settings.problems import near
from monitor.settings.values import described
from monitor.settings.yamlfile import Document, Path_

M = TypeVar("M", bound=BaseModel)
_TEMPLATES = {
    "union_tag_not_found": "`type` is missing: email, slack or webhook",
    "string_pattern_mismatch": "{shown} is not a Wikidata id, as in Q42",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "list_type": "needs a list, not {shown}",
    "tuple_type": "needs a list, not {shown}",
}
_FAMILIES = {
    "int_": "{shown} is not a whole number",
    "model_": "needs keys and values, not {shown}",
    "dict_": "needs keys and values, not {shown}",
}
_TAGS = ("email", "slack", "webhook", "opml", "feed")


def check(
    model: type[M], document: Document, names: Known, told: Collection[Path_] = ()
) -> tuple[M | None, list[Problem]]:
    """The document as a model, or every way in which it is none. Paths in ``told`` are not told again."""
    try:
        return model.model_validate(document.plain(), context=names), []
    except ValidationError as error:
        found = [(_untagged(details["loc"]), details) for details in error.errors(include_url=False)]
        misspelt = {
            (loc[:-1], _meant(model, document, loc))
            for loc, details in found
            if details["type"] == "extra_forbidden"
        }
        problems = [
            _problem(model, document, loc, details)
            for loc, details in found
            if document.descend(loc)[0] not in told
            and not (details["type"] == "missing" and (loc[:-1], str(loc[-1])) in misspelt)
        ]
        return None, list(dict.fromkeys(problems))


def _untagged(loc: Path_) -> Path_:
    """Without the name of the variant that pydantic puts behind a channel's or a feed's own place."""
    if len(loc) > 2 and loc[0] in ("channels", "feeds") and loc[2] in _TAGS:
        return loc[:2] + loc[3:]
    return loc


def _problem(model: type[BaseModel], document: Document, loc: Path_, details: ErrorDetails) -> Problem:
    kind, context = details["type"], details.get("ctx") or {}
    if loc and loc[-1] == "[key]":
        walked, _, key = document.descend(loc[:-1])
        what, suggestion = _words(kind, context, details)
        return document.problem(key, walked[:-1], what, suggestion)
    walked, node, key = document.descend(loc)
    if kind == "extra_forbidden":
        meant = _meant(model, document, loc)
        return document.problem(key, walked[:-1], f"unknown key `{loc[-1]}`", meant)
    if kind == "union_tag_invalid":
        walked, node, key = document.descend((*loc, "type"))
    if kind == "missing":
        return document.problem(node, walked, f"`{loc[-1]}` is missing")
    what, suggestion = _words(kind, context, details)
    return document.problem(node, walked, what, suggestion)


def _words(kind: str, context: dict[str, Any], details: ErrorDetails) -> tuple[str, str]:
    given = details["input"]
    if kind == "refused":
        return str(context["what"]), str(context["suggestion"])
    if kind in ("literal_error", "union_tag_invalid"):
        return _choice(context.get("tag", given), str(context.get("expected") or context.get("expected_tags")))
    if kind == "string_type":
        return f"needs a text, not {described(given)}", f'"{str(given).lower()}"' if isinstance(
            given, bool
        ) else ""
    template = _TEMPLATES.get(kind) or next((t for start, t in _FAMILIES.items() if kind.startswith(start)), "")
    return template.format(shown=described(given), **context) if template else details["msg"], ""


def _choice(given: Any, listed: str) -> tuple[str, str]:
    words = [word.strip(" '") for word in listed.replace(" or ", ", ").split(",")]
    return f"{described(given)} is not one of {', '.join(words)}", near(str(given), words)


def _meant(model: type[BaseModel], document: Document, loc: Path_) -> str:
    """The known key that is most like an unknown one."""
    return near(str(loc[-1]), _keys(model, loc[:-1], document))


def _keys(model: type[BaseModel], loc: Path_, document: Document) -> list[str]:
    """The keys that are known at this place."""
    models = [model]
    for depth, part in enumerate(loc):
        inner = [
            found
            for one in models
            for name, field in one.model_fields.items()
            if part in (name, field.alias)
            for found in _models(field.annotation)
        ]
        models = inner or models
        models = _of_type(models, document, loc[: depth + 1])
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _of_type(models: list[type[BaseModel]], document: Document, loc: Path_) -> list[type[BaseModel]]:
    """Among variants the one whose ``type`` the document names."""
    _, node, _ = document.descend((*loc, "type"))
    return [m for m in models if node.value in get_args(_type_of(m))] or models


def _type_of(model: type[BaseModel]) -> Any:
    field = model.model_fields.get("type")
    return field.annotation if field and get_origin(field.annotation) is Literal else None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)
