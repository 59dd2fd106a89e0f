"""Which watches an entry may match, found by their triggers (matching.md §5)."""

from collections.abc import Iterable, Sequence

from monitor.matching.automaton import Automaton
from monitor.matching.document import Document, Text
from monitor.matching.nodes import Node, fields_of
from monitor.matching.regexset import RegexSet
from monitor.matching.triggers import Trigger, language_needle, triggers


class Index:
    """Triggers of a list of queries. Immutable; shared by threads."""

    def __init__(self, queries: Sequence[Node]) -> None:
        self.queries = tuple(queries)
        found = [(number, trigger) for number, query in enumerate(queries) for trigger in triggers(query)]
        by_needle = _grouped((trigger.needle, number, trigger) for number, trigger in found if trigger.needle)
        by_regex = _grouped((trigger.regex, number, trigger) for number, trigger in found if trigger.regex)
        self._has_literals = any(trigger.of_regex for _, trigger in found)
        self._of_needle = list(by_needle.values())
        self._of_regex = list(by_regex.values())
        self._automaton = Automaton(list(by_needle))
        self._regexes = RegexSet(list(by_regex))
        self._fields = tuple(sorted({name for query in queries for name in fields_of(query)} - {"title", "body"}))

    def candidates(self, document: Document) -> set[int]:
        """Numbers of the queries that may be true; every other one is false."""
        texts = self._texts(document)
        haystack = "\n".join([*(text.canonical for text in texts), _language_words(document.language)])
        if self._has_literals:
            haystack = "\n".join(filter(None, (haystack, *(text.separated for text in texts))))
        found: set[int] = set()
        for needle in self._automaton.found_in(haystack):
            _add(found, self._of_needle[needle], haystack)
        for regex in self._regexes.found_in(texts):
            _add(found, self._of_regex[regex], haystack)
        return found

    def _texts(self, document: Document) -> list[Text]:
        texts = list(document.default)
        for name in self._fields:
            texts += [text for text in document.field(name) if text not in texts]
        return texts


def _add(found: set[int], waiting: Iterable[tuple[int, Trigger]], haystack: str) -> None:
    for number, trigger in waiting:
        if number not in found and all(needle in haystack for needle in trigger.required):
            found.add(number)


def _grouped(found: Iterable[tuple[str, int, Trigger]]) -> dict[str, list[tuple[int, Trigger]]]:
    groups: dict[str, list[tuple[int, Trigger]]] = {}
    for key, number, trigger in found:
        groups.setdefault(key, []).append((number, trigger))
    return groups


def _language_words(language: str) -> str:
    """The needles of a language and its prefixes: "en-gb" and "en"."""
    parts = language.split("-") if language else []
    return "".join(language_needle("-".join(parts[:count])) for count in range(1, len(parts) + 1))
