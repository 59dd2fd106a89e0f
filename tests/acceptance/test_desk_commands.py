"""What people do at the keyboard while the service runs: mute, ack, outbox, digests and their schedule."""

import email
import email.policy
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from desk import Desk
from scripted_origin import Answer
from wired_desk import ChoosySink, feed, hook_up, mail_main, rows, states, told

DIGEST_TIME = "0 7 * * *"


@pytest.fixture
def sink() -> Iterator[ChoosySink]:
    with ChoosySink() as sink:
        yield sink


@pytest.fixture
def digests(desk: Desk, sink: ChoosySink) -> Desk:
    """A desk on which one story waits for the morning digest of two people."""
    desk.configure("/feed", main=mail_main(sink, DIGEST_TIME))
    serve(desk, "Drone output doubles")
    assert desk.json("once", "--force")["deliveries"]["held"] == 2
    return desk


def serve(desk: Desk, *titles: str) -> None:
    desk.origin.answers["/feed"] = Answer(body=feed(*titles))


def lines(done: "subprocess.CompletedProcess[str]") -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(desk: Desk, code: int, words: str, *arguments: str) -> None:
    """The command ends with this code and these words, and leaves no traceback."""
    done = desk.run(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in " ".join(done.stderr.replace("│", " ").split())


def test_a_muted_source_is_silent_until_unmuted_and_the_ledger_says_who_muted_it(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Weather")
    desk.json("once", "--force")

    assert desk.run("mute", "source", "scripted", "--for", "12h", "--note", "cup final").returncode == 0
    (mute,) = desk.json("mute")
    serve(desk, "Drone show", "Weather")
    desk.json("once", "--force")
    assert told(desk) == []
    assert desk.run("unmute", str(mute["id"])).returncode == 0
    serve(desk, "Drone output doubles", "Drone show", "Weather")
    desk.json("once", "--force")

    assert [one.title for one in told(desk)] == ["Drone output doubles"]
    assert (mute["kind"], mute["value"], mute["note"]) == ("source", "scripted", "cup final")
    assert rows(desk, "SELECT reason LIKE '%cup final%' FROM fates WHERE state = 'muted'") == [(1,)]
    assert desk.json("mute") == []


def test_mutes_of_what_does_not_exist_are_refused_with_what_does(desk: Desk) -> None:
    hook_up(desk)

    refused(desk, 1, "there are: drones/drone", "mute", "watch", "drones/tank")
    refused(desk, 1, "no story 99", "mute", "story", "99")
    refused(desk, 2, "not a story number", "mute", "story", "first")
    refused(desk, 2, "name the watch", "mute", "watch")
    refused(desk, 2, "not a duration", "mute", "watch", "drones/drone", "--for", "12")
    refused(desk, 1, "there is no mute 9", "unmute", "9")
    assert desk.json("mute") == []


def test_a_story_is_acknowledged_once_and_an_unknown_one_is_refused(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Drone output doubles")
    desk.json("once", "--force")

    done = desk.run("ack", "1")

    assert done.returncode == 0
    assert "Drone output doubles" in done.stderr
    assert desk.run("ack", "1").returncode == 0
    assert rows(desk, "SELECT story_id FROM acks") == [(1,)]
    refused(desk, 1, "no story 7", "ack", "7")


def test_a_dead_delivery_is_listed_dropped_and_brought_back_under_the_beginning_of_its_id(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Drone output doubles")
    desk.origin.replies = [Answer(410)]
    assert desk.json("once", "--force")["deliveries"]["dead"] == 1
    (row,) = lines(desk.run("outbox", "list", "--state", "dead", "--json"))
    short = str(row["id"])[:12]

    assert short in desk.run("outbox", "list").stdout
    assert json.loads(desk.run("outbox", "show", short).stdout)["payload"]["story"]["title"]
    assert desk.run("outbox", "drop", short).returncode == 0
    assert states(desk) == {"dropped": 1}
    assert desk.run("audit").returncode == 0
    refused(desk, 1, "dropped", "outbox", "drop", short)


def test_a_delivery_tried_again_by_command_goes_out_under_its_old_id(desk: Desk) -> None:
    hook_up(desk, "/feed")
    serve(desk, "Drone output doubles")
    desk.origin.replies = [Answer(410)]
    desk.run("once", "--force")
    ((number,),) = rows(desk, "SELECT id FROM deliveries WHERE kind = 'alert.created' AND state = 'dead'")

    assert desk.run("outbox", "retry", number[:8]).returncode == 0
    desk.json("once")

    assert [one.id for one in told(desk)] == [number, number]
    assert rows(desk, "SELECT state FROM fates WHERE delivery_id = ?", [number]) == [("sent",)]
    refused(desk, 1, "is sent", "outbox", "retry", number)
    refused(desk, 1, "no delivery zzz", "outbox", "show", "zzz")


def test_the_next_digests_are_named_in_local_time_and_utc(digests: Desk) -> None:
    found = lines(digests.run("schedule", "next", "--count", "3", "--json"))

    assert len(found) == 6, "three for each of two people"
    for row in found:
        local = datetime.fromisoformat(str(row["local"])).replace(tzinfo=ZoneInfo(str(row["timezone"])))
        assert (local.hour, local.minute) == (7, 0)
        assert datetime.fromisoformat(str(row["utc"])) == local.astimezone(UTC)
    assert "every day at 07:00" in digests.run("schedule", "next").stdout
    refused(digests, 2, "count", "schedule", "next", "--count", "0")


@pytest.mark.parametrize("form", ["text", "html", "eml", "slack"])
def test_a_digest_is_previewed_in_every_format_and_nothing_is_sent_or_marked(
    digests: Desk, sink: ChoosySink, form: str
) -> None:
    file = digests.home / "preview"
    before = rows(digests, "SELECT * FROM fates")

    done = digests.run("digest", "preview", "desk", "--format", form, "-o", str(file))

    assert done.returncode == 0, done.stderr
    data = file.read_bytes()
    assert _readable(form, data).count("Drone output doubles") >= 1
    assert digests.run("digest", "preview", "desk", "--format", form).stdout.strip()
    assert (rows(digests, "SELECT * FROM fates"), sink.mails) == (before, [])


def _readable(form: str, data: bytes) -> str:
    """The preview as a person sees it; it must be well-formed for its format."""
    if form == "slack":
        messages = json.loads(data)
        assert all(message["text"] and message["blocks"] for message in messages)
        return json.dumps(messages, ensure_ascii=False).replace("*", "")
    if form == "eml":
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert message["To"] == "olena@example.org"
        body = message.get_body(preferencelist=("plain",))
        assert body is not None
        return str(body.get_content())
    text = data.decode()
    if form == "html":
        assert "<html" in text
        return " ".join(part.partition(">")[2] for part in text.split("<")).replace("  ", " ")
    return text


def test_a_digest_sent_by_command_holds_what_waited_and_the_next_one_does_not(
    digests: Desk, sink: ChoosySink
) -> None:
    first, second = digests.run("digest", "send", "desk"), digests.run("digest", "send", "desk")

    assert (first.returncode, second.returncode) == (0, 0)
    assert "nothing to say" in second.stderr
    for person in ("olena", "petro"):
        (mail,) = sink.to(f"{person}@example.org")
        assert "Drone output doubles" in mail
    assert digests.run("audit").returncode == 0


def test_a_digest_sent_by_command_that_is_not_accepted_exits_1_and_waits(digests: Desk, sink: ChoosySink) -> None:
    sink.refused = {"olena@example.org": "451 later"}

    done = digests.run("digest", "send", "desk")

    assert done.returncode == 1
    assert "outbox list" in done.stderr
    assert states(digests) == {"retry": 1, "sent": 1}


def test_digests_of_unknown_routes_and_of_routes_that_tell_at_once_are_refused(desk: Desk) -> None:
    hook_up(desk)

    refused(desk, 1, "there are: breaking", "digest", "preview", "morning")
    refused(desk, 1, "it has no digest", "digest", "preview", "breaking")
    refused(desk, 1, "it has no digest", "digest", "send", "breaking")


def test_a_preview_at_no_time_is_a_mistake_of_usage(digests: Desk) -> None:
    refused(digests, 2, "is not a time", "digest", "preview", "desk", "--at", "tomorrow")
    assert digests.run("digest", "preview", "desk", "--at", "2031-01-01T07:00").returncode == 0


def test_strict_exit_codes_name_a_failed_feed_before_a_failed_delivery(desk: Desk) -> None:
    hook_up(desk, "/feed", "/broken")
    serve(desk, "Drone output doubles")
    desk.origin.answers["/broken"] = Answer(500)
    desk.origin.replies = [Answer(500)]

    assert desk.run("once", "--force", "--strict").returncode == 4
    hook_up(desk, "/feed")
    serve(desk, "Drone engine fails", "Drone output doubles")
    desk.origin.replies = [Answer(500)]
    assert desk.run("once", "--force", "--strict").returncode == 5
    assert desk.run("once", "--force").returncode == 0
    assert desk.run("once", "--sometimes").returncode == 2
