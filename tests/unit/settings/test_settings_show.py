"""The effective configuration, its schemas, and the reference desk that ships with the project."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.settings import load, schemas, show

ROOT = Path(__file__).parents[3]
SECRET = "whsec_c2FtcGxlIHNlY3JldCBvZiB0aGUgZGVtbyBkZXNr"


def test_the_reference_desk_loads_without_a_word() -> None:
    settings = load(ROOT / "config", {})

    assert settings.warnings == ()
    assert [watchlist.id for watchlist in settings.watchlists] == ["supply-chain", "ukraine-defence"]
    assert [route.name for route in settings.routes] == ["breaking", "morning", "feed-health"]
    assert all(keyword.samples for watchlist in settings.watchlists for keyword in watchlist.keywords)
    assert all(entity.samples for watchlist in settings.watchlists for entity in watchlist.entities)


def test_the_reference_desk_follows_every_sample_feed() -> None:
    manifest = YAML(typ="safe").load((ROOT / "seeds" / "manifest.yaml").read_text(encoding="utf-8"))
    listed = [feed for feed in manifest["feeds"] if feed.get("listed", True)]

    feeds = load(ROOT / "config", {}).feeds

    assert [(feed.url, feed.title, feed.tags) for feed in feeds] == [
        (f"http://127.0.0.1:8650{feed['path']}", feed["title"], tuple(feed["tags"])) for feed in listed
    ]


@pytest.mark.parametrize("name", ["monitor", "watchlist"])
def test_the_committed_schemas_are_in_step(name: str) -> None:
    committed = (ROOT / "config" / f"{name}.schema.json").read_text(encoding="utf-8")

    assert committed == json.dumps(schemas()[name], indent=2, ensure_ascii=False) + "\n", (
        f"write it anew: monitor config schema {name} > config/{name}.schema.json"
    )


def test_every_object_of_the_schemas_refuses_unknown_keys() -> None:
    for schema in schemas().values():
        for part in [schema, *schema["$defs"].values()]:
            if "properties" in part:
                assert part["additionalProperties"] is False


def test_what_is_shown_is_a_configuration_that_means_the_same(tmp_path: Path) -> None:
    settings = load(ROOT / "config", {})
    shown = show(settings)
    shutil.copytree(ROOT / "config" / "watchlists", tmp_path / "watchlists")
    (tmp_path / "monitor.yaml").write_text(shown.replace("'***'", SECRET), encoding="utf-8")

    again = load(tmp_path, {})

    assert show(again) == shown
    assert again.feeds == settings.feeds
    assert again.routes == settings.routes
    assert again.polling == settings.polling
    assert again.people == settings.people


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text(
        f"""\
ping_url: https://ping.example/hunter2
database: {{ url: "postgresql://monitor:hunter2@db/monitor" }}
fetch: {{ proxy: "http://me:hunter2@proxy:3128" }}
feeds: [{{ url: "https://a.example/rss", username: u, password: hunter2, headers: {{ Cookie: hunter2 }} }}]
channels:
  mail: {{ type: email, smtp: "smtp://me:hunter2@mail.example.org", from: a@example.org, budget: 4, quiet: "22:00-06:00" }}
  slack: {{ type: slack, url: "https://hooks.slack.com/services/hunter2" }}
  hook: {{ type: webhook, url: "https://s.example/in", secret: {SECRET} }}
""",
        encoding="utf-8",
    )

    settings = load(tmp_path, {})
    shown = show(settings)

    assert "hunter2" not in shown + repr(settings)
    assert SECRET not in shown + repr(settings)
    document: dict[str, Any] = YAML(typ="safe").load(shown)
    assert document["channels"]["mail"]["smtp"] == "smtp://me:***@mail.example.org"
    assert document["feeds"][0]["password"] == "***"
