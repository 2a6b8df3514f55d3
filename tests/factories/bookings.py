"""Quotes, bookings, applicants, agreements with signatures, change requests."""

from datetime import timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from bookings import services
from bookings.enums import BookingState, ChangeType, SignatureMethod
from bookings.models import (
    Agreement,
    Applicant,
    Booking,
    ChangeQuote,
    ChangeRequest,
    Quote,
    Signature,
)
from projects.enums import ClaimKind, ClaimStage, TaxClass
from realestate.core import clock
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import ClaimFactory, UnitFactory


class BookingFactory(DjangoModelFactory):
    """A booking on hold. ``paid=True`` gives it a firm claim and the state token_paid."""

    class Meta:
        model = Booking
        skip_postgeneration_save = True

    class Params:
        paid = factory.Trait(
            state=BookingState.TOKEN_PAID,
            claim=factory.SubFactory(
                ClaimFactory,
                unit=factory.SelfAttribute("..unit"),
                customer=factory.SelfAttribute("..customer"),
                kind=ClaimKind.BOOKING,
                stage=ClaimStage.BOOKED,
            ),
        )

    customer = factory.SubFactory(CustomerFactory)
    unit = factory.SubFactory(UnitFactory)
    project = factory.SelfAttribute("unit.project")
    claim = factory.SubFactory(
        ClaimFactory,
        unit=factory.SelfAttribute("..unit"),
        customer=factory.SelfAttribute("..customer"),
    )
    state = BookingState.ON_HOLD
    booking_date = factory.LazyFunction(clock.now)
    agreement_value = factory.SelfAttribute("unit.price")
    token_amount = Decimal("100000.00")

    @factory.post_generation
    def buyers(self, create, _extracted, **_options):
        """The customer is the only applicant, as booking would have made it."""
        if create:
            ApplicantFactory(booking=self, customer=self.customer, is_primary=True)


class ApplicantFactory(DjangoModelFactory):
    """Somebody who buys; with all shares unless the test says otherwise."""

    class Meta:
        model = Applicant

    booking = factory.SubFactory(BookingFactory)
    full_name = factory.LazyAttribute(
        lambda row: row.customer.full_name if row.customer else "Mary Thomas"
    )
    email = factory.LazyAttribute(lambda row: row.customer.user.email if row.customer else "")
    customer = None
    share = Decimal("100.00")


class QuoteFactory(DjangoModelFactory):
    """An approved quote at the unit's own price, valid for a week."""

    class Meta:
        model = Quote

    unit = factory.SubFactory(UnitFactory)
    project = factory.SelfAttribute("unit.project")
    customer = factory.SubFactory(CustomerFactory)
    tax_class = TaxClass.RESIDENTIAL
    lines = factory.LazyFunction(list)
    agreement_value = factory.SelfAttribute("unit.price")
    valid_until = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    created_by = factory.LazyAttribute(lambda quote: quote.project.builder.user)
    created_at = factory.LazyFunction(clock.now)


class AgreementFactory(DjangoModelFactory):
    """A first agreement."""

    class Meta:
        model = Agreement

    booking = factory.SubFactory(BookingFactory, paid=True)
    version = 1
    content = factory.LazyFunction(dict)
    created_by = factory.LazyAttribute(lambda agreement: agreement.booking.project.builder.user)
    created_at = factory.LazyFunction(clock.now)


class SignatureFactory(DjangoModelFactory):
    """The builder's signature."""

    class Meta:
        model = Signature

    agreement = factory.SubFactory(AgreementFactory)
    name = "Meera Shah"
    method = SignatureMethod.WET_INK
    signed_at = factory.LazyFunction(clock.now)
    recorded_by = factory.SelfAttribute("agreement.created_by")


class ChangeRequestFactory(DjangoModelFactory):
    """A submitted change request."""

    class Meta:
        model = ChangeRequest

    booking = factory.SubFactory(BookingFactory, paid=True)
    request_type = ChangeType.ELECTRICAL
    request_title = "More sockets"
    request_description = "Two more sockets in the kitchen."


class ChangeQuoteFactory(DjangoModelFactory):
    """A first quote, valid for ten days."""

    class Meta:
        model = ChangeQuote

    change_request = factory.SubFactory(ChangeRequestFactory)
    version = 1
    net_amount = Decimal("12000.00")
    tax_amount = Decimal("2160.00")
    valid_until = factory.LazyFunction(lambda: clock.now() + timedelta(days=10))
    created_by = factory.LazyAttribute(
        lambda quote: quote.change_request.booking.project.builder.user
    )


def sign(booking: Booking) -> Agreement:
    """Everybody signs the booking's newest agreement, made now: what a move to agreement_signed asks for."""
    builder = booking.project.builder.user
    agreement = services.generate_agreement(actor=builder, booking_id=booking.pk)
    parties = [None, *booking.applicants.order_by("pk").values_list("pk", flat=True)]
    for party in parties:
        services.sign_agreement(
            actor=builder,
            agreement_id=agreement.pk,
            applicant_id=party,
            method=SignatureMethod.WET_INK,
        )
    return agreement
