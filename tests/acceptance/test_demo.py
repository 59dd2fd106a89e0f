"""`monitor demo`: the whole service, and what a person sees of it."""

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from desk import MONITOR, Desk

LEAD = "Zelensky"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    out = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*MONITOR, "demo", "--out", str(out)], capture_output=True, text=True, timeout=100, check=False
    )
    return out, done


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.bold: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag in ("b", "strong", "mark")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in ("b", "strong", "mark")

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._depth:
            self.bold.append(data)


Demo = tuple[Path, "subprocess.CompletedProcess[str]"]


def test_it_exits_0_and_names_the_files_it_wrote(demo: Demo) -> None:
    out, done = demo

    assert done.returncode == 0, done.stderr
    for name in ("digest.html", "digest.txt", "digest.eml", "slack.json", "webhook.json"):
        assert (out / name).stat().st_size > 200, name
        assert name in done.stdout
    assert "Traceback" not in done.stderr


def test_the_digest_tells_the_lead_story_once_with_also_in_why_and_whole_words(demo: Demo) -> None:
    out, _ = demo
    page = _Text()
    page.feed((out / "digest.html").read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", "".join(page.text))

    assert "also in" in text.lower()
    assert "Why:" in text
    assert any(LEAD in word for word in page.bold)


def test_the_footer_names_the_feeds_that_answer_410_and_500(demo: Demo) -> None:
    out, _ = demo
    text = (out / "digest.txt").read_text(encoding="utf-8")

    assert "410" in text
    assert "500" in text


def test_slack_and_the_webhook_got_alerts_as_their_formats_ask(demo: Demo) -> None:
    out, _ = demo
    slack = json.loads((out / "slack.json").read_text(encoding="utf-8"))
    webhook = json.loads((out / "webhook.json").read_text(encoding="utf-8"))

    assert slack
    assert all(message["text"] and len(message["blocks"]) <= 50 for message in slack)
    assert webhook
    assert all({"webhook-id", "webhook-timestamp", "webhook-signature"} <= set(one["headers"]) for one in webhook)
    assert all({"type", "timestamp", "data"} <= set(one["body"]) for one in webhook)


def test_help_starts_with_an_example_for_every_command(desk: Desk) -> None:
    top = subprocess.run([*MONITOR, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
    commands = re.findall(r"^│ ([a-z]+) ", top, re.MULTILINE)

    assert len(commands) > 20
    for command in commands:
        shown = subprocess.run(
            [*MONITOR, command, "--help"], capture_output=True, text=True, timeout=30, check=True
        )
        assert "Example: " in shown.stdout, command
        assert not re.search(r" \.\s", shown.stdout), f"{command}: a default was taken for markup"
