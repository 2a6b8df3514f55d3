"""The settings of money, and their copy on a booking: what was agreed holds for its whole life (R22.9)."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import QuerySet

from bookings.models import Booking
from payments.enums import AllocationPreset, InterestMode
from payments.models import Terms
from projects.models import Project
from realestate.core.db.remembered import Values, instances
from realestate.core.enums import SettingScope
from realestate.core.money import MAX_DIGITS
from realestate.core.system_settings import define

SCOPES = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)
LARGEST = Decimal(10) ** (MAX_DIGITS - 2) - 1

CAP_PERCENT = define(
    "payments.cap_percent",
    Decimal,
    default=Decimal(10),
    minimum=Decimal(0),
    maximum=Decimal(100),
    unit="percent of the agreement value",
    scopes=SCOPES,
    help="What may be received before the agreement is signed (R6); 0: no cap.",
)
CREDIT_DAYS = define(
    "payments.credit_days",
    int,
    default=15,
    minimum=0,
    maximum=365,
    unit="days",
    scopes=SCOPES,
    help="From the issue of a demand to its due date (R7.4).",
)
LEAD_DAYS = define(
    "payments.lead_days",
    int,
    default=15,
    minimum=0,
    maximum=180,
    unit="days",
    scopes=SCOPES,
    help="How long before its date a line of a schedule is demanded, due on that date (R7.7); "
    "0: on its date, and due like any other demand.",
)
ALLOCATION = define(
    "payments.allocation",
    str,
    default=AllocationPreset.OLDEST_DUE.value,
    words=tuple(AllocationPreset.values),
    scopes=SCOPES,
    help="In which order a receipt pays what is open (R8.3).",
)
GRACE_DAYS = define(
    "payments.grace_days",
    int,
    default=0,
    minimum=0,
    maximum=180,
    unit="days",
    scopes=SCOPES,
    help="Days after the due date without interest (R9).",
)
INTEREST_MODE = define(
    "payments.interest_mode",
    str,
    default=InterestMode.FROM_DUE.value,
    words=tuple(InterestMode.values),
    scopes=SCOPES,
    help="From when interest runs once grace is over (R9).",
)
FORFEIT_PERCENT = define(
    "payments.forfeit_percent",
    Decimal,
    default=Decimal(10),
    minimum=Decimal(0),
    maximum=Decimal(100),
    unit="percent of the agreement value",
    scopes=SCOPES,
    help="The most that a builder keeps when a buyer withdraws or defaults (R11).",
)
REFUND_DAYS = define(
    "payments.refund_days",
    int,
    default=45,
    minimum=0,
    maximum=730,
    unit="days",
    scopes=SCOPES,
    help="From the effective date of a cancellation to the day the refund is due (R11).",
)
BOUNCE_CHARGE = define(
    "payments.bounce_charge",
    Decimal,
    default=Decimal(0),
    minimum=Decimal(0),
    maximum=LARGEST,
    unit="the project's currency",
    scopes=SCOPES,
    help="Charged for a payment that bounces (R8.6); 0: nothing.",
)
WITHHOLDING_PERCENT = define(
    "payments.withholding_percent",
    Decimal,
    default=Decimal(0),
    minimum=Decimal(0),
    maximum=Decimal(100),
    unit="percent of the consideration",
    scopes=SCOPES,
    help="Tax that buyers must withhold from what they pay (R3.4); 0: none.",
)
WITHHOLDING_THRESHOLD = define(
    "payments.withholding_threshold",
    Decimal,
    default=Decimal(5_000_000),
    minimum=Decimal(0),
    maximum=LARGEST,
    unit="the project's currency",
    scopes=SCOPES,
    help="The consideration from which buyers must withhold tax (R3.4).",
)


def terms_of(booking: Booking) -> Terms:
    """What holds for a booking: its own copy, made now from the settings if it has none yet.

    Call it when the booking is made and inside services; the copy never follows a later change of the settings.
    """
    kept = instances(Terms, "of a booking", _kept, {"booking": booking.pk})
    if kept:  # without asking for every setting
        return kept[0]
    terms, _made = Terms.objects.get_or_create(booking=booking, defaults=terms_for(booking.project))
    return terms


def terms_of_all(bookings: Collection[Booking]) -> dict[int, Terms]:
    """The same for several bookings, by key."""
    rows = Terms.objects.filter(booking__in=[booking.pk for booking in bookings])
    kept = {row.booking_id: row for row in rows}
    return {booking.pk: kept.get(booking.pk) or terms_of(booking) for booking in bookings}


def _kept(values: Values) -> QuerySet[Terms]:
    return Terms.objects.filter(booking=values["booking"])


def terms_for(project: Project) -> dict[str, object]:
    """What a booking of a project would be given today, by column."""
    return {
        "cap_percent": CAP_PERCENT.for_project(project) or None,
        "credit_days": CREDIT_DAYS.for_project(project),
        "lead_days": LEAD_DAYS.for_project(project),
        "allocation": ALLOCATION.for_project(project),
        "grace_days": GRACE_DAYS.for_project(project),
        "interest_mode": INTEREST_MODE.for_project(project),
        "forfeit_percent": FORFEIT_PERCENT.for_project(project),
        "refund_days": REFUND_DAYS.for_project(project),
        "bounce_charge": BOUNCE_CHARGE.for_project(project),
        "withholding_percent": WITHHOLDING_PERCENT.for_project(project),
        "withholding_threshold": WITHHOLDING_THRESHOLD.for_project(project),
    }
