"""A web server that makes room for a new one of itself: on SIGHUP, and without a moment in which nobody listens.

A generation is a main process of Granian with its workers. The next one is started beside the present one, on the same
port (the kernel gives each listener its share), with the code and the packages that are there now. Only when all of its
workers have loaded the application is the present one told to end; it finishes what it is answering. If the next
one does not come up, nothing happens but a log line. If the present one is killed, one that stands by, its modules
loaded, takes its place at once (C1); a server that ends before it has answered anybody is the end, and whoever
supervises us hears of it.

Granian's own SIGHUP replaces workers by the clock: on a busy machine the old ones end before the new ones listen.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from django.conf import settings

from realestate.core.processes import BEGIN_FD, LOADED_FD, ending_with_us

PATIENCE = 120.0  # seconds in which a generation must have loaded the application
SETTLING = 1.0  # seconds between that and the first connection that it has taken for certain
FAREWELL = 25.0  # seconds for those that end; Granian gives its workers a little less
BETWEEN = 30.0  # seconds between two starts of what stands by, should it end by itself
log = structlog.get_logger(__name__)


class Generation:
    """One Granian, and how many of its workers have loaded the application."""

    def __init__(self, command: Sequence[str], workers: int, *, stands_by: bool = False) -> None:
        """Start it; one that stands by goes no further than its modules until it is told to ``begin``."""
        self.workers, self.loaded, self.begun = workers, 0, time.monotonic()
        self.loaded_at: float | None = None
        self.hears, tells = os.pipe()
        os.set_blocking(self.hears, False)
        given = {LOADED_FD: tells}
        self._begins: int | None = None
        if stands_by:
            given[BEGIN_FD], self._begins = os.pipe()
        self.process = subprocess.Popen(
            command,
            process_group=0,
            stdin=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={**os.environ, **{name: str(end) for name, end in given.items()}},
            pass_fds=tuple(given.values()),
            preexec_fn=ending_with_us(signal.SIGTERM),  # noqa: PLW1509  # we have one thread
        )
        for end in given.values():
            os.close(end)

    def begin(self) -> "Generation":
        """Let one that stands by go on; another one has begun already."""
        if self._begins is not None:
            with suppress(BrokenPipeError):  # it has just ended, as its process will say
                os.write(self._begins, b".")
            os.close(self._begins)
            self._begins, self.begun = None, time.monotonic()
        return self

    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    def has_loaded(self) -> bool:
        """Whether all of its workers have said so."""
        if self.loaded_at is None:
            with suppress(BlockingIOError):
                self.loaded += len(os.read(self.hears, 64))
            if self.loaded >= self.workers:
                self.loaded_at = time.monotonic()
                os.close(self.hears)
        return self.loaded_at is not None

    def is_ready(self) -> bool:
        """Whether all of its workers answer: they had loaded, a moment ago."""
        return self.has_loaded() and time.monotonic() - (self.loaded_at or 0) > SETTLING

    def give_up(self) -> None:
        """End it at once; what its workers may say is of no interest."""
        if not self.has_loaded():
            os.close(self.hears)
        if self._begins is not None:
            os.close(self._begins)
        self.tell(signal.SIGKILL)

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal. SIGKILL goes to its workers too, and any to those it left: nobody else would end them."""
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL or self.has_ended():
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)


class Generations:
    """The present one, one that stands by for it, the next one while it starts, and those that are finishing."""

    def __init__(self, command: Sequence[str], workers: int) -> None:
        self.command, self.workers = command, workers
        self.next: Generation | None = None
        self.spare: Generation | None = None
        self.leaving: list[Generation] = []
        self.must_end = self.must_renew = False
        self._wakes, wake = os.pipe()
        for end in (self._wakes, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._note)
        self.present = Generation(command, workers)

    def run(self) -> int:
        """Until somebody asks to stop (0) or the present one ends before it has answered anybody (1)."""
        while not self.must_end:
            if self.present.has_ended() and not self._replaced():
                break
            if self.must_renew and self.next is None:
                self.must_renew, self.next = False, Generation(self.command, self.workers)
            if self.next is not None:
                self._look_at(self.next)
            self.leaving = [each for each in self.leaving if not each.has_ended()]
            self._sleep(self._keep_a_spare())
        self._end()
        return 0 if self.must_end else 1

    def _replaced(self) -> bool:
        """Whether another one follows one that was killed, whose workers, if it has left any, are told to end."""
        if not self.present.has_loaded():
            return False
        log.error("web_server_lost", code=self.present.process.returncode)
        self.present.tell(signal.SIGTERM)
        if self.spare is not None and not self.spare.has_ended():
            self.present, self.spare = self.spare.begin(), None
        else:
            self.present, self.next = self.next or Generation(self.command, self.workers), None
        return True

    def _keep_a_spare(self) -> float | None:
        """Start one that stands by when the present one answers; returns the seconds until there is more to do here."""
        if self.next is not None or not self.present.has_loaded():
            return 0.1
        if self.spare is not None and self.spare.has_ended():
            if (left := self.spare.begun + BETWEEN - time.monotonic()) > 0:
                return left
            self._forget_the_spare()
        if self.spare is None:
            self.spare = Generation(self.command, self.workers, stands_by=True)
        return None

    def _forget_the_spare(self) -> None:
        if self.spare is not None:
            self.spare.give_up()
            self.spare.process.wait()
        self.spare = None

    def _look_at(self, coming: Generation) -> None:
        is_late = time.monotonic() - coming.begun > PATIENCE
        if coming.has_ended() or is_late:
            log.error("not_renewed", why="it took too long" if is_late else "it ended")
            coming.give_up()
        elif coming.is_ready():
            log.info("renewed", seconds=round(time.monotonic() - coming.begun, 1))
            self.present.tell(signal.SIGTERM)
            self.leaving.append(self.present)
            self.present = coming
            self._forget_the_spare()  # it has the code of the one that leaves
        else:
            return
        self.next = None

    def _end(self) -> None:
        self._forget_the_spare()
        everybody = [self.present, *self.leaving, *([self.next] if self.next else [])]
        for each in everybody:
            each.tell(signal.SIGTERM)
        deadline = time.monotonic() + FAREWELL
        while any(not each.has_ended() for each in everybody):
            if time.monotonic() > deadline:
                for each in everybody:
                    each.tell(signal.SIGKILL)
            self._sleep(0.2)

    def _note(self, number: int, _frame: object) -> None:
        self.must_end |= number in {signal.SIGTERM, signal.SIGINT}
        self.must_renew |= number == signal.SIGHUP

    def _sleep(self, seconds: float | None) -> None:
        """Until a signal comes or a child ends, at most so long."""
        if select.select([self._wakes], [], [], seconds)[0]:
            os.read(self._wakes, 4096)
