"""`monitor try` and `monitor match` as people use them while they write a rule."""

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from wired_desk import feed, hook_up

ENTITY = "entities:\n  - { id: umerov, name: Rustem Umerov, type: person, aliases: [Умєров] }\n"


def write(folder: Path, name: str, data: bytes | str) -> str:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def found(desk: Desk, *files: str, stdin: str = "") -> list[dict[str, Any]]:
    done = desk.run("match", *files, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        ("drone NEAR production", "query:1:7:", "did you mean: drone NEAR/5 production"),
        ("", "query:1:1:", "empty"),
        ("(drone", "query:1:1:", "("),
        ("drone AND", "query:1:7:", "AND"),
        ("colour:red", "query:1:1:", "colour"),
        ("@nobody", "query:1:1:", "nobody"),
        ("NOT drone", "query:1:1:", "every entry"),
        ("/(a)\\1/", "query:1:5:", "back-references"),
        ("drone\nOR OR tank", "query:2:4:", "OR"),
        ("*", "query:1:1:", "*"),
    ],
)
def test_a_bad_query_exits_3_with_its_place_and_a_caret(desk: Desk, query: str, place: str, words: str) -> None:
    hook_up(desk)

    done = desk.run("try", query, stdin="Plans for drone production")

    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(place)
    assert words in done.stderr
    assert "^" in done.stderr or not query
    assert "Traceback" not in done.stderr


def test_try_says_what_matched_where_and_why_or_why_not(desk: Desk) -> None:
    hook_up(desk)
    text = "The <b>ministry</b> raised drone production plans."

    titled = desk.json("try", "title:drones", "-", "--title", "Drones")
    hit = desk.run("try", "drone NEAR/3 produc*", stdin=text)
    miss = desk.run("try", 'drone "production line"', "--json", stdin=text)

    assert (hit.returncode, miss.returncode) == (0, 1)
    assert "[drone]" in hit.stdout
    answer = json.loads(miss.stdout)
    assert (answer["matched"], answer["spans"], answer["score"]) == (False, [], None)
    assert [child["matched"] for child in answer["why"]["children"]] == [True, False]
    assert titled["spans"] == [{"field": "title", "start": 0, "end": 6, "text": "Drones", "term": "drones"}]


def test_try_knows_the_entities_of_the_configuration_and_every_field_that_can_be_named(desk: Desk) -> None:
    hook_up(desk, watchlist=ENTITY)

    assert desk.run("try", "@umerov", stdin="Зустріч з Умєровим").returncode == 0
    assert desk.run("try", "lang:uk source:wire tag:defence author:petro url:drones", "--lang", "uk", "--source",
                    "Example Wire", "--tag", "defence", "--author", "Petro", "--url", "https://e.example/drones",
                    "--title", "x").returncode == 0  # fmt: skip
    assert desk.run("try", "drone -tank", stdin="a drone").returncode == 0
    assert desk.run("try", "drone", "/no/such/file").returncode == 1


def test_match_reads_feeds_and_json_lines_from_files_and_standard_input(desk: Desk, tmp_path: Path) -> None:
    hook_up(desk)
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><id>a</id><updated>2026-11-22T07:00:00Z</updated>
        <entry><id>e1</id><title>Drone</title><updated>2026-11-22T07:00:00Z</updated><link href="http://a.example/1"/>
        </entry></feed>"""
    jsonfeed = {"version": "https://jsonfeed.org/version/1.1", "title": "J",
                "items": [{"id": "j1", "title": "Drone", "content_text": "x"}]}  # fmt: skip
    rss_file, atom_file = write(tmp_path, "a.xml", feed("Drone one", "Weather")), write(tmp_path, "b.atom", atom)
    json_file = write(tmp_path, "c.json", json.dumps(jsonfeed, indent=1))

    rows = found(
        desk, rss_file, atom_file, json_file, "-", stdin='{"id": "l1", "title": "Drone", "lang": "en"}\n\n'
    )

    assert [(row["entry"]["title"], len(row["matches"])) for row in rows] == [
        ("Drone one", 1), ("Weather", 0), ("Drone", 1), ("Drone", 1), ("Drone", 1),
    ]  # fmt: skip
    assert [row["entry"]["id"] for row in rows[2:]] == ["e1", "j1", "l1"]
    assert rows[0]["matches"][0] == {
        "watchlist": "drones", "watch": "drone", "kind": "keyword", "severity": "medium", "score": None,
        "spans": [{"field": "title", "start": 0, "end": 5, "text": "Drone", "term": "drone"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b'\xef\xbb\xbf{"title": "A drone"}',
        '{"title": "A drone\u2028flies"}'.encode(),
        '{"title": "A drone\u0085flies"}'.encode(),
        b'{"title": "A drone"}\r\n',
        b'{"title": null, "summary": "A drone", "tags": null, "published": "yesterday"}',
        b'{"body": "<p>A <i>dr</i>one</p>"}',
        b'{"title": "A drone \\ud800"}',
    ],
)
def test_json_lines_as_programs_write_them_are_read(desk: Desk, tmp_path: Path, line: bytes) -> None:
    hook_up(desk)

    (row,) = found(desk, write(tmp_path, "entries.jsonl", line))

    assert [match["watch"] for match in row["matches"]] == ["drone"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"title": "A"}\nnot json\n', "entries.jsonl:2: not JSON"),
        (b'{"title": "A"}\n[1, 2]\n', "entries.jsonl:2: each line is an object"),
        (b'{"title": "A", "tags": 7}\n', "entries.jsonl:1: tags is a list"),
        (b"", "empty"),
        (b"hello", "not a feed"),
        (b"<html><body>Hi</body></html>", "not a feed"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_name_and_line(
    desk: Desk, tmp_path: Path, data: bytes, words: str
) -> None:
    hook_up(desk)

    done = desk.run("match", write(tmp_path, "entries.jsonl", data))

    assert done.returncode == 1
    assert "entries.jsonl" in done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_samples_that_fail_exit_1_and_say_which(desk: Desk) -> None:
    samples = "keywords:\n  - id: drone\n    query: drone\n    samples: { match: [a drone], no_match: [a tank] }\n"
    hook_up(desk, watchlist=samples)
    assert desk.run("test").returncode == 0
    hook_up(desk, watchlist=samples.replace("[a drone]", "[a plane]"))

    done = desk.run("test")

    assert done.returncode == 1
    assert "a plane" in done.stderr
    assert desk.run("check").returncode == 3
