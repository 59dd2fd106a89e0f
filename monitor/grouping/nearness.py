"""Nearness: whether two texts tell the same news, judged by their signatures."""

from dataclasses import dataclass

from monitor.grouping.signatures import Signature, opening_share, share, similarity

LEAST = 16  # shingles; a shorter text joins nothing but its exact copies
SHORT = 40  # shingles; below, a few set phrases are already half of the text
OPENING = 0.2  # of one opening in the other text: a shared background paragraph alone makes no copy …
ALIKE = 0.6  # … unless nearly all is the same, behind a lead of the outlet's own
FIGURES = 3  # words with digits; fewer decide nothing


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one text is to another."""

    of_mine: float  # share of the first text that stands in the second
    of_theirs: float

    @property
    def most(self) -> float:
        """How much of one of them stands in the other."""
        return max(self.of_mine, self.of_theirs)

    def words(self, other: int) -> str:
        """For people: "91 % of its words are in entry 17"."""
        if self.of_mine >= self.of_theirs:
            return f"{_percent(self.of_mine)} of its words are in entry {other}"
        return f"{_percent(self.of_theirs)} of the words of entry {other} are in it"


def nearness(mine: Signature, theirs: Signature) -> Nearness | None:
    """None: other news, or too little to tell."""
    shorter = min(len(mine.hashes), len(theirs.hashes))
    if shorter < LEAST:
        return None
    opens_alike = max(opening_share(mine, theirs), opening_share(theirs, mine)) >= OPENING
    if not opens_alike and (mine.site == theirs.site or similarity(mine, theirs) < ALIKE):
        return None  # most candidates end here
    found = Nearness(share(mine, theirs), share(theirs, mine))
    if mine.site == theirs.site:
        near = found.most >= 0.8 and _same_frame(mine, theirs)
    elif shorter < SHORT:
        near = found.most >= 0.5
    else:
        near = found.most >= 0.4
    return found if near and not _other_figures(mine, theirs) else None


def _same_frame(mine: Signature, theirs: Signature) -> bool:
    """One publisher's form, filled in anew, differs in its title or in its figures."""
    titles, others = {*mine.title}, {*theirs.title}
    figures, other_figures = {*mine.figures}, {*theirs.figures}
    same_title = len(titles & others) >= 0.6 * len(titles | others)
    return same_title and (figures <= other_figures or other_figures <= figures)


def _other_figures(mine: Signature, theirs: Signature) -> bool:
    """Two earthquakes reported in the same words differ in most of their figures."""
    fewer = min(len(mine.figures), len(theirs.figures))
    shared = len({*mine.figures} & {*theirs.figures})
    return fewer >= FIGURES and shared < 0.5 * fewer and similarity(mine, theirs) < 0.9


def _percent(part: float) -> str:
    return f"{round(100 * part)} %"
