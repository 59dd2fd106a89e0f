"""One connection a host, a gap, and a limit for all, on a clock of our own."""

import pytest

from monitor.fetching.politeness import Lanes, authority


def test_a_host_gets_one_job_at_a_time_and_the_gap_after_it() -> None:
    lanes: Lanes[int] = Lanes(gap=1.0, limit=10)
    for job in (1, 2, 3):
        lanes.add("a", job)

    assert lanes.start(0.0) == [("a", 1)]
    assert lanes.start(5.0) == []
    lanes.finish("a", 5.0)
    assert lanes.start(5.9) == []
    assert lanes.next_at() == 6.0
    assert lanes.start(6.0) == [("a", 2)]


def test_hosts_run_beside_one_another_up_to_the_limit() -> None:
    lanes: Lanes[int] = Lanes(gap=0.0, limit=2)
    for job, host in enumerate("abc"):
        lanes.add(host, job)

    assert lanes.start(0.0) == [("a", 0), ("b", 1)]
    lanes.finish("a", 1.0)
    assert lanes.start(1.0) == [("c", 2)]


def test_the_gap_holds_for_a_job_that_comes_after_the_queue_was_empty() -> None:
    lanes: Lanes[int] = Lanes(gap=1.0, limit=2)
    lanes.add("a", 1)
    lanes.start(0.0)
    lanes.finish("a", 0.5)

    lanes.add("a", 2)

    assert lanes.start(1.0) == []
    assert lanes.start(1.5) == [("a", 2)]


def test_an_idle_host_is_forgotten_after_its_gap() -> None:
    lanes: Lanes[int] = Lanes(gap=1.0, limit=2)
    lanes.add("a", 1)
    lanes.start(0.0)
    lanes.finish("a", 0.0)

    assert lanes.start(2.0) == []
    assert lanes.next_at() is None
    lanes.add("a", 2)
    assert lanes.start(2.0) == [("a", 2)]


def test_a_job_that_goes_on_comes_before_the_others() -> None:
    lanes: Lanes[str] = Lanes(gap=0.0, limit=2)
    lanes.add("a", "first")
    lanes.add("a", "other")
    lanes.start(0.0)
    lanes.finish("a", 0.0)

    lanes.add("a", "first, redirected", first=True)

    assert lanes.start(0.0) == [("a", "first, redirected")]


def test_slow_jobs_give_their_place_to_others_but_not_without_end() -> None:
    lanes: Lanes[int] = Lanes(gap=0.0, limit=1)
    for job in range(20):
        lanes.add(f"slow{job}", job)

    running: list[str] = []
    while begun := lanes.start(0.0):
        running += [host for host, _ in begun]
        for host, _ in begun:
            lanes.call_slow(host)
            lanes.call_slow(host)

    assert running == [f"slow{job}" for job in range(8)]
    for host in running:
        lanes.finish(host, 1.0)
    assert len(lanes.start(1.0)) == 1


def test_being_called_slow_after_the_end_changes_nothing() -> None:
    lanes: Lanes[int] = Lanes(gap=1.0, limit=1)
    lanes.add("a", 1)
    lanes.start(0.0)
    lanes.finish("a", 0.0)

    lanes.call_slow("a")
    lanes.add("b", 2)

    assert lanes.start(0.0) == [("b", 2)]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG/a", "example.org"),
        ("https://example.org:443/", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("http://example.org:80", "example.org"),
        ("http://127.0.0.1:8000/f", "127.0.0.1:8000"),
        ("http://[::1]:8000/f", "[::1]:8000"),
    ],
)
def test_the_unit_of_politeness_is_the_host_with_its_own_port(url: str, host: str) -> None:
    assert authority(url) == host
