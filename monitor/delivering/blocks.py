"""Blocks: alerts and digests as Slack messages, split so that each stays within Slack's limits. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.delivering import excerpts
from monitor.delivering.excerpts import Piece, shorten, web_url
from monitor.delivering.payloads import message_from
from monitor.delivering.texts import Texts, our_texts
from monitor.delivering.view import (
    DigestView,
    StoryView,
    alert_view,
    digest_view,
    local_zone,
    shares,
    story_view,
)
from monitor.model.alert import Alert, AlertStory, Digest, DigestSection
from monitor.model.errors import DeliveryError

STORIES, BLOCKS, SECTION, WHOLE = 12, 50, 3000, 12_000  # a message; the last in bytes on the wire
FALLBACK = 2000  # characters of the plain text, which Mattermost and Discord show instead of blocks
MOST = 60  # stories of a digest; the rest is counted
_INERT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # all that Slack asks to escape
_EVERYBODY = re.compile(r"@(?=(?:here|channel|everyone|all)\b)", re.IGNORECASE)

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What must stay together: some blocks, and a line for the plain text."""

    blocks: tuple[Block, ...]
    line: str = ""
    is_story: bool = False


def slack_payloads(payload: Mapping[str, Any], texts: Texts | None = None) -> list[dict[str, Any]]:
    """Messages to post, in order, from the JSON form of an alert or digest. Raises DeliveryError if unreadable."""
    message = message_from(payload)
    words = texts or our_texts()
    return _alert(message, words) if isinstance(message, Alert) else _digest(message, words)


def divided(payloads: Sequence[Mapping[str, Any]], texts: Texts | None = None) -> list[int]:
    """How many of these alerts go into each message, in order; what is no alert we can read has one to itself."""
    words = texts or our_texts()
    groups: list[list[Part]] = []
    closed = True
    for payload in payloads:
        part = _listed(payload, words)
        if part and not closed and _fits([*groups[-1], part], words("stories", n=STORIES)):
            groups[-1].append(part)
        else:
            groups.append([part or Part(())])
        closed = part is None
    return [len(group) for group in groups]


def together(payloads: Sequence[Mapping[str, Any]], texts: Texts | None = None) -> dict[str, Any]:
    """One message of several alerts that `divided` put together; other payloads are left out."""
    words = texts or our_texts()
    parts = [part for payload in payloads if (part := _listed(payload, words))]
    return _joined(parts, words("stories", n=len(parts)))


def on_wire(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def escape(text: str) -> str:
    """Text from outside: no link or mention comes of it, neither in Slack nor in what imitates it."""
    return _EVERYBODY.sub("@\u200b", excerpts.clean(text).translate(_INERT))


def link(url: str, title: str) -> str:
    """``<url|title>``, or the title alone when the URL is not safe or far too long."""
    target = web_url(url).translate(_INERT).replace("|", "%7C")
    return f"<{target}|{escape(title)}>" if target and len(target) < SECTION // 2 else escape(title)


def _alert(alert: Alert, texts: Texts) -> list[dict[str, Any]]:
    view = alert_view(alert, texts)
    part = _story(alert.story, view.story, texts, buttons=True)
    text = f"{escape(view.subject)}\n{part.line}"
    return [_message(text, part.blocks)]


def _listed(payload: Mapping[str, Any], texts: Texts) -> Part | None:
    """An alert as one story among others; None = this version cannot read it, or it is none."""
    try:
        alert = message_from(payload)
    except DeliveryError:
        return None
    return _story(alert.story, alert_view(alert, texts).story, texts) if isinstance(alert, Alert) else None


def _digest(digest: Digest, texts: Texts) -> list[dict[str, Any]]:
    view = digest_view(digest, texts, 0)
    figures = " · ".join(f"*{figure.number}* {figure.label} ({figure.change})" for figure in view.figures)
    parts = [Part((_header(view.title), _context(f"{escape(view.date)} · {escape(view.period)}", figures)))]
    if view.empty:
        parts.append(Part((_section(escape(view.empty)),), escape(view.empty)))
    for section, share in zip(digest.sections, shares(digest.sections, MOST), strict=True):
        parts += _list(section, share, digest, texts)
    parts.append(Part(tuple(_foot(view, texts))))
    return _split(parts, escape(view.subject))


def _list(section: DigestSection, share: int, digest: Digest, texts: Texts) -> list[Part]:
    counts = f"{texts('mentions', n=section.mentions)}, {texts('stories', n=section.story_count)}"
    title = escape(shorten(section.title or section.watchlist, 200))
    zone = local_zone(digest.timezone)
    stories = [_story(s, story_view(s, texts, zone), texts) for s in section.stories[:share]]
    left = section.story_count - len(stories)
    more = [Part((_context(texts("more_stories", n=left)),))] if left > 0 else []
    return [Part((_section(f"*{title}*\n{counts}"),)), *stories, *more]


def _story(story: AlertStory, view: StoryView, texts: Texts, *, buttons: bool = False) -> Part:
    title = link(story.url, shorten(story.title.text, 280) or texts("untitled"))
    stamp = int(story.at.timestamp())
    severity = f"*{view.severity_word}*" if view.severity in ("high", "critical") else view.severity_word
    facts = [
        severity,
        escape(view.labels),
        escape(view.note),
        escape(view.source),
        f"<!date^{stamp}^{{date_short_pretty}} {{time}}|{view.when}>",
        escape(view.also_text),
    ]
    blocks = [_section(_title_and_text(title, story)), _context(" · ".join(filter(None, facts)))]
    if view.why_text:
        blocks.append(_context(f"{texts('why')}: {escape(view.why_text)}"))
    urls = [(texts("open", source=view.source), view.url if buttons else ""), (texts("mute"), view.mute_url)]
    actions = [_button(name, url) for name, url in urls if url]
    if actions:
        blocks.append({"type": "actions", "elements": actions})
    line = f"• {view.severity_word}: {link(story.url, shorten(story.title.text, 140) or texts('untitled'))}"
    return Part(tuple(blocks), line, is_story=True)


def _title_and_text(title: str, story: AlertStory) -> str:
    """Title, snippet and correction; the snippet gives way where escaping made it too long."""
    diff = _mrkdwn(excerpts.diff_pieces(story.correction, 300))
    for limit in (480, 240, 120):
        snippet = _mrkdwn(excerpts.pieces(story.excerpt, limit))
        text = "\n".join(filter(None, (f"*{title}*", snippet, diff)))
        if len(text) <= SECTION:
            return text
    return f"*{title}*"


def _mrkdwn(pieces: Iterable[Piece]) -> str:
    signs = {"match": "*{}*", "new": "*{}*", "old": "~{}~"}
    return "".join(
        signs[piece.kind].format(escape(piece.text).strip("*~ ")) if piece.kind in signs else escape(piece.text)
        for piece in pieces
    )


def _foot(view: DigestView, texts: Texts) -> list[Block]:
    lines = [view.health_line, *(f"{feed.feed}: {feed.words}" for feed in view.health), view.health_more]
    blocks = [_context(escape("\n".join(filter(None, lines))).replace("\n", " · "))]
    if view.more_url:
        blocks.append({"type": "actions", "elements": [_button(texts("more_link"), view.more_url)]})
    return blocks


def _split(parts: Sequence[Part], subject: str) -> list[dict[str, Any]]:
    """Fill messages in order; a part is never divided."""
    groups: list[list[Part]] = [[]]
    for part in parts:
        if groups[-1] and not _fits([*groups[-1], part], subject):
            groups.append([])
        groups[-1].append(part)
    count = len(groups)
    return [
        _joined(group, subject if count == 1 else f"{subject} ({number}/{count})")
        for number, group in enumerate(groups, 1)
    ]


def _fits(parts: Sequence[Part], subject: str) -> bool:
    return (
        sum(part.is_story for part in parts) <= STORIES
        and sum(len(part.blocks) for part in parts) <= BLOCKS
        and len(on_wire(_joined(parts, subject))) <= WHOLE - 20  # room for "(1/10)"
    )


def _joined(parts: Sequence[Part], subject: str) -> dict[str, Any]:
    text = subject
    for part in parts:
        if part.line and len(text) + len(part.line) < FALLBACK:
            text += f"\n{part.line}"
    return _message(text, [block for part in parts for block in part.blocks])


def _message(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return {"text": text, "blocks": list(blocks), "unfurl_links": False, "unfurl_media": False}


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": shorten(text, 150), "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(*texts: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:SECTION]} for text in texts]}


def _button(text: str, url: str) -> Block:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": shorten(text, 75), "emoji": False},
        "url": url,
    }
