from datetime import UTC, datetime, timedelta

from monitor.delivering.retry import WAITS, next_try

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def never() -> float:
    return 0.0


def test_the_waits_grow_as_the_contract_says() -> None:
    minutes = [5 / 60, 1, 5, 30, 120, 300, 600, 840, 1200, 1440]

    waits = [next_try(attempts, NOW, never, None) for attempts in range(1, 11)]

    assert waits == [NOW + timedelta(minutes=m) for m in minutes]


def test_after_the_last_wait_we_give_up() -> None:
    assert next_try(len(WAITS) + 1, NOW, never, timedelta(seconds=1)) is None


def test_chance_only_ever_adds_to_a_wait() -> None:
    latest = next_try(2, NOW, lambda: 0.999, None)

    assert latest is not None
    assert NOW + timedelta(minutes=1) < latest < NOW + timedelta(minutes=1.2)


def test_a_receivers_wish_is_honoured_when_it_is_longer() -> None:
    assert next_try(1, NOW, never, timedelta(minutes=7)) == NOW + timedelta(minutes=7)
    assert next_try(4, NOW, never, timedelta(seconds=1)) == NOW + timedelta(minutes=30)


def test_a_receiver_cannot_park_a_message_for_ever() -> None:
    assert next_try(1, NOW, never, timedelta(days=900)) == NOW + timedelta(hours=24)


def test_a_row_that_was_never_counted_waits_the_first_wait() -> None:
    assert next_try(0, NOW, never, None) == NOW + timedelta(seconds=5)
