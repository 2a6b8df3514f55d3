"""Bookings, change requests and quotes."""

from datetime import timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from bookings.enums import BookingState, ChangeType
from bookings.models import Agreement, Booking, ChangeQuote, ChangeRequest, Quote
from projects.enums import ClaimKind, ClaimStage, TaxClass
from realestate.core import clock
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import ClaimFactory, UnitFactory


class BookingFactory(DjangoModelFactory):
    """A booking on hold. ``paid=True`` gives it a firm claim and the state token_paid."""

    class Meta:
        model = Booking

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


class AgreementFactory(DjangoModelFactory):
    """A first agreement."""

    class Meta:
        model = Agreement

    booking = factory.SubFactory(BookingFactory, paid=True)
    version = 1
    content = factory.LazyFunction(dict)
    created_by = factory.LazyAttribute(lambda agreement: agreement.booking.project.builder.user)
    created_at = factory.LazyFunction(clock.now)


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


class QuoteFactory(DjangoModelFactory):
    """An approved quote at the unit's own price, valid for a week."""

    class Meta:
        model = Quote

    unit = factory.SubFactory(UnitFactory)
    project = factory.SelfAttribute("unit.project")
    customer = factory.SubFactory(CustomerFactory)
    tax_class = TaxClass.RESIDENTIAL
    lines = factory.LazyAttribute(
        lambda quote: [{"code": "BASE", "label": "Base price", "amount": str(quote.unit.price)}]
    )
    agreement_value = factory.SelfAttribute("unit.price")
    valid_until = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))
    created_by = factory.LazyAttribute(lambda quote: quote.project.builder.user)
    created_at = factory.LazyFunction(clock.now)
