"""When the database stands still, whoever asks it waits with the thread that answers; one is kept for others (C5).

A database that is gone refuses, and its callers hear 503 at once. One that neither answers nor refuses holds every
thread, and then nobody hears anything, not even who asks whether we live. Therefore a process has one thread more than
it lends. Who finds none waits with that one, as in any rush; but if none comes back for a while, and the database does
not answer a question on a connection of its own either, the caller hears 503 and the thread is free for the next one.
A machine may be too busy to ask that question in time: whoever is served meanwhile shows that nothing stands still.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from realestate.core.api.errors import unavailable
from realestate.health import connection_of_its_own

PATIENCE = 0.4  # seconds without a free thread until the database is asked
DEADLINE = (
    0.3  # seconds for its answer; with the patience less than the second that C5 gives to health
)
REMEMBERED = 1.0  # seconds in which it is not asked again
ALWAYS_SERVED = "/health"


class StandstillMiddleware:
    """Each process has one, with as many turns as there are threads to be lent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """All turns are there."""
        self.get_response = get_response
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _thread in range(settings.WEB_THREADS):
            self._turns.put(None)
        self._asks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="standstill")
        self._still_until = self._served_at = 0.0  # of time.monotonic

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """As ever; 503 when there is no turn and none to come."""
        if request.path_info.startswith(ALWAYS_SERVED):
            return self.get_response(request)
        if not self._takes_turn():
            return unavailable()
        try:
            return self.get_response(request)
        finally:
            self._served_at = time.monotonic()
            self._turns.put(None)

    def _takes_turn(self) -> bool:
        while True:
            is_still = time.monotonic() < self._still_until
            try:
                self._turns.get(timeout=0 if is_still else PATIENCE)
            except Empty:
                if is_still or not self._goes_on():
                    return False
            else:
                return True

    def _goes_on(self) -> bool:
        """Whether the database answers, or somebody is served meanwhile; if not, it is not asked again for a moment."""
        asked_at = time.monotonic()
        try:
            self._asks.submit(_ask, connection.get_connection_params()).result(timeout=DEADLINE)
        except (TimeoutError, psycopg.Error):
            if self._served_at < asked_at:
                self._still_until = time.monotonic() + REMEMBERED
                return False
        return True


def _ask(parameters: dict[str, object]) -> None:
    with connection_of_its_own(parameters) as database:
        database.execute("SELECT 1")
