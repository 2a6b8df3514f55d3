"""Figures that are read from the database: once in so many seconds at most, never for longer than a scrape may wait.

They are read on a thread and a connection of their own. A scrape that finds them too old asks for new ones and waits a
moment; if they do not come in time it gives the last ones with their age, so that a database that hangs is seen.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock

import structlog
from django.db import DatabaseError, connection
from prometheus_client.core import GaugeMetricFamily

PATIENCE = 0.1  # seconds that a scrape waits
Figures = Sequence[GaugeMetricFamily]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was read last."""

    at: float = 0.0  # of time.monotonic
    figures: Figures = ()


class Lookout:
    """One group of figures, by one reader at a time."""

    def __init__(self, name: str, read: Callable[[], Figures], *, fresh: float) -> None:
        """``read`` is not called again before its figures are ``fresh`` seconds old."""
        self.name, self.read, self.fresh = name, read, fresh
        self._seen = Seen()
        self._asked: Future[None] | None = None
        self._lock = Lock()
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"metrics-{name}")

    def ask(self) -> "Future[None] | None":
        """Begin to read when it is time; what is being read."""
        with self._lock:
            if self._asked is not None and not self._asked.done():
                return self._asked
            if time.monotonic() - self._seen.at < self.fresh and self._seen.figures:
                return None
            self._asked = self._reader.submit(self._look)
            return self._asked

    def seen(self) -> Iterable[GaugeMetricFamily]:
        """The figures that there are, and how old they are; nothing before the first ones came."""
        seen = self._seen
        if not seen.figures:
            return
        age = GaugeMetricFamily(
            f"realestate_{self.name}_age_seconds", f"How old the figures of the {self.name} are."
        )
        age.add_metric([], time.monotonic() - seen.at)
        yield from (*seen.figures, age)

    def _look(self) -> None:
        begun = time.monotonic()
        try:
            self._seen = Seen(at=begun, figures=self.read())
        except DatabaseError as error:
            log.warning("metrics_not_read", figures=self.name, error=str(error))
        finally:
            connection.close()


def look(lookouts: Sequence[Lookout], patience: float = PATIENCE) -> list[GaugeMetricFamily]:
    """What all of them have, after a moment in which they may look again."""
    wait([asked for lookout in lookouts if (asked := lookout.ask())], timeout=patience)
    return [family for lookout in lookouts for family in lookout.seen()]
