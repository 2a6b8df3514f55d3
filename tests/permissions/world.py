"""One of each kind, owned by Asha (who buys) and Meera (who builds); their texts say who may read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Relation
from bookings.enums import ChangeState
from bookings.services import generate_agreement
from payments.services import request_letters
from projects.enums import AccessLevel
from realestate.core import clock
from realestate.core.enums import SettingScope, Visibility
from realestate.core.files import store_file
from realestate.core.models import SystemSetting
from tests.cast import Cast, make_cast
from tests.factories.bookings import (
    BookingFactory,
    ChangeQuoteFactory,
    ChangeRequestFactory,
    QuoteFactory,
)
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import (
    CreditNoteFactory,
    DemandFactory,
    PaymentFactory,
    SettlementFactory,
)
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)
from tests.factories.scheduling import AppointmentFactory

# Texts that stand in rows, and who may read them. Everybody else's answers must not contain them.
FOR_THE_PARTIES = "between-asha-and-meera"
FOR_MEERA = "meeras-own-business"
FOR_ASHA = "ashas-own-business"
READERS = {
    FOR_THE_PARTIES: {"asha", "meera", "sana"},
    FOR_MEERA: {"meera", "sana"},
    FOR_ASHA: {"asha"},
}


@dataclass(frozen=True)
class World:
    """The people and the key of one row of each kind."""

    cast: Cast
    appointment: int
    booking: int
    builder: int
    change: int
    conversation: int
    credit_note: int
    customer: int
    demand: int
    draft: int
    draft_unit: int
    file: int
    free_unit: int
    held_booking: int
    hold: int
    hidden_phase: int
    letter_batch: int
    model: int
    notification: int
    payment: int
    phase: int
    project: int
    quote: int
    quoted_change: int
    settlement: int
    spare_project: int
    tower: int
    update: int

    def person(self, name: str):
        """Somebody of the cast; nobody for ``anonymous``."""
        return getattr(self.cast, name, None)


def make_world() -> World:
    """Everything, fresh."""
    cast = make_cast()
    SystemSetting.objects.create(
        key="bookings.holds_per_customer", scope=SettingScope.SYSTEM, value=20
    )  # Asha has two already
    asha, project = cast.asha.customer, cast.meera_project
    asha.phone = FOR_THE_PARTIES
    asha.save()
    builder = cast.meera.builder
    builder.license_number = FOR_MEERA
    builder.save()

    def unit():
        return UnitFactory(project=project)

    booking = BookingFactory(
        paid=True, unit=unit(), customer=asha, special_requests=FOR_THE_PARTIES
    )
    Relation.objects.create(customer=asha, builder=builder)  # as booking would have made
    # Nothing is paid for this one, so it may be cancelled without a settlement.
    held = BookingFactory(unit=unit(), customer=asha, special_requests=FOR_THE_PARTIES)
    generate_agreement(actor=cast.meera, booking_id=booking.pk)
    draft = ProjectFactory(builder=builder, project_name=FOR_MEERA, published_at=None)
    quoted = ChangeRequestFactory(
        booking=booking, state=ChangeState.QUOTED, request_title=FOR_THE_PARTIES
    )
    ChangeQuoteFactory(change_request=quoted, description=FOR_THE_PARTIES)
    demand = DemandFactory(booking=booking, note=FOR_THE_PARTIES)
    conversation = ConversationFactory(customer=asha, project=project)
    MessageFactory(
        conversation=conversation,
        sender=cast.meera,
        recipient=cast.asha,
        message_content=FOR_THE_PARTIES,
    )
    NotificationFactory(user=cast.meera, title=FOR_MEERA)
    return World(
        cast=cast,
        appointment=AppointmentFactory(
            customer=asha,
            project=project,
            notes=FOR_THE_PARTIES,
            starts_at=clock.now() + timedelta(days=20),  # out of the way of morning()
        ).pk,
        booking=booking.pk,
        builder=cast.meera.pk,
        change=ChangeRequestFactory(booking=booking, request_title=FOR_THE_PARTIES).pk,
        conversation=conversation.pk,
        credit_note=CreditNoteFactory(booking=booking, reason=FOR_THE_PARTIES).pk,
        customer=cast.asha.pk,
        demand=demand.pk,
        draft=draft.pk,
        draft_unit=UnitFactory(project=draft, unit_number=FOR_MEERA).pk,
        file=store_file(
            actor=cast.meera,
            name="plan.txt",
            content=FOR_MEERA.encode(),
            content_type="text/plain",
            visibility=Visibility.PRIVATE,
        ).pk,
        free_unit=cast.meera_unit.pk,
        held_booking=held.pk,
        hold=ClaimFactory(unit=unit(), customer=asha).pk,
        hidden_phase=PhaseFactory(project=project, customer_visible=False, phase_name=FOR_MEERA).pk,
        letter_batch=request_letters(actor=cast.meera, project_id=project.pk).pk,
        model=Model3DFactory(
            project=project,
            access_level=AccessLevel.BOOKED_CUSTOMERS,
            model_name=FOR_THE_PARTIES,
        ).pk,
        notification=NotificationFactory(user=cast.asha, title=FOR_ASHA).pk,
        payment=PaymentFactory(booking=booking, notes=FOR_THE_PARTIES).pk,
        phase=PhaseFactory(project=project, contractor_notes=FOR_MEERA).pk,
        project=project.pk,
        quote=QuoteFactory(unit=unit(), customer=asha, discount_reason=FOR_THE_PARTIES).pk,
        quoted_change=quoted.pk,
        settlement=SettlementFactory(booking=booking, reason=FOR_THE_PARTIES).pk,
        spare_project=ProjectFactory(builder=builder).pk,
        tower=TowerFactory(project=project).pk,
        update=UpdateFactory(project=project, update_content=FOR_THE_PARTIES).pk,
    )


def morning(days: int) -> str:
    """Eleven o'clock in India, some days from now, as clients write it."""
    day: datetime = clock.local(clock.now()) + timedelta(days=days)
    return day.replace(hour=11, minute=0, second=0, microsecond=0).isoformat()
