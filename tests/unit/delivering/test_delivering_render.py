import pickle
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delivering_samples import END, delivery, digest, excerpt, section, story, watch
from lxml import html as lxml_html

from monitor.delivering.render import LIMIT, look_from, render, render_alert, render_digest, sample_alert
from monitor.model.alert import Alert, Change, Excerpt, FeedHealth, Mark
from monitor.model.errors import ParseError
from monitor.model.watch import Severity

ALERT = Alert(story(), "breaking", "severity high", "Europe/Kyiv")


def words(html: str) -> str:
    """What a reader of the HTML sees, roughly."""
    return " ".join(lxml_html.fromstring(html).xpath("string(//body)").split())


def text_of(html: str, path: str) -> list[str]:
    return [" ".join(node.text_content().split()) for node in lxml_html.fromstring(html).xpath(path)]


# --- subjects ----------------------------------------------------------------------------------------------


def test_the_subject_leads_with_the_most_urgent_story_then_counts() -> None:
    calm = story(1, severity=Severity.LOW, title=excerpt("A calm day"))
    lead = story(2, title=excerpt("Kyiv raises drone target"))

    subject = render_digest(digest(section([calm], mentions=21), section([lead, story(3)], "Supply"))).subject

    assert subject == "Kyiv raises drone target: 23 mentions, 2 high · Morning brief, Sun 22 Nov"


def test_a_quiet_digest_says_so() -> None:
    rendered = render_digest(digest(mentions=Change(0, 9)))

    assert rendered.subject == "Nothing new · Morning brief, Sun 22 Nov"
    assert "Nothing matched your watchlists" in words(rendered.html)
    assert "every day at 07:00" in rendered.text


def test_the_subject_of_an_alert_tells_news_from_updates_and_corrections() -> None:
    update = replace(ALERT, story=story(note="update: now in 5 outlets"))
    correction = replace(ALERT, story=story(correction=(("old", "ten"), ("new", "twelve"))))

    assert render(ALERT).subject == "High: Kyiv raises drone target"
    assert render(update).subject == "Update: Kyiv raises drone target"
    assert render(correction).subject == "Corrected: Kyiv raises drone target"


# --- what a digest says ------------------------------------------------------------------------------------


def test_a_story_shows_everything_that_the_contract_names() -> None:
    full = story(
        severity=Severity.CRITICAL,
        also_in=tuple(f"Outlet {n}" for n in range(1, 7)),
        correction=(("same", "output of"), ("old", "ten"), ("new", "twelve"), ("same", "drones")),
        note="update: now in 7 outlets",
        mute_url="https://monitor.example/mute?s=1",
    )

    rendered = render_digest(digest(section([full])))

    for part in (
        "critical · Drone production · update: now in 7 outlets",
        "Northern Wire · Sun 22 Nov, 05:41 · also in 6 more: Outlet 1, Outlet 2, Outlet 3, Outlet 4 and 2 more",
        "Why: “drone” in the title",
        "Changed: output of ten twelve drones",
        "Mute or mark as not relevant",
    ):
        assert part in words(rendered.html)
    assert text_of(rendered.html, "//b[@class='m']") == ["drone", "drones"]
    assert text_of(rendered.html, "//h3/a[@href='https://north.example/world/1']") == ["Kyiv raises drone target"]
    assert "Output of FPV *drones* is to exceed" in rendered.text
    assert "output of [-ten-] [+twelve+] drones" in rendered.text


def test_the_head_shows_period_zone_and_changes_in_words() -> None:
    shown = digest(section([story()]), mentions=Change(5, 2), stories=Change(1, 1), high=Change(1, 3))

    seen = words(render_digest(shown).html)

    assert "Sat 21 Nov, 07:00 to Sun 22 Nov, 07:00. Times are local to Europe/Kyiv." in seen
    assert "5 mentions 3 more than before" in seen
    assert "1 story as before" in seen
    assert "1 high priority 2 fewer than before" in seen


def test_a_first_digest_and_one_after_nothing_have_their_own_words() -> None:
    seen = words(render_digest(digest(section([story()]), mentions=Change(1, None), stories=Change(1, 0))).html)

    assert "1 mention first digest" in seen
    assert "1 story none before" in seen


def test_the_bars_can_be_heard() -> None:
    tree = lxml_html.fromstring(render_digest(digest(section([story()]))).html)

    (bars,) = tree.xpath("//table[@role='img']")

    assert bars.get("aria-label").startswith("Mentions a day over the last 14 days, oldest first: 3, 5, 4, 0, 8,")
    assert len(bars.xpath(".//td")) == 14


def test_the_foot_tells_health_coverage_reason_schedule_and_the_way_out() -> None:
    shown = digest(section([story()]), unsubscribe_url="https://monitor.example/out?t=1")

    rendered = render_digest(shown)

    for seen in (words(rendered.html), " ".join(rendered.text.split())):
        assert "1 of 14 feeds needs attention" in seen
        assert "Border Herald: answers 410 Gone" in seen
        assert "Ukrainian 3, English 2" in seen
        assert "the route Morning brief sends digests to desk-mail:olena" in seen
        assert "Schedule: every day at 07:00 (Europe/Kyiv)." in seen
    assert 'href="https://monitor.example/out?t=1"' in rendered.html
    assert "https://monitor.example/out?t=1" in rendered.text


@pytest.mark.parametrize(
    ("health", "total", "sentence"),
    [(0, 0, "No feeds are configured."), (0, 14, "All 14 feeds answer"), (12, 14, "and 4 more feeds")],
)
def test_feed_health_is_told_in_words(health: int, total: int, sentence: str) -> None:
    unwell = tuple(FeedHealth(f"Feed {n}", "https://f.example", "failing", "failing") for n in range(health))

    assert sentence in words(render_digest(digest(section([story()]), health=unwell, feeds_total=total)).html)


def test_a_digest_without_languages_or_schedule_says_less() -> None:
    seen = words(render_digest(digest(section([story(watches=())]), languages={}, schedule="")).html)

    assert "Languages" not in seen
    assert "Schedule" not in seen
    assert "Why" not in seen


def test_several_watches_share_the_line_with_their_names_and_the_rest_is_counted() -> None:
    many = tuple(watch(f"Watch {n}", why=f"reason {n}") for n in range(5))

    seen = words(render_alert(replace(ALERT, story=story(watches=many))).html)

    assert "Why: Watch 0: reason 0; Watch 1: reason 1; Watch 2: reason 2; and 2 more watches" in seen
    assert "Watch 0, Watch 1, Watch 2, Watch 3 and 1 more" in seen


# --- limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 50, 500, 3000])
def test_whatever_the_volume_the_html_stays_below_the_limit_and_the_rest_is_counted(count: int) -> None:
    half = count // 2
    first, second = [story(n) for n in range(half)], [story(n) for n in range(half, count)]
    parts = [section(part, title) for part, title in ((first, "One"), (second, "Two")) if part]

    rendered = render_digest(digest(*parts, more_url="https://monitor.example/digest/1"))

    shown = rendered.html.count("<h3")
    left = [
        int(n.replace(",", ""))
        for n in re.findall(r"and (\d+) more (?:story|stories) in this list", rendered.html)
    ]
    assert len(rendered.html.encode()) <= LIMIT
    assert shown + sum(left) == count
    assert shown >= min(count, 40)
    assert rendered.text.count("Why:") == shown


def test_stories_at_their_longest_still_leave_room_for_some() -> None:
    wide = story(
        title=excerpt("й" * 5000),
        excerpt=Excerpt("слово " * 5000, tuple(Mark(n * 6, n * 6 + 5) for n in range(800))),
        also_in=tuple("ж" * 300 for _ in range(50)),
        watches=tuple(watch("щ" * 300, why="ю" * 900) for _ in range(40)),
        correction=tuple((kind, "слово " * 50) for kind in ("old", "new") * 40),
        url="https://example.org/" + "a" * 1900,
    )

    rendered = render_digest(digest(section([replace(wide, story_id=n) for n in range(100)])))

    assert len(rendered.html.encode()) <= LIMIT
    assert rendered.html.count("<h3") >= 4


def test_hundreds_of_watchlists_are_counted_where_they_do_not_fit() -> None:
    lists = [section([story(n)], f"Watchlist {n}") for n in range(300)]

    rendered = render_digest(digest(*lists))

    listed = rendered.html.count("<section")
    assert len(rendered.html.encode()) <= LIMIT
    assert f"and {300 - listed} more watchlists with {300 - listed} stories" in words(rendered.html)


def test_every_list_shows_its_first_story_before_any_shows_a_second_and_urgent_ones_come_next() -> None:
    low = [story(n, severity=Severity.LOW, title=excerpt(f"low {n}")) for n in range(200)]
    high = [story(n, title=excerpt(f"high {n}")) for n in range(20)]

    titles = text_of(render_digest(digest(section(low, "Low"), section(high, "High"))).html, "//h3")

    assert titles[0] == "low 0"
    assert [title for title in titles if title.startswith("high")] == [f"high {n}" for n in range(20)]


def test_500_stories_are_rendered_within_a_tenth_of_a_second() -> None:
    big = digest(section([story(n) for n in range(500)]))
    render_digest(big)

    seconds = []
    for _ in range(3):
        begun = time.process_time()
        render_digest(big)
        seconds.append(time.process_time() - begun)

    assert min(seconds) <= 0.1


# --- how it is built ---------------------------------------------------------------------------------------


def test_nothing_is_loaded_and_nothing_runs() -> None:
    hostile = story(
        title=excerpt('<script>alert(1)</script><img src="https://spy.example/x.gif">'),
        url="javascript:alert(1)",
        source='"><iframe src="https://spy.example">',
        excerpt=excerpt("{{ 7 * 7 }} {% raw %} <style>@import url(//spy.example)</style>"),
        mute_url="data:text/html,x",
    )

    rendered = render_digest(digest(section([hostile])))

    tree = lxml_html.fromstring(rendered.html)
    assert not tree.xpath("//script | //img | //iframe | //link | //@onclick | //@onload | //@background")
    assert len(tree.xpath("//style")) == 1
    assert not tree.xpath("//@href[not(starts-with(., 'https://'))]")
    assert "url(" not in rendered.html.replace("@import url(//spy.example)", "")
    assert "{{ 7 * 7 }}" in rendered.html


def test_the_page_is_marked_up_for_those_who_listen() -> None:
    shown = digest(section([story(language="ar", title=excerpt("كييف ترفع", "كييف"))]), section([story(2)], "Two"))

    tree = lxml_html.fromstring(render_digest(shown).html)

    assert tree.get("lang") == "en"
    assert tree.xpath("//title")[0].text_content().startswith("كييف")
    assert [node.tag for node in tree.xpath("//h1|//h2|//h3")] == ["h1", "h2", "h3", "h2", "h3", "h2", "h2"]
    assert len(tree.xpath("//main | //footer")) == 2
    assert all(table.get("role") in ("presentation", "img") for table in tree.xpath("//table"))
    assert tree.xpath("//h3/@lang") == ["ar"]
    assert all(node.get("dir") == "auto" for node in tree.xpath("//h3"))


def test_without_its_style_element_every_colour_is_still_there() -> None:
    stripped = re.sub(r"<style>.*?</style>", "", render_digest(digest(section([story()]))).html, flags=re.DOTALL)

    tree = lxml_html.fromstring(stripped)
    assert all("color" in node.get("style", "") for node in tree.xpath("//body|//a|//p[contains(@class, 's')]"))
    assert all(
        "background" in node.get("style", "") for node in tree.xpath("//b[@class='m']|//table[@class='sheet']")
    )


def test_what_is_dark_comes_after_the_declaration_of_the_charset() -> None:
    html = render_digest(digest(section([story()]))).html

    assert html.index("<meta charset") < html.index("<style>") < html.index("prefers-color-scheme") < 4000


def _luminance(colour: str) -> float:
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("#211f1b", "#fffefb"), ("#625d53", "#fffefb"), ("#94301f", "#fffefb"), ("#fffefb", "#94301f"),
        ("#211f1b", "#fbe9b0"), ("#1d4a22", "#dcefd9"), ("#8a2b1c", "#fffefb"), ("#ece7dc", "#1c1b19"),
        ("#a9a294", "#1c1b19"), ("#f0a18f", "#1c1b19"), ("#fff3cf", "#5b4a12"), ("#cfeecb", "#21401f"),
    ],
)  # fmt: skip
def test_every_pair_of_colours_in_use_passes_wcag_aa(ink: str, paper: str) -> None:
    style = (Path(__file__).parents[3] / "monitor/delivering/templates/style.css").read_text()
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)

    assert ink in style
    assert paper in style
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_an_unknown_zone_or_slot_is_shown_in_utc() -> None:
    rendered = render_digest(digest(section([story()]), timezone="Mars/Olympus", slot="by hand"))

    assert "03:41" in rendered.text
    assert rendered.subject.endswith("Sun 22 Nov")


def test_a_story_without_title_text_or_address_still_shows() -> None:
    bare = story(title=Excerpt(""), excerpt=Excerpt(""), url="", source="", also_in=(), watches=())

    rendered = render_alert(Alert(bare, "", ""))

    assert "(no title)" in rendered.text
    assert rendered.subject == "High: (no title)"


# --- templates of one's own --------------------------------------------------------------------------------


def overridden(folder: Path, name: str, source: str) -> Path:
    (folder / name).write_text(source, "utf-8")
    return folder


def test_a_users_template_and_texts_take_the_place_of_ours(tmp_path: Path) -> None:
    overridden(tmp_path, "texts.yaml", "why: Чому\n")
    overridden(tmp_path, "alert.txt.j2", "{{ t('why') }}: {{ view.story.why_text }}")

    rendered = render_alert(ALERT, look_from(tmp_path))

    assert rendered.text == "Чому: “drone” in the title\n"
    assert "Чому:" in rendered.html
    assert rendered.problems == ()


def test_a_users_template_can_extend_ours(tmp_path: Path) -> None:
    source = (
        '{% extends "builtin/digest.html.j2" %}{% block foot %}{{ super() }}<p>Desk rules apply</p>{% endblock %}'
    )
    overridden(tmp_path, "digest.html.j2", source)

    rendered = render_digest(digest(section([story()])), look_from(tmp_path))

    assert "Desk rules apply" in rendered.html
    assert rendered.problems == ()


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ view.story.title", "TemplateSyntaxError"),
        ("{{ nothing.at.all }}", "UndefinedError"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{% for i in range(99999999) %}x{% endfor %}", "OverflowError"),
        ("{% for i in range(9999) %}{% for j in range(9999) %}xxxxxxxxxx{% endfor %}{% endfor %}", "more than"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
    ],
)
def test_a_broken_template_is_told_and_ours_is_used(tmp_path: Path, source: str, complaint: str) -> None:
    overridden(tmp_path, "alert.html.j2", source)

    rendered = render_alert(ALERT, look_from(tmp_path))

    assert rendered.html == render_alert(ALERT).html
    assert [complaint in str(problem) for problem in rendered.problems] == [True]


def test_a_broken_texts_file_is_told_and_ours_are_used(tmp_path: Path) -> None:
    rendered = render_alert(ALERT, look_from(overridden(tmp_path, "texts.yaml", "nonsense: 1")))

    assert rendered.text == render_alert(ALERT).text
    assert "unknown text 'nonsense'" in str(rendered.problems[0])


def test_broken_styles_cost_their_looks_and_not_the_message(tmp_path: Path) -> None:
    overridden(tmp_path, "style.css", "p { color: }}} <")
    overridden(tmp_path, "alert.html.j2", "<style>@@@ {</style><p style='color: \"'>{{ view.story.title }}</p>")

    rendered = render_alert(ALERT, look_from(tmp_path))

    assert "drone" in rendered.html


def test_a_folder_that_holds_only_texts_costs_no_sandbox(tmp_path: Path) -> None:
    child = Child(dies=True)
    overridden(tmp_path, "texts.yaml", "why: Чому")

    assert render_alert(ALERT, look_from(tmp_path, child)).problems == ()
    assert child.calls == 0
    assert render_alert(ALERT, look_from(tmp_path / "missing", child)).problems == ()


def test_a_template_that_writes_too_much_gives_way_to_ours(tmp_path: Path) -> None:
    overridden(tmp_path, "digest.html.j2", "{{ 'x' * 90000 }}{{ view.title }}")

    rendered = render_digest(digest(section([story()])), look_from(tmp_path))

    assert rendered.html == render_digest(digest(section([story()]))).html
    assert "without a story" in str(rendered.problems[-1])


class Child:
    """A killable child as ports.Killable describes it: runs the function, or says that it had to be killed."""

    def __init__(self, *, dies: bool = False) -> None:
        self.dies = dies
        self.calls = 0

    def __call__(self, function: Any, *arguments: Any, timeout: timedelta) -> Any:
        self.calls += 1
        if self.dies:
            raise ParseError("took longer than 5 s", "too-costly")
        return function(*pickle.loads(pickle.dumps(arguments)))  # as they reach another process


def test_a_users_template_runs_in_the_killable_child(tmp_path: Path) -> None:
    overridden(tmp_path, "alert.txt.j2", "short")
    child, dying = Child(), Child(dies=True)

    assert render_alert(ALERT, look_from(tmp_path, child)).text == "short\n"
    assert child.calls == 2

    rendered = render_alert(ALERT, look_from(tmp_path, dying))
    assert rendered.text == render_alert(ALERT).text
    assert "took longer" in str(rendered.problems[0])


def test_words_that_alone_break_the_limit_still_make_a_message(tmp_path: Path) -> None:
    overridden(tmp_path, "texts.yaml", f"sent_by: {'x' * LIMIT}")

    assert "x" * LIMIT in render_digest(digest(section([story()])), look_from(tmp_path)).html


def test_a_template_that_was_killed_is_not_asked_again_for_the_same_digest(tmp_path: Path) -> None:
    overridden(tmp_path, "digest.html.j2", "endless")
    child = Child(dies=True)

    rendered = render_digest(digest(section([story(n) for n in range(500)])), look_from(tmp_path, child))

    assert child.calls == 2  # HTML and text
    assert len(rendered.problems) == 2
    assert len(rendered.html.encode()) <= LIMIT


def test_the_sample_of_a_test_message_renders() -> None:
    rendered = render(sample_alert(END))

    assert rendered.subject == "High: A test message from monitor"
    assert delivery(sample_alert(END)).payload["type"] == "alert"
