"""A desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from scripted_origin import ScriptedOrigin


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ScriptedOrigin() as origin:
        yield Desk(tmp_path, origin)
