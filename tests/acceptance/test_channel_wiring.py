"""What the configuration says of a channel reaches it, and channels are closed with the service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from desk import Desk
from scripted_origin import Answer
from wired_desk import HOOK, HOOK_PATH, ChoosySink, feed, hook_up, mail_main, running


def test_a_webhooks_own_body_is_what_its_receiver_gets(desk: Desk) -> None:
    desk.config.mkdir(parents=True)
    (desk.config / "body.json.j2").write_text('{"text": {{ data.story.title | tojson }}}', encoding="utf-8")
    desk.origin.answers["/a"] = Answer(body=feed("Drone factory opens"))
    hook_up(desk, "/a", main=HOOK.replace("secret_file:", "template: body.json.j2, secret_file:"))

    with running(desk) as service:
        service.once(force=True)

    (body,) = [json.loads(one.body) for one in desk.origin.asked if one.path == HOOK_PATH]
    assert body == {"text": "Drone factory opens"}


class CountingSink(ChoosySink):
    """Counts who says goodbye."""

    goodbyes = 0

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:
        self.goodbyes += 1
        return "221 bye"


@contextmanager
def mailing(desk: Desk) -> Iterator[CountingSink]:
    desk.origin.answers["/a"] = Answer(body=feed("Drone factory opens"))
    with CountingSink() as sink:
        desk.configure("/a", main=mail_main(sink))
        yield sink


def test_the_connection_to_the_mail_server_ends_with_the_service(desk: Desk) -> None:
    with mailing(desk) as sink:
        with running(desk) as service:
            service.once(force=True)
            before = sink.goodbyes

        assert len(sink.mails) == 2
        assert (before, sink.goodbyes) == (0, 1)
