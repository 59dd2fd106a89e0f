"""`monitor run` as people run it: news while it runs, a clean stop, nothing twice after a restart."""

import signal
import subprocess

from desk import Desk
from scripted_origin import Answer, rss


def _stop(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> str:
    process.send_signal(number)
    _, errors = process.communicate(timeout=35)
    return errors


def test_news_served_while_it_runs_is_in_slack_and_is_not_sent_again_after_a_restart(desk: Desk) -> None:
    desk.configure("/feed")
    desk.origin.answers["/feed"] = Answer(body=rss("Weather for the weekend"))
    first = desk.start("run")
    assert desk.origin.wait_for(lambda: desk.origin.gets("/feed")), "it polls at once"

    desk.origin.answers["/feed"] = Answer(body=rss("Drone output doubles", "Weather for the weekend"))

    slack = "/slack/T0/B0/not-to-be-seen"
    assert desk.origin.wait_for(lambda: desk.origin.posts(slack)), "the alert is in Slack"
    _stop(first)
    assert first.returncode == 0
    polled = len(desk.origin.gets("/feed"))
    second = desk.start("run")
    assert desk.origin.wait_for(lambda: len(desk.origin.gets("/feed")) >= polled + 2)
    errors = _stop(second)
    assert second.returncode == 0
    assert len(desk.origin.posts(slack)) == 1
    assert "not-to-be-seen" not in errors


def test_a_second_instance_on_the_same_database_is_refused_in_one_line(desk: Desk) -> None:
    desk.configure("/feed")
    desk.origin.answers["/feed"] = Answer(body=rss("Weather"))
    running = desk.start("run")
    assert desk.origin.wait_for(lambda: desk.origin.gets("/feed"))

    refused = desk.run("once")

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "already running" in refused.stderr
    _stop(running)
    assert running.returncode == 0


def test_a_saved_configuration_is_taken_over_and_a_broken_one_is_refused_and_told(desk: Desk) -> None:
    desk.configure("/feed")
    desk.origin.answers["/feed"] = Answer(body=rss("Weather"))
    desk.origin.answers["/more"] = Answer(body=rss("Sports"))
    running = desk.start("run")
    assert desk.origin.wait_for(lambda: desk.origin.gets("/feed"))

    desk.configure("/feed", "/more")
    running.send_signal(signal.SIGHUP)
    assert desk.origin.wait_for(lambda: desk.origin.gets("/more")), "the new feed is polled"
    (desk.config / "monitor.yaml").write_text("feeds: [", encoding="utf-8")
    running.send_signal(signal.SIGHUP)
    polled = len(desk.origin.gets("/more"))
    assert desk.origin.wait_for(lambda: len(desk.origin.gets("/more")) > polled), "the old one stays in force"

    errors = _stop(running)
    assert running.returncode == 0
    assert "reload.refused" in errors
    assert "Traceback" not in errors


def test_ctrl_c_ends_it_without_a_traceback(desk: Desk) -> None:
    desk.configure("/feed")
    desk.origin.answers["/feed"] = Answer(body=rss("Weather"))
    running = desk.start("run")
    assert desk.origin.wait_for(lambda: desk.origin.gets("/feed"))

    errors = _stop(running, signal.SIGINT)

    assert running.returncode == 0
    assert "Traceback" not in errors
