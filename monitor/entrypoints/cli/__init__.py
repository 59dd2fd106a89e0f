"""The command line: one file per group of commands; heavy imports happen inside the commands."""

import sys

from monitor.entrypoints.cli.root import app
from monitor.model.errors import ConfigError, MonitorError

INTERRUPTED = 130  # what Ctrl-C becomes in Typer


def main() -> None:
    """Run, and turn every error this program knows into one clear line and its exit code."""
    try:
        app()
    except ConfigError as error:
        from monitor.settings import format_problem

        for problem in error.problems:
            sys.stderr.write(format_problem(problem) + "\n")
        sys.exit(3)
    except MonitorError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            sys.stderr.write("interrupted; nothing that was stored is lost\n")
        raise
    except BrokenPipeError:  # `monitor … | head`
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"error: {error.strerror or error}{where}\n")
        sys.exit(1)
