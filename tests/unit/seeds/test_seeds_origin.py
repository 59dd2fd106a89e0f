"""The loopback origin and its receivers behave like the servers they stand for."""

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse

import feedparser
import pytest

from monitor.entrypoints.origin import HOST, MailSink, SampleOrigin

NOW = datetime(2027, 1, 4, 9, 30, 20, tzinfo=UTC)
COURIER = "/feeds/dnipro-courier.xml"


@pytest.fixture
def origin() -> Iterator[SampleOrigin]:
    with SampleOrigin(now=NOW, slow=0.0) as running:
        yield running


@pytest.fixture
def line(origin: SampleOrigin) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(origin.url.removeprefix("http://"), timeout=5)
    yield connection
    connection.close()


def ask(
    line: HTTPConnection, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[HTTPResponse, bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request(method, path, body or None, sent)
    response = line.getresponse()
    return response, response.read()


def test_every_feed_answers_as_the_manifest_says(origin: SampleOrigin, line: HTTPConnection) -> None:
    for sample in origin.samples.values():
        response, _ = ask(line, "GET", sample.path)

        assert response.status == sample.status
        if sample.status == 200:
            assert response.headers["Content-Type"] == sample.content_type
            assert response.headers["ETag"].startswith('"')


def test_one_connection_serves_many_requests(origin: SampleOrigin, line: HTTPConnection) -> None:
    ask(line, "GET", COURIER)
    socket = line.sock

    ask(line, "GET", COURIER)

    assert line.sock is socket


def test_entries_are_as_old_as_they_were_at_the_reference(line: HTTPConnection) -> None:
    _, body = ask(line, "GET", COURIER)

    newest = feedparser.parse(body).entries[0]

    assert newest.title.startswith("First ice on the Samara")
    assert datetime(*newest.published_parsed[:6], tzinfo=UTC) == datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


def test_the_encoding_survives_the_new_dates(line: HTTPConnection) -> None:
    _, body = ask(line, "GET", "/feeds/vecherniy-meridian.xml")

    assert "Умеровым" in body.decode("cp1251")


def test_the_etag_sent_back_gives_304(line: HTTPConnection) -> None:
    first, _ = ask(line, "GET", COURIER)

    second, body = ask(line, "GET", COURIER, If_None_Match=first.headers["ETag"])

    assert (second.status, body) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]


def test_last_modified_sent_back_gives_304(line: HTTPConnection) -> None:
    first, _ = ask(line, "GET", COURIER)

    second, _ = ask(line, "GET", COURIER, If_Modified_Since=first.headers["Last-Modified"])

    assert second.status == 304


def test_an_old_etag_counts_more_than_a_matching_date(line: HTTPConnection) -> None:
    first, _ = ask(line, "GET", COURIER)

    second, _ = ask(line, "GET", COURIER, If_None_Match='"old"', If_Modified_Since=first.headers["Last-Modified"])

    assert second.status == 200


def test_after_advance_changed_feeds_have_new_entries_and_validators(
    origin: SampleOrigin, line: HTTPConnection
) -> None:
    before, _ = ask(line, "GET", COURIER)
    unchanged, _ = ask(line, "GET", "/feeds/touchline.xml")

    origin.advance()

    after, body = ask(line, "GET", COURIER, If_None_Match=before.headers["ETag"])
    same, _ = ask(line, "GET", "/feeds/touchline.xml", If_None_Match=unchanged.headers["ETag"])
    assert (after.status, same.status) == (200, 304)
    assert after.headers["Last-Modified"] > before.headers["Last-Modified"]
    assert len(feedparser.parse(body).entries) == origin.samples[COURIER].later


def test_advance_can_be_asked_for_over_http(origin: SampleOrigin, line: HTTPConnection) -> None:
    before, _ = ask(line, "GET", COURIER)

    answer, _ = ask(line, "POST", "/advance")

    after, _ = ask(line, "GET", COURIER)
    assert answer.status == 204
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_moved_feed_points_to_its_new_address(origin: SampleOrigin, line: HTTPConnection) -> None:
    response, _ = ask(line, "GET", "/feeds/old-mill-herald.xml")

    assert response.headers["Location"] == f"{origin.url}/feeds/mill-herald.xml"


@pytest.mark.parametrize("path", ["/", "/feeds/none.xml", "/feeds/../manifest.yaml"])
def test_nothing_else_is_served(line: HTTPConnection, path: str) -> None:
    assert ask(line, "GET", path)[0].status == 404


def test_the_slack_receiver_answers_ok_and_keeps_the_payload(origin: SampleOrigin, line: HTTPConnection) -> None:
    response, body = ask(line, "POST", "/slack/T0/B0/x", json.dumps({"text": "дрони"}).encode())

    assert (response.status, body) == (200, b"ok")
    assert origin.slack == [{"text": "дрони"}]


def test_the_slack_receiver_refuses_what_is_no_json(origin: SampleOrigin, line: HTTPConnection) -> None:
    response, body = ask(line, "POST", "/slack", b"{")

    assert (response.status, body) == (400, b"invalid_payload")
    assert origin.slack == []


def test_the_webhook_receiver_keeps_headers_and_body(origin: SampleOrigin, line: HTTPConnection) -> None:
    response, _ = ask(line, "POST", "/webhook/siem", b'{"type":"alert.created"}', Webhook_Id="d-1")

    assert response.status == 204
    assert origin.webhooks[0].body == b'{"type":"alert.created"}'
    assert origin.webhooks[0].headers["webhook-id"] == "d-1"


def test_every_request_is_logged_with_its_answer(origin: SampleOrigin, line: HTTPConnection) -> None:
    first, _ = ask(line, "GET", COURIER, User_Agent="monitor/0")
    ask(line, "GET", COURIER, If_None_Match=first.headers["ETag"])

    assert [(seen.path, seen.status) for seen in origin.requests] == [(COURIER, 200), (COURIER, 304)]
    assert origin.requests[0].headers["user-agent"] == "monitor/0"


def test_deliveries_are_told_in_a_line_each() -> None:
    lines: list[str] = []
    with SampleOrigin(now=NOW, tell=lines.append) as origin:
        connection = HTTPConnection(origin.url.removeprefix("http://"), timeout=5)
        ask(connection, "POST", "/slack", b'{"text":"Kyiv raises drone target"}')
        ask(connection, "POST", "/webhook", b"{}")
        connection.close()

    assert lines == ["slack: Kyiv raises drone target", "webhook: 2 bytes, id none"]


def test_the_mail_sink_keeps_each_message_as_it_came() -> None:
    lines: list[str] = []
    message = EmailMessage()
    message["Subject"] = "Kyiv raises drone target: 23 mentions"
    message["From"], message["To"] = "monitor@example.org", "olena@example.org"
    message.set_content("Умєров")

    with MailSink(tell=lines.append) as sink, smtplib.SMTP(HOST, sink.port, timeout=5) as client:
        refused = client.send_message(message)

    assert refused == {}
    assert [(mail.sender, mail.recipients) for mail in sink.mails] == [
        ("monitor@example.org", ("olena@example.org",))
    ]
    assert b"Subject: Kyiv raises drone target: 23 mentions" in sink.mails[0].raw
    assert lines == ["mail to olena@example.org: Kyiv raises drone target: 23 mentions"]
