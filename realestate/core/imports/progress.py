"""How far a long import is: written beside its transaction, which nobody sees before its end."""

import time
from types import TracebackType
from typing import Self

from django.db import connection

EVERY = 1.0  # seconds
UPDATE = "UPDATE core_importrun SET done = %s WHERE id = %s"


class Progress:
    """Called with the number of rows that are done; writes it once a second, over a connection of its own.

    The run's row is not locked meanwhile: its state was changed before and is changed again at the end.
    """

    def __init__(self, run_id: int) -> None:
        self.run_id, self.last = run_id, time.monotonic()
        self.beside = connection.copy()

    def __call__(self, done: int) -> None:
        """Write it down, if a second has passed."""
        if time.monotonic() - self.last < EVERY:
            return
        self.last = time.monotonic()
        with self.beside.cursor() as cursor:
            cursor.execute(UPDATE, [done, self.run_id])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.beside.close()
