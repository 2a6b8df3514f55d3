"""Rows of the other side, between Ravi and Kiran; and the whole database as it is."""

import json
from typing import Any

from django.db import connection

from realestate.core.enums import Visibility
from realestate.core.files import store_file
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import BookingFactory, ChangeRequestFactory, QuoteFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import ProjectFactory, TowerFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory, HostFactory
from tests.permissions.world import World

FOR_KIRAN = "between-ravi-and-kiran"
# What every request may write, whatever comes of it.
BOOKKEEPING = {
    "accounts_session",
    "core_idempotencykey",
    "core_ratecounter",
    "django_session",
}


def make_foreign(world: World) -> dict[str, int]:
    """The key of one row of each kind that is neither Asha's nor Meera's."""
    cast = world.cast
    ravi, project = cast.ravi.customer, cast.kiran_project
    unit = UnitFactory(project=project)
    booking = BookingFactory(paid=True, unit=unit, customer=ravi, special_requests=FOR_KIRAN)
    talk = ConversationFactory(customer=ravi, project=project)
    hidden = ProjectFactory(builder=cast.kiran.builder, published_at=None, project_name=FOR_KIRAN)
    demand = DemandFactory(booking=booking)
    AppointmentFactory(customer=ravi, project=project, notes=FOR_KIRAN)
    ChangeRequestFactory(booking=booking, request_title=FOR_KIRAN)
    quote = QuoteFactory(unit=cast.kiran_unit, customer=ravi, discount_reason=FOR_KIRAN)
    message = MessageFactory(
        conversation=talk, sender=cast.kiran, recipient=cast.ravi, message_content=FOR_KIRAN
    )
    return {
        "applicant_id": booking.applicants.get().pk,
        "booking_id": booking.pk,
        "builder_id": cast.kiran.pk,
        "conversation_id": talk.pk,
        "customer_id": CustomerFactory().pk,
        "demand_id": demand.pk,
        "demand_line_id": demand.lines.get().pk,
        "file_id": store_file(
            actor=cast.kiran,
            name="plan.txt",
            content=FOR_KIRAN.encode(),
            content_type="text/plain",
            visibility=Visibility.PRIVATE,
        ).pk,
        "host_id": HostFactory(builder=cast.kiran.builder).pk,
        "message_id": message.pk,
        "milestone_id": MilestoneFactory(project=hidden).pk,
        "payment_id": PaymentFactory(booking=booking, notes=FOR_KIRAN).pk,
        "project_id": hidden.pk,
        "quote_id": quote.pk,
        "tower_id": TowerFactory(project=hidden).pk,
        "unit_id": UnitFactory(project=hidden, unit_number=FOR_KIRAN).pk,
    }


def everything(*, but: set[str] = BOOKKEEPING) -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> key -> row, of the whole database but for bookkeeping, or ``but`` for other tables."""
    tables = sorted({*connection.introspection.table_names()} - but)
    parts = " UNION ALL ".join(
        f"SELECT '{table}', row_to_json(t)::text FROM \"{table}\" t"  # noqa: S608  # names of our own tables
        for table in tables
    )
    found: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(parts)
        for table, text in cursor.fetchall():
            row = json.loads(text)
            found[table][str(row.get("id", row.get("user_id", text)))] = row
    return found
