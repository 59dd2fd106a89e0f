"""View: a digest or alert as templates show it: every number, date and name already in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from monitor.delivering import excerpts
from monitor.delivering.excerpts import bdi, clean, shorten, web_url
from monitor.delivering.texts import Texts
from monitor.model.alert import Alert, AlertStory, Change, Digest, DigestSection
from monitor.model.watch import Severity

TITLE, SNIPPET, NAME, WHY, DIFF = 280, 480, 80, 160, 420  # characters shown at most
NAMES, WATCHES, FEEDS = 4, 3, 8  # items listed before "and N more"
BAR_HEIGHT = 28  # pixels


@dataclass(frozen=True, slots=True)
class StoryView:
    severity: str  # low | medium | high | critical, for styles
    severity_word: str
    labels: str  # titles of the watches
    note: str
    title: Markup
    title_text: str
    url: str  # empty = not safe to link
    lang: str
    source: str
    at: str  # ISO 8601 for <time>
    when: str
    also: Markup
    also_text: str
    snippet: Markup
    snippet_text: str
    why: Markup
    why_text: str
    diff: Markup
    diff_text: str
    mute_url: str


@dataclass(frozen=True, slots=True)
class BarView:
    height: int  # pixels, at least 1
    kind: str  # none | past | today


@dataclass(frozen=True, slots=True)
class SectionView:
    title: str
    counts: str
    bars: tuple[BarView, ...]
    bars_label: str
    bars_caption: str
    stories: tuple[StoryView, ...]
    more: str


@dataclass(frozen=True, slots=True)
class FigureView:
    number: str
    label: str
    change: str


@dataclass(frozen=True, slots=True)
class HealthView:
    feed: str
    words: str


@dataclass(frozen=True, slots=True)
class DigestView:
    lang: str
    subject: str
    preheader: str
    title: str
    date: str
    period: str
    zone: str
    figures: tuple[FigureView, ...]
    sections: tuple[SectionView, ...]
    more_lists: str
    empty: str
    more_url: str
    health_line: str
    health: tuple[HealthView, ...]
    health_more: str
    languages: str
    because: str
    schedule: str
    unsubscribe_url: str


@dataclass(frozen=True, slots=True)
class AlertView:
    lang: str
    subject: str
    preheader: str
    story: StoryView
    because: str
    zone: str
    unsubscribe_url: str


def alert_view(alert: Alert, texts: Texts) -> AlertView:
    """Everything an alert message says."""
    story = story_view(alert.story, texts, local_zone(alert.timezone))
    title = shorten(story.title_text, 120)
    if alert.story.correction:
        subject = texts("subject_correction", title=title)
    elif alert.story.note.startswith("update"):
        subject = texts("subject_update", title=title)
    else:
        subject = texts("subject_alert", severity=story.severity_word.capitalize(), title=title)
    because = "because_alert" if alert.route else "because_notice"
    return AlertView(
        lang=texts.language,
        subject=subject,
        preheader=shorten(story.snippet_text.replace("*", ""), 140),
        story=story,
        because=texts(because, route=alert.route, reason=shorten(alert.reason, WHY)),
        zone=texts("zone", zone=alert.timezone),
        unsubscribe_url="",
    )


def digest_view(digest: Digest, texts: Texts, shown: int, lists: int = 40) -> DigestView:
    """Everything a digest says, with at most ``shown`` stories and ``lists`` watchlists; the rest is counted."""
    zone = local_zone(digest.timezone)
    day = _local_day(digest, zone)
    top = _urgent_first(digest)
    share = shares(digest.sections[:lists], shown)
    listed = digest.sections[:lists]
    start, end = (texts.moment(at.astimezone(zone)) for at in (digest.start, digest.end))
    return DigestView(
        lang=texts.language,
        subject=digest_subject(digest, texts),
        preheader=" · ".join(shorten(story.title.text, 90) for story in top[:3])
        or texts("preheader_empty", start=start, end=end),
        title=_digest_title(digest),
        date=texts.day(day, long=True),
        period=texts("period", start=start, end=end),
        zone=texts("zone", zone=digest.timezone),
        figures=(
            _figure(digest.mentions, "label_mentions", texts),
            _figure(digest.stories, "label_stories", texts),
            _figure(digest.high, "label_high", texts),
        ),
        sections=tuple(_section(section, texts, zone, share[i]) for i, section in enumerate(listed)),
        more_lists=_more_lists(digest.sections[lists:], texts),
        empty="" if digest.sections else texts("empty", schedule=digest.schedule),
        more_url=web_url(digest.more_url),
        health_line=_health_line(digest, texts),
        health=tuple(HealthView(shorten(h.feed, NAME), shorten(h.words, WHY)) for h in digest.health[:FEEDS]),
        health_more=_beyond("feeds_more", len(digest.health) - FEEDS, texts),
        languages=_languages(digest.languages, texts),
        because=texts("because_digest", route=_digest_title(digest), recipient=digest.recipient),
        schedule=texts("schedule", schedule=digest.schedule, zone=digest.timezone) if digest.schedule else "",
        unsubscribe_url=web_url(digest.unsubscribe_url),
    )


def digest_subject(digest: Digest, texts: Texts) -> str:
    """The lead story first, then the counts, the digest's name and day."""
    day = texts.day(_local_day(digest, local_zone(digest.timezone)))
    title = _digest_title(digest)
    top = _urgent_first(digest)
    if not top:
        return texts("subject_empty", title=title, day=day)
    counts = texts("mentions", n=digest.mentions.now)
    if digest.high.now:
        counts += ", " + texts("high", n=digest.high.now)
    lead = shorten(top[0].title.text, 90) or texts("untitled")
    return texts("subject", lead=lead, counts=counts, title=title, day=day)


def story_view(story: AlertStory, texts: Texts, zone: tzinfo) -> StoryView:
    title = excerpts.pieces(story.title, TITLE) or [excerpts.Piece(texts("untitled"))]
    snippet = excerpts.pieces(story.excerpt, SNIPPET)
    diff = excerpts.diff_pieces(story.correction, DIFF)
    at = story.at.astimezone(zone)
    also, also_text = _also(story, texts)
    why, why_text = _why(story, texts)
    return StoryView(
        severity=story.severity.word,
        severity_word=texts(_severity_key(story.severity)),
        labels=_names([shorten(watch.title or watch.watch, NAME) for watch in story.watches], texts),
        note=shorten(story.note, NAME),
        title=excerpts.html(title),
        title_text=excerpts.text(title, marked=False).strip(),
        url=web_url(story.url),
        lang="" if _lang(story.language) == texts.language else _lang(story.language),
        source=shorten(story.source, NAME),
        at=at.isoformat(timespec="minutes"),
        when=texts.moment(at),
        also=also,
        also_text=also_text,
        snippet=excerpts.html(snippet),
        snippet_text=excerpts.text(snippet).strip(),
        why=why,
        why_text=why_text,
        diff=excerpts.html(diff),
        diff_text=excerpts.text(diff),
        mute_url=web_url(story.mute_url),
    )


def _section(section: DigestSection, texts: Texts, zone: tzinfo, share: int) -> SectionView:
    highest = max(section.bars, default=0)
    last = len(section.bars) - 1
    bars = tuple(
        BarView(
            max(2, round(count * BAR_HEIGHT / highest)) if count else 1,
            "none" if not count else "today" if day == last else "past",
        )
        for day, count in enumerate(section.bars)
    )
    numbers = ", ".join(map(str, section.bars))
    days, today = len(bars), section.bars[-1] if section.bars else 0
    counts = f"{texts('mentions', n=section.mentions)}, {texts('stories', n=section.story_count)}"
    return SectionView(
        title=shorten(section.title or section.watchlist, TITLE),
        counts=counts,
        bars=bars,
        bars_label=texts("bars_label", n=days, numbers=numbers, today=today) if bars else "",
        bars_caption=f"{texts('bars_caption', n=days)}, {texts('bars_today', n=today)}" if bars else "",
        stories=tuple(story_view(story, texts, zone) for story in section.stories[:share]),
        more=_beyond("more_stories", section.story_count - min(share, len(section.stories)), texts),
    )


def shares(sections: Sequence[DigestSection], shown: int) -> list[int]:
    """How many stories each section shows: everybody's first one, then the most urgent anywhere."""
    ranked = []
    for index, section in enumerate(sections):
        urgency = Severity.CRITICAL
        for rank, story in enumerate(section.stories[:shown]):
            urgency = min(urgency, story.severity)  # a later story never overtakes an earlier one of its section
            ranked.append((rank > 0, -urgency, rank, index))
    shares = [0] * len(sections)
    for *_, index in sorted(ranked)[:shown]:
        shares[index] += 1
    return shares


def _urgent_first(digest: Digest) -> list[AlertStory]:
    stories = [story for section in digest.sections for story in section.stories]
    return sorted(stories, key=lambda story: -story.severity)


def _digest_title(digest: Digest) -> str:
    return shorten(digest.title or digest.route, NAME)


def _figure(change: Change, label: str, texts: Texts) -> FigureView:
    if change.before is None:
        words = texts("change_first")
    elif change.now == change.before:
        words = texts("change_same")
    elif not change.before:
        words = texts("change_none_before")
    else:
        key = "change_more" if change.now > change.before else "change_fewer"
        words = texts(key, n=abs(change.now - change.before))
    return FigureView(f"{change.now:,}".replace(",", "\u202f"), texts(label, n=change.now), words)


def _also(story: AlertStory, texts: Texts) -> tuple[Markup, str]:
    names = [shorten(name, NAME) for name in story.also_in]
    if not names:
        return Markup(""), ""
    marked = Markup(", ").join(bdi(name) for name in names[:NAMES])
    if len(names) > NAMES:
        marked = escape(texts("and_more", names="{}", n=len(names) - NAMES)).replace("{}", marked)
    sentence = texts("also_in" if len(names) == 1 else "also_in_more", n=len(names), names="{}")
    return escape(sentence).replace("{}", marked), sentence.replace("{}", _names(names, texts))


def _names(names: Sequence[str], texts: Texts) -> str:
    joined = ", ".join(names[:NAMES])
    return texts("and_more", names=joined, n=len(names) - NAMES) if len(names) > NAMES else joined


def _why(story: AlertStory, texts: Texts) -> tuple[Markup, str]:
    """Each watch with its reason; the watch is named only where several share the line."""
    several = len(story.watches) > 1
    lines = [
        (f"{shorten(w.title or w.watch, NAME)}: " if several else "") + shorten(w.why, WHY)
        for w in story.watches[:WATCHES]
        if w.why
    ]
    more = _beyond("why_more", len(story.watches) - WATCHES, texts)
    lines += [more] if more else []
    return Markup("; ").join(_isolated(line, texts) for line in lines), "; ".join(lines)


def _isolated(sentence: str, texts: Texts) -> Markup:
    """Our own words around foreign ones keep our direction."""
    return Markup('<bdi dir="{}">{}</bdi>').format(texts.direction, sentence)


def _more_lists(sections: Sequence[DigestSection], texts: Texts) -> str:
    if not sections:
        return ""
    stories = texts("stories", n=sum(section.story_count for section in sections))
    names = _names([shorten(section.title or section.watchlist, NAME) for section in sections], texts)
    return texts("more_lists", n=len(sections), stories=stories, names=names)


def _health_line(digest: Digest, texts: Texts) -> str:
    total = max(digest.feeds_total, len(digest.health))
    if not total:
        return texts("feeds_none")
    if not digest.health:
        return texts("feeds_well", n=total)
    return texts("feeds_unwell", n=len(digest.health), total=total)


def _languages(languages: Mapping[str, int], texts: Texts) -> str:
    if not languages:
        return ""
    known = texts.words["language_names"]
    most = sorted(languages.items(), key=lambda item: (-item[1], item[0]))
    names = [f"{known.get(code.split('-')[0], clean(code) or '?')} {count}" for code, count in most]
    return texts("languages", names=", ".join(names[:12]))


def _beyond(key: str, n: int, texts: Texts) -> str:
    return texts(key, n=n) if n > 0 else ""


def _severity_key(severity: Severity) -> str:
    return "high_word" if severity is Severity.HIGH else severity.word


def _lang(language: str) -> str:
    """A language tag when it looks like one (BCP 47)."""
    parts = language.replace("_", "-").split("-")
    well_formed = all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
    return "-".join(parts) if well_formed and 2 <= len(parts[0]) <= 3 else ""


def local_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown, malformed or unreadable name
        return UTC


def _local_day(digest: Digest, zone: tzinfo) -> date:
    try:
        return datetime.fromisoformat(digest.slot).date()
    except ValueError:
        return digest.end.astimezone(zone).date()
