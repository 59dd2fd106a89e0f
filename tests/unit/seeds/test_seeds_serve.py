"""`serve` is the whole loopback world in one process, as `make run` starts it."""

import subprocess
import sys
from itertools import islice

PROGRAM = """
from monitor.entrypoints.origin import serve
serve(0, 0, advance_after=0.0, tell=lambda line: print(line, flush=True))
"""


def test_serve_says_where_it_is_and_advances_and_ends_on_sigterm() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = list(islice(process.stdout, 2))

        process.terminate()

        assert process.wait(timeout=10) == 0
    assert said[0].startswith("feeds on http://127.0.0.1:")
    assert said[1] == "later versions of the feeds are out\n"
