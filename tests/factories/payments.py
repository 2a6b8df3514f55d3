"""Payments."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from payments.enums import PaymentMethod, PaymentType, ReceiptState
from payments.models import Payment
from tests.factories.bookings import BookingFactory


class PaymentFactory(DjangoModelFactory):
    """A completed token payment."""

    class Meta:
        model = Payment

    booking = factory.SubFactory(BookingFactory, paid=True)
    payment_type = PaymentType.TOKEN
    payment_method = PaymentMethod.BANK_TRANSFER
    amount = Decimal("100000.00")
    state = ReceiptState.CLEARED
    project = factory.SelfAttribute("booking.project")
    period = "2025-26"
    serial = factory.Sequence(lambda n: 90_000 + n)
    receipt_number = factory.LazyAttribute(
        lambda payment: f"RC-T/{payment.period}/{payment.serial}"
    )
    transaction_id = factory.Sequence(lambda n: f"UTR-{n:06d}")
    paid_date = date(2025, 6, 1)
    recorded_by = factory.LazyAttribute(lambda payment: payment.booking.project.builder.user)
