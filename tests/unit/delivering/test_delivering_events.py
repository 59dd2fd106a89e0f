import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delivering_samples import END, delivery, digest, excerpt, section, story, watch
from pydantic import TypeAdapter, ValidationError
from standardwebhooks import Webhook

from monitor.delivering.events import LIMIT, SHAPES, body_of, event_for, schema_for
from monitor.delivering.reply import wait_named
from monitor.delivering.webhook import own_body, sign, signed_headers, signing_key
from monitor.model.alert import Alert, Delivery
from monitor.model.errors import TemplateError
from monitor.model.watch import Severity

SCHEMAS = Path(__file__).parents[3] / "docs/schemas/webhooks"
ALERT = Alert(story(correction=(("old", "ten"), ("new", "12"))), "breaking", "severity high", "Europe/Kyiv")
NOTICE = {"type": "notice", "title": "Border Herald fails", "text": "410", "at": END.isoformat()}
SAMPLES: dict[str, Delivery] = {
    "alert.created": delivery(ALERT),
    "story.updated": delivery(ALERT, "story.updated"),
    "digest.sent": delivery(digest(section([story(1), story(2)])), "digest.sent"),
    "feed.failing": delivery(NOTICE, "feed.failing"),
    "feed.recovered": delivery(NOTICE, "feed.recovered"),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_the_published_schema_is_the_one_of_the_program(kind: str) -> None:
    published = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))

    assert published == schema_for(kind)


def test_every_published_schema_belongs_to_a_type() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(SHAPES) == set(SAMPLES)


@pytest.mark.parametrize("kind", SHAPES)
def test_what_we_send_has_the_published_shape(kind: str) -> None:
    body = body_of(event_for(SAMPLES[kind]))

    TypeAdapter(SHAPES[kind]).validate_json(body)
    assert schema_problems(json.loads(body), schema_for(kind)) == []
    assert json.loads(body)["type"] == kind


def test_the_shape_test_can_fail() -> None:
    event = event_for(SAMPLES["alert.created"])
    event["data"]["story"]["severity"] = "loud"

    assert schema_problems(event, schema_for("alert.created")) == ["/data/story/severity: not one of the values"]
    with pytest.raises(ValidationError):
        TypeAdapter(SHAPES["alert.created"]).validate_python(event)


def schema_problems(
    value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = ""
) -> list[str]:
    """Enough of JSON Schema for the schemas that we publish."""
    root = root or schema
    if "$ref" in schema:
        return schema_problems(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    kinds = {"object": dict, "array": list, "string": str, "integer": int}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [f"{at}: not of type {schema['type']}"]
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        return [f"{at}: not one of the values"]
    problems = [f"{at}: no {name}" for name in schema.get("required", ()) if name not in value]
    if isinstance(value, dict):
        problems += [
            f"{at}: {name} is not described" for name in value if name not in schema.get("properties", {})
        ]
        for name, shape in schema.get("properties", {}).items():
            problems += schema_problems(value[name], shape, root, f"{at}/{name}") if name in value else []
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            problems += schema_problems(item, schema["items"], root, f"{at}/{index}")
    return problems


def test_an_alert_says_what_a_program_needs() -> None:
    data = event_for(SAMPLES["alert.created"])["data"]

    shown = data["story"]
    assert (shown["title"], shown["severity"], shown["at"]) == (
        "Kyiv raises drone target",
        "high",
        "2026-11-22T03:41:00Z",
    )
    assert [shown["snippet"][start:end] for start, end in shown["highlights"]] == ["drones"]
    assert shown["correction"] == [{"kind": "old", "words": "ten"}, {"kind": "new", "words": "12"}]


def test_a_notice_carries_title_and_text() -> None:
    data = event_for(SAMPLES["feed.failing"])["data"]

    assert data == {
        "title": "Border Herald fails",
        "text": "410",
        "url": "",
        "severity": "medium",
        "at": "2026-11-22T05:00:00Z",
    }


@pytest.mark.parametrize("count", [0, 1, 50, 500])
def test_a_digest_of_any_size_stays_below_the_limit_with_true_counts(count: int) -> None:
    stories = [story(n, severity=Severity.LOW, excerpt=excerpt("слово " * 300)) for n in range(count)]

    event = event_for(delivery(digest(section(stories)), "digest.sent"))

    (part,) = event["data"]["sections"]
    assert len(body_of(event)) < LIMIT
    assert part["story_count"] == event["data"]["stories"] == count
    assert len(part["stories"]) >= min(count, 8)


def test_an_alert_at_its_longest_stays_below_the_limit() -> None:
    wide = story(
        title=excerpt("й" * 9000),
        excerpt=excerpt("слово " * 9000),
        tags=("мітка" * 40,) * 99,
        also_in=("ж" * 500,) * 99,
        watches=(watch("щ" * 500, why="ю" * 900),) * 99,
        url="https://e.example/" + "a" * 1900,
        author="я" * 5000,
    )

    for kind in ("alert.created", "feed.failing"):
        assert len(body_of(event_for(delivery(Alert(wide, "r", "q" * 9000), kind)))) < LIMIT


def test_hundreds_of_watchlists_stay_below_the_limit() -> None:
    lists = [section([story(n)], "Список " * 20) for n in range(400)]

    assert len(body_of(event_for(delivery(digest(*lists), "digest.sent")))) < LIMIT


# --- signatures --------------------------------------------------------------------------------------------


def test_the_reference_library_verifies_our_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = body_of(event_for(SAMPLES["digest.sent"]))

    headers = signed_headers([signing_key(secret)], "01J9ZK3M", datetime.now(UTC), body)

    assert Webhook(secret).verify(body, headers)["type"] == "digest.sent"


def test_while_secrets_change_both_sign() -> None:
    old, new = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xk", "bmV3bmV3bmV3bmV3bmV3bmV3bmV3"
    headers = signed_headers([signing_key(new), signing_key(old)], "1", datetime.now(UTC), b'{"a":1}')

    assert Webhook(old).verify('{"a":1}', headers) == Webhook(new).verify('{"a":1}', headers) == {"a": 1}


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_without_a_secret_nothing_claims_to_be_signed() -> None:
    assert "webhook-signature" not in signed_headers([], "1", END, b"")


@pytest.mark.parametrize("secret", ["whsec_not base64!", "whsec_", "", "ключ"])
def test_a_secret_that_cannot_sign_is_refused_without_being_named(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret") as caught:
        signing_key(secret)

    assert "not base64!" not in str(caught.value)


# --- bodies of one's own -----------------------------------------------------------------------------------


def test_a_template_writes_the_receivers_own_json() -> None:
    source = '{"content": {{ data.story.title | tojson }}, "id": "{{ id }}"}'

    body = own_body(source, {"id": "7", **event_for(SAMPLES["alert.created"])})

    assert json.loads(body) == {"content": "Kyiv raises drone target", "id": "7"}


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ data.story.title }}", "does not write JSON"),
        ("{{ data.nothing.at.all }}", "UndefinedError"),
        ("{{ id", "TemplateSyntaxError"),
        ("{{ id.__class__ }}", "SecurityError"),
        ('"{{ "x" * 30000 }}"', "the limit is 20000"),
    ],
)
def test_a_body_template_that_fails_is_a_template_error(source: str, complaint: str) -> None:
    with pytest.raises(TemplateError, match=complaint):
        own_body(source, {"id": "7", **event_for(SAMPLES["alert.created"])})


# --- waits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("1.5", timedelta(seconds=1.5)),
        ("Sun, 22 Nov 2026 05:01:00 GMT", timedelta(seconds=60)),
        ("Sun, 22 Nov 2026 04:00:00 GMT", timedelta()),
        ("Sun, 22 Nov 2026 04:00:00 -0000", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, wait: timedelta | None) -> None:
    assert wait_named({"retry-after": value}, END) == wait
