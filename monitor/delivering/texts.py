"""Texts: the words around the news, from one file that a user may override, and dates in those words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from monitor.model.errors import TemplateError

FOLDER = Path(__file__).parent / "templates"
FILE = "texts.yaml"

_PLACE = re.compile(r"\{(\w+)\}")
_SHAPES: Mapping[type, str] = {str: "text", list: "list", dict: "mapping"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
_THREE_FORMS = frozenset({"be", "bs", "hr", "ru", "sr", "uk", "pl"})


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentences by key. ``{name}`` is filled in; ``|`` parts the plural forms, chosen by the number ``n``."""

    words: Mapping[str, Any]

    @property
    def language(self) -> str:
        return str(self.words["language"])

    @property
    def direction(self) -> str:
        return "rtl" if self.language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, **values: object) -> str:
        forms = str(self.words[key]).split("|")
        number = values.get("n")
        chosen = (
            forms[min(_plural(self.language, number), len(forms) - 1)] if isinstance(number, int) else forms[0]
        )
        return _PLACE.sub(lambda m: str(values.get(m[1], m[0])), chosen)

    def day(self, day: date, *, long: bool = False) -> str:
        """``Sun 22 Nov``; long: ``Sunday 22 November 2026``."""
        form = "long" if long else "short"
        return self(
            f"date_{form}",
            weekday=self.words[f"weekdays_{form}"][day.weekday()],
            day=day.day,
            month=self.words[f"months_{form}"][day.month - 1],
            year=day.year,
        )

    def moment(self, at: datetime) -> str:
        """Local day and time: ``Sun 22 Nov, 06:41``."""
        return self("moment", day=self.day(at.date()), time=f"{at:%H:%M}")

    def over(self, words: Mapping[str, Any]) -> "Texts":
        """These texts with some of them replaced; raises TemplateError for keys or shapes we do not know."""
        for key, value in words.items():
            if key not in self.words:
                raise TemplateError(f"{FILE}: unknown text {key!r}")
            if type(self.words[key]) is not type(value):
                raise TemplateError(f"{FILE}: {key} must be a {_SHAPES[type(self.words[key])]}")
            if isinstance(value, list) and len(value) != len(self.words[key]):
                raise TemplateError(f"{FILE}: {key} needs {len(self.words[key])} items")
        return Texts({**self.words, **words})


@cache
def our_texts() -> Texts:
    return Texts(_read(FOLDER / FILE))


def texts_from(folder: Path | None) -> Texts:
    """Ours, under those of the user's file when there is one; raises TemplateError."""
    path = folder / FILE if folder else None
    return our_texts().over(_read(path)) if path and path.is_file() else our_texts()


def _read(path: Path) -> dict[str, Any]:
    try:
        words = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, ValueError, YAMLError) as error:
        raise TemplateError(f"{path.name}: cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(words, dict):
        raise TemplateError(f"{path.name}: must be a mapping of texts")
    return words


def _plural(language: str, n: int) -> int:
    """Index of the plural form (Unicode CLDR): one | other, or one | few | many."""
    if language.split("-")[0] not in _THREE_FORMS:
        return 0 if n == 1 else 1
    if n == 1 or (n % 10 == 1 and n % 100 != 11 and language[:2] != "pl"):
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
