"""A desk: a configuration directory, a scripted origin, and the `monitor` program."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripted_origin import ScriptedOrigin

MONITOR = [sys.executable, "-m", "monitor.entrypoints.cli"]
MAIN = """
timezone: Europe/Kyiv
polling: {{ interval: 1s, floor: 1s, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  desk-slack: {{ type: slack, url: "${{SLACK_URL}}" }}
routes:
  - {{ name: breaking, match: {{ watchlist: drones }}, to: [desk-slack], when: now }}
"""
WATCHLIST = "keywords:\n  - { id: drone, query: drone }\n"


@dataclass
class Desk:
    """``run`` starts the program on this desk's configuration and waits for it."""

    home: Path
    origin: ScriptedOrigin

    @property
    def config(self) -> Path:
        return self.home / "config"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SLACK_URL": f"{self.origin.url}/slack/T0/B0/not-to-be-seen", "NO_COLOR": "1"}

    def configure(self, *feeds: str, main: str = MAIN, watchlist: str = WATCHLIST) -> None:
        (self.config / "watchlists").mkdir(parents=True, exist_ok=True)
        lines = "\n".join(f'  - {{ url: "{self.origin.url}{feed}" }}' for feed in feeds) or "  []"
        (self.config / "monitor.yaml").write_text(
            main.format(feeds=lines, origin=self.origin.url), encoding="utf-8"
        )
        (self.config / "watchlists" / "drones.yaml").write_text(watchlist, encoding="utf-8")

    def run(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*MONITOR, *arguments, "--config", str(self.config)],
            input=stdin, capture_output=True, text=True, timeout=60, env=self.environment, check=False,
        )  # fmt: skip

    def json(self, *arguments: str) -> Any:
        """The last line of a command's output, decoded; the command must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*MONITOR, *arguments, "--config", str(self.config)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip
