"""`monitor feeds …` as people use it: pages, dead hosts, passwords, lists from other readers."""

import json
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from desk import Desk
from scripted_origin import Answer
from wired_desk import HOOK, feed, hook_up, rows, told

HTML = {"Content-Type": "text/html"}
PAGE = (
    b"<html><head><link rel='alternate' type='application/rss+xml' href='/news/rss'></head><body>Hi</body></html>"
)


def said(done: "subprocess.CompletedProcess[str]", code: int = 1) -> str:
    """The one line of an error."""
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture
def plain(desk: Desk) -> Desk:
    """A desk without feeds, beside a site with a page, a feed and a page that is no feed."""
    hook_up(desk)
    desk.origin.answers["/"] = Answer(body=PAGE, headers=HTML)
    desk.origin.answers["/news/rss"] = Answer(body=feed("Drone output doubles", "Weather"))
    desk.origin.answers["/about"] = Answer(body=b"<html><body>We are old</body></html>", headers=HTML)
    return desk


def test_a_home_page_is_added_as_the_feed_that_it_links_to(plain: Desk) -> None:
    found = plain.json("feeds", "discover", f"{plain.origin.url}/")
    assert rows(plain, "SELECT count(*) FROM feeds") == [(0,)], "discovering adds nothing"

    added = plain.json("feeds", "add", f"{plain.origin.url}/", "--tag", "wire")
    again = plain.json("feeds", "add", f"{plain.origin.url}/news/rss")

    assert found["url"] == added["url"] == f"{plain.origin.url}/news/rss"
    assert (added["added"], added["entries"], again["added"]) == (True, 2, False)
    assert plain.json("feeds", "list")["tags"] == ["wire"]
    plain.json("once")
    assert [one.title for one in told(plain)] == ["Drone output doubles"]


@pytest.mark.parametrize(
    "spelled", ["{host}", "feed://{host}/news/rss", "HTTP://{host}/news/rss#latest", " {url}/ "]
)
def test_addresses_as_people_paste_them_are_one_feed(plain: Desk, spelled: str) -> None:
    host = plain.origin.url.removeprefix("http://")

    added = plain.json("feeds", "add", spelled.format(host=host, url=plain.origin.url))

    assert added["url"] == f"{plain.origin.url}/news/rss"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/about", "is not a feed (this is a web page, not a feed) and links to none"),
        ("/missing", "answers 404"),
        ("/private", "wants a user name and a password; name them in the configuration"),
        ("/empty", "the answer is empty"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason_and_a_way_out(plain: Desk, path: str, words: str) -> None:
    plain.origin.answers["/private"] = Answer(401)
    plain.origin.answers["/empty"] = Answer()

    assert words in said(plain.run("feeds", "add", plain.origin.url + path))

    assert rows(plain, "SELECT count(*) FROM feeds") == [(0,)]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nobody-lives-here.invalid/feed", "no such host"),
        ("http://127.0.0.1:1/feed", "refused"),
        ("http://[::1", "malformed"),
        ("", "names no host"),
        ("file:///etc/passwd", "only http and https"),
        ("http://169.254.169.254/latest", "link-local"),
        ("http://2130706433:1/", "malformed"),  # 127.0.0.1 written as one number
    ],
)
def test_addresses_that_cannot_be_asked_are_told_in_one_line(plain: Desk, url: str, words: str) -> None:
    assert words in said(plain.run("feeds", "add", url))


def test_a_password_in_an_address_is_refused_and_not_repeated(plain: Desk) -> None:
    words = said(plain.run("feeds", "add", "http://olena:hunter2@127.0.0.1:1/feed"))

    assert "username and password separately" in words
    assert "hunter2" not in words


def test_a_feed_behind_a_password_is_polled_with_it_and_the_password_is_stored_nowhere(desk: Desk) -> None:
    line = f'  - {{{{ url: "{desk.origin.url}/private", username: olena, password_file: feed-password }}}}'
    hook_up(desk, main=HOOK.replace("{feeds}", line))
    secret = desk.config / "feed-password"
    secret.write_text("hunter2 is long", encoding="utf-8")
    secret.chmod(0o600)
    desk.origin.answers["/private"] = Answer(body=feed("Drone output doubles"))

    desk.json("once")

    (asked,) = desk.origin.gets("/private")
    assert asked.headers["authorization"] == f"Basic {b64encode(b'olena:hunter2 is long').decode()}"
    assert b"hunter2" not in b"".join(path.read_bytes() for path in (desk.home / "var").iterdir())
    assert "hunter2" not in desk.run("feeds", "export").stdout + desk.run("config", "show").stdout


def test_an_opml_file_is_imported_line_by_line_with_folders_as_tags(plain: Desk, tmp_path: Path) -> None:
    url = plain.origin.url
    file = tmp_path / "from-reader.opml"
    file.write_text(
        f"""<opml version="2.0"><body><outline text="Ukraine">
        <outline text="Wire" xmlUrl="{url}/news/rss"/><outline text="Wire again" xmlUrl="{url}/news/rss"/>
        <outline text="Bad" xmlUrl="ftp://wire.example/feed"/><outline text="Worse" xmlUrl="http://[::1"/>
        </outline><outline text="Query" xmlUrl="http://wire.example/?a=1&b=2"/></body></opml>""",
        encoding="utf-8",
    )

    first = plain.run("feeds", "import", str(file), "--json")
    second = plain.run("feeds", "import", str(file))

    lines = {line["url"]: line for line in map(json.loads, first.stdout.splitlines())}
    assert first.returncode == 1, "two feeds could not be taken over"
    assert "2 added, 0 known, 2 failed" in first.stderr
    assert {url: line["result"] for url, line in lines.items()} == {
        f"{url}/news/rss": "added", "http://wire.example/?a=1&b=2": "added",
        "ftp://wire.example/feed": "failed", "http://[::1": "failed",
    }  # fmt: skip
    assert all(line["why"] for line in lines.values() if line["result"] == "failed")
    assert "0 added, 2 known, 2 failed" in second.stderr
    assert plain.origin.asked == [], "nothing is fetched by an import"
    assert rows(plain, "SELECT spec_title, tags FROM feeds ORDER BY id")[0] == ("Wire", '["Ukraine"]')


def test_an_opml_file_with_a_broken_line_names_file_and_line_and_adds_nothing(plain: Desk, tmp_path: Path) -> None:
    file = tmp_path / "broken.opml"
    file.write_text(
        '<opml version="2.0"><body>\n<outline xmlUrl="http://a.example/"/>\n<outline xmlUrl="http://b.example/>\n</body></opml>',
        encoding="utf-8",
    )

    words = said(plain.run("feeds", "import", str(file)))

    assert "broken.opml: line " in words
    assert rows(plain, "SELECT count(*) FROM feeds") == [(0,)]
    assert plain.run("feeds", "import", str(tmp_path / "none.opml")).returncode == 2


def test_an_export_is_read_back_by_an_import_with_titles_and_tags(plain: Desk, tmp_path: Path) -> None:
    plain.json("feeds", "add", f"{plain.origin.url}/", "--tag", "wire", "--tag", "ukraine")
    plain.json("once")
    file = tmp_path / "out.opml"

    assert plain.run("feeds", "export", "-o", str(file)).returncode == 0
    assert plain.run("feeds", "export").stdout == file.read_text(encoding="utf-8")
    other = Desk(tmp_path / "other", plain.origin)
    hook_up(other)
    assert other.run("feeds", "import", str(file)).returncode == 0

    known = other.json("feeds", "list")
    assert (known["title"], known["tags"]) == ("Scripted Wire", ["wire", "ukraine"])


def test_a_paused_feed_is_not_polled_until_it_is_resumed(desk: Desk) -> None:
    hook_up(desk, "/feed")
    desk.origin.answers["/feed"] = Answer(body=feed("Weather"))

    assert desk.run("feeds", "pause", "1").returncode == 0
    assert desk.json("once", "--force")["feeds"]["due"] == 0
    assert desk.json("feeds", "status")["state"] == "paused"
    assert desk.run("feeds", "resume", "1").returncode == 0

    assert desk.json("once", "--force")["feeds"]["changed"] == 1


def test_a_feed_is_removed_by_its_own_number_only_and_keeps_its_entries(plain: Desk) -> None:
    number = plain.json("feeds", "add", f"{plain.origin.url}/")["id"]
    plain.json("once")

    words = said(plain.run("feeds", "remove", "127001"))
    assert plain.run("feeds", "remove", str(number)).returncode == 0
    again = said(plain.run("feeds", "remove", str(number)))

    assert "there is no feed 127001" in words
    assert f"there is no feed {number}" in again
    assert plain.run("feeds", "list").stdout == ""
    assert rows(plain, "SELECT count(*) FROM entries") == [(2,)]
    assert plain.json("feeds", "add", f"{plain.origin.url}/")["id"] == number, "it comes back as itself"


def test_a_feed_of_the_configuration_is_not_removed_by_command(desk: Desk) -> None:
    hook_up(desk, "/feed")

    words = said(desk.run("feeds", "remove", "1"))

    assert "stands in the configuration" in words
    assert "feeds pause 1" in words


def test_a_flood_is_held_and_told_whole_when_it_is_released(desk: Desk) -> None:
    hook_up(desk, "/feed")
    desk.origin.answers["/feed"] = Answer(body=feed("Weather"))
    desk.json("once", "--force")
    burst = [f"Drone picture {number} of {chr(65 + number)}{chr(70 + number)}" for number in range(25)]
    desk.origin.answers["/feed"] = Answer(body=feed(*burst, "Weather"))

    held = desk.json("once", "--force")
    assert (held["entries"]["new"], told(desk)) == (25, [])
    assert desk.json("audit")["counts"]["held"] == 25
    done = desk.run("feeds", "release", "1")
    desk.json("once")

    assert "released 25 entries" in done.stderr
    assert {one.title for one in told(desk)} == set(burst)
    assert desk.json("feeds", "status")["state"] == "ok"


def test_status_puts_what_needs_somebody_first_and_says_it_in_words(desk: Desk) -> None:
    hook_up(desk, "/feed", "/gone", "/broken")
    desk.origin.answers |= {"/feed": Answer(body=feed("Weather")), "/gone": Answer(410), "/broken": Answer(503)}
    desk.json("once", "--force")

    table = desk.run("feeds", "status").stdout
    found = [json.loads(line) for line in desk.run("feeds", "status", "--json").stdout.splitlines()]

    assert [row["state"] for row in found] == ["gone", "failing", "ok"]
    assert all(words in table for words in ("answers 410 Gone", "answers 503 Service Unavailable"))
    assert "29117" not in table, "no day in the year 9999"
