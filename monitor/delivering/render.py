"""Render: an alert or digest becomes a subject, HTML with its styles inlined, and plain text. Pure but for templates."""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.delivering.payloads import alert_from, digest_from, message_from, sample_alert, to_payload
from monitor.delivering.texts import FOLDER, Texts, our_texts, texts_from
from monitor.delivering.view import AlertView, DigestView, alert_view, digest_subject, digest_view
from monitor.model.alert import Alert, Digest
from monitor.model.errors import MonitorError, TemplateError
from monitor.ports import Killable

__all__ = [
    "LIMIT",
    "Look",
    "Rendered",
    "alert_from",
    "digest_from",
    "digest_subject",
    "look_from",
    "message_from",
    "render",
    "render_alert",
    "render_digest",
    "sample_alert",
    "to_payload",
]

LIMIT = 85_000  # bytes of HTML after inlining: Gmail clips near 102 KB
MOST_STORIES, MOST_LISTS = 60, 40  # more never fit below the limit
USER_TIME = timedelta(seconds=5)  # for one rendering of a user's template
USER_LIMIT = 2_000_000  # characters that a user's template may write

_STYLE_FIRST = re.compile(r"(<style>.*?</style>)(.*?)(</head>)", re.DOTALL)  # a charset must come early


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be wrapped. ``problems``: user templates and texts that failed and were left aside."""

    subject: str
    html: str
    text: str
    problems: tuple[TemplateError, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Whose words and templates. A user's templates run in a sandbox, in a killable child when one is given."""

    texts: Texts
    templates: Path | None = None
    killable: Killable | None = None
    problems: tuple[TemplateError, ...] = ()


def look_from(templates: Path | None, killable: Killable | None = None) -> Look:
    """The user's folder over ours; what cannot be read of it is left aside and told in ``problems``."""
    try:
        return Look(texts_from(templates), templates, killable)
    except TemplateError as error:
        return Look(our_texts(), templates, killable, (error,))


def render(message: Alert | Digest, look: Look | None = None) -> Rendered:
    return render_alert(message, look) if isinstance(message, Alert) else render_digest(message, look)


def render_alert(alert: Alert, look: Look | None = None) -> Rendered:
    look = look or look_from(None)
    view = alert_view(alert, look.texts)
    html, html_problems = _write("alert.html.j2", view, look)
    text, text_problems = _write("alert.txt.j2", view, look)
    return Rendered(view.subject, html, text, (*look.problems, *html_problems, *text_problems))


def render_digest(digest: Digest, look: Look | None = None) -> Rendered:
    """At most ``LIMIT`` bytes of HTML whatever the volume: what does not fit is counted instead of shown."""
    look = look or look_from(None)
    view, html, problems = _fitted(digest, look)
    text, text_problems = _write("digest.txt.j2", view, look)
    return Rendered(view.subject, html, text, (*look.problems, *problems, *text_problems))


def _fitted(digest: Digest, look: Look) -> tuple[DigestView, str, tuple[TemplateError, ...]]:
    """Fewer stories until it fits, then fewer watchlists; a user's template that fails is not asked again."""
    shown = min(MOST_STORIES, sum(len(section.stories) for section in digest.sections))
    lists = min(MOST_LISTS, len(digest.sections))
    while True:
        view = digest_view(digest, look.texts, shown, lists)
        html, problems = _write("digest.html.j2", view, look)
        size = len(html.encode())
        if problems:
            return _in_our_own(digest, look, problems)
        if size <= LIMIT or not (shown or lists or look.templates):
            return view, html, ()
        if shown:
            shown = min(shown - 1, shown * LIMIT // size)
        elif lists:
            lists = lists // 2
        else:
            return _in_our_own(
                digest, look, (TemplateError(f"digest.html.j2: writes {size} bytes without a story"),)
            )


def _in_our_own(
    digest: Digest, look: Look, problems: tuple[TemplateError, ...]
) -> tuple[DigestView, str, tuple[TemplateError, ...]]:
    view, html, _ = _fitted(digest, replace(look, templates=None))
    return view, html, problems


def _write(name: str, view: DigestView | AlertView, look: Look) -> tuple[str, tuple[TemplateError, ...]]:
    context = {"view": view, "t": look.texts}
    problems: tuple[TemplateError, ...] = ()
    if look.templates is not None and _is_theirs(look.templates):
        try:
            written = _theirs(look.templates, name, context, look.killable)
            return _finished(name, written), problems
        except TemplateError as error:
            problems = (error,)
    return _finished(name, _ours().get_template(name).render(context)), problems


def _is_theirs(folder: Path) -> bool:
    return any(path.name != "texts.yaml" for path in folder.iterdir()) if folder.is_dir() else False


def _theirs(folder: Path, name: str, context: Mapping[str, Any], killable: Killable | None) -> str:
    try:
        if killable is None:
            return write_sandboxed(folder, name, context)
        written: str = killable(write_sandboxed, folder, name, context, timeout=USER_TIME)
        return written
    except TemplateError:
        raise
    except MonitorError as error:
        raise TemplateError(f"{name}: {error}") from error


def write_sandboxed(folder: Path, name: str, context: Mapping[str, Any]) -> str:
    """The user's version of a template where there is one, ours otherwise. Raises TemplateError only.

    Ours stay reachable as ``builtin/…`` so that a user's template can extend them.
    """
    ours = FileSystemLoader(FOLDER)
    loader = ChoiceLoader([FileSystemLoader(folder), ours, PrefixLoader({"builtin": ours})])
    environment = _prepared(ImmutableSandboxedEnvironment, loader)
    return sandboxed(lambda: environment.get_template(name).generate(context), name)


def sandboxed(pieces: Callable[[], Any], name: str) -> str:
    """Collect what a user's template writes; whatever it raises is a TemplateError."""
    parts: list[str] = []
    size = 0
    try:
        for piece in pieces():
            parts.append(piece)
            size += len(piece)
            if size > USER_LIMIT:
                raise TemplateError(f"{name}: writes more than {USER_LIMIT} characters")
    except TemplateError:
        raise
    except Exception as error:  # a template is the user's program: anything may happen in it
        line = getattr(error, "lineno", None)
        where = f"{name}:{line}" if line else name
        raise TemplateError(f"{where}: {type(error).__name__}: {error}"[:300]) from error
    return "".join(parts)


@cache
def _ours() -> Environment:
    return _prepared(Environment, FileSystemLoader(FOLDER))


def _prepared(kind: type[Environment], loader: BaseLoader) -> Environment:
    environment = kind(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrap"] = _wrapped
    return environment


def _wrapped(text: str) -> str:
    """Lines of at most 76 characters, parted at spaces only: addresses stay whole."""
    return textwrap.fill(text, 76, break_long_words=False, break_on_hyphens=False)


def _finished(name: str, written: str) -> str:
    if not name.endswith(".html.j2"):
        return re.sub(r"\n{3,}", "\n\n", written).strip() + "\n"
    inliner = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
    try:
        inlined = inliner.inline(re.sub(r"\n\s*\n+", "\n", written))
    except css_inline.InlineError as error:
        raise TemplateError(f"{name}: its styles cannot be read: {error}") from error
    return _STYLE_FIRST.sub(r"\2\1\3", inlined, count=1)
