"""The page of a running daemon: health for machines, a status view for people, never a secret."""

import http.client
import socket
from collections.abc import Iterator

import pytest
from desk import MAIN, Desk
from scripted_origin import Answer, rss


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    desk.configure("/feed", main=MAIN.replace("listen: null", f'listen: "127.0.0.1:{free}"'))
    desk.origin.answers["/feed"] = Answer(body=rss("Drone <script>alert(1)</script> & output"))
    running = desk.start("run")
    assert desk.origin.wait_for(lambda: desk.origin.posts("/slack/T0/B0/not-to-be-seen"))
    yield free
    running.terminate()
    running.communicate(timeout=35)


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def test_health_metrics_and_the_status_view_tell_what_runs_and_no_secret(desk: Desk, port: int) -> None:
    status, health = _get(port, "/healthz")
    ready, _ = _get(port, "/readyz")
    _, metrics = _get(port, "/metrics")
    _, page = _get(port, "/")

    assert (status, ready) == (200, 200)
    assert '"ok"' in health
    for name in ("monitor_polls_total", "monitor_matches_total", "monitor_feeds{", "monitor_oldest_pending"):
        assert name in metrics
    assert "Drone" in page
    assert "<script" not in page
    for text in (health, metrics, page):
        assert "not-to-be-seen" not in text


def test_healthcheck_says_ok_while_it_runs_whatever_the_configuration_says_meanwhile(
    desk: Desk, port: int
) -> None:
    well = desk.run("healthcheck")
    desk.configure("/feed", main=MAIN.replace("listen: null", 'listen: "127.0.0.1:1"'))
    still = desk.run("healthcheck")
    (desk.config / "monitor.yaml").write_text("routes: {broken\n", encoding="utf-8")
    broken, doctor = desk.run("healthcheck"), desk.run("doctor")

    for done in (well, still, broken):
        assert (done.returncode, done.stdout.strip()) == (0, "ok"), done.stderr
    assert doctor.returncode == 1
    assert "running as process" in doctor.stdout


def test_healthcheck_says_what_does_not_answer_and_what_is_not_ours(desk: Desk) -> None:
    desk.configure("/feed", main=MAIN.replace("listen: null", 'listen: "127.0.0.1:1"'))
    nothing = desk.run("healthcheck")
    desk.configure("/feed", main=MAIN.replace("listen: null", f'listen: "{desk.origin.url[7:]}"'))
    foreign = desk.run("healthcheck")

    assert nothing.returncode == foreign.returncode == 1
    assert "nothing answers on 127.0.0.1:1" in nothing.stderr
    assert "is not monitor" in foreign.stderr
