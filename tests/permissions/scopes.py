"""Rows of each kind, made for Asha who buys from Meera, for the question who reads them (R21)."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from accounts.models import BuilderMember, Session, User
from accounts.services import open_session
from bookings.enums import ChangeType, DocumentVisibility, PromiseState, QuoteState
from bookings.models import BookingDocument, ChangeCutoff, PromisedDate
from notifications.enums import Channel, NotificationType, Topic
from notifications.models import Delivery, Preference, QuietHours, Signal, Ticket
from payments.models import InterestRate, LetterBatch, PlanLine, PlanTemplate
from progress.enums import CertificateKind
from progress.models import Certificate
from projects.enums import AccessLevel, ChargeBasis, ChargeKind, FileFormat, TaxClass
from projects.models import ChargeLine, Model3DVersion, PriceList, TaxRate
from realestate.core.enums import SettingScope, Visibility
from realestate.core.files import store_file
from realestate.core.models import BulkRun, SystemSetting
from scheduling.models import AppointmentMove, CalendarFeed, Holiday, WorkingHours
from tests.factories import bookings, messaging, notifications, payments, progress, scheduling
from tests.factories import projects as stock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Side:
    """Asha's booking with Meera, and what belongs to it."""

    def __init__(self, cast, project, nina) -> None:
        self.cast, self.project, self.nina = cast, project, nina
        self.unit = stock.UnitFactory(project=project)
        self.customer, self.builder = cast.asha.customer, cast.meera.builder
        self.booking = bookings.BookingFactory(paid=True, unit=self.unit, customer=self.customer)
        self.booking.applicants.update(share=Decimal(50))
        bookings.ApplicantFactory(booking=self.booking, customer=nina, share=Decimal(50))

    def file(self):
        return store_file(
            actor=self.cast.meera,
            name="plan.txt",
            content=b"text",
            content_type="text/plain",
            visibility=Visibility.PRIVATE,
        )

    def plan(self, **facts):
        return PlanTemplate.objects.create(
            **{"project": self.project, "payment_plan": "installments", "name": "Plan"} | facts
        )

    def price_list(self):
        return PriceList.objects.create(
            project=self.project,
            version=1,
            effective_from=NOON.date(),
            created_by=self.cast.meera,
            created_at=NOON,
        )

    def notification(self):
        return notifications.NotificationFactory(user=self.cast.asha)

    def change(self, **facts):
        request = bookings.ChangeRequestFactory(booking=self.booking)
        return bookings.ChangeQuoteFactory(change_request=request, **facts)

    def session(self):
        asha = self.cast.asha
        open_session(user_id=asha.pk, password=asha.password)
        return Session.objects.get(user=asha)

    def appointment(self):
        return scheduling.AppointmentFactory(customer=self.customer, project=self.project)

    def talk(self):
        return messaging.ConversationFactory(customer=self.customer, project=self.project)


def filed(side, visibility):
    return BookingDocument.objects.create(
        booking=side.booking,
        file=side.file(),
        title="Plan",
        visibility=visibility,
        filed_by=side.cast.meera,
        filed_at=NOON,
    )


def plan_line(side, **facts):
    return PlanLine.objects.create(
        template=side.plan(**facts),
        sequence=1,
        label="All",
        kind="percent",
        percent=Decimal(100),
        trigger="on_agreement",
    )


# Whose rows they are: who reads them at most.
OF_THE_PARTIES = {
    "booking": lambda s: s.booking,
    "agreement": lambda s: bookings.AgreementFactory(booking=s.booking),
    "signature": lambda s: bookings.SignatureFactory(agreement__booking=s.booking),
    "applicant": lambda s: s.booking.applicants.first(),
    "promise": lambda s: PromisedDate.objects.create(
        booking=s.booking,
        version=1,
        promised_on=NOON.date(),
        reason="Rain",
        state=PromiseState.PROPOSED,
        proposed_by=s.cast.meera,
        proposed_at=NOON,
    ),
    "document for the buyer": lambda s: filed(s, DocumentVisibility.BUYER),
    "change request": lambda s: bookings.ChangeRequestFactory(booking=s.booking),
    "approved offer": lambda s: s.change(),
    "payment": lambda s: payments.PaymentFactory(booking=s.booking),
    "demand": lambda s: payments.DemandFactory(booking=s.booking),
    "demand line": lambda s: payments.DemandFactory(booking=s.booking).lines.get(),
    "credit line": lambda s: payments.CreditNoteFactory(booking=s.booking).lines.get(),
    "approved settlement": lambda s: payments.SettlementFactory(booking=s.booking, approved=True),
}
OF_BOTH_SIDES = {
    "quote": lambda s: bookings.QuoteFactory(unit=s.unit, customer=s.customer),
    "claim": lambda s: s.booking.claim,
    "conversation": lambda s: s.talk(),
    "message": lambda s: messaging.MessageFactory(conversation=s.talk()),
    "appointment": lambda s: s.appointment(),
    "earlier time": lambda s: AppointmentMove.objects.create(
        appointment=s.appointment(),
        starts_at=NOON,
        ends_at=NOON.replace(hour=13),
        moved_by=s.cast.meera,
        moved_at=NOON,
    ),
    "customer": lambda s: s.customer,
}
OF_ALL = {
    "project": lambda s: s.project,
    "tower": lambda s: stock.TowerFactory(project=s.project),
    "unit": lambda s: s.unit,
    "3D model": lambda s: stock.Model3DFactory(project=s.project),
    "phase": lambda s: progress.PhaseFactory(project=s.project),
    "update for all": lambda s: progress.UpdateFactory(project=s.project, is_public=True),
    "stage": lambda s: progress.MilestoneFactory(project=s.project),
    "certificate": lambda s: Certificate.objects.create(
        project=s.project,
        kind=CertificateKind.COMPLETION,
        number="C-1",
        issued_on=date(2025, 6, 1),
        file=s.file(),
        recorded_by=s.cast.meera,
        recorded_at=NOON,
    ),
    "promised completion": lambda s: progress.CompletionDateFactory(project=s.project),
    "hours": lambda s: WorkingHours.objects.create(
        project=s.project, weekday=0, opens=time(9), closes=time(18)
    ),
    "holiday": lambda s: Holiday.objects.create(project=s.project, day=NOON.date(), name="Pongal"),
    "cut-off": lambda s: ChangeCutoff.objects.create(
        project=s.project, request_type=ChangeType.LAYOUT, milestone_code="plinth"
    ),
    "own rate of interest": lambda s: InterestRate.objects.create(
        project=s.project, percent=Decimal(9), valid_from=NOON.date()
    ),
    "rate of interest for all": lambda _: InterestRate.objects.create(
        percent=Decimal(9), valid_from=NOON.date()
    ),
    "tax rate": lambda _: TaxRate.objects.create(
        tax_class=TaxClass.COMMERCIAL,
        component="CGST",
        percent=Decimal(6),
        valid_from=NOON.date(),
    ),
    "builder": lambda s: s.builder,
    "signal for all": lambda _: Signal.objects.create(topic=Topic.UNIT, object_id=1),
}
OF_THE_OFFICE = {
    "document for the builder": lambda s: filed(s, DocumentVisibility.BUILDER),
    "offer to be approved": lambda s: s.change(state=QuoteState.APPROVAL_PENDING),
    "drafted settlement": lambda s: payments.SettlementFactory(booking=s.booking),
    "plan that is off": lambda s: s.plan(is_active=False),
    "line of a plan that is off": lambda s: plan_line(s, is_active=False),
    "price list": lambda s: s.price_list(),
    "line of a price list": lambda s: ChargeLine.objects.create(
        price_list=s.price_list(),
        sequence=1,
        code="BASE",
        label="Base",
        kind=ChargeKind.BASE,
        basis=ChargeBasis.UNIT_PRICE,
    ),
    "earlier 3D model": lambda s: Model3DVersion.objects.create(
        model=stock.Model3DFactory(project=s.project), version=1, file_format=FileFormat.OBJ
    ),
    "letters": lambda s: LetterBatch.objects.create(
        project=s.project, demands=[], requested_by=s.cast.meera, requested_at=NOON
    ),
    "broadcast": lambda s: messaging.BroadcastFactory(project=s.project),
    "recipient": lambda s: messaging.BroadcastRecipientFactory(
        broadcast__project=s.project, customer=s.customer
    ),
    "host": lambda s: scheduling.HostFactory(builder=s.builder),
    "member": lambda s: BuilderMember.objects.get(employer=s.builder, name="Lata"),
    "setting of the builder": lambda s: SystemSetting.objects.create(
        key="payments.quiet_from", value=20, scope=SettingScope.BUILDER, scope_id=s.builder.pk
    ),
    "setting of the project": lambda s: SystemSetting.objects.create(
        key="payments.quiet_from", value=20, scope=SettingScope.PROJECT, scope_id=s.project.pk
    ),
}
OF_ASHA = {
    "session": lambda s: s.session(),
    "notification": lambda s: s.notification(),
    "delivery": lambda s: Delivery.objects.create(
        notification=s.notification(), channel=Channel.EMAIL, next_try_at=NOON
    ),
    "preference": lambda s: Preference.objects.create(
        user=s.cast.asha,
        notification_type=NotificationType.PAYMENT_DUE,
        channel=Channel.EMAIL,
        enabled=True,
    ),
    "quiet hours": lambda s: QuietHours.objects.create(
        user=s.cast.asha, starts=time(21), ends=time(8), time_zone="UTC"
    ),
    "device": lambda s: notifications.DeviceFactory(user=s.cast.asha),
    "ticket": lambda s: Ticket.objects.create(
        token_hash="x", user=s.cast.asha, session=s.session(), expires_at=NOON
    ),
    "own signal": lambda s: Signal.objects.create(
        user=s.cast.asha, topic=Topic.MESSAGE, object_id=1
    ),
    "calendar": lambda s: CalendarFeed.objects.create(user=s.cast.asha, secret="x"),
}
OF_SOME = {
    "3D model for buyers": lambda s: stock.Model3DFactory(
        project=s.project, access_level=AccessLevel.BOOKED_CUSTOMERS
    ),
    "3D model for customers": lambda s: stock.Model3DFactory(
        project=s.project, access_level=AccessLevel.CUSTOMERS_ONLY
    ),
    "plan": lambda s: s.plan(),
    "line of a plan": plan_line,
    "setting of the platform": lambda _: SystemSetting.objects.create(
        key="payments.quiet_from", value=20, scope=SettingScope.SYSTEM
    ),
    "user": lambda s: User.objects.get(pk=s.cast.asha.pk),
    "action on many": lambda s: BulkRun.objects.create(
        table="units", action="block", label="Block", requested_by=s.cast.meera, requested_at=NOON
    ),
}
