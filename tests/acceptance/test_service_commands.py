"""The commands for the service as a whole, as a newcomer types them."""

import pytest
from desk import Desk


@pytest.mark.parametrize("option", [("--log-level", "loud"), ("--log-format", "xml")])
def test_a_log_option_that_is_none_is_bad_usage(desk: Desk, option: tuple[str, str]) -> None:
    done = desk.run("run", *option)

    assert done.returncode == 2
    assert option[1] in done.stderr
    assert "Traceback" not in done.stderr
