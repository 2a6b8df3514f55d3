"""What bookings show of their payments."""

from datetime import date
from decimal import Decimal

import pytest

from bookings.models import Booking
from payments.enums import PaymentType, ReceiptState
from payments.models import Payment
from projects.models import Project
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory
from tests.payments.conftest import NOON

pytestmark = pytest.mark.django_db
NAMES = (
    "paid_amount",
    "pending_amount",
    "payment_progress",
    "next_payment_amount",
    "next_payment_due",
)


def figures(booking) -> tuple:
    row = Booking.objects.with_figures(*NAMES).get(pk=booking.pk)
    return tuple(getattr(row, name) for name in NAMES)


def test_contract_0_8_only_completed_payments_for_the_price_count(cast, booking):
    for state in ReceiptState:
        for kind in PaymentType:
            PaymentFactory(booking=booking, amount=100, state=state, payment_type=kind)
    PaymentFactory(amount=999)  # of another booking
    assert figures(booking)[:3] == (400, Decimal("7499600.00"), Decimal("0.01"))


@pytest.mark.parametrize(
    ("paid", "pending", "progress", "following", "due"),
    [
        ("0", "7500000", "0", "75000", date(2026, 1, 5)),
        ("70000", "7430000", "0.93", "5000", date(2026, 1, 5)),
        ("75000", "7425000", "1", "7425000", date(2026, 6, 1)),
        ("7499999.99", "0.01", "100", "0.01", date(2026, 6, 1)),
        ("7500000", "0", "100", None, None),
        ("9000000", "0", "100", None, None),
    ],
)
def test_figures(cast, booking, paid, pending, progress, following, due):
    Booking.objects.update(expected_registration_date=date(2026, 6, 1))
    if Decimal(paid):
        PaymentFactory(booking=booking, amount=Decimal(paid))
    assert figures(booking) == (
        Decimal(paid),
        Decimal(pending),
        Decimal(progress),
        None if following is None else Decimal(following),
        due,
    )


def test_an_inquiry_has_figures_too(cast):
    inquiry = Booking.objects.create(
        customer=cast.asha.customer, project=cast.meera_project, state="inquiry", booking_date=NOON
    )
    assert figures(inquiry) == (0, 0, 0, None, None)


def test_project_bookings_counts_open_and_firm_ones(cast, booking, noon):
    BookingFactory(paid=True, unit__project=cast.meera_project)
    BookingFactory(paid=True, unit__project=cast.meera_project, state="handed_over")
    BookingFactory(unit__project=cast.meera_project, state="cancelled")
    BookingFactory(paid=True, unit__project=cast.kiran_project)
    project = Project.objects.with_figures("bookings").get(pk=cast.meera_project.pk)
    assert project.bookings == 3
    noon.move_to(booking.claim.expires_at, tick=False)  # the hold lapses, unrecorded
    project = Project.objects.with_figures("bookings").get(pk=cast.meera_project.pk)
    assert project.bookings == 2


def test_figures_of_many_bookings_are_one_query(cast, django_assert_num_queries):
    PaymentFactory.create_batch(3)
    with django_assert_num_queries(1):
        rows = list(Booking.objects.with_figures(*NAMES))
    assert [row.paid_amount for row in rows] == [100_000] * 3
    assert Payment.objects.counted().count() == 3
