"""The commands for the service as a whole, as a newcomer types them."""

import subprocess
from pathlib import Path

import pytest
from desk import MONITOR, Desk


@pytest.mark.parametrize("option", [("--log-level", "loud"), ("--log-format", "xml")])
def test_a_log_option_that_is_none_is_bad_usage(desk: Desk, option: tuple[str, str]) -> None:
    done = desk.run("run", *option)

    assert done.returncode == 2
    assert option[1] in done.stderr
    assert "Traceback" not in done.stderr


def test_two_desks_beside_each_other_have_a_database_each(tmp_path: Path) -> None:
    for name in ("config", "sports desk"):
        told = subprocess.run(
            [*MONITOR, "init", name], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        assert "monitor demo --serve" in told

    lines = [
        line
        for name in ("config", "sports desk")
        for line in (tmp_path / name / "monitor.yaml").read_text(encoding="utf-8").splitlines()
        if line.startswith("database:")
    ]
    assert [line.split('"')[1] for line in lines] == ["sqlite:///var/monitor.db", "sqlite:///var/sports-desk.db"]
    assert all("# beside this directory" in line for line in lines)


@pytest.mark.parametrize("words", ["stories list", "outbox list", "feeds status"])
def test_looking_makes_no_database(desk: Desk, words: str) -> None:
    desk.configure("/feed")

    done, doctor = desk.run(*words.split()), desk.run("doctor")

    assert done.returncode == 1
    assert "no database yet at" in done.stderr
    assert "`monitor once` makes it" in done.stderr
    assert "not made yet" in doctor.stdout
    assert list(desk.home.rglob("*.db")) == []
