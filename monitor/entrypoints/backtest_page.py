"""A backtest as one HTML page that needs nothing else: counts, a chart drawn in SVG, the first entries."""

from collections.abc import Sequence
from html import escape

from monitor.alerting.excerpt import headline, snippet
from monitor.entrypoints.backtest_report import Day, Report, hit_of
from monitor.model.alert import Excerpt
from monitor.pipeline.backtest import Difference, Found

_HIGH, _WIDE = 120, 720
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2024}
h1{font-size:1.3rem;overflow-wrap:anywhere}mark{background:#ffe08a}td,th{padding:.15rem .8rem .15rem 0;text-align:left}
small{color:#5b636b}svg{width:100%;height:auto}article{margin:1rem 0;overflow-wrap:anywhere}"""


def page(reports: Sequence[Report], difference: Difference | None = None) -> str:
    """``reports``: one, or the old and the new one of ``difference``. All text of feeds is escaped."""
    parts = [_section(report) for report in reports]
    if difference is None:
        parts += [_entries("First entries", reports[0].outcome.first)]
    else:
        parts += [
            _entries(f"+{difference.gained} new", difference.first_gained),
            _entries(f"-{difference.lost} lost", difference.first_lost),
        ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Backtest: {escape(reports[0].name)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _section(report: Report) -> str:
    outcome = report.outcome
    rows = "".join(
        f"<tr><td>{escape(key)}</td><td>{alerts} alerts</td><td>{digests} digests</td></tr>"
        for key, alerts, digests in report.recipients
    )
    outlets = ", ".join(f"{escape(source)} {count}" for source, count in report.outlets)
    return (
        f"<h1>{escape(report.name)}</h1><p>{report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}: "
        f"{report.read} entries read, <b>{len(outcome.mentions)}</b> matched in <b>{outcome.stories}</b> stories; "
        f"<b>{len(outcome.alerts)}</b> alerts, {report.alerts_a_day:g} a day.</p>"
        f"{chart(report.days)}<table>{rows}</table><p><small>{outlets}</small></p>"
    )


def chart(days: Sequence[Day]) -> str:
    """Two bars a day: entries behind, alerts in front."""
    most = max((max(day.entries, day.alerts) for day in days), default=0) or 1
    wide = _WIDE / max(1, len(days))
    drawn = "".join(
        f"<g><title>{day.day}: {day.entries} entries, {day.stories} stories, {day.alerts} alerts</title>"
        f"{_bar(number * wide, wide * 0.9, day.entries / most, '#9db8d9')}"
        f"{_bar(number * wide, wide * 0.45, day.alerts / most, '#c2410c')}</g>"
        for number, day in enumerate(days)
    )
    label = f"Entries (blue) and alerts (red) a day; the highest bar is {most}"
    return f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{label}">{drawn}</svg><p><small>{label}</small></p>'


def _bar(left: float, wide: float, share: float, colour: str) -> str:
    high = share * _HIGH
    return f'<rect x="{left:.1f}" y="{_HIGH - high:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}"/>'


def _entries(title: str, found: Sequence[Found]) -> str:
    return f"<h1>{escape(title)}</h1>" + "".join(map(_article, found))


def _article(found: Found) -> str:
    hit = hit_of(found)
    entry, spans = found.stored.entry, hit.match.spans
    head = _marked(headline(entry, spans))
    linked = f'<a href="{escape(entry.url)}">{head}</a>' if entry.url.startswith(("http://", "https://")) else head
    return (
        f"<article>{linked}<br><small>{found.stored.seen_at:%Y-%m-%d %H:%M} UTC, {escape(found.stored.source.title)}"
        f"</small><br>{_marked(snippet(entry, spans))}</article>"
    )


def _marked(excerpt: Excerpt) -> str:
    parts, at = [], 0
    for mark in excerpt.marks:
        parts += [
            escape(excerpt.text[at : mark.start]),
            f"<mark>{escape(excerpt.text[mark.start : mark.end])}</mark>",
        ]
        at = mark.end
    return "".join([*parts, escape(excerpt.text[at:])])
