"""Redis, mail and the store of files are lost, slow, mad, and back: selling goes on, news arrives once (I8)."""

import logging
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from boto3.session import Session
from django.db import connection
from moto.server import ThreadedMotoServer

from benchmarks.stage import free_port
from drills import errands, house, people
from drills.callers import Answer, Call, Callers
from drills.lines import Line, Mode, line
from drills.people import Person
from drills.post import Post
from drills.report import Promise, progress
from notifications.models import Delivery
from payments.models import Payment
from tests.redis_server import redis_server

MODES: tuple[Mode, ...] = ("refused", "slow", "nonsense")
PASSWORD = "a-long-password-for-drills"  # noqa: S105  # of people who live as long as this run
SLOWER = 2.0  # times the usual p95
BACK_WITHIN = 120.0  # seconds until what waited has been delivered
BUCKET = "drill"


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each helper in each kind of trouble, then all of them back."""
    rounds = 6 if quick else 30
    people.town(6_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(20)
    people.with_password([person.pk for person in crowd], PASSWORD)
    post = Post()
    with (
        helpers(post) as (lines, settings),
        house.site(database, more=settings) as site,
        house.worker(site.environment),
        Callers([site.door], 1) as caller,
    ):
        usual = journeys(caller, crowd, rounds)
        found = []
        for name, helper in lines.items():
            for mode in MODES:
                progress(f"I8: {name} is {mode}")
                helper.become(mode)
                found.append(went_on(f"{name} {mode}", usual, journeys(caller, crowd, rounds)))
                helper.become("open")
        asked = errands.asked_in_an_outage(
            caller, crowd, [lines["the store of files"], lines["mail"]]
        )
        for helper in lines.values():
            helper.become("open")
        found += caught_up(post, asked)
        broken = house.integrity(site.environment)
    says = "afterwards every check of check_integrity is good"
    return [
        *found,
        Promise(id="I8", what=says, figure=", ".join(broken) or "all good", holds=not broken),
    ]


@contextmanager
def helpers(post: Post) -> Iterator[tuple[dict[str, Line], dict[str, str]]]:
    """Redis, a mail server and a store of files, each behind a line; and the settings that name them."""
    mail = Controller(post, hostname="127.0.0.1", port=free_port())
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # the store tells of each file
    mail.start()
    store.start()
    host, port = store.get_host_and_port()
    keys = {
        "aws_access_key_id": "drill",
        "aws_secret_access_key": "drill",
        "region_name": "us-east-1",
    }
    Session(**keys).client("s3", endpoint_url=f"http://{host}:{port}").create_bucket(Bucket=BUCKET)
    try:
        with (
            redis_server() as address,
            line(("127.0.0.1", int(address.rpartition(":")[2]))) as redis,
            line(("127.0.0.1", mail.port)) as letters,
            line((host, port)) as files,
        ):
            yield (
                # Mail comes back last, and from then on is counted.
                {"Redis": redis, "the store of files": files, "mail": letters},
                {
                    "REDIS_URL": f"redis://127.0.0.1:{redis.port}",
                    "EMAIL_URL": f"smtp://127.0.0.1:{letters.port}",
                    "FILES_URL": f"s3+http://drill:drill@127.0.0.1:{files.port}/{BUCKET}",
                },
            )
    finally:
        mail.stop()
        store.stop()


def journeys(caller: Callers, crowd: Sequence[Person], rounds: int) -> list[Answer]:
    """Customers browse, log in, hold, book, write and fetch a receipt."""
    found = []
    units = iter(people.free_units(2 * rounds))
    receipt = Payment.objects.filter(state="cleared").select_related("booking").order_by("pk")[0]
    (payer,) = people.logged_in([receipt.booking.customer_id])
    project = people.project().pk
    for number in range(rounds):
        person = crowd[number % len(crowd)]
        login = {"email": person.email, "password": PASSWORD}
        found += [
            caller.send(Call(method="GET", path=f"/api/projects?limit=10&page={number + 1}")),
            caller.send(Call(path="/api/auth/login", body=login)),
            caller.send(Call(path=f"/api/units/{next(units)}/hold", token=person.token)),
            caller.send(
                Call(path="/api/bookings", token=person.token, body={"unit_id": next(units)})
            ),
            caller.send(
                Call(
                    path="/api/messages",
                    token=person.token,
                    body={"project_id": project, "message_content": "Hello"},
                )
            ),
            caller.send(
                Call(method="GET", path=f"/api/payments/{receipt.pk}/receipt", token=payer.token)
            ),
        ]
    return found


def went_on(what: str, usual: Sequence[Answer], answers: Sequence[Answer]) -> Promise:
    """Everything succeeded, about as fast as ever."""
    before, now = p95(usual), p95(answers)
    bad = Counter(
        f"{answer.status} {answer.code}" for answer in answers if answer.status not in {200, 201}
    )
    return Promise(
        id="I8",
        what=f"{what}: browsing, login, hold, booking, message and receipt go on",
        figure=f"{len(answers) - bad.total()} of {len(answers)} succeeded{f' ({dict(bad)})' if bad else ''};"
        f" p95 {now:.0f} ms, {before:.0f} ms without trouble",
        holds=not bad and now <= SLOWER * before,
    )


def p95(answers: Sequence[Answer]) -> float:
    """In ms."""
    return 1000 * statistics.quantiles([answer.seconds for answer in answers], n=20)[-1]


def caught_up(post: Post, asked: int) -> list[Promise]:
    """What could not leave has left, nobody has been told twice, and what was asked for is done."""
    progress("I8: everything is back")
    begun = time.perf_counter()
    delivered = done = None
    while (delivered is None or done is None) and waited(begun) < 2 * BACK_WITHIN:
        connection.close()
        if delivered is None and not undelivered():
            delivered = waited(begun)
        if done is None and not errands.undone():
            done = waited(begun)
        time.sleep(1)
    twice = sum(count > 1 for count in post.messages.values())
    return [
        Promise(
            id="I8",
            what="when they are back, what waited is delivered, once",
            figure=f"{undelivered()} of {Delivery.objects.count()} deliveries left, the last {after(delivered)};"
            f" {post.messages.total()} mails, {twice} of them twice",
            holds=is_soon(delivered) and not twice and bool(post.messages),
        ),
        Promise(
            id="I8",
            what="links and agreements asked for while mail and the store were away are there when these are back",
            figure=f"{errands.undone()} of {asked} left after up to {errands.tries()} tries, the last {after(done)}",
            holds=is_soon(done),
        ),
    ]


def waited(begun: float) -> float:
    """Seconds since."""
    return time.perf_counter() - begun


def after(seconds: float | None) -> str:
    """In words."""
    return "not yet" if seconds is None else f"after {seconds:.0f} s"


def is_soon(seconds: float | None) -> bool:
    """Whether it is kept."""
    return seconds is not None and seconds <= BACK_WITHIN


def undelivered() -> int:
    """Deliveries by mail that wait, or were given up."""
    return Delivery.objects.filter(channel="email", sent_at=None).count()
