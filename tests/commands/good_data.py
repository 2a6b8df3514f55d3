"""Good data with one of each, for checks to find nothing wrong with."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Relation
from bookings.enums import BookingState
from bookings.models import Booking
from messaging.models import Message
from payments import services
from payments.models import Demand
from projects.models import Project
from realestate.core import audit, clock
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import RefundFactory
from tests.factories.progress import PhaseFactory
from tests.factories.projects import Model3DFactory, ProjectFactory, TowerFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory


@dataclass
class World:
    """Good data with one of each."""

    paid: Booking
    hold: Booking
    sold: Booking
    message: Message

    @property
    def project(self) -> Project:
        return self.paid.project


def booked(**values) -> Booking:
    booking = BookingFactory(**values)
    Relation.objects.get_or_create(customer=booking.customer, builder=booking.project.builder)
    audit.record(audit.SYSTEM, booking, "booked")
    return booking


def make_world() -> World:
    """Good data."""
    project = ProjectFactory()
    unit = UnitFactory(project=project, tower=TowerFactory(project=project))
    paid = booked(unit=unit, paid=True, rating=4)
    received(paid)
    hold = booked(unit=UnitFactory(project=project), customer=paid.customer)
    ChangeQuoteFactory(change_request__booking=paid)
    talk = ConversationFactory(project=project, customer=paid.customer)
    AppointmentFactory(project=project, customer=paid.customer)
    NotificationFactory(user=paid.customer.user, dedupe_key="once")
    Model3DFactory(project=project, unit=unit)
    PhaseFactory(project=project, progress_percentage=33, weight=3)
    PhaseFactory(project=project, progress_percentage=80)
    UnitFactory(project=project)
    return World(
        paid=paid,
        hold=hold,
        sold=make_account(project),
        message=MessageFactory(conversation=talk, booking=paid),
    )


def received(booking, amount=100_000, number="UTR-1"):
    """Money through the service, so that the account knows it."""
    return services.record_payment(
        actor=booking.project.builder.user,
        booking_id=booking.pk,
        payment_type="installment",
        amount=Decimal(amount),
        payment_method="bank_transfer",
        transaction_id=number,
    )


def make_account(project: Project) -> Booking:
    """A confirmed booking with a plan, a demand, one taken back, a cheque that bounced; and a refund that was paid."""
    owner = project.builder.user
    sold = booked(
        unit=UnitFactory(project=project), paid=True, state=BookingState.BOOKING_CONFIRMED
    )
    received(sold, 150_000)
    services.start_plan(booking_id=sold.pk)
    services.correct_demand(
        actor=owner, demand_id=Demand.objects.get(booking=sold).pk, reason="Wrong address"
    )
    cheque = received(sold, 1_000, "UTR-2")
    services.reverse_payment(actor=owner, payment_id=cheque.pk, reason="Returned unpaid")
    ended = booked(
        unit=UnitFactory(project=project),
        state=BookingState.CANCELLED,
        claim=None,
        customer=sold.customer,
    )
    refund = RefundFactory(settlement__booking=ended)
    services.pay_refund(
        actor=StaffFactory(), refund_id=refund.pk, paid_on=clock.today(), reference="UTR-9"
    )
    return sold
