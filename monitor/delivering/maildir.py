"""Maildir: mail as files, for local reading, tests and the demo (I/O)."""

import os
from pathlib import Path

from monitor.model.errors import DeliveryError


class Maildir:
    """Writes to ``tmp``, then renames into ``new``; a repeat of a delivery replaces its own file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, delivery_id: str, sender: str, recipient: str, message: bytes) -> str:
        name = f"{''.join(c if c.isalnum() or c in '._-' else '-' for c in delivery_id)}.monitor"
        try:
            for part in ("tmp", "new", "cur"):
                (self._folder / part).mkdir(parents=True, exist_ok=True)
            draft = self._folder / "tmp" / name
            with draft.open("wb") as file:
                file.write(message.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / "new" / name)
        except OSError as error:
            raise DeliveryError(f"cannot write to the maildir: {error.strerror}", retry=True) from error
        return f"written to new/{name}"

    def close(self) -> None:
        """Nothing is held open."""
