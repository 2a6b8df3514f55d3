"""Payments."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from payments.enums import (
    CreditKind,
    DemandKind,
    Gateway,
    Initiator,
    PaymentMethod,
    PaymentType,
    ReceiptState,
    SettlementState,
)
from payments.models import (
    Checkout,
    CreditLine,
    CreditNote,
    DefaultNotice,
    Demand,
    DemandLine,
    Payment,
    Refund,
    Settlement,
)
from realestate.core import clock
from tests.factories.accounts import StaffFactory
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


class DefaultNoticeFactory(DjangoModelFactory):
    """A notice whose time to cure has passed."""

    class Meta:
        model = DefaultNotice

    booking = factory.SubFactory(BookingFactory, paid=True)
    number = factory.Sequence(lambda n: n + 1)
    sent_on = date(2025, 9, 1)
    cure_until = date(2025, 9, 16)
    recorded_by = factory.LazyAttribute(lambda notice: notice.booking.project.builder.user)
    recorded_at = factory.LazyFunction(clock.now)


class DemandFactory(DjangoModelFactory):
    """A demand of one line, due in fifteen days; not posted, so that no account knows it."""

    class Meta:
        model = Demand
        skip_postgeneration_save = True

    booking = factory.SubFactory(BookingFactory, paid=True)
    project = factory.SelfAttribute("booking.project")
    kind = DemandKind.SCHEDULE
    series = "demand"
    period = "2025-26"
    serial = factory.Sequence(lambda n: 90_000 + n)
    number = factory.LazyAttribute(lambda demand: f"DM-T/{demand.period}/{demand.serial}")
    issued_on = date(2025, 6, 1)
    due_on = factory.LazyAttribute(lambda demand: demand.issued_on + timedelta(days=15))
    created_at = factory.LazyFunction(clock.now)
    line = factory.RelatedFactory("tests.factories.payments.DemandLineFactory", "demand")


class DemandLineFactory(DjangoModelFactory):
    """A line without tax."""

    class Meta:
        model = DemandLine

    sequence = 1
    label = "On completion of the plinth"
    principal = Decimal("100000.00")


class CreditNoteFactory(DjangoModelFactory):
    """A credit note of one advance; not posted."""

    class Meta:
        model = CreditNote
        skip_postgeneration_save = True

    booking = factory.SubFactory(BookingFactory, paid=True)
    project = factory.SelfAttribute("booking.project")
    kind = CreditKind.CORRECTION
    series = "credit_note"
    period = "2025-26"
    serial = factory.Sequence(lambda n: 90_000 + n)
    number = factory.LazyAttribute(lambda note: f"CN-T/{note.period}/{note.serial}")
    issued_on = date(2025, 6, 1)
    reason = "Wrong tower."
    created_at = factory.LazyFunction(clock.now)
    line = factory.RelatedFactory("tests.factories.payments.CreditLineFactory", "credit_note")


class CreditLineFactory(DjangoModelFactory):
    """An amount for no certain demand."""

    class Meta:
        model = CreditLine

    principal = Decimal("500.00")


class SettlementFactory(DjangoModelFactory):
    """A draft that returns 60,000 of 100,000, proposed by a member of the staff."""

    class Meta:
        model = Settlement

    booking = factory.SubFactory(BookingFactory, paid=True)
    version = 1
    initiator = Initiator.BUYER
    effective_on = date(2026, 1, 5)
    reason = "The buyer withdraws."
    lines = factory.LazyFunction(
        lambda: [
            {
                "code": "forfeit",
                "rule": "R11",
                "label": "Kept of the price",
                "amount": "40000.00",
                "working": {"figure": "Kept of the price", "rule": "R11"},
            }
        ]
    )
    received = Decimal("100000.00")
    refund_amount = Decimal("60000.00")
    refund_due_on = date(2026, 2, 19)
    requested_by = factory.SubFactory(StaffFactory)
    requested_at = factory.LazyFunction(clock.now)

    class Params:
        approved = factory.Trait(
            state=SettlementState.APPROVED,
            decided_by=factory.SubFactory(StaffFactory),
            decided_at=factory.LazyFunction(clock.now),
        )


class RefundFactory(DjangoModelFactory):
    """The refund of an approved settlement, not paid yet."""

    class Meta:
        model = Refund

    settlement = factory.SubFactory(SettlementFactory, approved=True)
    booking = factory.SelfAttribute("settlement.booking")
    project = factory.SelfAttribute("booking.project")
    amount = Decimal("60000.00")
    due_on = date(2026, 2, 19)
    reason = "Settlement"
    requested_by = factory.SelfAttribute("settlement.requested_by")
    created_at = factory.LazyFunction(clock.now)


class CheckoutFactory(DjangoModelFactory):
    """An open attempt to pay 100,000 at the gateway for development, by the booking's customer."""

    class Meta:
        model = Checkout

    booking = factory.SubFactory(BookingFactory)
    gateway = Gateway.FAKE
    external_id = factory.Sequence(lambda n: f"fake_{n:06d}")
    url = "http://testserver/api/fake-gateway/x"
    amount = Decimal("100000.00")
    currency = factory.SelfAttribute("booking.currency")
    begun_by = factory.SelfAttribute("booking.customer.user")
    begun_at = factory.LazyFunction(clock.now)
