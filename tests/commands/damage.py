"""For each check of ``check_integrity`` the damage that it finds."""

from collections.abc import Callable
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import connection

from accounts.models import Builder, Relation
from bookings.enums import BookingState
from bookings.models import Applicant, Booking
from messaging.models import Conversation, Message
from payments.models import (
    Allocation,
    CreditNote,
    Demand,
    GatewayEvent,
    LedgerEntry,
    Payment,
    ScheduleLine,
)
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.models import Claim, Project, Unit
from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.files import store_file
from realestate.core.models import IdempotencyKey, Seal
from tests.commands.good_data import World
from tests.factories.accounts import BuilderFactory, CustomerFactory, StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.messaging import MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import PaymentFactory
from tests.factories.progress import CompletionDateFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)
from tests.factories.scheduling import AppointmentFactory, HostFactory


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
def planned_completion_is_the_last_promise(world):
    project = ProjectFactory(expected_completion_date="2030-06-30")
    CompletionDateFactory(project=project, promised_on="2030-03-31")
    CompletionDateFactory(project=project, promised_on="2031-03-31", number=2)


@plant
def one_live_claim_per_unit(world):
    sql("DROP INDEX one_live_claim_per_unit")
    ClaimFactory(unit=world.hold.unit)


@plant
def claimed_as_is_kept(world):
    sql("SET LOCAL house.recount = 'on'")
    Unit.objects.filter(pk=world.paid.unit_id).update(claimed_as="sold")


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
    Booking.objects.filter(pk=world.paid.pk).update(token_amount=world.paid.token_amount + 1)


@plant
def paid_so_far_is_kept(world):
    sql("SET LOCAL house.recount = 'on'")
    Booking.objects.filter(pk=world.paid.pk).update(paid_so_far=1)


@plant
def left_open_is_kept(world):
    sql("SET LOCAL house.recount = 'on'")
    Demand.objects.update(left_open=1)


@plant
def one_currency_per_booking(world):
    Payment.objects.update(currency="USD")


def unhook(column: str, side: str) -> None:
    """An entry that belongs to no document: only a superuser could do that."""
    sql("ALTER TABLE payments_ledgerentry DISABLE TRIGGER ledger_append_only")
    LedgerEntry.objects.filter(pk=_last(column, side)).update(**{column: None})


def _last(column: str, side: str) -> int:
    entries = LedgerEntry.objects.filter(**{f"{column}__isnull": False, f"{side}__gt": 0})
    return entries.latest("pk").pk


@plant
def receipt_is_posted(world):
    unhook("payment_id", "credit")


@plant
def reversal_is_posted(world):
    unhook("payment_id", "debit")


@plant
def demand_is_posted(world):
    unhook("demand_id", "debit")


@plant
def credit_note_is_posted(world):
    unhook("credit_note_id", "credit")


@plant
def refund_is_posted(world):
    unhook("refund_id", "debit")


@plant
def balance_is_what_documents_say(world):
    LedgerEntry.objects.create(
        booking=world.sold,
        value_on=clock.today(),
        kind="charge",
        debit=1,
        label="By hand",
        reference="X",
        posted_at=clock.now(),
    )


@plant
def allocations_fit_the_receipt(world):
    bounced = Payment.objects.get(state="reversed")
    Allocation.objects.live().filter(booking=world.sold, payment__isnull=False).update(
        payment=bounced, amount=1
    )


@plant
def allocations_fit_the_item(world):
    row = Allocation.objects.live().filter(booking=world.sold, payment__isnull=False).get()
    Allocation.objects.filter(pk=row.pk).update(amount=row.amount + 1)


@plant
def schedule_adds_to_the_price(world):
    line = ScheduleLine.objects.filter(booking=world.sold, retired_in=None).last()
    ScheduleLine.objects.filter(pk=line.pk).update(amount=line.amount + 1)


@plant
def demands_are_numbered_without_gaps(world):
    sql("ALTER TABLE payments_demand DISABLE TRIGGER USER")
    Demand.objects.filter(pk=Demand.objects.latest("pk").pk).update(serial=9)


@plant
def credit_notes_are_numbered_without_gaps(world):
    sql("ALTER TABLE payments_creditnote DISABLE TRIGGER credit_notes_append_only")
    CreditNote.objects.update(serial=9)


@plant
def receipts_are_numbered_without_gaps(world):
    Payment.objects.filter(pk=Payment.objects.latest("pk").pk).update(serial=9)


@plant
def gateway_money_is_recorded(world):
    facts = {"outcome": "succeeded", "external_id": "cs_1", "transaction_id": "pi_1"}
    GatewayEvent.objects.create(
        gateway="stripe",
        event_id="evt_1",
        kind="checkout.session.completed",
        payload={"facts": facts, "body": {}},
        received_at=clock.now(),
        outcome="applied",
    )


@plant
def shares_add_to_100(world):
    Applicant.objects.filter(booking=world.sold).update(share=99)


@plant
def account_has_its_profile(world):
    BuilderFactory(user__user_type=Role.CUSTOMER)


@plant
def buyer_and_builder_know_each_other(world):
    Relation.objects.all().delete()


@plant
def hosts_receive_for_their_builder(world):
    AppointmentFactory(project=world.project, host=HostFactory())


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
def newest_message_is_kept(world):
    MessageFactory(conversation=world.message.conversation)
    Conversation.objects.update(newest=world.message)


@plant
def messages_stay_in_the_conversation(world):
    Message.objects.filter(pk=world.message.pk).update(recipient=CustomerFactory().user)


@plant
def replies_stay_in_the_conversation(world):
    elsewhere = MessageFactory()
    MessageFactory(conversation=world.message.conversation, parent=elsewhere, thread=elsewhere)


@plant
def nobody_is_told_twice(world):
    sql("DROP INDEX say_it_once")
    NotificationFactory(user=world.paid.customer.user, dedupe_key="once")


@plant
def changes_have_an_author(world):
    sql(
        "INSERT INTO core_rowchange (at, transaction, login, object_type, object_id, kind, before, after)"
        " VALUES (now(), gen_random_uuid(), 'psql', 'projects.unit', 1, 'updated', '{}', '{}')"
    )


@plant
def records_are_as_sealed(world):
    Seal.objects.create(stream="core_auditentry", last_id=1, rows=1, digest="0" * 64)


@plant
def files_are_unchanged(world):
    path = a_file().path
    default_storage.delete(path)
    with default_storage.open(path, "wb") as other:
        other.write(b"plaN")


@plant
def bookings_are_audited(world):
    BookingFactory(unit=UnitFactory(project=world.project), customer=world.paid.customer)


@plant
def payments_are_audited(world):
    PaymentFactory(booking=world.paid, state="recorded", serial=None, receipt_number="")


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
