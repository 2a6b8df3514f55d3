"""Money and repetition, over HTTP and several processes and workers (A8, B1, B2, B3, B8, C6)."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from uuid import uuid4

from django.db import connection

from benchmarks.demands import schedule
from bookings.enums import BookingState
from bookings.models import Booking
from drills import house, people
from drills.callers import Call, Callers
from drills.people import Person
from drills.races import count
from drills.report import Promise, progress
from payments.models import Checkout, Demand, GatewayEvent, LedgerEntry, Payment
from payments.services import terms_of
from realestate.core import clock
from realestate.core.transactions import service
from tests.payments.gateways.speaking import STRIPE_KEY, STRIPE_SECRET, stripe_event, stripe_signed

PARALLEL = 32
STEPS = ("checkout.session.async_payment_failed", "checkout.session.completed")
GATEWAY = {
    "STRIPE_SECRET_KEY": STRIPE_KEY,
    "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
    "STRIPE_API_URL": "http://127.0.0.1:9",  # nothing is asked there: the attempts to pay exist already
}
# A8: of each series the numbers are 1 to n, each once.
NUMBERS = """
    SELECT count(*) FROM (
        SELECT project_id, series, period, count(*) AS given, count(DISTINCT serial) AS different, max(serial) AS last
        FROM payments_demand GROUP BY 1, 2, 3) numbered
    WHERE given <> different OR given <> last
"""


def run(database: str, *, quick: bool) -> list[Promise]:
    """Events of a gateway, keys of impatient clients, and the jobs of the night."""
    events, copies, keys = (40, 5, 10) if quick else (200, 25, 100)
    people.town(5_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(40)
    with house.site(database, more=GATEWAY) as site:
        asks: list[Callable[[Callers], Promise]] = [
            lambda callers: replayed(callers, site, events, copies),
            lambda callers: one_key(callers, crowd, keys),
            lambda callers: cut_off(callers, site, crowd, max(10, keys // 2)),
        ]
        found = []
        for ask in asks:
            with Callers([site.door], PARALLEL) as callers:  # lines that were idle have been closed
                found.append(ask(callers))
    broken = house.integrity()  # the lines of the night, made up, add up to no price
    found.append(night(database, 200 if quick else 1_000))
    figure = ", ".join(broken) or "all good: balances, allocations, numbers without gaps"
    says = "after these races every check of check_integrity is good"
    return [*found, Promise(id="B6", what=says, figure=figure, holds=not broken)]


# --- B1: what a gateway tells, again and again and in any order -------------------------------------------------------


def replayed(callers: Callers, site: house.Site, events: int, copies: int) -> Promise:
    """The same story twice: once in order, once shuffled, repeated and parallel, while workers are killed."""
    progress(f"B1: {events} events, each {copies} times, {PARALLEL} at once")
    ordered, stormy = attempts(events // len(STEPS))
    begun, deaths = time.perf_counter(), 0
    calls = [call for pair in ordered for call in told(pair)]
    statuses = Counter(callers.send(call).status for call in calls)
    storm = [call for pair in stormy for call in told(pair)] * copies
    random.Random(7).shuffle(storm)  # noqa: S311  # no secret
    with ExitStack() as stack:
        workers = [stack.enter_context(house.worker(site.environment)) for _ in range(2)]
        statuses += Counter(answer.status for answer in callers.in_turn(storm))
        while waiting() and time.perf_counter() - begun < 600:
            if deaths < 3:
                time.sleep(2)
                house.kill(workers.pop(0).pid)
                workers.append(stack.enter_context(house.worker(site.environment)))
                deaths += 1
            time.sleep(0.5)
    same = sum(account(one) == account(other) for one, other in zip(ordered, stormy, strict=True))
    sums = [received(group) for group in (ordered, stormy)]
    left = waiting()
    return Promise(
        id="B1",
        what=f"{events} events of a gateway, each {copies} times, shuffled, {PARALLEL} at once, {deaths} workers"
        " killed: as if told once, in order",
        figure=f"{same} of {len(ordered)} payments identical, {sums[0]} and {sums[1]} received, {left} events left;"
        f" answers: {dict(statuses)}; {time.perf_counter() - begun:.0f} s",
        holds=same == len(ordered)
        and sums[0] == sums[1] > 0
        and not left
        and set(statuses) == {200},
    )


@service
def attempts(each: int) -> tuple[list[Checkout], list[Checkout]]:
    """Open attempts to pay of two groups of bookings with the same amounts."""
    # Nothing is held back from them (R6).
    signed = Booking.objects.filter(state=BookingState.AGREEMENT_SIGNED)
    bookings = list(signed.order_by("pk")[: 2 * each])
    if len(bookings) < 2 * each:
        raise SystemExit(
            f"The town has {len(bookings)} signed bookings, and {2 * each} are needed."
        )
    groups: tuple[list[Checkout], list[Checkout]] = ([], [])
    for number, booking in enumerate(bookings):
        terms_of(booking)
        which, place = divmod(number, each)
        attempt = Checkout.objects.create(
            booking=booking,
            gateway="stripe",
            external_id=f"cs_{'os'[which]}{place}",
            url="https://checkout.example.org",
            amount=Decimal(1000 + place) + Decimal("0.25"),
            currency=booking.currency,
            begun_by=booking.customer.user,
            begun_at=clock.now(),
        )
        groups[which].append(attempt)
    return groups


def told(attempt: Checkout) -> list[Call]:
    """The gateway tells of a failure and then of success."""
    found = []
    for step in STEPS:
        body: bytes = stripe_event(  # type: ignore[no-untyped-call]  # a helper of the tests
            attempt, event_id=f"evt_{attempt.external_id}_{step}", kind=step
        )
        found.append(Call(path="/api/webhooks/stripe", body=body, headers=stripe_signed(body)))
    return found


def waiting() -> int:
    """Events that no worker has seen to."""
    connection.close()
    return GatewayEvent.objects.filter(outcome="waiting").count()


def account(attempt: Checkout) -> list[object]:
    """What came of an attempt, without keys and names."""
    attempt = Checkout.objects.get(pk=attempt.pk)
    receipts = Payment.objects.filter(pk=attempt.payment_id or 0)
    entries = LedgerEntry.objects.filter(payment__in=receipts).order_by("pk")
    return [
        attempt.state,
        list(receipts.values_list("amount", "state", "payment_method")),
        list(entries.values_list("kind", "credit", "debit")),
    ]


def received(group: Sequence[Checkout]) -> Decimal:
    """What was paid in all."""
    rows = Checkout.objects.filter(pk__in=[attempt.pk for attempt in group])
    return sum(rows.exclude(payment=None).values_list("payment__amount", flat=True), Decimal(0))


# --- B2, B3: keys -----------------------------------------------------------------------------------------------------


def one_key(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """B2: an impatient client sends one booking thirty times; in turn, as nobody may hold a hundred homes."""
    good, heard = 0, Counter[str]()
    for number, unit in enumerate(people.free_units(rounds)):
        if number % max(1, rounds // 4) == 0:
            progress(f"B2: round {number} of {rounds}")
        person = crowd[number % len(crowd)]
        call = book(person, unit, uuid4().hex)
        answers = [*callers.together([call] * 30), callers.send(call)]
        bodies = {answer.body for answer in answers if answer.status == 201}
        others = {answer.code for answer in answers if answer.status != 201}
        heard += Counter(f"{answer.status} {answer.code}".strip() for answer in answers)
        rows = Booking.objects.filter(
            unit=unit, customer=person.pk, booking_date__gte=clock.now() - timedelta(hours=1)
        )
        good += len(bodies) == 1 and others <= {"idempotency_in_progress"} and rows.count() == 1
    return Promise(
        id="B2",
        what="one booking sent 30 times at once with one Idempotency-Key: one effect, one answer",
        figure=f"{good} of {rounds} rounds; {dict(heard)}",
        holds=good == rounds,
    )


def cut_off(callers: Callers, site: house.Site, crowd: Sequence[Person], rounds: int) -> Promise:
    """B3: the line is cut before the answer; the client asks again with the same key."""
    good = twice = 0
    for number, unit in enumerate(people.free_units(rounds)):
        if number % max(1, rounds // 4) == 0:
            progress(f"B3: round {number} of {rounds}")
        call = book(crowd[number % len(crowd)], unit, uuid4().hex)
        send_and_hang_up(site, call)
        answer = callers.send(call)
        while answer.code == "idempotency_in_progress":
            time.sleep(0.1)
            answer = callers.send(call)
        found = Booking.objects.filter(
            unit=unit, booking_date__gte=clock.now() - timedelta(hours=1)
        ).count()
        good += answer.status == 201 and found == 1
        twice += "idempotent-replayed" in answer.headers
    return Promise(
        id="B3",
        what="the line is cut before the answer and the client asks again: one booking",
        figure=f"{good} of {rounds} rounds; {twice} were given the answer that was lost",
        holds=good == rounds and twice > 0,
    )


def book(person: Person, unit: int, key: str) -> Call:
    """A booking with a key."""
    return Call(
        path="/api/bookings",
        token=person.token,
        body={"unit_id": unit},
        headers={"Idempotency-Key": key},
    )


def send_and_hang_up(site: house.Site, call: Call) -> None:
    """The request goes out whole; nobody waits for what comes back."""
    connection_ = HTTPConnection(*site.door)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {call.token}",
        **call.headers,
    }
    connection_.request(call.method, call.path, json.dumps(call.body).encode(), headers)
    connection_.close()


# --- B8, A8: the jobs of the night ------------------------------------------------------------------------------------


def night(database: str, bookings: int) -> Promise:
    """B8: three runners at once, killed in the middle, started again."""
    ready = schedule(bookings)
    before = Demand.objects.count()
    command = [sys.executable, "manage.py", "raise_dated_demands"]
    kills = 0
    for turn in range(4):
        progress(f"B8: three runners of the demand run, turn {turn + 1}")
        runners = [
            subprocess.Popen(
                command,
                env={**os.environ, "DATABASE_URL": database},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(3)
        ]
        if turn < 3:
            time.sleep(2.5 + turn)
            for runner in runners[: turn + 1]:
                runner.kill()
                kills += 1
        for runner in runners:
            runner.wait()
    connection.close()
    raised = Demand.objects.count() - before
    gaps = count(NUMBERS)
    return Promise(
        id="B8",
        what=f"the demand run by three runners at once, {kills} of them killed in the middle, then once more",
        figure=f"{raised} demands for {ready} lines that were due; numbers missing or given twice: {gaps}",
        holds=raised == ready and gaps == 0,
    )
