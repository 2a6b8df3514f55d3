"""Good data with one of each, and for each check the damage that it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import connection

from accounts.models import Builder, Relation
from bookings.enums import BookingState
from bookings.models import Booking
from messaging.models import Message
from payments.models import Payment
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.models import Claim, Project, Unit
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.files import store_file
from realestate.core.models import IdempotencyKey
from tests.factories.accounts import BuilderFactory, CustomerFactory, StaffFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import PaymentFactory
from tests.factories.progress import PhaseFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)
from tests.factories.scheduling import AppointmentFactory


@dataclass
class World:
    """Good data with one of each."""

    paid: Booking
    hold: Booking
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
    audit.record(audit.SYSTEM, PaymentFactory(booking=paid), "recorded")
    hold = booked(unit=UnitFactory(project=project), customer=paid.customer)
    ChangeQuoteFactory(change_request__booking=paid)
    talk = ConversationFactory(project=project, customer=paid.customer)
    AppointmentFactory(project=project, customer=paid.customer)
    NotificationFactory(user=paid.customer.user, dedupe_key="once")
    Model3DFactory(project=project, unit=unit)
    PhaseFactory(project=project, progress_percentage=33)
    UnitFactory(project=project)
    return World(paid=paid, hold=hold, message=MessageFactory(conversation=talk, booking=paid))


def sql(statement: str, *params: object) -> None:
    """Also where constraints that are checked later still wait for their turn."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, params or None)


PLANTS: dict[str, Callable[[World], object]] = {}


def plant(function: Callable[[World], object]) -> Callable[[World], object]:
    PLANTS[function.__name__] = function
    return function


@plant
def one_live_claim_per_unit(world):
    sql("DROP INDEX one_live_claim_per_unit")
    ClaimFactory(unit=world.hold.unit)


@plant
def live_booking_has_its_claim(world):
    end(world.paid.claim_id, ReleaseReason.RELEASED)


@plant
def claim_stage_fits_the_booking(world):
    Claim.objects.filter(pk=world.paid.claim_id).update(stage=ClaimStage.SOLD)


@plant
def ended_booking_frees_its_unit(world):
    Booking.objects.filter(pk=world.hold.pk).update(state=BookingState.CANCELLED)


@plant
def booked_claim_has_a_booking(world):
    ClaimFactory(
        unit=UnitFactory(project=world.project), kind=ClaimKind.BOOKING, stage=ClaimStage.BOOKED
    )


@plant
def claim_is_on_the_booked_unit(world):
    Claim.objects.filter(pk=world.paid.claim_id).update(unit=UnitFactory(project=world.project))


@plant
def buyer_is_a_party(world):
    world.paid.claim.parties.clear()


@plant
def booking_in_the_units_project(world):
    other = ProjectFactory(builder=world.project.builder)
    Booking.objects.filter(pk=world.hold.pk).update(project=other)


@plant
def unit_in_a_tower_of_its_project(world):
    Unit.objects.filter(pk=world.hold.unit_id).update(tower=TowerFactory())


@plant
def model_of_a_unit_of_its_project(world):
    Model3DFactory(unit=world.paid.unit)


@plant
def total_is_price_and_tax(world):
    sql("ALTER TABLE bookings_booking ALTER COLUMN total_amount DROP EXPRESSION")
    sql(
        "UPDATE bookings_booking SET total_amount = total_amount + 0.01 WHERE id = %s",
        world.paid.pk,
    )


@plant
def quote_is_net_and_tax(world):
    sql("ALTER TABLE bookings_changequote ALTER COLUMN total_amount DROP EXPRESSION")
    sql("UPDATE bookings_changequote SET total_amount = net_amount")


@plant
def firm_booking_has_paid_its_token(world):
    Payment.objects.update(amount=world.paid.token_amount - 1)


@plant
def one_currency_per_booking(world):
    Payment.objects.update(currency="USD")


@plant
def account_has_its_profile(world):
    BuilderFactory(user__user_type=Role.CUSTOMER)


@plant
def buyer_and_builder_know_each_other(world):
    Relation.objects.all().delete()


@plant
def one_appointment_per_host_at_a_time(world):
    sql("ALTER TABLE scheduling_appointment DROP CONSTRAINT one_host_one_appointment")
    first = AppointmentFactory(project=world.project)
    AppointmentFactory(project=world.project, starts_at=first.ends_at)  # within the buffer


@plant
def one_appointment_per_customer_at_a_time(world):
    sql("ALTER TABLE scheduling_appointment DROP CONSTRAINT one_customer_one_appointment")
    first = AppointmentFactory(customer=world.paid.customer)
    AppointmentFactory(customer=world.paid.customer, starts_at=first.ends_at - timedelta(minutes=1))


@plant
def messages_stay_in_the_conversation(world):
    Message.objects.filter(pk=world.message.pk).update(recipient=CustomerFactory().user)


@plant
def replies_stay_in_the_conversation(world):
    MessageFactory(conversation=world.message.conversation, parent=MessageFactory())


@plant
def nobody_is_told_twice(world):
    sql("DROP INDEX say_it_once")
    NotificationFactory(user=world.paid.customer.user, dedupe_key="once")


@plant
def bookings_are_audited(world):
    BookingFactory(unit=UnitFactory(project=world.project), customer=world.paid.customer)


@plant
def payments_are_audited(world):
    PaymentFactory(booking=world.paid)


@plant
def no_request_runs_for_days(world):
    IdempotencyKey.objects.create(
        user=world.paid.customer.user,
        route="POST /bookings",
        key="k",
        fingerprint="f",
        lease_until=clock.now() - timedelta(days=1, minutes=1),
    )


@plant
def files_are_stored(world):
    default_storage.delete(a_file().path)


@plant
def indexes_are_valid(world):
    sql("CREATE TABLE parted (id int) PARTITION BY RANGE (id)")
    sql("CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9)")
    sql("CREATE INDEX half_made ON ONLY parted (id)")  # invalid until each part has one


@plant
def constraints_are_validated(world):
    sql("ALTER TABLE bookings_booking ADD CONSTRAINT later CHECK (id > 0) NOT VALID")


LENT = [
    (model, name)
    for model, names in (
        (Booking, ("paid_amount", "pending_amount")),
        (Project, ("available_units", "total_units", "bookings", "progress")),
        (Builder, ("total_projects", "rating")),
    )
    for name in names
]


def figure_name(model, name: str) -> str:
    return f"figure_{model._meta.model_name}_{name}"


def end(claim_id: int, reason: ReleaseReason) -> None:
    Claim.objects.filter(pk=claim_id).update(released_at=clock.now(), release_reason=reason)


def a_file():
    return store_file(
        actor=StaffFactory(), name="plan.png", content=b"plan", content_type="image/png"
    )
