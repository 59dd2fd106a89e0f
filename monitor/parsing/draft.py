"""An item while its elements come in: which later ones replace, join or change the meaning of earlier ones."""

from dataclasses import dataclass, field

from monitor.model.entry import Enclosure
from monitor.parsing.dates import parse_date
from monitor.parsing.items import NOTHING, Item, Markup


class Doubt(Exception):
    """Something that feedparser may read otherwise."""


@dataclass(slots=True)
class Draft:
    """The rules are those of feedparser, which reads what is declined here."""

    guid: str = ""
    link: str | None = None
    title: Markup = NOTHING
    summary: Markup | None = None
    summary_depth: int = 99
    contents: list[Markup] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    language: str = ""
    enclosures: list[Enclosure] = field(default_factory=list)
    has_plain_author: bool = False
    has_source: bool = False

    def describe(self, text: Markup, depth: int) -> None:
        """A second description counts as content, unless there is content already."""
        if self.summary is not None and not self.contents:
            self.contents.append(text)
        elif self.summary is None or depth <= self.summary_depth:
            self.summary, self.summary_depth = text, depth

    def add_content(self, text: Markup) -> None:
        self.contents.append(text)
        if self.summary is None:
            self.summary = text

    def check_other_title(self) -> None:
        """The first title stays, but feedparser forgets that there was one when it has read a source."""
        if not self.title.value or self.has_source:
            raise Doubt

    def item(self) -> Item:
        """Raises Doubt for a date that cannot be read."""
        dates = self.dates
        if any(date and parse_date(date) is None for date in dates.values()):
            raise Doubt
        body = max(self.contents, key=lambda text: len(text.value), default=NOTHING)
        summary = self.summary or NOTHING
        return Item(
            guid=self.guid,
            link=self.link or "",
            title=self.title,
            summary=NOTHING if summary.value == body.value else summary,
            body=body,
            authors=tuple(self.authors),
            tags=tuple(self.tags),
            published=dates.get("published") or dates.get("updated") or dates.get("created") or "",
            updated=dates.get("updated", ""),
            language=self.language,
            enclosures=tuple(self.enclosures),
        )
