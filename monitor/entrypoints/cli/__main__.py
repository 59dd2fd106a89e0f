"""``python -m monitor.entrypoints.cli`` is the ``monitor`` command."""

from monitor.entrypoints.cli import main

if __name__ == "__main__":
    main()
