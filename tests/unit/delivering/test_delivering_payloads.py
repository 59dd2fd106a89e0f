import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from delivering_samples import digest, section, story, watch

from monitor.delivering.payloads import alert_from, digest_from, message_from, sample_alert, to_payload
from monitor.model.alert import Alert
from monitor.model.errors import DeliveryError
from monitor.model.watch import Severity

ALERT = Alert(
    story(correction=(("same", "is"), ("old", "ten"), ("new", "12"))), "breaking", "severity high", "Europe/Kyiv"
)


def through_json(payload: dict) -> dict:
    return json.loads(json.dumps(payload))


def test_an_alert_comes_back_as_it_was() -> None:
    assert alert_from(through_json(to_payload(ALERT))) == ALERT


def test_a_digest_comes_back_as_it_was() -> None:
    whole = digest(section([story(1), story(2, severity=Severity.LOW)]))

    payload = through_json(to_payload(whole))

    assert payload["type"] == "digest"
    assert digest_from(payload) == whole
    assert message_from(payload) == whole


def test_people_who_read_the_outbox_see_severities_as_words() -> None:
    shown = to_payload(ALERT)["story"]

    assert shown["severity"] == "high"
    assert shown["watches"][0]["severity"] == "high"


def test_an_alert_about_this_service_is_marked_as_such() -> None:
    own = story(watches=(replace(watch(), watchlist="system"),))

    assert to_payload(Alert(own, "health", "a feed fails"))["system"] is True
    assert "system" not in to_payload(ALERT)


def test_fields_of_another_version_do_no_harm() -> None:
    payload = to_payload(ALERT)
    payload["invented"] = 1
    del payload["timezone"]

    assert alert_from(payload) == replace(ALERT, timezone="UTC")


@pytest.mark.parametrize(
    "payload",
    [{}, {"type": "alert"}, {"type": "digest", "route": 3}, {"type": "alert", "story": {"severity": "loud"}}],
)
def test_what_cannot_be_read_is_never_tried_again(payload: dict) -> None:
    with pytest.raises(DeliveryError, match="cannot read the stored message") as caught:
        message_from(payload)

    assert caught.value.retry is False


def test_a_test_message_needs_no_content() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)

    assert message_from({"type": "test", "at": at.isoformat()}) == sample_alert(at)


def test_a_notice_has_a_title_and_a_text() -> None:
    notice = message_from({"type": "notice", "title": "A feed is back", "text": "It answers.", "severity": "low"})

    assert isinstance(notice, Alert)
    assert notice.story.title.text == "A feed is back"
    assert notice.story.excerpt.text == "It answers."
    assert notice.story.severity is Severity.LOW


def test_the_marks_of_the_sample_cover_whole_words() -> None:
    shown = sample_alert(datetime(2026, 11, 22, tzinfo=UTC)).story

    assert [shown.excerpt.text[m.start : m.end] for m in shown.excerpt.marks] == ["match"]
    assert [shown.title.text[m.start : m.end] for m in shown.title.marks] == ["test"]
