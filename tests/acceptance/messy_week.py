"""A week in which everything happens that a ledger must account for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk import Desk
from scripted_origin import Answer
from wired_desk import ChoosySink, Item, MovedClock, feed, hook_up, rows, running

from monitor.app import Service
from monitor.pipeline.release import release
from monitor.ports import Mute

KYIV = ZoneInfo("Europe/Kyiv")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAIN = """
timezone: Europe/Kyiv
polling: {{ interval: 1h, floor: 10m, per_host_gap: 0s }}
fetch: {{ allow_private: [127.0.0.0/8] }}
web: {{ listen: null }}
feeds:
{feeds}
watchlists: watchlists/*.yaml
channels:
  hook: {{ type: webhook, url: "{origin}/hook", secret_file: hook-secret }}
  mail: {{ type: email, smtp: "smtp://127.0.0.1:MAIL_PORT", from: "monitor@example.org" }}
people:
  olena: {{ email: olena@example.org, quiet: "22:00-07:00", budget: 3 }}
  petro: {{ email: petro@example.org }}
  vira: {{ email: vira@example.org }}
routes:
  - {{ name: breaking, match: {{ watchlist: drones, severity: ">=medium" }}, to: [hook, {{ mail: [olena, vira] }}], when: now }}
  - {{ name: morning, match: {{ watchlist: drones, severity: ">=medium" }}, to: [ {{ mail: [petro] }} ], when: {{ digest: "0 7 * * *" }} }}
  - {{ name: nobody, match: {{ watch: low, severity: ">=critical" }}, to: [hook], when: now }}
"""
WATCHLIST = """keywords:
  - { id: drone, query: drone, severity: high }
  - { id: tank, query: tank }
  - { id: low, query: weather, severity: low }
"""


def live_through(desk: Desk, sink: ChoosySink) -> None:
    """Eight days that end about now, on a clock of their own."""
    hook_up(desk, "/wire", "/sports", watchlist=WATCHLIST, main=MAIN.replace("MAIL_PORT", str(sink.port)))
    noon = datetime.now(KYIV).replace(hour=12, minute=0) - 9 * DAY
    week = _Week(desk, sink, MovedClock(noon.astimezone(UTC)))
    with running(desk, week.clock) as service:
        week.begins(service)
        week.has_nights_and_copies(service)
        week.has_mutes(service)
        week.has_receivers_that_fail(service)
        week.has_a_flood(service)
        week.has_a_feed_that_breaks(service)


class _Week:
    def __init__(self, desk: Desk, sink: ChoosySink, clock: MovedClock) -> None:
        self.desk, self.sink, self.clock = desk, sink, clock
        self.shown: dict[str, list[Item]] = {"/wire": [], "/sports": []}

    def begins(self, service: Service) -> None:
        self._publish("/wire", Item("Drone archive", age=9 * DAY), Item("Weather"), Item("Gardening"))
        self._publish("/sports", Item("Football"))
        self._cycle(service)
        self._publish("/wire", Item("Drone output doubles"))
        self._publish("/sports", Item("Tank and drone parade opens the cup final"))
        self._cycle(service)

    def has_nights_and_copies(self, service: Service) -> None:
        self._at(23)
        self._publish("/wire", Item("Night drone seen over the harbour"))
        self._cycle(service)
        self._publish("/sports", Item("Night drone seen over the harbour"))  # a copy
        self._cycle(service)
        self._at(7)
        self._cycle(service)
        self._at(12)
        for title in ("Drone budget voted", "Drone factory opens", "Drone pilots wanted", "Drone museum planned"):
            self._publish("/wire", Item(title))
            self._cycle(service)
        self._at(7)
        self._cycle(service)

    def has_mutes(self, service: Service) -> None:
        with service.database.write() as records:
            for mute in (
                Mute(0, "source", "Sports", None, "olena"),
                Mute(0, "watch", "drones/tank", None, "olena"),
            ):
                records.desk.add_mute(mute)
        self._publish("/sports", Item("Drone show at half time"))
        self._publish("/wire", Item("Tank museum reopens"))
        self._cycle(service)

    def has_receivers_that_fail(self, service: Service) -> None:
        self.sink.refused = {"vira@example.org": "550 no such user", "petro@example.org": "451 later"}
        self.desk.origin.replies = [Answer(500)]
        self._at(15)
        self._publish("/wire", Item("Drone engine fails its test"))
        self._cycle(service)
        self.desk.origin.replies = [Answer(500)]
        self._publish("/wire", Item("Drone wings recalled"))
        self._cycle(service)
        self._at(7)
        self._cycle(service)
        self.sink.refused.clear()
        self._at(8)
        self._cycle(service)

    def has_a_flood(self, service: Service) -> None:
        self.shown["/sports"] = [Item(f"Archive drone picture {number}") for number in range(30)]
        self._publish("/sports", Item("Football again"))
        self._cycle(service)
        with service.database.read() as records:
            flooded = records.feeds.find("Sports Wire")
        assert release(service.database, service.steps.engine, service.steps.notice, self.clock, flooded) == 31

    def has_a_feed_that_breaks(self, service: Service) -> None:
        self.desk.origin.answers["/wire"] = Answer(410)
        self._cycle(service)
        self._at(7)
        self._cycle(service)

    def _publish(self, path: str, *items: Item) -> None:
        self.shown[path] = [*items, *self.shown[path]]
        name = {"/wire": "Scripted Wire", "/sports": "Sports Wire"}[path]
        body = feed(*self.shown[path], title=name, now=self.clock.now())
        self.desk.origin.answers[path] = Answer(body=body)

    def _cycle(self, service: Service) -> None:
        self.clock.pass_by(timedelta(minutes=5))
        service.once(force=True)

    def _at(self, hour: int) -> None:
        """The next time that clocks in Kyiv show this hour."""
        local = self.clock.now().astimezone(KYIV)
        then = local.replace(hour=hour, minute=0)
        self.clock.time = (then if then > local else then + DAY).astimezone(UTC)


def fates(desk: Desk) -> dict[str, int]:
    """Rows of the ledger by state, read past the program."""
    return dict(rows(desk, "SELECT state, count(*) FROM fates GROUP BY state"))
