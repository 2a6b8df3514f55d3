"""One of each kind, owned by Asha (who buys) and Meera (who builds); their texts say who may read them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.models import Relation, Session, User
from bookings.enums import BookingState, ChangeState, KycState, PromiseState, QuoteState
from bookings.models import PromisedDate
from bookings.services import generate_agreement
from payments.enums import Initiator, Part, PaymentMethod, PaymentType, ReceiptState
from payments.services import (
    add_plan,
    correct_demand,
    propose_settlement,
    request_letters,
    request_waiver,
    start_plan,
)
from projects.enums import AccessLevel
from projects.services import add_price_list
from realestate.core import clock
from realestate.core.enums import SettingScope, Visibility
from realestate.core.files import store_file
from realestate.core.imports import start_import
from realestate.core.models import SystemSetting
from tests.cast import Cast, make_cast
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.factories.bookings import (
    AgreementFactory,
    ApplicantFactory,
    BookingFactory,
    ChangeQuoteFactory,
    ChangeRequestFactory,
    QuoteFactory,
)
from tests.factories.messaging import BroadcastFactory, ConversationFactory, MessageFactory
from tests.factories.notifications import DeviceFactory, NotificationFactory
from tests.factories.payments import CheckoutFactory, PaymentFactory, RefundFactory
from tests.factories.progress import MilestoneFactory, PhaseFactory, UpdateFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)
from tests.factories.scheduling import AppointmentFactory, HostFactory
from tests.payments.account import demand
from tests.permissions.others import join, make_others
from tests.permissions.past import make_states
from tests.permissions.team import TEAM

# Texts that stand in rows, and who may read them. Everybody else's answers must not contain them.
FOR_THE_PARTIES = "between-asha-and-meera"
FOR_MEERA = "meeras-own-business"
FOR_ASHA = "ashas-own-business"
READERS = {
    FOR_THE_PARTIES: {"asha", "meera", "sana"},
    FOR_MEERA: {"meera", "sana"},
    FOR_ASHA: {"asha"},
}  # Nina, who buys with Asha, reads what is between the parties of their bookings: see others.py


@dataclass(frozen=True)
class World:
    """The people and the key of one row of each kind."""

    cast: Cast
    agreement: int
    applicant: int
    appointment: int
    booking: int
    builder: int
    change: int
    checkout: int
    conversation: int
    adjustment: int
    cheque: int
    withheld: int
    credit_note: int
    customer: int
    demand: int
    demand_line: int
    draft: int
    certified_milestone: int
    draft_milestone: int
    draft_settlement: int
    draft_unit: int
    file: int
    free_unit: int
    held_booking: int
    hold: int
    import_run: int
    host: int
    hidden_phase: int
    late_milestone: int
    milestone: int
    reported_milestone: int
    letter_batch: int
    model: int
    broadcast: int
    message: int
    notification: int
    device: int
    payment: int
    plan: int
    planned_booking: int
    price_list: int
    phase: int
    pending_quote: int
    promise: int
    pending_change_quote: int
    project: int
    quote: int
    quoted_change: int
    refund: int
    session: int
    settlement: int
    signer: int
    spare_project: int
    submitted_applicant: int
    tower: int
    update: int
    team: dict[str, User]
    others: dict[str, User]
    member: int
    gateway: str = "fake"
    states: dict[str, int] = field(default_factory=dict)  # rows in other states, see states.py

    def __getattr__(self, name: str) -> int:
        """A row of ``states``."""
        try:
            return self.__dict__["states"][name]
        except KeyError:
            raise AttributeError(name) from None

    def person(self, name: str):
        """Somebody of the cast, of a team or of the others; nobody for ``anonymous``."""
        return self.team.get(name) or self.others.get(name) or getattr(self.cast, name, None)


def make_world() -> World:
    """Everything, fresh."""
    cast = make_cast()
    # Asha has two already.
    SystemSetting.objects.create(
        key="bookings.holds_per_customer", scope=SettingScope.SYSTEM, value=20
    )
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
    confirmed = BookingFactory(
        paid=True, unit=unit(), customer=asha, state=BookingState.BOOKING_CONFIRMED
    )
    draft = ProjectFactory(builder=builder, project_name=FOR_MEERA, published_at=None)
    quoted = ChangeRequestFactory(
        booking=booking, state=ChangeState.QUOTED, request_title=FOR_THE_PARTIES
    )
    ChangeQuoteFactory(change_request=quoted, description=FOR_THE_PARTIES)
    conversation = ConversationFactory(customer=asha, project=project)
    message = MessageFactory(
        conversation=conversation,
        sender=cast.meera,
        recipient=cast.asha,
        message_content=FOR_THE_PARTIES,
    )
    NotificationFactory(user=cast.meera, title=FOR_MEERA)
    payment = PaymentFactory(booking=booking, notes=FOR_THE_PARTIES)
    asked = demand(booking, "200000", issued=date(2025, 6, 1), due=date(2025, 6, 16))
    line = asked.lines.get()
    wrong = demand(booking, "1", issued=date(2025, 6, 1), due=date(2025, 6, 16))
    planned = BookingFactory(
        paid=True, state="booking_confirmed", unit=unit(), customer=asha, token_amount=100_000
    )
    start_plan(booking_id=planned.pk)
    # Proposed by a colleague of Sana's, so that both Meera and Sana may decide.
    ending = BookingFactory(paid=True, unit=unit(), customer=asha)
    PaymentFactory(booking=ending)
    settlement = propose_settlement(
        actor=StaffFactory(), booking_id=ending.pk, initiator=Initiator.BUYER, reason=FOR_MEERA
    )
    refund = RefundFactory(
        settlement__booking=BookingFactory(
            state=BookingState.CANCELLED, unit=unit(), customer=asha
        ),
        settlement__reason=FOR_THE_PARTIES,
        reason=FOR_THE_PARTIES,
    )
    team = {
        name: MemberFactory(employer=getattr(cast, owner).builder, team_role=role)
        for name, (owner, role) in TEAM.items()
    }
    found = World(
        cast=cast,
        team=team,
        others=make_others(cast),
        member=MemberFactory(employer=builder, name=FOR_MEERA).pk,
        host=HostFactory(builder=cast.meera.builder, phone=FOR_MEERA).pk,
        adjustment=request_waiver(
            actor=cast.meera,
            booking_id=booking.pk,
            demand_line_id=line.pk,
            amount=Decimal(1),
            part=Part.PRINCIPAL,
            reason=FOR_MEERA,
        ).pk,
        cheque=PaymentFactory(
            booking=booking,
            state=ReceiptState.RECORDED,
            serial=None,
            receipt_number="",
            notes=FOR_THE_PARTIES,
        ).pk,
        withheld=PaymentFactory(
            booking=booking,
            amount=1,
            payment_method=PaymentMethod.WITHHOLDING,
            payment_type=PaymentType.INSTALLMENT,
            notes=FOR_THE_PARTIES,
        ).pk,
        credit_note=correct_demand(actor=cast.meera, demand_id=wrong.pk, reason=FOR_THE_PARTIES).pk,
        demand=asked.pk,
        demand_line=line.pk,
        certified_milestone=MilestoneFactory(
            project=project, tower=TowerFactory(project=project), certified=True
        ).pk,
        draft_milestone=MilestoneFactory(project=draft, name=FOR_MEERA).pk,
        late_milestone=MilestoneFactory(project=project, sequence=3, reported=True).pk,
        milestone=MilestoneFactory(project=project, sequence=2).pk,
        reported_milestone=MilestoneFactory(project=project, sequence=1, reported=True).pk,
        agreement=AgreementFactory(booking=confirmed).pk,
        applicant=booking.applicants.get().pk,
        appointment=AppointmentFactory(
            customer=asha,
            project=project,
            notes=FOR_THE_PARTIES,
            starts_at=clock.now() + timedelta(days=20),  # out of the way of morning()
        ).pk,
        booking=booking.pk,
        broadcast=BroadcastFactory(project=project, message_content=FOR_MEERA).pk,
        message=message.pk,
        builder=cast.meera.pk,
        change=ChangeRequestFactory(booking=booking, request_title=FOR_THE_PARTIES).pk,
        checkout=CheckoutFactory(booking=booking, failure=FOR_THE_PARTIES).pk,
        conversation=conversation.pk,
        customer=cast.asha.pk,
        draft=draft.pk,
        draft_settlement=settlement.pk,
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
        import_run=start_import(
            actor=cast.meera,
            kind="units",
            scope_id=project.pk,
            name="units.csv",
            content=f"Unit number,{FOR_MEERA}\n{cast.meera_unit.unit_number},1\n".encode(),
        ).pk,
        hidden_phase=PhaseFactory(project=project, customer_visible=False, phase_name=FOR_MEERA).pk,
        letter_batch=request_letters(actor=cast.meera, project_id=project.pk).pk,
        model=Model3DFactory(
            project=project,
            access_level=AccessLevel.BOOKED_CUSTOMERS,
            model_name=FOR_THE_PARTIES,
        ).pk,
        notification=NotificationFactory(user=cast.asha, title=FOR_ASHA).pk,
        device=DeviceFactory(user=cast.asha).pk,
        payment=payment.pk,
        plan=add_plan(
            actor=cast.meera,
            project_id=project.pk,
            payment_plan="installments",
            name="At the end",
            lines=[
                {
                    "label": "All",
                    "kind": "percent",
                    "percent": Decimal(100),
                    "trigger": "on_possession_offer",
                }
            ],
        ).pk,
        planned_booking=planned.pk,
        price_list=add_price_list(
            actor=cast.meera,
            project_id=project.pk,
            lines=[{"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price"}],
            note=FOR_MEERA,
        ).pk,
        phase=PhaseFactory(project=project, contractor_notes=FOR_MEERA).pk,
        pending_change_quote=ChangeQuoteFactory(
            change_request=ChangeRequestFactory(booking=booking, state=ChangeState.UNDER_REVIEW),
            state=QuoteState.APPROVAL_PENDING,
            created_by=StaffFactory(),
            description=FOR_MEERA,
        ).pk,
        promise=PromisedDate.objects.create(
            booking=planned,
            version=1,
            promised_on=date(2041, 1, 1),
            reason=FOR_THE_PARTIES,
            state=PromiseState.PROPOSED,
            proposed_by=cast.meera,
            proposed_at=clock.now(),
        ).pk,
        pending_quote=QuoteFactory(
            unit=cast.meera_unit,
            customer=asha,
            state=QuoteState.APPROVAL_PENDING,
            created_by=StaffFactory(),
            discount_reason=FOR_THE_PARTIES,
        ).pk,
        session=Session.objects.create(
            user=cast.asha,
            jti=FOR_ASHA,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        ).pk,
        project=project.pk,
        quote=QuoteFactory(unit=cast.meera_unit, customer=asha, discount_reason=FOR_THE_PARTIES).pk,
        quoted_change=quoted.pk,
        refund=refund.pk,
        settlement=refund.settlement_id,
        signer=confirmed.applicants.get().pk,
        submitted_applicant=ApplicantFactory(
            booking=held, kyc_state=KycState.SUBMITTED, share=1
        ).pk,
        spare_project=ProjectFactory(builder=builder).pk,
        tower=TowerFactory(project=project).pk,
        update=UpdateFactory(project=project, update_content=FOR_THE_PARTIES).pk,
    )
    found.states.update(make_states(cast))
    join(found.others["nina"].customer, cast.asha.customer)
    return found


def morning(days: int) -> str:
    """Eleven o'clock in India, some days from now, as clients write it."""
    day: datetime = clock.local(clock.now()) + timedelta(days=days)
    return day.replace(hour=11, minute=0, second=0, microsecond=0).isoformat()
