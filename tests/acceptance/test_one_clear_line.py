"""What goes wrong in daily life gives one clear line, an exit code, and never a traceback."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from desk import MAIN, Desk
from scripted_origin import Answer, rss

MAIL = MAIN.replace(
    '  desk-slack: {{ type: slack, url: "${{SLACK_URL}}" }}',
    '  desk-mail: {{ type: email, smtp: "smtp://127.0.0.1:{port}", from: "monitor@example.org" }}',
).replace("to: [desk-slack]", "to: [ {{ desk-mail: [olena@example.org] }} ]")


def _no_traceback(done: "subprocess.CompletedProcess[str]") -> None:
    assert "Traceback" not in done.stderr, done.stderr
    assert "Traceback" not in done.stdout, done.stdout


def test_a_missing_configuration_names_the_directory_and_the_command_that_makes_one(desk: Desk) -> None:
    done = desk.run("check")

    assert done.returncode == 3
    assert "monitor init" in done.stderr
    _no_traceback(done)


def test_an_empty_configuration_is_told_in_one_line(desk: Desk) -> None:
    desk.config.mkdir()
    (desk.config / "monitor.yaml").write_text("", encoding="utf-8")

    done = desk.run("once")

    assert done.returncode == 3
    assert str(desk.config / "monitor.yaml") in done.stderr
    _no_traceback(done)


def test_a_mail_server_that_is_not_there_leaves_the_mail_waiting(desk: Desk) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    desk.configure("/feed", main=MAIL.replace("{port}", str(port)))
    desk.origin.answers["/feed"] = Answer(body=rss("Drone output doubles"))

    done = desk.run("once", "--strict")

    assert done.returncode == 5
    assert "1 to retry" in done.stdout
    _no_traceback(done)
    listed = desk.run("outbox", "list")
    assert "refused" in listed.stdout


def test_a_feed_that_does_not_answer_is_counted_and_explained(desk: Desk) -> None:
    desk.configure("/gone", "/page")
    desk.origin.answers["/page"] = Answer(
        body=b"<html><body>Hello</body></html>", headers={"Content-Type": "text/html"}
    )

    done = desk.run("once", "--strict")

    assert done.returncode == 4
    assert "2 failed" in done.stdout
    _no_traceback(done)
    status = desk.run("feeds", "status")
    assert "404" in status.stdout
    assert "not" in status.stdout


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/feed", "http"),
        ("http://127.0.0.1:1/feed", "refused"),
        ("http://10.0.0.1/feed", "private"),
        ("not a url", "address"),
    ],
)
def test_a_bad_url_is_told_in_one_line(desk: Desk, url: str, words: str) -> None:
    desk.configure()

    done = desk.run("feeds", "add", url)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    _no_traceback(done)


def test_ctrl_c_during_a_cycle_exits_130_without_a_traceback(desk: Desk) -> None:
    desk.configure(*(f"/slow{number}" for number in range(3)))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = desk.config / "monitor.yaml"
    config.write_text(config.read_text().replace(desk.origin.url, f"http://127.0.0.1:{port}"), encoding="utf-8")
    running = desk.start("once")
    connection, _ = listener.accept()  # it polls, and waits for an answer that never comes

    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=35)

    connection.close()
    listener.close()
    assert running.returncode == 130
    assert "Traceback" not in errors


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="mounting a small tmpfs needs root and mount(8)"
)
def test_a_full_disk_is_told_in_one_line_and_nothing_is_called_sent(desk: Desk, tmp_path: Path) -> None:
    small = tmp_path / "var"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("this kernel refuses to mount a tmpfs here")
    try:
        desk.configure("/feed")
        desk.origin.answers["/feed"] = Answer(body=rss(*(f"Drone report {n} {'x' * 900}" for n in range(900))))

        done = desk.run("once")

        assert done.returncode == 1
        assert "disk is full" in done.stderr
        assert done.stderr.count("\n") == 1
        _no_traceback(done)
        assert desk.origin.posts("/slack/T0/B0/not-to-be-seen") == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
