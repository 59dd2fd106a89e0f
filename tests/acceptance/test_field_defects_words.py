"""How other feed monitors misread words (evidence.md D1-D5) does not happen here."""

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from scripted_origin import Answer


def found(desk: Desk, queries: dict[str, str], data: bytes, name: str = "feed.xml") -> dict[str, list[str]]:
    """`monitor match` over a document: watch -> the matched words of every entry, as the reader sees them."""
    watches = "".join(f"  - {{ id: {watch}, query: {json.dumps(query)} }}\n" for watch, query in queries.items())
    desk.configure(watchlist=f"keywords:\n{watches}")
    file = desk.home / name
    file.write_bytes(data)
    done = desk.run("match", str(file), "--json")
    assert done.returncode == 0, done.stderr
    return _by_watch([json.loads(line) for line in done.stdout.splitlines()])


def _by_watch(lines: list[dict[str, Any]]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for match in (match for line in lines for match in line["matches"]):
        words.setdefault(match["watch"], []).extend(span["text"] for span in match["spans"])
    return words


def rss(*items: tuple[str, str], encoding: str = "utf-8") -> bytes:
    shown = "".join(
        f"<item><guid>{number}</guid><title>{title}</title><description>{text}</description></item>"
        for number, (title, text) in enumerate(items)
    )
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    return f"{head}<rss version='2.0'><channel><title>Wire</title>{shown}</channel></rss>".encode(encoding)


def test_d1_case_is_folded_by_letters_so_cyrillic_and_greek_capitals_match(desk: Desk) -> None:
    data = rss(("Зеленський у Києві", "ЗЕЛЕНСЬКИЙ виступив"), ("ΑΘΗΝΑ", "STRASSE in Köln, İstanbul"))

    words = found(
        desk,
        {
            "small": "зеленський",
            "capitals": "ЗЕЛЕНСЬКИЙ",
            "greek": "αθηνα",
            "sharp": "straße",
            "dotted": "istanbul",
        },
        data,
    )

    assert words == {
        "small": ["Зеленський", "ЗЕЛЕНСЬКИЙ"],
        "capitals": ["Зеленський", "ЗЕЛЕНСЬКИЙ"],
        "greek": ["ΑΘΗΝΑ"],
        "sharp": ["STRASSE"],
        "dotted": ["İstanbul"],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-u", "utf-16"])
def test_d2_cyrillic_words_survive_every_encoding_a_feed_may_have(desk: Desk, encoding: str) -> None:
    data = rss(("Виробництво дронів зросло", "Міністерство оборони"), encoding=encoding)

    words = found(desk, {"drones": "дронів", "phrase": '"виробництво дронів"', "ministry": "міністерство"}, data)

    assert words == {
        "drones": ["дронів"],
        "phrase": ["Виробництво дронів"],
        "ministry": ["Міністерство"],
    }


def test_d2_a_cyrillic_alert_arrives_letter_for_letter(desk: Desk) -> None:
    desk.configure("/feed", watchlist='keywords:\n  - { id: дрони, query: "дронів" }\n')
    desk.origin.answers["/feed"] = Answer(body=rss(("Виробництво дронів зросло", ""), encoding="windows-1251"))

    desk.json("once", "--force")

    (message,) = desk.origin.posts("/slack/T0/B0/not-to-be-seen")
    assert "Виробництво дронів зросло" in json.dumps(message, ensure_ascii=False)


def test_d3_word_boundaries_know_other_letters_and_endings_and_signs(desk: Desk) -> None:
    data = rss(
        ("Указ Зеленського", "Зеленським підписано"),
        ("New drones", "A drone-maker, the drone's motor"),
        ("U.S. troops", "C++ and C# engineers"),
    )

    words = found(
        desk,
        {"stem": "Зеленськ*", "plural": "drone*", "drone": "drone", "us": "U.S.", "cpp": "C++", "csharp": "C#"},
        data,
    )

    assert words == {
        "stem": ["Зеленського", "Зеленським"],
        "plural": ["drones", "drone", "drone"],
        "drone": ["drone", "drone"],
        "us": ["U.S."],
        "cpp": ["C++"],
        "csharp": ["C#"],
    }


def test_d3_an_entity_is_found_in_the_cases_of_its_language(desk: Desk, tmp_path: Path) -> None:
    desk.configure(
        watchlist="entities:\n  - { id: z, name: Volodymyr Zelensky, type: person, aliases: [Зеленський] }\n"
    )
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(("Зустріч із Зеленським", "Указ Зеленського"), ("Selenskyj in Berlin", "Zełenskiego")))

    done = desk.run("match", str(file), "--json")

    words = _by_watch([json.loads(line) for line in done.stdout.splitlines()])
    assert words == {"z": ["Зеленським", "Зеленського", "Selenskyj", "Zełenskiego"]}


@pytest.mark.parametrize(
    "gap", ["\n", "\r\n", "&#10;", "\t", "&lt;br&gt;", "&#160;", "&lt;/p&gt;&lt;p&gt;", "&amp;nbsp;"]
)
def test_d4_a_line_break_parts_words_like_a_space(desk: Desk, gap: str) -> None:
    data = rss(("News", f"Plans for drone{gap}production were raised"))

    words = found(desk, {"phrase": '"drone production"', "word": "drone", "glued": "droneproduction"}, data)

    assert words.keys() == {"phrase", "word"}


def test_d5_a_word_inside_another_word_does_not_match(desk: Desk) -> None:
    data = rss(("He said so", "They paid and laid afraid maids"), ("Aid arrives", "first-aid kit"))

    words = found(desk, {"aid": "aid", "us": "US", "ran": "ran"}, data)

    assert words == {"aid": ["Aid", "aid"]}


def test_d5_the_same_words_are_misread_neither_by_try_nor_in_json_lines(desk: Desk) -> None:
    desk.configure()
    lines = [{"title": "He said so"}, {"title": "Aid arrives", "lang": "en", "source": "Example Wire"}]
    data = "\n".join(json.dumps(line) for line in lines).encode()

    assert found(desk, {"aid": "aid"}, data, "entries.jsonl") == {"aid": ["Aid"]}
    assert desk.run("try", "aid", stdin="He said so").returncode == 1
    assert desk.run("try", "aid", stdin="Aid arrives").returncode == 0
