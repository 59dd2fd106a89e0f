"""The environment: read here and nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path

MAIN_FILE = "monitor.yaml"


def environment() -> Mapping[str, str]:
    """The process's environment as it is now."""
    return dict(os.environ)


def config_directory(given: Path | None, env: Mapping[str, str]) -> Path:
    """``--config``, else $MONITOR_CONFIG, else ``./config``; naming the main file means its directory."""
    directory = given or Path(env.get("MONITOR_CONFIG") or "config")
    return directory.parent if directory.name == MAIN_FILE else directory
