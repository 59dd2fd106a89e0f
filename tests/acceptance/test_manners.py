"""Manners (polling.md P1-P22): each rule on the request log of a scripted origin, under a clock that the test moves."""

import re
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import desk as desks
import pytest
from manners_desk import DAY, HOUR, MINUTE, START, Desk, Reply, Seen, always, in_turn, rss, with_etag

from monitor.app import open_service, user_agent
from monitor.fetching.schedule import PollPolicy
from monitor.model.feed import FeedSpec, FeedState, Validators
from monitor.model.watch import Keyword, Watchlist
from monitor.ports import Database, Records
from monitor.storage.migrate import upgrade

MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("manners") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_desk(template: Path, tmp_path: Path) -> Iterator[MakeDesk]:
    made: list[Desk] = []

    def make(**options: Any) -> Desk:
        file = tmp_path / f"{len(made)}.db"
        shutil.copy(template, file)
        made.append(Desk(str(file), **options))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk()


# --- what is asked -----------------------------------------------------------------------------------------


def test_p1_the_first_poll_is_exactly_one_unconditional_get(desk: Desk) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One"))
    desk.add()

    desk.poll()
    desk.restart()
    desk.poll()

    (asked,) = desk.origin.seen
    assert (asked.method, asked.path, asked.conditional) == ("GET", "/feed", False)


def test_p2_validators_go_back_byte_for_byte(desk: Desk) -> None:
    etag, modified = 'W/"odd: \\"tag\\",  a;b"', "Sat, 1 Jan 2000 00:00:00 +0100"
    desk.origin.pages["/feed"] = always(200, rss("One"), ETag=etag, Last_Modified=modified)
    desk.add()

    desk.poll()
    desk.poll_when_due()

    again = desk.origin.seen[1]
    assert (again.get("if-none-match"), again.get("if-modified-since")) == (etag, modified)


def test_p2_a_date_of_the_feed_itself_is_never_sent(desk: Desk) -> None:
    head = f"<lastBuildDate>{format_datetime(START)}</lastBuildDate>"
    desk.origin.pages["/feed"] = always(200, rss("One", head=head))
    desk.add()

    desk.poll()
    desk.poll_when_due()

    assert [seen.conditional for seen in desk.origin.seen] == [False, False]


def test_p3_a_changed_validator_replaces_both_and_one_no_longer_sent_is_dropped(desk: Desk) -> None:
    body = rss("One")
    desk.origin.pages["/feed"] = in_turn(
        always(200, body, ETag='"1"', Last_Modified="then"),
        always(200, body, ETag='"2"', Last_Modified="then"),  # the validator alone changed
        always(200, rss("Two", "One"), ETag='"2"', Last_Modified="now"),
        always(200, body, Last_Modified="now"),
        always(200, body),
    )
    desk.add()

    desk.poll()
    for _ in range(5):
        desk.poll_when_due()

    sent = [(seen.get("if-none-match"), seen.get("if-modified-since")) for seen in desk.origin.seen]
    assert sent == [(None, None), ('"1"', "then"), ('"2"', "then"), ('"2"', "now"), (None, "now"), (None, None)]


def test_p4_a_304_may_renew_validators_and_cache_headers_and_parses_nothing(desk: Desk) -> None:
    desk.origin.pages["/feed"] = in_turn(
        always(200, rss("One"), ETag='"1"', Last_Modified="then"),
        always(304, ETag='"2"', Cache_Control="max-age=10800"),
        always(304),
    )
    desk.add()

    desk.poll()
    desk.poll_when_due()
    assert desk.wait() == 3 * HOUR
    desk.poll_when_due()

    last = desk.origin.seen[-1]
    assert (last.get("if-none-match"), last.get("if-modified-since")) == ('"2"', "then")
    assert desk.wait() == 3 * HOUR
    assert desk.parsed == 1


def test_p5_what_cannot_be_parsed_leaves_the_old_validators(desk: Desk) -> None:
    desk.origin.pages["/feed"] = in_turn(
        always(200, rss("One"), ETag='"1"'),
        always(200, b"<html>Sorry</html>", ETag='"2"'),
        always(200, rss("Two", "One"), ETag='"3"'),
    )
    desk.add()

    desk.poll()
    desk.poll_when_due()
    assert desk.feed().validators == Validators('"1"')
    desk.poll_when_due()

    assert [seen.get("if-none-match") for seen in desk.origin.seen] == [None, '"1"', '"1"']
    assert desk.titles() == ["One", "Two"]


@dataclass(frozen=True)
class DiesOnce:
    """A database whose process ends at the last moment of the second transaction: a claim commits, a poll does not."""

    inner: Database
    writes: list[int]

    @contextmanager
    def write(self) -> Iterator[Records]:
        with self.inner.write() as records:
            yield records
            self.writes.append(1)
            if len(self.writes) == 2:
                raise KeyboardInterrupt

    def read(self) -> AbstractContextManager[Records]:
        return self.inner.read()


def test_p5_a_crash_before_the_entries_are_stored_leaves_the_old_validators(desk: Desk) -> None:
    desk.origin.pages["/feed"] = in_turn(always(200, rss("One"), ETag='"1"'), always(200, rss("Two"), ETag='"2"'))
    desk.add()
    desk.restart(lambda database: DiesOnce(database, []))

    with pytest.raises(KeyboardInterrupt):
        desk.poll()
    desk.restart()
    desk.poll()

    assert [seen.get("if-none-match") for seen in desk.origin.seen] == [None, None]
    assert (desk.titles(), desk.feed().validators) == (["Two"], Validators('"2"'))


# --- when it is asked again --------------------------------------------------------------------------------


def skip_hours(*hours: int) -> str:
    return f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in hours)}</skipHours>"


@pytest.mark.parametrize(
    ("headers", "head", "wait"),
    [
        ({"Cache-Control": "public, max-age=7200"}, "", 2 * HOUR),
        ({"Cache-Control": "max-age=7200", "Age": "1800"}, "", 90 * MINUTE),
        ({"Cache-Control": "max-age=60"}, "", 10 * MINUTE),
        ({"Cache-Control": "max-age=9999999"}, "", DAY),
        ({"Expires": format_datetime(START + 3 * HOUR, usegmt=True)}, "", 3 * HOUR),
        ({"Expires": "Tue, 24 Nov 2026 15:00:00 GMT", "Date": "Tue, 24 Nov 2026 10:00:00 GMT"}, "", 5 * HOUR),
        ({}, "<ttl>150</ttl>", 150 * MINUTE),
        (
            {},
            "<sy:updatePeriod>daily</sy:updatePeriod>",
            DAY,
        ),
        ({}, skip_hours(13, 14, 15), 4 * HOUR),
        ({}, "<skipDays><day>Tuesday</day></skipDays>", 12 * HOUR),
        ({"Cache-Control": "max-age=7200"}, "<ttl>240</ttl>", 4 * HOUR),
    ],
)
def test_p6_never_earlier_than_server_and_document_say(
    desk: Desk, headers: dict[str, str], head: str, wait: timedelta
) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One", head=head), **headers)
    desk.add()

    desk.poll()
    assert desk.wait() == wait
    desk.poll_when_due()

    assert len(desk.origin.seen) == 2


def test_p6_never_under_the_floor_whatever_the_configuration_says(desk: Desk) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One"))
    desk.add(every=MINUTE)

    desk.poll()

    assert desk.wait() == 10 * MINUTE


@pytest.mark.parametrize("control", ["no-cache", "no-store, max-age=0", "max-age=0, must-revalidate"])
def test_p7_a_server_that_wants_no_caching_is_not_polled_faster(desk: Desk, control: str) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One"), Cache_Control=control)
    desk.add()

    desk.poll()
    assert desk.wait() == HOUR
    desk.poll_when_due()

    assert desk.wait() == HOUR


def test_p8_once_an_hour_with_validators_once_a_day_without_faster_only_when_told(desk: Desk) -> None:
    silent = always(200, rss("One"))
    desk.origin.pages |= {"/with": with_etag(rss("One")), "/without": silent, "/told": silent}
    desk.add("/with")
    desk.add("/without")
    desk.add("/told", every=20 * MINUTE)

    desk.poll()

    assert [desk.wait(path) for path in ("/with", "/without", "/told")] == [HOUR, DAY, 20 * MINUTE]


def test_p8_a_configured_interval_is_an_explicit_one(make_desk: MakeDesk) -> None:
    desk = make_desk(policy=PollPolicy(interval=30 * MINUTE, interval_explicit=True))
    desk.origin.pages["/feed"] = always(200, rss("One"))
    desk.add()

    desk.poll()

    assert desk.wait() == 30 * MINUTE


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [("7200", 2 * HOUR), ("Tue, 24 Nov 2026 20:00:00 GMT", 8 * HOUR), ("99999999", 7 * DAY)],
)
def test_p9_retry_after_leaves_feed_and_host_alone_even_after_a_restart(
    desk: Desk, status: int, value: str, wait: timedelta
) -> None:
    desk.origin.pages |= {"/busy": always(status, Retry_After=value), "/other": with_etag(rss("One"))}
    desk.add("/busy")
    desk.poll()
    desk.add("/other")
    desk.add("/elsewhere", host="calm.example")

    desk.poll()
    desk.restart()
    desk.poll(wait - timedelta(seconds=1))
    assert (len(desk.origin.asked("/busy")), len(desk.origin.asked("/other"))) == (1, 0)
    assert desk.origin.asked("/elsewhere")
    desk.poll(timedelta(seconds=1))

    assert (len(desk.origin.asked("/busy")), len(desk.origin.asked("/other"))) == (2, 1)


def test_p9_what_already_waits_for_a_busy_host_is_not_asked_either(desk: Desk) -> None:
    desk.origin.pages["/0"] = always(429, Retry_After="3600")
    for number in range(8):
        desk.add(f"/{number}")

    summary = desk.poll()

    assert [seen.path for seen in desk.origin.seen] == ["/0"]
    assert (summary.due, summary.failed) == (8, 1)
    assert {desk.feed(f"/{number}").failures for number in range(1, 8)} == {0}
    desk.poll(HOUR)
    assert len(desk.origin.seen) > 1


# --- trouble -----------------------------------------------------------------------------------------------


def no_such_host(host: str, port: int) -> list[Any]:
    if host.startswith("gone"):
        raise socket.gaierror(socket.EAI_NONAME, "no such host")
    return [(2, 1, 6, "", ("127.0.0.1", port))]


def never(desk: Desk) -> Callable[[Seen], Reply]:
    def answer(_seen: Seen) -> Reply:
        desk.origin.stopping.wait(60)
        return Reply(200)

    return answer


@pytest.mark.parametrize("trouble", ["5xx", "timeout", "dns", "tls"])
def test_p10_failures_back_off_to_a_day_and_are_never_given_up(make_desk: MakeDesk, trouble: str) -> None:
    desk = make_desk(options={"timeout": timedelta(seconds=0.2), "lookup": no_such_host})
    desk.origin.pages["/feed"] = always(502) if trouble == "5xx" else never(desk)
    scheme = "https" if trouble == "tls" else "http"
    host = "gone.example" if trouble == "dns" else "wire.example"
    with desk.database.write() as records:
        records.feeds.add(FeedSpec(desk.origin.url("/feed", host).replace("http", scheme, 1)), desk.now)

    waits = []
    for _ in range(12):
        desk.poll()
        waits.append(desk.wait())
        desk.now = desk.feed().next_poll_at

    assert waits[:4] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert (desk.feed().failures, desk.kinds()) == (12, Counter(failing=1))


def test_p10_a_feed_that_failed_for_a_month_is_well_again_at_its_first_answer(desk: Desk) -> None:
    answers = {"now": always(500)}
    desk.origin.pages["/feed"] = lambda seen: answers["now"](seen)
    desk.add()
    while desk.now < START + 30 * DAY:
        desk.poll()
        desk.now = desk.feed().next_poll_at

    answers["now"] = with_etag(rss("One"))
    desk.poll()

    assert (desk.feed().state, desk.titles()) == (FeedState.OK, ["One"])
    assert desk.kinds() == Counter(failing=1, recovered=1)


def test_p10_an_outage_of_our_own_counts_against_no_feed(make_desk: MakeDesk) -> None:
    desk = make_desk(options={"lookup": no_such_host})
    for number in range(8):
        desk.add(f"/{number}", host=f"gone{number}.example")

    for _ in range(6):
        desk.poll(20 * MINUTE)

    assert {(desk.feed(f"/{number}").failures, desk.feed(f"/{number}").state) for number in range(8)} == {
        (0, "ok")
    }
    assert desk.notices() == []


@pytest.mark.parametrize("status", [301, 308])
def test_p11_a_permanent_redirect_is_followed_and_believed_after_three_over_a_day(desk: Desk, status: int) -> None:
    new = desk.origin.url("/new", host="new.example")
    desk.origin.pages |= {"/feed": always(status, Location=new), "/new": with_etag(rss("One"))}
    desk.add()

    desk.poll()
    for _ in range(23):
        desk.poll_when_due()
    assert (desk.feed().spec.url, desk.titles()) == (desk.origin.url(), ["One"])
    desk.poll_when_due()

    feed = desk.feed()
    assert (feed.spec.url, feed.old_urls) == (new, (desk.origin.url(),))
    assert desk.kinds() == Counter(moved=1)
    before = len(desk.origin.asked())
    desk.poll_when_due()
    assert len(desk.origin.asked()) == before, "the old address is left alone"


def test_p11_a_redirect_to_what_is_no_feed_moves_nothing(desk: Desk) -> None:
    parked = always(200, b"<html>This domain is for sale</html>")
    desk.origin.pages |= {"/feed": always(301, Location="/parked"), "/parked": parked}
    desk.add()

    for _ in range(4):
        desk.poll(26 * HOUR)

    assert desk.feed().spec.url == desk.origin.url()


@pytest.mark.parametrize("status", [302, 303, 307])
def test_p12_a_temporary_redirect_is_followed_this_time_only(desk: Desk, status: int) -> None:
    desk.origin.pages |= {"/feed": always(status, Location="/today"), "/today": with_etag(rss("One"))}
    desk.add()

    for _ in range(4):
        desk.poll(26 * HOUR)

    assert [seen.path for seen in desk.origin.seen] == ["/feed", "/today"] * 4
    assert desk.feed().spec.url == desk.origin.url()


def test_p12_at_most_five_hops(desk: Desk) -> None:
    hops = {f"/{number}": always(302, Location=f"/{number + 1}") for number in range(9)}
    desk.origin.pages |= {"/feed": always(302, Location="/0"), **hops}
    desk.add()

    desk.poll()

    assert len(desk.origin.seen) == 6
    assert "5 times" in desk.feed().last_error


def test_p12_credentials_stay_at_home_and_addresses_are_checked_at_each_hop(desk: Desk) -> None:
    away = desk.origin.url("/away", host="other.example")
    desk.origin.pages |= {
        "/feed": always(302, Location="/home"),
        "/home": always(302, Location=away),
        "/away": always(302, Location="http://10.0.0.1/feed"),
    }
    desk.add(username="olena", password="secret", headers=(("X-Token", "secret"),))

    desk.poll()

    carried = {
        seen.path: bool(seen.get("authorization")) and bool(seen.get("x-token")) for seen in desk.origin.seen
    }
    assert carried == {"/feed": True, "/home": True, "/away": False}
    assert "secret" not in str(desk.origin.asked("/away"))
    assert "private" in desk.feed().last_error


def test_p13_gone_ends_the_polling_and_is_told_once(desk: Desk) -> None:
    desk.origin.pages["/feed"] = in_turn(with_etag(rss("One")), always(410))
    desk.add()

    desk.poll()
    for _ in range(30):
        desk.poll(DAY)

    assert len(desk.origin.seen) == 2
    assert desk.kinds() == Counter(gone=1)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_p13_what_may_come_back_is_kept_trying_and_told_after_a_day(desk: Desk, status: int) -> None:
    desk.origin.pages["/feed"] = always(status)
    desk.add()

    while desk.now < START + 23 * HOUR:
        desk.poll()
        desk.now = desk.feed().next_poll_at
    assert desk.notices() == []
    for _ in range(10):
        desk.poll()
        assert desk.wait() <= DAY
        desk.now = desk.feed().next_poll_at

    assert desk.kinds() == Counter(failing=1)


# --- what is never sent, and who we say we are -------------------------------------------------------------


def test_p14_no_cookies_no_referer_no_added_parameters(desk: Desk) -> None:
    cookies = (("Set-Cookie", "id=42; Path=/"), ("Set-Cookie", "seen=yes"))
    desk.origin.pages |= {
        "/feed?format=rss": lambda _seen: Reply(302, (("Location", "/b?x=1"), *cookies)),
        "/b?x=1": lambda _seen: Reply(200, cookies, rss("One")),
    }
    desk.add("/feed?format=rss")

    for _ in range(3):
        desk.poll(26 * HOUR)

    assert [seen.path for seen in desk.origin.seen] == ["/feed?format=rss", "/b?x=1"] * 3
    sent = {name.lower() for seen in desk.origin.seen for name, _ in seen.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}


def test_p15_we_say_who_we_are_for_how_many_and_what_we_take(tmp_path: Path, make_desk: MakeDesk) -> None:
    home = desks.Desk(tmp_path, origin=None)  # type: ignore[arg-type]  # only its configuration is used
    (home.config / "watchlists").mkdir(parents=True)
    (home.config / "watchlists" / "drones.yaml").write_text(desks.WATCHLIST, encoding="utf-8")
    (home.config / "monitor.yaml").write_text(SUBSCRIBED, encoding="utf-8")
    with open_service(home.config) as service:
        name = user_agent(service.settings)
    desk = make_desk(options={"user_agent": name})
    desk.origin.pages["/feed"] = with_etag(rss("One"))
    desk.add()

    desk.poll()

    (asked,) = desk.origin.seen
    words = re.fullmatch(
        r"monitor/\d+\.\d+\.\d+ \(\+https://news\.example/bot; 2 subscribers\)", asked.get("user-agent") or ""
    )
    assert words, asked.get("user-agent")
    accepted = asked.get("accept") or ""
    assert all(
        kind in accepted for kind in ("application/rss+xml", "application/atom+xml", "application/feed+json")
    )
    assert "gzip" in (asked.get("accept-encoding") or "")


SUBSCRIBED = """
contact: https://news.example/bot
web: { listen: null }
feeds: []
watchlists: watchlists/*.yaml
channels:
  mail: { type: email, smtp: "smtp://127.0.0.1:1025", from: monitor@news.example }
people:
  olena: { email: olena@news.example }
  petro: { email: petro@news.example }
routes:
  - { name: now, match: { watchlist: drones }, to: [ { mail: [olena, petro] } ], when: now }
  - { name: daily, match: { watchlist: drones }, to: [ { mail: [olena] } ], when: { digest: "0 8 * * *" } }
"""


# --- many feeds, restarts, many watchlists -----------------------------------------------------------------


def test_p16_a_host_sees_one_kept_connection_and_a_gap_between_requests(make_desk: MakeDesk) -> None:
    gap = 0.02
    desk = make_desk(options={"per_host_gap": timedelta(seconds=gap)})
    for number in range(40):
        desk.origin.pages[f"/{number}"] = with_etag(rss(f"One {number}"))
        desk.add(f"/{number}")

    desk.poll()

    seen = sorted(desk.origin.seen, key=lambda one: one.began)
    assert len(seen) == 40
    assert len({one.connection for one in seen}) == 1
    assert min(later.began - earlier.ended for earlier, later in pairwise(seen)) >= gap * 0.9


def in_deciles(times: list[datetime], spread: timedelta) -> list[int]:
    shares = Counter(int((at - START) / spread * 10) for at in times)
    return [shares[tenth] for tenth in range(10)]


def test_p17_ten_thousand_new_feeds_are_spread_over_the_interval(make_desk: MakeDesk) -> None:
    desk, numbers = make_desk(), iter(range(10_000))
    specs = [FeedSpec(f"http://host{number}.example/feed") for number in range(10_000)]

    with desk.database.write() as records:
        records.feeds.sync(specs, START, HOUR, lambda: next(numbers) * 7919 % 10_000 / 10_000)

    with desk.database.read() as records:
        due = [feed.next_poll_at for feed in records.feeds.all()]
    assert in_deciles(due, HOUR) == [1000] * 10


def test_p17_so_are_those_of_an_opml_file(make_desk: MakeDesk) -> None:
    desk = make_desk(luck=0.5)
    outlines = "".join(f"<outline xmlUrl='http://host{number}.example/feed'/>" for number in range(1_000))

    lines = desk.subscribe().import_opml(f"<opml version='2.0'><body>{outlines}</body></opml>".encode())

    assert Counter(line.result for line in lines) == Counter(added=1_000)
    with desk.database.read() as records:
        assert {feed.next_poll_at for feed in records.feeds.all()} == {START + HOUR / 2}


@pytest.mark.parametrize(("luck", "wait"), [(0.0, 60.0), (0.5, 63.0), (0.999, 65.994)])
def test_p17_later_polls_are_up_to_a_tenth_later_and_never_earlier(
    make_desk: MakeDesk, luck: float, wait: float
) -> None:
    desk = make_desk(luck=luck)
    desk.origin.pages["/feed"] = with_etag(rss("One"), Cache_Control="max-age=3600")
    desk.add()

    desk.poll()

    assert desk.wait() / MINUTE == pytest.approx(wait)


def test_p18_twenty_restarts_ask_nothing_twice(desk: Desk) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One"))
    desk.add()

    for _ in range(20):
        desk.poll(MINUTE)
        desk.restart()

    assert len(desk.origin.seen) == 1
    desk.poll(HOUR)
    assert len(desk.origin.seen) == 2


def numbered(first: int, last: int) -> list[str]:
    return [f"Report {number}" for number in range(last, first - 1, -1)]


def page(first: int, last: int, head: str = "") -> bytes:
    """Reports of an outlet that writes one every ten minutes."""
    at = START + (last - 10) * 10 * MINUTE
    return rss(*numbered(first, last), at=at, every=10 * MINUTE, head=head)


def test_p19_a_gap_is_told_with_what_may_be_lost_and_the_feed_is_polled_more_often(desk: Desk) -> None:
    desk.origin.pages["/feed"] = in_turn(
        always(200, page(1, 10), ETag='"1"'), always(200, page(7, 16), ETag='"2"'),
        always(200, page(27, 36), ETag='"3"'), always(200, page(31, 40), ETag='"4"'), always(304),
    )  # fmt: skip
    desk.add()
    desk.poll()
    desk.poll_when_due()

    desk.poll(200 * MINUTE)

    assert desk.notices() == [
        "gap: Scripted Wire: none of the 10 entries it shows was known: some in between may be lost, "
        "about 11 by its usual rhythm"
    ]
    assert desk.wait() == 30 * MINUTE, "half of what was too long"
    desk.poll_when_due()
    assert desk.kinds() == Counter(gap=1, recovered=1)
    desk.poll_when_due()
    assert desk.wait() == 45 * MINUTE, "half the time that an entry stays on its page"


def prev(path: str) -> str:
    return f"<link xmlns='http://www.w3.org/2005/Atom' rel='prev-archive' href='{path}'/>"


def test_p19_an_archive_that_is_offered_is_walked_until_an_entry_is_known(desk: Desk) -> None:
    desk.origin.pages |= {
        "/feed": in_turn(
            always(200, page(1, 10), ETag='"1"'), always(200, page(36, 45, prev("/a/3")), ETag='"2"')
        ),
        "/a/3": always(200, page(26, 35, prev("2"))),
        "/a/2": always(200, page(16, 25, prev("/a/1"))),
        "/a/1": always(200, page(6, 15, prev("/a/0"))),
        "/a/0": always(200, page(1, 5)),
    }
    desk.add()
    desk.poll()

    desk.poll(6 * HOUR)

    assert [seen.path for seen in desk.origin.seen] == ["/feed", "/feed", "/a/3", "/a/2", "/a/1"]
    assert not any(seen.conditional for seen in desk.origin.seen[2:])
    assert sorted(desk.titles()) == sorted(numbered(1, 45))
    assert desk.feed().validators == Validators('"2"')
    assert desk.kinds()["gap"] == 0


@pytest.mark.parametrize(
    ("archive", "asked"),
    [
        ({"/a/1": always(404)}, ["/a/1"]),
        ({"/a/1": always(200, b"<html>nothing here</html>")}, ["/a/1"]),
        ({"/a/1": always(200, page(26, 35, prev("/a/1")))}, ["/a/1"]),
        ({f"/a/{n}": always(200, page(1000 * n, 1000 * n + 3, prev(f"/a/{n + 1}"))) for n in range(1, 9)},
         [f"/a/{n}" for n in range(1, 6)]),
    ],
)  # fmt: skip
def test_p19_a_walk_ends_at_an_error_a_loop_or_the_fifth_page_and_the_gap_is_told(
    desk: Desk, archive: dict[str, Any], asked: list[str]
) -> None:
    new = always(200, page(36, 40, prev("/a/1")), ETag='"2"')
    desk.origin.pages |= {"/feed": in_turn(always(200, page(1, 10), ETag='"1"'), new), **archive}
    desk.add()
    desk.poll()

    desk.poll(6 * HOUR)

    assert [seen.path for seen in desk.origin.seen[2:]] == asked
    assert set(numbered(36, 40)) <= set(desk.titles())
    assert desk.kinds()["gap"] + desk.kinds()["held"] == 1


def test_p19_an_archive_at_another_host_is_left_alone(desk: Desk) -> None:
    away = prev(desk.origin.url("/a/1", host="other.example"))
    desk.origin.pages["/feed"] = in_turn(always(200, page(1, 10), ETag='"1"'), always(200, page(36, 45, away)))
    desk.add()
    desk.poll()

    desk.poll(6 * HOUR)

    assert desk.origin.asked("/a/1") == []


def test_p20_the_same_body_again_is_not_parsed_and_after_ten_times_stands_in_the_feeds_health(desk: Desk) -> None:
    desk.origin.pages["/feed"] = always(200, rss("One"))
    desk.add()
    desk.poll()

    for _ in range(9):
        desk.poll_when_due()
    assert desk.feed().last_error == ""
    desk.poll_when_due()

    assert desk.parsed == 1
    assert desk.feed().last_error == "sent the same body 10 times in a row: it ignores validators"


def test_p21_a_feed_in_fifty_watchlists_is_polled_once(make_desk: MakeDesk) -> None:
    drone = Keyword(id="drone", query="drone")
    lists = [Watchlist(id=f"list{number}", keywords=(drone,)) for number in range(50)]
    desk = make_desk(watchlists=lists)
    desk.origin.pages["/feed"] = with_etag(rss("Drone output doubles"))
    desk.add()

    summary = desk.poll()

    assert (len(desk.origin.seen), summary.matches) == (1, 50)


def test_p22_a_delta_that_a_feed_was_set_to_ask_for_is_merged_and_absence_is_not_deletion(desk: Desk) -> None:
    delta = always(226, rss("Three"), ETag='"3"', IM="feed")
    desk.origin.pages["/feed"] = in_turn(always(200, rss("Two", "One"), ETag='"2"'), delta, always(304))
    desk.add(headers=(("A-IM", "feed"),))

    desk.poll()
    desk.poll_when_due()
    desk.poll_when_due()

    assert [(seen.get("a-im"), seen.get("if-none-match")) for seen in desk.origin.seen] == [
        ("feed", None), ("feed", '"2"'), ("feed", '"3"'),
    ]  # fmt: skip
    assert sorted(desk.titles()) == ["One", "Three", "Two"]
    assert (desk.feed().state, desk.notices()) == (FeedState.OK, [])


def test_p22_nobody_is_asked_for_deltas_unless_told_so(desk: Desk) -> None:
    desk.origin.pages["/feed"] = with_etag(rss("One"))
    desk.add()

    desk.poll()

    assert desk.origin.seen[0].get("a-im") is None


# --- the flood guard (polling.md §4) -----------------------------------------------------------------------


def test_a_flood_is_held_told_once_survives_failures_and_is_released(desk: Desk) -> None:
    flood = rss(*numbered(1, 40), "Old")
    desk.origin.pages["/feed"] = in_turn(
        with_etag(rss("Old")), always(200, flood, ETag='"2"'), always(500), always(304)
    )
    desk.add()
    desk.poll()
    desk.poll_when_due()
    (notice,) = desk.notices()
    assert notice.startswith("held: Scripted Wire: shows 40 new entries at once, of 41 on its page; they are held")

    desk.poll_when_due()
    assert (desk.feed().state, desk.feed().failures) == (FeedState.HELD, 1)
    desk.poll_when_due()
    assert desk.feed().state is FeedState.HELD
    assert desk.release() == 40
    desk.poll_when_due()

    assert (desk.feed().state, desk.kinds()) == (FeedState.OK, Counter(held=1, recovered=1))
