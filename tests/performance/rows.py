"""Many rows of everything that grows: the benchmark's town, and copies of one row of each other kind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from accounts.models import User
from bookings.enums import BookingState
from bookings.models import Booking
from messaging.models import Conversation, Message
from payments.enums import Part
from payments.models import Allocation
from projects.models import Model3D, Tower
from realestate.core import clock
from realestate.management.benchmark.town import Town
from realestate.management.benchmark.writing import write_town
from scheduling.models import Appointment
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import ChangeRequestFactory, QuoteFactory
from tests.factories.messaging import BroadcastFactory, ConversationFactory, MessageFactory
from tests.factories.payments import (
    CreditLineFactory,
    CreditNoteFactory,
    DemandFactory,
    DemandLineFactory,
    RefundFactory,
    SettlementFactory,
)
from tests.factories.progress import CompletionDateFactory, MilestoneFactory, UpdateFactory
from tests.factories.projects import Model3DFactory
from tests.factories.scheduling import AppointmentFactory

OF_BOOKING = {"booking_id": "b.id"}
OF_PROJECT = {"booking_id": "b.id", "project_id": "b.project_id"}
BOOKINGS = "bookings_booking b"
CONVERSATIONS = "messaging_conversation c JOIN projects_project r ON r.id = c.project_id, generate_series(1, 5) n"
HOUR = "interval '1 hour'"


@dataclass(frozen=True)
class World:
    """Who asks for lists, and the keys that stand in their addresses and filters."""

    people: Mapping[str, User | None]
    keys: Mapping[str, int]
    of: Mapping[str, int]  # operation -> the row that its path is about


def grow(units: int) -> World:
    """A town, and of all else as many as it has bookings or a few per project; the planner knows them at the end."""
    with _at_once():
        write_town(Town(units=units, seed=1, now=clock.now()))
        booking = Booking.objects.filter(state=BookingState.TOKEN_PAID).order_by("pk")[0]
        for step in (_talk, _deals, _money, _site, _visits):
            step(booking)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else a recount is planned for empty tables, and takes minutes
        # Triggers were asleep.
        cursor.execute("SELECT projects_recount(), payments_recount(), messaging_recount()")
        cursor.execute("VACUUM ANALYZE")
    return world(booking)


def world(booking: Booking) -> World:
    """The parties of a booking and what belongs to it."""
    project, customer = booking.project, booking.customer
    conversation = Conversation.objects.get(project=project, customer=customer)
    model = Model3D.objects.filter(project=project).order_by("pk")[0]
    return World(
        people={
            "public": None,
            "customer": customer.user,
            "builder": project.builder.user,
            "staff": StaffFactory(),
        },
        keys={
            "booking_id": booking.pk,
            "builder_id": project.builder_id,
            "conversation_id": conversation.pk,
            "customer_id": customer.pk,
            "model_id": model.pk,
            "project_id": project.pk,
            "tower_id": Tower.objects.filter(project=project).order_by("pk")[0].pk,
            "unit_id": booking.unit_id or 0,
        },
        of={
            "appointments_history": Appointment.objects.order_by("pk")[0].pk,
            "messages_thread": Message.objects.filter(conversation=conversation)
            .order_by("pk")[0]
            .pk,
        },
    )


@contextmanager
def _at_once() -> Iterator[None]:
    """Copies of a good row need no checks of keys and no history."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")


def copies(row: Model, source: str, **columns: str) -> None:
    """As many copies of a row as its source has; named columns are expressions over the source, ``p`` is the row."""
    meta = row._meta
    fields = [each for each in meta.concrete_fields if not (each.generated or each.primary_key)]
    names = ", ".join(f'"{each.column}"' for each in fields)
    values = ", ".join(columns.pop(each.column, f'p."{each.column}"') for each in fields)
    assert not columns, f"{meta.label} has no {columns}"
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({names}) SELECT {values}'  # noqa: S608  # made of our own models
            f' FROM (SELECT * FROM "{meta.db_table}" WHERE id = {row.pk}) p, {source}'
        )


def _talk(booking: Booking) -> None:
    pair = {"customer": booking.customer, "project": booking.project}
    conversation = ConversationFactory(**pair)
    copies(
        conversation,
        f"(SELECT DISTINCT customer_id, project_id FROM {BOOKINGS}"  # noqa: S608  # names and keys of our own
        f" EXCEPT SELECT {booking.customer_id}, {booking.project_id}) b",
        customer_id="b.customer_id",
        project_id="b.project_id",
    )
    copies(
        MessageFactory(conversation=conversation, subject="The flat"),
        CONVERSATIONS,
        conversation_id="c.id",
        sender_id="CASE WHEN n % 2 = 0 THEN c.customer_id ELSE r.builder_id END",
        recipient_id="CASE WHEN n % 2 = 1 THEN c.customer_id ELSE r.builder_id END",
        message_content="'May we see flat ' || c.id || ' of floor ' || n || '?'",
        read_at=f"CASE WHEN n < 5 THEN p.created_at + {HOUR} END",
    )
    copies(
        BroadcastFactory(project=booking.project),
        few(5),
        project_id="r.id",
        sender_id="r.builder_id",
    )


def _deals(booking: Booking) -> None:
    later = f"p.created_at - b.id % 1000 * {HOUR}"
    copies(
        QuoteFactory(unit=booking.unit, project=booking.project, customer=booking.customer),
        BOOKINGS,
        unit_id="b.unit_id",
        project_id="b.project_id",
        customer_id="b.customer_id",
        created_at=later,
    )
    copies(ChangeRequestFactory(booking=booking), BOOKINGS, created_at=later, **OF_BOOKING)


def _money(booking: Booking) -> None:
    numbered = {
        "serial": "b.id",
        "number": "'X-' || b.id",
        "issued_on": "p.issued_on - (b.id % 400)::int",
    }
    demand, note = (
        DemandFactory(booking=booking, line=None),
        CreditNoteFactory(booking=booking, line=None),
    )
    copies(
        demand, BOOKINGS, due_on="p.issued_on - (b.id % 400)::int + 15", **numbered, **OF_PROJECT
    )
    line, credit = DemandLineFactory(demand=demand), CreditLineFactory(credit_note=note)
    others = f"WHERE o.id <> {demand.pk}"
    copies(line, f"payments_demand o {others}", demand_id="o.id")
    paid = Allocation.objects.create(
        booking=booking,
        credit_note=note,
        demand_line=line,
        part=Part.PRINCIPAL,
        amount=line.principal + line.tax,
        applied_on=demand.issued_on,
        created_at=clock.now(),
    )
    copies(  # most are paid
        paid,
        f"payments_demandline l JOIN payments_demand d ON d.id = l.demand_id WHERE l.id <> {line.pk} AND l.id % 5 > 0",
        demand_line_id="l.id",
        booking_id="d.booking_id",
    )
    copies(note, BOOKINGS, **numbered, **OF_PROJECT)
    others = f"WHERE o.id <> {note.pk}"
    copies(credit, f"payments_creditnote o {others}", credit_note_id="o.id")
    settlement = SettlementFactory(booking=booking, approved=True)
    others = f"{BOOKINGS} WHERE b.id <> {booking.pk} AND b.id % 20 = 0"
    copies(settlement, others, **OF_BOOKING)
    refund = RefundFactory(settlement=settlement, booking=booking)
    copies(
        refund,
        f"payments_settlement s JOIN {BOOKINGS} ON b.id = s.booking_id WHERE s.id <> {settlement.pk}",
        settlement_id="s.id",
        **OF_PROJECT,
    )


def few(count: int) -> str:
    """So many per project."""
    return f"projects_project r, generate_series(1, {count}) n"


def _site(booking: Booking) -> None:
    project = booking.project
    later = f"p.created_at - (r.id + n) % 1000 * {HOUR}"
    numbered = {"project_id": "r.id", "sequence": "n"}
    copies(UpdateFactory(project=project), few(10), project_id="r.id", created_at=later)
    copies(MilestoneFactory(project=project, sequence=1000), few(10), code="'s' || n", **numbered)
    copies(
        CompletionDateFactory(project=project, number=1000), few(3), project_id="r.id", number="n"
    )
    copies(Model3DFactory(project=project), few(5), project_id="r.id")


def _visits(booking: Booking) -> None:
    visit = AppointmentFactory(customer=booking.customer, project=booking.project)
    at = f"p.starts_at + b.id * 2 * {HOUR}"
    copies(
        visit,
        BOOKINGS,
        customer_id="b.customer_id",
        project_id="b.project_id",
        starts_at=at,
        ends_at=f"{at} + {HOUR}",
        host_free_at=f"{at} + {HOUR}",
    )
