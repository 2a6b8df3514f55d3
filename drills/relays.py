"""Workers that are killed while they send: everything leaves, nobody is told twice (C6)."""

import itertools
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from aiosmtpd.controller import Controller

from benchmarks.stage import free_port
from drills import house, people
from drills.crashes import no_contradiction
from drills.load import wait_for
from drills.post import Post
from drills.report import Promise, progress
from notifications.enums import NotificationType
from notifications.models import Delivery
from notifications.services import notify

WORKERS = 3
AT_ONCE = 20  # people who hear one piece of news, each by a job of its own
TAKES = 0.05  # seconds of the mail server for a mail: long enough that kills meet some on their way
PATIENCE = 900.0  # seconds until everything has left
CONTROL = 200  # mails of the control


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
    post = Post(TAKES)
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
    with house.kept_workers(environment, WORKERS) as workers:
        done = killed_while_they_send(workers, kills)
        wait_until_sent()
    seconds, left = time.perf_counter() - begun, unsent()
    again = sum(post.messages.values()) - len(post.messages)
    return Promise(
        id="C6",
        what=f"{WORKERS} workers send {mails} mails and are killed {done} times: all leave, each known by one id",
        figure=f"{mails - len(post.messages)} lost, {left} not noted as sent, {again} sent again under their first id"
        f" (at most {done}: one for each kill); {seconds:.0f} s",
        holds=len(post.messages) == mails and not left and again <= done == kills,
    )


def control(
    crowd: Sequence[int], post: Post, environment: Mapping[str, str], kills: int
) -> Promise:
    """C6 with workers that note first and send then: if nothing is lost, the drill sees nothing."""
    post.messages.clear()
    tell(crowd, CONTROL, "control")
    broken = {**environment, "DRILL_WITHOUT": "marks"}
    with house.kept_workers(broken, WORKERS) as workers:
        done = killed_while_they_send(workers, kills)
        wait_until_sent()
    lost = CONTROL - len(post.messages)
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
    return Delivery.objects.filter(channel="email", sent_at=None).count()


def are_few(most: int) -> bool:
    """Whether no more mails than so many wait."""
    return unsent() <= most


def wait_until_sent() -> None:
    """Until all have been, or nobody waits any longer."""
    with suppress(TimeoutError):
        wait_for(lambda: not unsent(), PATIENCE, 1.0)
    progress(f"C6: {unsent()} left")


def killed_while_they_send(workers: Sequence[house.Kept], kills: int) -> int:
    """Kill one after another, at equal distances, while half of what waits leaves; how many were killed."""
    between = unsent() // (2 * kills)
    for number, place in zip(range(kills), itertools.cycle(range(len(workers))), strict=False):
        wait_for(partial(are_few, max(0, unsent() - between)), PATIENCE, 0.05)
        # The kill shall meet a mail at any moment of its way; no secret hangs on the dice.
        time.sleep(random.uniform(0, 0.05))  # noqa: S311  # no secret
        if not unsent():
            return number
        progress(f"C6: {unsent()} mails wait, worker {place} is killed ({number + 1} of {kills})")
        house.kill(workers[place].process.pid)
    return kills
