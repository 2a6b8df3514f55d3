"""A logged-in member of the staff, and one row of every table that the admin lists."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Builder, BuilderMember, Customer, Relation, Session, User
from bookings.enums import PaymentPlan
from bookings.models import (
    Agreement,
    Applicant,
    Booking,
    BookingDocument,
    ChangeCutoff,
    ChangeQuote,
    ChangeRequest,
    PromisedDate,
    Quote,
    Signature,
)
from messaging.models import Broadcast, BroadcastRecipient, Conversation, Message
from notifications.enums import Channel, NotificationType, Topic
from notifications.models import Delivery, Device, Notification, Preference, QuietHours, Signal
from payments.enums import AdjustmentKind, EntryKind, Gateway, Part, ReminderChannel
from payments.models import (
    Adjustment,
    Allocation,
    Checkout,
    CreditNote,
    DefaultNotice,
    Demand,
    GatewayEvent,
    InterestRate,
    LedgerEntry,
    LetterBatch,
    Payment,
    PlanTemplate,
    Refund,
    Reminder,
    ScheduleRevision,
    Settlement,
    Terms,
)
from payments.services import terms_of
from progress.enums import CertificateKind
from progress.models import (
    Certificate,
    CompletionDate,
    ConstructionUpdate,
    Milestone,
    ProjectProgress,
)
from projects.enums import TaxClass
from projects.models import Claim, Model3D, PriceList, Project, TaxRate, Tower, Unit
from realestate.core import clock
from realestate.core.models import (
    AuditEntry,
    BulkRun,
    IdempotencyKey,
    ImportRun,
    JobRun,
    RateCounter,
    RowChange,
    StoredFile,
    SystemSetting,
)
from scheduling.models import (
    Appointment,
    AppointmentMove,
    AppointmentReminder,
    CalendarFeed,
    Holiday,
    Host,
    WorkingHours,
)
from scheduling.services import open_feed
from tests.admin.entrance import log_in, set_up
from tests.factories.accounts import (
    BuilderFactory,
    CustomerFactory,
    MemberFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.bookings import (
    AgreementFactory,
    BookingFactory,
    ChangeQuoteFactory,
    ChangeRequestFactory,
    QuoteFactory,
    SignatureFactory,
)
from tests.factories.messaging import (
    BroadcastFactory,
    BroadcastRecipientFactory,
    ConversationFactory,
    MessageFactory,
)
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import (
    CreditNoteFactory,
    DefaultNoticeFactory,
    DemandFactory,
    PaymentFactory,
    RefundFactory,
    SettlementFactory,
)
from tests.factories.progress import (
    CompletionDateFactory,
    MilestoneFactory,
    PhaseFactory,
    UpdateFactory,
)
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)
from tests.factories.scheduling import AppointmentFactory, HostFactory

KEYS = ("bookings.hold_minutes", "scheduling.buffer_minutes", "scheduling.notice_hours")
MAKERS: dict[type[Model], Callable[[int], Any]] = {
    User: lambda _n: UserFactory(),
    Group: lambda n: Group.objects.create(name=f"Group {n}"),
    Builder: lambda _n: BuilderFactory(),
    BuilderMember: lambda _n: MemberFactory(),
    Customer: lambda _n: CustomerFactory(),
    Relation: lambda _n: Relation.objects.create(
        customer=CustomerFactory(), builder=BuilderFactory()
    ),
    Session: lambda n: Session.objects.create(
        user=UserFactory(),
        jti=f"jti-{n}",
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    ),
    Project: lambda _n: ProjectFactory(),
    Tower: lambda _n: TowerFactory(),
    Unit: lambda _n: UnitFactory(),
    Claim: lambda _n: ClaimFactory(customer=CustomerFactory()),
    Model3D: lambda _n: Model3DFactory(),
    ProjectProgress: lambda _n: PhaseFactory(),
    ConstructionUpdate: lambda _n: UpdateFactory(),
    Booking: lambda _n: BookingFactory(),
    Agreement: lambda _n: AgreementFactory(),
    Applicant: lambda _n: BookingFactory().applicants.get(),
    WorkingHours: lambda n: WorkingHours.objects.create(
        project=ProjectFactory(), weekday=n, opens="09:00", closes="18:00"
    ),
    Holiday: lambda n: Holiday.objects.create(
        project=ProjectFactory(), day=date(2030, 1, 1 + n), name=f"Holiday {n}"
    ),
    AppointmentReminder: lambda _n: AppointmentReminder.objects.create(
        appointment=(soon := AppointmentFactory()),
        starts_at=soon.starts_at,
        hours_before=24,
        sent_at=clock.now(),
    ),
    PromisedDate: lambda _n: PromisedDate.objects.create(
        booking=BookingFactory(),
        version=1,
        promised_on=date(2030, 1, 1),
        reason="Monsoon",
        state="agreed",
        proposed_by=UserFactory(),
        proposed_at=clock.now(),
    ),
    Quote: lambda _n: QuoteFactory(),
    Signature: lambda n: SignatureFactory(name=f"Signer {n}"),
    ChangeRequest: lambda _n: ChangeRequestFactory(),
    ChangeQuote: lambda _n: ChangeQuoteFactory(),
    ChangeCutoff: lambda n: ChangeCutoff.objects.create(
        project=ProjectFactory(), request_type="electrical", milestone_code=f"slab-{n}"
    ),
    Payment: lambda _n: PaymentFactory(),
    Settlement: lambda _n: SettlementFactory(),
    Refund: lambda _n: RefundFactory(),
    DefaultNotice: lambda _n: DefaultNoticeFactory(),
    Appointment: lambda _n: AppointmentFactory(),
    Host: lambda _n: HostFactory(),
    AppointmentMove: lambda _n: AppointmentMove.objects.create(
        appointment=(visit := AppointmentFactory()),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        moved_by=visit.host.user,
        moved_at=clock.now(),
    ),
    Conversation: lambda _n: ConversationFactory(),
    Message: lambda _n: MessageFactory(),
    Notification: lambda _n: NotificationFactory(),
    Demand: lambda _n: DemandFactory(),
    CreditNote: lambda _n: CreditNoteFactory(),
    LedgerEntry: lambda n: LedgerEntry.objects.create(
        booking=BookingFactory(paid=True),
        value_on=date(2025, 6, 1),
        kind=EntryKind.DEMAND,
        debit=100_000,
        label="On completion of the plinth",
        reference=f"DM-L/{n}",
        posted_at=clock.now(),
    ),
    Allocation: lambda _n: Allocation.objects.create(
        booking=(paid := PaymentFactory()).booking,
        payment=paid,
        demand_line=DemandFactory(booking=paid.booking).lines.get(),
        part=Part.PRINCIPAL,
        amount=100_000,
        applied_on=paid.paid_date,
        created_at=clock.now(),
    ),
    Adjustment: lambda _n: Adjustment.objects.create(
        booking=(late := DemandFactory()).booking,
        kind=AdjustmentKind.WAIVER,
        demand_line=late.lines.get(),
        amount=500,
        reason="Bank holiday.",
        requested_by=UserFactory(),
        requested_at=clock.now(),
    ),
    LetterBatch: lambda _n: LetterBatch.objects.create(
        project=(asked := DemandFactory()).project,
        demands=[asked.pk],
        requested_by=UserFactory(),
        requested_at=clock.now(),
    ),
    PlanTemplate: lambda n: PlanTemplate.objects.create(
        project=ProjectFactory(), payment_plan=PaymentPlan.INSTALLMENTS, name=f"Plan {n}"
    ),
    Reminder: lambda n: Reminder.objects.create(
        demand=DemandFactory(), rung=n, channel=ReminderChannel.EMAIL, sent_at=clock.now()
    ),
    ScheduleRevision: lambda _n: ScheduleRevision.objects.create(
        booking=BookingFactory(paid=True), number=1, created_at=clock.now()
    ),
    Terms: lambda _n: terms_of(BookingFactory(paid=True)),
    InterestRate: lambda n: InterestRate.objects.create(
        project=ProjectFactory(), percent=Decimal("10.90"), valid_from=date(2025, 1, n + 1)
    ),
    Checkout: lambda n: Checkout.objects.create(
        booking=BookingFactory(paid=True),
        gateway=Gateway.FAKE,
        external_id=f"order-{n}",
        amount=500,
        begun_by=UserFactory(),
        begun_at=clock.now(),
    ),
    GatewayEvent: lambda n: GatewayEvent.objects.create(
        gateway=Gateway.FAKE,
        event_id=f"event-{n}",
        kind="payment.captured",
        payload={},
        received_at=clock.now(),
    ),
    PriceList: lambda n: PriceList.objects.create(
        project=ProjectFactory(),
        version=1,
        effective_from=date(2025, 1, 1),
        note=f"Launch {n}",
        created_by=UserFactory(),
        created_at=clock.now(),
    ),
    TaxRate: lambda n: TaxRate.objects.create(
        tax_class=TaxClass.RESIDENTIAL,
        component=f"LEVY{n}",
        percent=2,
        valid_from=date(2025, 1, 1),
    ),
    Milestone: lambda _n: MilestoneFactory(),
    CompletionDate: lambda _n: CompletionDateFactory(),
    Certificate: lambda n: Certificate.objects.create(
        project=ProjectFactory(),
        kind=CertificateKind.OCCUPANCY,
        number=f"OC-{n}",
        issued_on=date(2025, 1, 1),
        recorded_by=UserFactory(),
        recorded_at=clock.now(),
    ),
    Preference: lambda _n: Preference.objects.create(
        user=UserFactory(),
        notification_type=NotificationType.PAYMENT_DUE,
        channel=Channel.EMAIL,
        enabled=False,
    ),
    Broadcast: lambda _n: BroadcastFactory(),
    BroadcastRecipient: lambda _n: BroadcastRecipientFactory(),
    Delivery: lambda n: Delivery.objects.create(
        notification=NotificationFactory(), channel=Channel.EMAIL, failed_at=clock.now(), tries=n
    ),
    Device: lambda n: Device.objects.create(user=UserFactory(), token=f"t{n}", platform="web"),
    QuietHours: lambda _n: QuietHours.objects.create(
        user=UserFactory(), starts="22:00", ends="07:00", time_zone="Asia/Kolkata"
    ),
    Signal: lambda n: Signal.objects.create(user=UserFactory(), topic=Topic.MESSAGE, object_id=n),
    CalendarFeed: lambda _n: open_feed(actor=CustomerFactory().user),
    ImportRun: lambda n: ImportRun.objects.create(
        kind="units",
        file=(sent := MAKERS[StoredFile](n)),
        table=sent,
        made_by=UserFactory(),
        rows=n,
    ),
    SystemSetting: lambda n: SystemSetting.objects.create(
        key=KEYS[n], scope="project", scope_id=ProjectFactory().pk, value=45
    ),
    AuditEntry: lambda n: AuditEntry.objects.create(
        object_type="projects.unit",
        object_id=n,
        action="updated",
        after={"price": "1"},
        actor=UserFactory(),
    ),
    BookingDocument: lambda n: BookingDocument.objects.create(
        booking=BookingFactory(),
        file=MAKERS[StoredFile](900 + n),
        title=f"Deed {n}",
        filed_by=UserFactory(),
        filed_at=clock.now(),
    ),
    RowChange: lambda n: RowChange.objects.create(
        at=clock.now(),
        transaction=uuid4(),
        login="psql",
        object_type="projects.unit",
        object_id=990_000 + n,
        kind="updated",
        before={"price": 1},
        after={"price": 2},
    ),
    IdempotencyKey: lambda n: IdempotencyKey.objects.create(
        user=UserFactory(),
        route="POST /api/x",
        key=f"k{n}",
        fingerprint="0",
        lease_until=clock.now(),
    ),
    BulkRun: lambda n: BulkRun.objects.create(
        table="projects.unit",
        action="release",
        label=f"Put on sale: {n}",
        requested_by=UserFactory(),
        requested_at=clock.now(),
        finished_at=clock.now(),
    ),
    JobRun: lambda n: JobRun.objects.create(
        name="accounts.purge_sessions",
        outcome="done",
        trigger="hand",
        triggered_by=UserFactory(),
        started_at=clock.now(),
        finished_at=clock.now(),
        did=f"sessions deleted: {n}",
    ),
    RateCounter: lambda n: RateCounter.objects.create(
        key=f"login:{n}", uses=[clock.now()], last_used_at=clock.now()
    ),
    StoredFile: lambda n: StoredFile.objects.create(
        name="plan.pdf",
        path=f"aa/{n}",
        content_type="application/pdf",
        size=1,
        sha256="0",
        owner=UserFactory(),
    ),
}


# What a browser says when a link of ours is pressed.
ON_OUR_PAGES = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def on_our_pages(person: User) -> Client:
    """The browser of somebody who is logged in, and came from a page of ours."""
    browser = Client(headers=ON_OUR_PAGES)
    browser.force_login(person)
    return browser


@pytest.fixture(name="clock")
def clock_at_noon() -> Iterator[Any]:
    """It stands still at noon, and moves when a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sana() -> User:
    """A member of the staff, without a session."""
    return StaffFactory(email="sana@example.com")


@pytest.fixture
def staff(db: None) -> Client:
    """A browser in which Sana is logged in."""
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(StaffFactory(email="sana@example.com"))
    return client


@pytest.fixture
def at_work(sana, clock) -> tuple[Client, TOTPDevice, list[str]]:
    """Sana's browser, in; her device, whose next code is due; her recovery codes."""
    client = Client()
    log_in(client)
    device, codes = set_up(client)
    clock.shift(timedelta(seconds=30))
    return client, device, codes
