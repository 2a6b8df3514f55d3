"""Receipts of one project by many hands at once, some of which break off: numbers without gaps and twins (A8).

No request breaks off where it shall, so the service is asked, by threads with connections of their own.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from unittest.mock import patch

from django.db import connection
from django.db.models import Count, Max

from accounts.models import User
from bookings.enums import BookingState
from bookings.models import Booking
from drills import house, people
from drills.races import count, tell
from drills.report import Promise, progress
from payments.enums import PaymentMethod, PaymentType
from payments.models import Payment
from payments.services import numbers, record_payment
from realestate.core.transactions import service
from tests.races.support import run_together

CROWD, ROUNDS, QUICK_ROUNDS = 20, 200, 20
BROKEN_OFF = 2  # of them in each round
CONTROLS = 5  # rounds
NUMBERED = "receipts_are_numbered_without_gaps"  # the check of check_integrity


class BrokenOff(Exception):
    """Something failed after the number was given."""


def run(_database: str, *, quick: bool) -> list[Promise]:
    """With the platform's numbers, then with those of a sequence."""
    people.town()
    bookings = of_one_project()
    actor = User.objects.with_profile().get(pk=bookings[0].project.builder_id)
    names = itertools.count()
    rounds = QUICK_ROUNDS if quick else ROUNDS
    before = Payment.objects.count()
    ended = record(actor, bookings, rounds, names)
    made, broken = Payment.objects.count() - before, house.integrity()
    wanted = {"kept": rounds * (CROWD - BROKEN_OFF), "BrokenOff": rounds * BROKEN_OFF}
    found = Promise(
        id="A8",
        what=f"{rounds} times {CROWD} receipts of one project at once, {BROKEN_OFF} of them broken off",
        figure=f"{dict(ended)}, {made} receipts; check_integrity, which looks for"
        f" gaps and twins: {', '.join(broken) or 'all good'}",
        holds=ended == wanted and made == wanted["kept"] and not broken,
    )
    return [found, control(actor, bookings, names)]


def of_one_project() -> list[Booking]:
    """The signed bookings of the project that has the most: nothing is held back from them (R6)."""
    signed = Booking.objects.filter(state=BookingState.AGREEMENT_SIGNED)
    most = signed.values("project").annotate(number=Count("pk")).order_by("-number")[0]
    rows = signed.filter(project=most["project"]).select_related("project")
    return list(rows.order_by("pk"))


def record(
    actor: User, bookings: Sequence[Booking], rounds: int, names: "itertools.count[int]"
) -> Counter[str]:
    """So many times a crowd of receipts; how each of them ended."""
    turns, ended = itertools.cycle(bookings), Counter[str]()

    @service
    def receive(booking: Booking, name: int, *, breaks_off: bool) -> None:
        record_payment(
            actor=actor,
            booking_id=booking.pk,
            payment_type=PaymentType.INSTALLMENT,
            payment_method=PaymentMethod.BANK_TRANSFER,
            amount=Decimal(100),
            transaction_id=f"drill-{name}",
        )
        if breaks_off:
            raise BrokenOff

    for number in range(rounds):
        tell("A8", number, rounds)
        chosen = [(next(turns), next(names)) for _place in range(CROWD)]

        def one(place: int, chosen: Sequence[tuple[Booking, int]] = chosen) -> str:
            receive(*chosen[place], breaks_off=place < BROKEN_OFF)
            return "kept"

        ended += Counter(
            type(each).__name__ if isinstance(each, Exception) else str(each)
            for each in run_together(CROWD, one)
        )
    return ended


def control(actor: User, bookings: Sequence[Booking], names: "itertools.count[int]") -> Promise:
    """A8 with a sequence of the database, which gives no number twice and loses what is rolled back."""
    progress("A8: numbers of a sequence")
    ours = Payment.objects.filter(transaction_id__startswith="drill-")
    last = ours.aggregate(last=Max("serial"))["last"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE with_gaps START %s", [last + 1])
    with patch.object(numbers, "next_number", from_a_sequence):  # the guard is taken away
        record(actor, bookings, CONTROLS, names)
    wrong = [each for each in house.integrity() if each.startswith(NUMBERED)]
    return Promise(
        id="A8",
        what="control: numbers of a sequence have gaps",
        figure=f"check_integrity: {', '.join(wrong) or 'all good'}",
        holds=bool(wrong),
    )


def from_a_sequence(_series: str, **_scope: object) -> int:
    """The next value."""
    return count("SELECT nextval('with_gaps')")
