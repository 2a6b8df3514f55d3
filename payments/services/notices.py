"""Notices to a buyer who does not pay: numbered, with a gap between them and time to cure (R11)."""

from datetime import date, timedelta

from accounts.models import User
from bookings.models import Booking
from bookings.services import refuse_dead
from payments.models import DefaultNotice
from payments.services.booked import lock_for, refuse_buyers
from payments.services.terms import SCOPES
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import Conflict, DomainError, InvalidValue
from realestate.core.system_settings import define
from realestate.core.transactions import service

BUILDERS_WARN = "Only the builder or staff send a notice."
NOTICES = define(
    "payments.default_notices",
    int,
    default=2,
    minimum=0,
    maximum=12,
    unit="notices",
    scopes=SCOPES,
    help="How many notices must have run out before a booking ends for the buyer's default (R11).",
)
NOTICE_GAP = define(
    "payments.notice_gap_days",
    int,
    default=15,
    minimum=0,
    maximum=365,
    unit="days",
    scopes=SCOPES,
    help="From one notice to the next (R11).",
)
CURE_DAYS = define(
    "payments.notice_cure_days",
    int,
    default=15,
    minimum=1,
    maximum=365,
    unit="days",
    scopes=SCOPES,
    help="The least time that a notice leaves the buyer to pay (R11).",
)


class NoticesMissing(DomainError):
    """The buyer has not had all the notices, and the time they leave, that a default needs."""

    code, status = "notices_missing", 422


class NoticeTooEarly(DomainError):
    """The notice before this one is too recent."""

    code, status = "notice_too_early", 422


register_conflict("one_notice_per_number", Conflict)


@service
def send_notice(
    *,
    actor: User,
    booking_id: int,
    sent_on: date | None = None,
    cure_days: int | None = None,
    text: str = "",
) -> DefaultNotice:
    """Record a notice, numbered 1, 2, …; sent today and with the usual time to cure unless it says.

    Raises NoticeTooEarly (422), InvalidValue (400) for a day to come or less time than the setting asks for,
    InvalidTransition (409) for a booking that is over, NotAllowed for customers; DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_WARN)
    booking = lock_for(actor, booking_id)
    refuse_dead(booking, clock.now())
    day = sent_on or clock.today(booking.project.time_zone)
    days = _cure_days(booking, cure_days)
    before = DefaultNotice.objects.filter(booking=booking).order_by("-number").first()
    _refuse_day(booking, day, before)
    notice = DefaultNotice.objects.create(
        booking=booking,
        number=before.number + 1 if before else 1,
        sent_on=day,
        cure_until=day + timedelta(days=days),
        text=text,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    audit.record(
        actor, notice, "sent", after={"booking": booking.pk, "cure_until": notice.cure_until}
    )
    return notice


def refuse_without_notices(booking: Booking, today: date) -> None:
    """R11: raises NoticesMissing (422) until enough notices were recorded and their time to cure has passed."""
    needed = NOTICES.for_project(booking.project)
    over = DefaultNotice.objects.filter(booking=booking, cure_until__lt=today).count()
    if over < needed:
        raise NoticesMissing(needed=needed, found=over)


def _cure_days(booking: Booking, wanted: int | None) -> int:
    least = CURE_DAYS.for_project(booking.project)
    if wanted is not None and wanted < least:
        raise InvalidValue(errors={"cure_days": [f"Must be at least {least}."]})
    return wanted or least


def _refuse_day(booking: Booking, day: date, before: DefaultNotice | None) -> None:
    zone = booking.project.time_zone
    if day > clock.today(zone):
        raise InvalidValue(errors={"sent_on": ["A notice cannot be dated in the future."]})
    if day < clock.local(booking.booking_date, zone).date():
        raise InvalidValue(errors={"sent_on": ["A notice cannot be older than the booking."]})
    gap = NOTICE_GAP.for_project(booking.project)
    if before is not None and day < before.sent_on + timedelta(days=gap):
        raise NoticeTooEarly(earliest=before.sent_on + timedelta(days=gap))
