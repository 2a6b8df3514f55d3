"""Workers that are killed while they send: everything leaves, nobody is told twice (C6)."""

import asyncio
import itertools
import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from aiosmtpd.controller import Controller
from django.db import connection

from benchmarks.stage import free_port
from drills import house, people
from drills.crashes import no_contradiction
from drills.report import Promise, progress
from notifications.enums import NotificationType
from notifications.models import Delivery
from notifications.services import notify

WORKERS = 3
AT_ONCE = 20  # people who hear one piece of news, each by a job of its own
PATIENCE = 900.0  # seconds until everything has left
CONTROL = 200  # mails of the control


class Post:
    """A mail server that takes so many seconds for a message; under which id it was given something for whom."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        self.seconds = 0.05

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # its documented name
        """Take a message."""
        head = envelope.content.decode(errors="replace").partition("\r\n\r\n")[0]
        (name,) = [line for line in head.splitlines() if line.lower().startswith("message-id:")]
        self.taken[name, envelope.rcpt_tos[0]] += 1
        await asyncio.sleep(self.seconds)  # as one that looks at what it is given
        return "250 OK"


def run(database: str, *, quick: bool) -> list[Promise]:
    """Workers that send, and are killed; then workers that say that it is done before they do it."""
    mails, kills = (600, 5) if quick else (5_000, 20)
    people.town()
    crowd = [person.pk for person in people.customers(AT_ONCE)]
    with mail_server() as (post, address):
        environment = {**os.environ, "DATABASE_URL": database, "EMAIL_URL": address}
        found = [sent_once(crowd, post, environment, mails, kills)]
        found += [no_contradiction(), control(crowd, post, environment, kills)]
    return found


@contextmanager
def mail_server() -> Iterator[tuple[Post, str]]:
    """A mail server, and its address."""
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield post, f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()


def sent_once(
    crowd: Sequence[int], post: Post, environment: Mapping[str, str], mails: int, kills: int
) -> Promise:
    """C6: every mail leaves; again leaves only what was under way when its worker was killed, under the same id."""
    tell(crowd, mails, "once")
    begun = time.perf_counter()
    with Gang(environment) as gang:
        done = gang.killed_while_they_send(kills)
        wait_until_sent()
    seconds, left = time.perf_counter() - begun, unsent()
    again = sum(post.taken.values()) - len(post.taken)
    return Promise(
        id="C6",
        what=f"{WORKERS} workers send {mails} mails and are killed {done} times: all leave, each known by one id",
        figure=f"{mails - len(post.taken)} lost, {left} not noted as sent, {again} sent again under their first id"
        f" (at most {done}: one for each kill); {seconds:.0f} s",
        holds=len(post.taken) == mails and not left and again <= done == kills,
    )


def control(
    crowd: Sequence[int], post: Post, environment: Mapping[str, str], kills: int
) -> Promise:
    """C6 with workers that note first and send then: if nothing is lost, the drill sees nothing."""
    post.taken.clear()
    tell(crowd, CONTROL, "control")
    with Gang({**environment, "DRILL_WITHOUT": "marks"}) as gang:
        done = gang.killed_while_they_send(kills)
        wait_until_sent()
    lost = CONTROL - len(post.taken)
    return Promise(
        id="C6",
        what="control: workers that note a mail as sent before they send it lose some",
        figure=f"{lost} of {CONTROL} lost at {done} kills",
        holds=lost > 0,
    )


def tell(crowd: Sequence[int], mails: int, name: str) -> None:
    """So many deliveries by mail, each with its job."""
    for number in range(mails // len(crowd)):
        notify(
            user_ids=crowd,
            notification_type=NotificationType.BOOKING_UPDATE,
            title=f"News {number}",
            message="Something has happened.",
            related=("booking", number + 1),
            dedupe_key=f"drill:{name}:{number}",
        )
    waiting = unsent()
    if waiting != mails:
        raise SystemExit(f"{waiting} mails wait, and {mails} should.")


def unsent() -> int:
    """Deliveries by mail that nobody has noted as sent."""
    connection.close()
    return Delivery.objects.filter(channel="email", sent_at=None).count()


def wait_until_sent() -> None:
    """Until all have been, or nobody waits any longer."""
    end = time.monotonic() + PATIENCE
    while unsent() and time.monotonic() < end:
        time.sleep(1)  # between two looks
    progress(f"C6: {unsent()} left")


class Gang:
    """Workers, each of which is followed by another one when it ends."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._keep, args=(n,)) for n in range(WORKERS)]
        self._working: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, place: int) -> None:
        while not self._over.is_set():
            with house.worker(self._environment) as process:
                self._working[place] = process
                while process.poll() is None and not self._over.wait(0.05):
                    pass

    def killed_while_they_send(self, kills: int) -> int:
        """Kill one after another, at equal distances, while half of what waits leaves; how many were killed."""
        between = unsent() // (2 * kills)
        for number, place in zip(range(kills), itertools.cycle(range(WORKERS)), strict=False):
            before = unsent()
            while before and unsent() > before - between:
                time.sleep(0.05)  # between two looks
            time.sleep(random.uniform(0, 0.05))  # noqa: S311  # any moment of a mail's way; no secret
            if not unsent():
                return number
            progress(
                f"C6: {unsent()} mails wait, worker {place} is killed ({number + 1} of {kills})"
            )
            house.kill(self._working[place].pid)
        return kills
