"""Loading a good configuration: what comes out, and where it came from."""

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.model.alert import Recipient, RouteMatch
from monitor.model.errors import ConfigError
from monitor.model.feed import FeedSpec
from monitor.model.watch import Entity, Keyword, Sample, Severity
from monitor.settings import EmailSpec, Settings, SlackSpec, WebhookSpec, config_directory, load

SECRET = "whsec_c2FtcGxlIHNlY3JldCBvZiB0aGUgZGVtbyBkZXNr"
Write = Callable[[str, str], Path]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    directory = tmp_path / "config"
    (directory / "watchlists").mkdir(parents=True)
    return directory


@pytest.fixture
def write(config: Path) -> Write:
    def write(name: str, text: str) -> Path:
        path = config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write


def loaded(config: Path, env: Mapping[str, str] | None = None) -> Settings:
    return load(config, env or {})


def words(error: ConfigError) -> list[str]:
    return [problem.what for problem in error.problems if problem.level == "error"]


def test_the_example_of_the_contract_loads(config: Path, write: Write) -> None:
    write(
        "feeds.opml", '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/rss"/></body></opml>'
    )
    write("watchlists/ukraine-defence.yaml", "keywords: [{ id: drone, query: drone }]\n")
    write("siem", f"{SECRET}\n")
    write(
        "monitor.yaml",
        """\
timezone: Europe/Kyiv
contact: https://example.org/monitor
base_url: null
database: { url: "sqlite:///var/monitor.db" }
web: { listen: "127.0.0.1:8642" }
polling: { interval: 60m, floor: 10m, per_host_gap: 1s, concurrency: 100, first_poll_max_age: 24h }
fetch: { timeout: 30s, max_bytes: 10MB, allow_private: [], proxy: null }
retention: { entries: 90d, deliveries: 400d }
feeds:
  - opml: feeds.opml
  - { url: "https://example.org/rss", title: Example Wire, tags: [wire, ukraine], every: 15m, weight: 1.5 }
watchlists: watchlists/*.yaml
channels:
  desk-mail:  { type: email, smtp: "smtp://user:${SMTP_PASSWORD}@mail.example.org:587", from: "Monitor <monitor@example.org>" }
  desk-slack: { type: slack, url: "${SLACK_WEBHOOK_URL}" }
  siem:       { type: webhook, url: "https://siem.example.org/in", secret_file: siem }
people:
  olena: { email: olena@example.org, timezone: Europe/Warsaw, quiet: "22:00-07:00", budget: 5 }
routes:
  - { name: breaking, match: { severity: ">=high" }, to: [desk-slack], when: now }
  - { name: morning,  match: { watchlist: ukraine-defence }, to: [ { desk-mail: [olena] } ], when: { digest: "0 7 * * mon-fri" } }
  - { name: feed-health, match: { watchlist: system }, to: [desk-mail], when: { digest: "0 8 * * *" } }
""",
    )

    settings = loaded(
        config, {"SMTP_PASSWORD": "p@ss", "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/X"}
    )

    assert settings.warnings == ()
    assert settings.timezone == "Europe/Kyiv"
    assert settings.base_url == ""
    assert settings.web_listen == "127.0.0.1:8642"
    assert settings.database_url == f"sqlite:///{config.resolve().parent}/var/monitor.db"
    assert settings.polling.first_poll_max_age == timedelta(hours=24)
    assert settings.fetch.max_bytes == 10_000_000
    assert settings.feeds == (
        FeedSpec("https://a.example/rss", "A"),
        FeedSpec("https://example.org/rss", "Example Wire", ("wire", "ukraine"), timedelta(minutes=15), 1.5),
    )
    olena = Recipient("desk-mail", "olena", "olena@example.org", "Europe/Warsaw", (time(22), time(7)), 5)
    assert [route.to for route in settings.routes] == [
        (Recipient("desk-slack", timezone="Europe/Kyiv"),),
        (olena,),
        (olena,),
    ]
    assert settings.routes[0].match == RouteMatch(min_severity=Severity.HIGH)
    assert [route.digest for route in settings.routes] == ["", "0 7 * * mon-fri", "0 8 * * *"]


def test_channels_keep_their_secrets_and_show_none(config: Path, write: Write) -> None:
    write(
        "monitor.yaml",
        f"""\
channels:
  mail: {{ type: email, smtp: "smtp://user:${{PASSWORD}}@mail.example.org:587", from: a@example.org }}
  slack: {{ type: slack, url: "${{SLACK}}", quiet: "22:00-06:00", timezone: UTC, budget: 3 }}
  hook: {{ type: webhook, url: "https://siem.example.org/in", secret: ["{SECRET}", "${{OLD}}"] }}
""",
    )
    env = {
        "PASSWORD": "a/b@c",
        "SLACK": "https://hooks.slack.com/services/T/B/X",
        "OLD": SECRET.replace("c2F", "d2F"),
    }

    settings = loaded(config, env)

    mail, slack, hook = (settings.channels[name] for name in ("mail", "slack", "hook"))
    assert isinstance(mail, EmailSpec)
    assert mail.smtp == "smtp://user:a%2Fb%40c@mail.example.org:587"
    assert mail.shown == "smtp://user:***@mail.example.org:587"
    assert isinstance(slack, SlackSpec)
    assert slack.shown == "https://hooks.slack.com/***"
    assert slack.habits.budget == 3
    assert isinstance(hook, WebhookSpec)
    assert hook.secrets == (SECRET, env["OLD"])
    for secret in ("a/b@c", "a%2Fb%40c", env["SLACK"], SECRET, env["OLD"]):
        assert secret in settings.secrets
        assert secret not in repr(settings.channels)


def test_an_address_keeps_the_channels_habits_and_a_person_its_own(config: Path, write: Write) -> None:
    write(
        "monitor.yaml",
        """\
timezone: Europe/Kyiv
channels: { mail: { type: email, smtp: "maildir:/tmp/mail", from: a@example.org, quiet: "20:00-08:00", timezone: UTC } }
people: { olena: { email: olena@example.org } }
routes: [{ name: all, to: [{ mail: [olena, desk@example.org, olena] }, { mail: olena }] }]
""",
    )

    settings = loaded(config)

    assert settings.routes[0].to == (
        Recipient("mail", "olena", "olena@example.org", "Europe/Kyiv"),
        Recipient("mail", "desk@example.org", "desk@example.org", "UTC", (time(20), time(8))),
    )


def test_mail_without_names_goes_to_everybody_who_has_an_address(config: Path, write: Write) -> None:
    write(
        "monitor.yaml",
        """\
channels: { mail: { type: email, smtp: "smtp://localhost", from: a@example.org } }
people: { olena: { email: olena@example.org }, petro: { quiet: "22:00-07:00" }, ann: { email: ann@example.org } }
routes: [{ name: all, to: mail }]
""",
    )

    assert [recipient.key for recipient in loaded(config).routes[0].to] == ["mail:olena", "mail:ann"]


def test_an_almost_empty_file_means_the_defaults(config: Path, write: Write) -> None:
    write("monitor.yaml", "timezone: UTC\n")

    settings = loaded(config)

    assert settings.web_listen == "127.0.0.1:8642"
    assert settings.polling.interval == timedelta(hours=1)
    assert settings.polling.interval_explicit is False
    assert settings.polling.floor == timedelta(minutes=10)
    assert settings.polling.concurrency == 100
    assert settings.retention.deliveries == timedelta(days=400)
    assert settings.fetch.allow_private == ()


@pytest.mark.parametrize("text", ["web: null", "web: { listen: null }"])
def test_null_means_no_page(config: Path, write: Write, text: str) -> None:
    write("monitor.yaml", text + "\n")

    assert loaded(config).web_listen is None


def test_values_mean_what_they_say(config: Path, write: Write) -> None:
    write(
        "monitor.yaml",
        """\
base_url: https://monitor.example.org/
polling: { interval: 1h30m, floor: 600, per_host_gap: 0, first_poll_max_age: 1.5d }
fetch: { timeout: 500ms, max_bytes: 512 KiB, allow_private: [10.0.0.0/8, "fd00::/8", 192.168.1.7], proxy: "http://proxy:3128" }
database: { url: "postgres://monitor@db/monitor" }
""",
    )

    settings = loaded(config)

    assert settings.base_url == "https://monitor.example.org"
    assert settings.polling.interval == timedelta(minutes=90)
    assert settings.polling.interval_explicit is True
    assert settings.polling.floor == timedelta(minutes=10)
    assert settings.polling.per_host_gap == timedelta(0)
    assert settings.polling.first_poll_max_age == timedelta(hours=36)
    assert settings.fetch.timeout == timedelta(milliseconds=500)
    assert settings.fetch.max_bytes == 524_288
    networks = ("10.0.0.0/8", "fd00::/8", "192.168.1.7/32")
    assert settings.fetch.allow_private == tuple(ip_network(network) for network in networks)
    assert settings.database_url == "postgresql://monitor@db/monitor"


@pytest.mark.parametrize(
    ("written", "lowest", "highest"),
    [
        ("high", Severity.HIGH, Severity.HIGH),
        ('">=high"', Severity.HIGH, Severity.CRITICAL),
        ('">medium"', Severity.HIGH, Severity.CRITICAL),
        ('"<=medium"', Severity.LOW, Severity.MEDIUM),
        ("[medium, high]", Severity.MEDIUM, Severity.HIGH),
    ],
)
def test_a_route_takes_one_severity_or_a_range(
    config: Path, write: Write, written: str, lowest: Severity, highest: Severity
) -> None:
    write(
        "monitor.yaml",
        'channels: { slack: { type: slack, url: "http://127.0.0.1/s" } }\n'
        f"routes: [{{ name: a, match: {{ severity: {written} }}, to: slack }}]\n",
    )

    match = loaded(config).routes[0].match

    assert (match.min_severity, match.max_severity) == (lowest, highest)


def test_watchlists_come_with_their_samples(config: Path, write: Write) -> None:
    write("monitor.yaml", "timezone: UTC\n")
    write(
        "watchlists/desk.yaml",
        """\
title: The desk
severity: high
keywords:
  - { id: drone, query: drone, samples: [a drone, { text: ein drone, lang: DE }] }
  - { id: aid, query: aid, severity: low, samples: { match: aid, no_match: [said] } }
entities:
  - { id: nato, name: NATO, type: organisation, wikidata: Q7184, aliases: НАТО, forms: [NATO], require: a, exclude: b }
""",
    )

    (watchlist,) = loaded(config).watchlists

    assert (watchlist.id, watchlist.title, watchlist.severity) == ("desk", "The desk", Severity.HIGH)
    assert watchlist.keywords == (
        Keyword("drone", "drone", samples=(Sample("a drone"), Sample("ein drone", language="de"))),
        Keyword("aid", "aid", Severity.LOW, samples=(Sample("aid"), Sample("said", matches=False))),
    )
    assert watchlist.entities == (Entity("nato", "NATO", "organisation", "Q7184", ("НАТО",), ("NATO",), "a", "b"),)


def test_a_number_stays_as_it_was_written_where_a_text_is_meant(config: Path, write: Write) -> None:
    write("monitor.yaml", "timezone: UTC\n")
    write("watchlists/desk.yaml", "keywords: [{ id: 007, query: 1_000 }, { id: 2.10, query: 2024-01-01 }]\n")

    (watchlist,) = loaded(config).watchlists

    assert [(k.id, k.query) for k in watchlist.keywords] == [("007", "1_000"), ("2.10", "2024-01-01")]


def test_a_feed_listed_by_itself_wins_over_the_same_one_in_an_opml_file(config: Path, write: Write) -> None:
    write("monitor.yaml", 'feeds: [{ opml: f.opml }, { url: "https://A.example:443/rss#top", every: 15m }]\n')
    write(
        "f.opml",
        '<opml version="2.0"><body><outline text="A" category="wire" xmlUrl="https://a.example/rss"/></body></opml>',
    )

    (feed,) = loaded(config).feeds

    assert (feed.title, feed.tags, feed.every) == ("A", ("wire",), timedelta(minutes=15))


def test_feeds_carry_their_credentials(config: Path, write: Write) -> None:
    write("pass", "hunter2\r\n")
    write(
        "monitor.yaml",
        """\
feeds:
  - { url: "https://a.example/rss", username: u, password_file: pass, headers: { X-Token: "${TOKEN}" }, proxy: "http://p:3128" }
""",
    )

    settings = loaded(config, {"TOKEN": "t0ken"})

    (feed,) = settings.feeds
    assert (feed.username, feed.password, feed.proxy) == ("u", "hunter2", "http://p:3128")
    assert feed.headers == (("X-Token", "t0ken"),)
    assert {"hunter2", "t0ken"} <= set(settings.secrets)
    assert "hunter2" not in repr(settings)


def test_every_file_that_was_read_is_watched_and_so_are_the_watchlist_folders(config: Path, write: Write) -> None:
    write("key", SECRET)
    write("f.opml", '<opml version="2.0"><body/></opml>')
    write("watchlists/a.yaml", "keywords: [{ id: drone, query: drone }]\n")
    write(
        "monitor.yaml",
        'feeds: [{ opml: f.opml }]\nchannels: { s: { type: webhook, url: "https://s.example/", secret_file: key } }\n',
    )

    names = {str(path.relative_to(config)) for path in loaded(config).files}

    assert names == {"monitor.yaml", "watchlists/a.yaml", "watchlists", "f.opml", "key"}


def test_a_secret_file_is_looked_up_among_systemd_credentials_first(
    config: Path, write: Write, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "slack").write_text("https://hooks.slack.com/services/T/B/systemd\n")
    write("slack", "https://hooks.slack.com/services/T/B/beside\n")
    write("monitor.yaml", "channels: { s: { type: slack, url_file: slack } }\n")

    by_systemd = loaded(config, {"CREDENTIALS_DIRECTORY": str(credentials)}).channels["s"]
    beside = loaded(config).channels["s"]

    assert isinstance(by_systemd, SlackSpec)
    assert isinstance(beside, SlackSpec)
    assert by_systemd.url.endswith("systemd")
    assert beside.url.endswith("beside")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("one\ntwo\n", "holds more than one line"),
        ("nowhere\n", "the file does not hold a web address"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_told_without_its_content(
    config: Path, write: Write, content: str, message: str
) -> None:
    write("slack", content)
    write("monitor.yaml", "channels: { s: { type: slack, url_file: slack } }\n")

    with pytest.raises(ConfigError) as caught:
        loaded(config)

    assert message in words(caught.value)[0]
    assert "nowhere" not in str(caught.value.problems)


@pytest.mark.parametrize("value", ["hunter2.example.org", " hunter2 ", "hunter2 " * 50])
def test_a_bad_value_from_the_environment_is_not_repeated(config: Path, write: Write, value: str) -> None:
    write("monitor.yaml", 'channels: { s: { type: slack, url: "${SLACK}" } }\n')

    with pytest.raises(ConfigError) as caught:
        loaded(config, {"SLACK": value})

    assert words(caught.value) == ["`${SLACK}` is not a web address, as in https://example.org/rss"]
    assert "hunter2" not in str(caught.value.problems)


def test_variables_have_defaults_and_can_be_written_as_text(config: Path, write: Write) -> None:
    write("monitor.yaml", "contact: a ${WHO:-desk} in $${WHERE} ${WHEN:-}now\n")

    assert loaded(config).contact == "a desk in ${WHERE} now"
    assert loaded(config, {"WHO": "Olena"}).contact == "a Olena in ${WHERE} now"


def test_a_literal_secret_in_a_file_for_everybody_is_a_warning(config: Path, write: Write) -> None:
    path = write(
        "monitor.yaml",
        f"""\
watchlists: []
channels:
  mail: {{ type: email, smtp: "smtp://user:hunter2@mail.example.org", from: a@example.org }}
  open: {{ type: email, smtp: "smtp://mail.example.org", from: a@example.org }}
  slack: {{ type: slack, url: "https://hooks.slack.com/services/T/B/X" }}
  local: {{ type: slack, url: "http://127.0.0.1/slack" }}
  hook: {{ type: webhook, url: "https://s.example/", secret: {SECRET} }}
  env: {{ type: slack, url: "${{SLACK:-https://hooks.slack.com/services/T/B/X}}" }}
feeds: [{{ url: "https://a.example/rss", username: u, password: hunter2, headers: {{ Authorization: Bearer x, Accept: y }} }}]
""",
    )
    quiet = loaded(config).warnings
    path.chmod(0o644)

    warnings = loaded(config).warnings

    assert quiet == ()
    assert {warning.where for warning in warnings} == {
        "channels.mail.smtp",
        "channels.slack.url",
        "channels.hook.secret",
        "feeds.0.password",
        "feeds.0.headers.Authorization",
    }
    assert all(warning.level == "warning" for warning in warnings)
    assert "hunter2" not in str(warnings)


def test_a_missing_directory_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "nowhere", {})

    (problem,) = caught.value.problems
    assert "monitor init" in problem.what


def test_a_missing_main_file_is_told(config: Path) -> None:
    with pytest.raises(ConfigError, match="1 problem in the configuration") as caught:
        load(config, {})

    assert words(caught.value) == ["there is no such file"]


def test_a_directory_in_the_place_of_a_file_is_told(config: Path, write: Write) -> None:
    write("monitor.yaml", "timezone: UTC\n")
    (config / "watchlists" / "desk.yaml").mkdir()

    with pytest.raises(ConfigError) as caught:
        load(config, {})

    assert words(caught.value) == ["this is a directory, not a file"]


def test_the_directory_comes_from_the_option_the_environment_or_the_default(tmp_path: Path) -> None:
    env = {"MONITOR_CONFIG": "/etc/monitor"}

    assert config_directory(tmp_path, env) == tmp_path
    assert config_directory(None, env) == Path("/etc/monitor")
    assert config_directory(None, {}) == Path("config")
    assert config_directory(tmp_path / "monitor.yaml", {}) == tmp_path


def test_broken_xml_is_told_at_its_line_of_the_opml_file(config: Path, write: Write) -> None:
    path = write(
        "feeds.opml",
        '<opml version="2.0">\n<body>\n  <outline text="a" xmlUrl="https://a.example/">\n</body></opml>',
    )
    write("monitor.yaml", "watchlists: []\nfeeds: [{ opml: feeds.opml }]\n")

    with pytest.raises(ConfigError) as caught:
        loaded(config)

    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(path), 4)
    assert problem.what.startswith("not a list of feeds: ")
