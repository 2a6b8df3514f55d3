"""What the home pages count. Every figure is derived from rows that ``for_user`` gives the caller (R21)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from bookings.enums import ChangeState
from bookings.models import Booking, ChangeRequest
from bookings.querysets import lapsed
from messaging.models import Message
from notifications.models import Notification
from payments.models import Payment
from progress.models import ConstructionUpdate
from projects.models import Project, Unit
from realestate.core import clock
from scheduling.models import Appointment

MONTHS = 12
WEEK = timedelta(days=7)
SOON = timedelta(hours=2)
SHOWN = 5
ENDED_CHANGES = (
    ChangeState.DECLINED,
    ChangeState.LAPSED,
    ChangeState.REJECTED,
    ChangeState.COMPLETED,
    ChangeState.WITHDRAWN,
)
ZONE = ZoneInfo(clock.DEFAULT_ZONE)


def builder_home(user: User) -> dict[str, Any]:
    """Stock, bookings, money by month and what waits, over a builder's own projects."""
    now = clock.now()
    bookings = Booking.objects.for_user(user)
    units = Unit.objects.editable_by(user).with_status(now)
    payments = Payment.objects.for_user(user).counted()
    projects = Project.objects.editable_by(user).filter(archived_at=None)
    held = bookings.filter(claim__released_at=None, claim__expires_at__gt=now)
    return {
        "projects": _by(projects, "status"),
        "units": _by(units.filter(project__archived_at=None), "status"),
        "bookings": bookings.summary(now),
        "new_bookings_30_days": bookings.filter(booking_date__gt=now - timedelta(days=30)).count(),
        "holds_ending_soon": held.filter(claim__expires_at__lte=now + SOON).count(),
        "bookings_by_month": _bookings_by_month(bookings, now),
        "collections_by_month": _collections_by_month(payments, now),
        "recent_bookings": _recent_bookings(bookings, now),
        **_waiting(user, now),
    }


def customer_home(user: User) -> dict[str, Any]:
    """A customer's bookings, money, next appointments, news and what waits."""
    now = clock.now()
    bookings = Booking.objects.for_user(user)
    updates = ConstructionUpdate.objects.for_user(user)
    booked = bookings.exclude(lapsed(now)).values("project")
    news = (
        updates.filter(project__in=booked).select_related("project").order_by("-created_at", "-pk")
    )
    return {
        "bookings": bookings.summary(now),
        "recent_bookings": _recent_bookings(bookings, now),
        "latest_updates": [
            {
                "id": row.pk,
                "project_id": row.project_id,
                "project": row.project.project_name,
                "title": row.update_title,
                "created_at": row.created_at,
            }
            for row in news[:SHOWN]
        ],
        **_waiting(user, now),
    }


def _waiting(user: User, now: datetime) -> dict[str, Any]:
    """What asks for attention: visits, unread messages and notifications, open change requests."""
    visits = Appointment.objects.for_user(user).live().filter(starts_at__gte=now)
    changes = ChangeRequest.objects.for_user(user)
    messages = Message.objects.for_user(user)
    notifications = Notification.objects.for_user(user).due(now)
    return {
        "appointments_next_7_days": visits.filter(starts_at__lt=now + WEEK).count(),
        "upcoming_appointments": [
            {
                "id": row.pk,
                "appointment_type": row.appointment_type,
                "appointment_date": row.starts_at,
                "status": row.status,
                "customer": row.customer.full_name,
                "project": row.project.project_name,
            }
            for row in visits.select_related("customer", "project").order_by("starts_at", "pk")[
                :SHOWN
            ]
        ],
        "unread_messages": messages.unread_by(user).count(),
        "unread_notifications": notifications.unread().count(),
        "open_change_requests": changes.exclude(state__in=ENDED_CHANGES).count(),
    }


def _recent_bookings(bookings: Any, now: datetime) -> list[dict[str, Any]]:
    rows = bookings.with_lifecycle(now).select_related("customer", "project", "unit")
    return [
        {
            "id": row.pk,
            "booking_number": row.booking_number,
            "booking_date": row.booking_date,
            "booking_status": row.booking_status,
            "status": row.status,
            "customer": row.customer.full_name,
            "project": row.project.project_name,
            "unit": row.unit.unit_number if row.unit else None,
            "total_amount": row.total_amount,
            "paid_amount": row.paid_amount,
            "currency": row.currency,
        }
        for row in rows.order_by("-booking_date", "-pk")[:SHOWN]
    ]


def _by(rows: QuerySet[Any], column: str) -> dict[str, Any]:
    counted = rows.order_by().values_list(column).annotate(rows=Count("pk"))
    found = dict(counted.order_by(column))
    return {"total": sum(found.values()), f"by_{column}": found}


def _bookings_by_month(bookings: QuerySet[Any], now: datetime) -> list[dict[str, Any]]:
    months = _months(now)
    begin = datetime(months[0].year, months[0].month, 1, tzinfo=ZONE)
    rows = bookings.filter(~Q(unit=None), booking_date__gte=begin).order_by()
    month = TruncMonth("booking_date", tzinfo=ZONE)
    counted = rows.annotate(month=month).values_list("month").annotate(rows=Count("pk"))
    found = {instant.date().replace(day=1): count for instant, count in counted}
    return _series(months, found, "bookings", 0)


def _collections_by_month(payments: QuerySet[Any], now: datetime) -> list[dict[str, Any]]:
    """Completed payments for the price, by value date and currency."""
    months = _months(now)
    rows = payments.filter(paid_date__gte=months[0]).order_by()
    summed = (
        rows.annotate(month=TruncMonth("paid_date"))
        .values_list("month", "currency")
        .annotate(Sum("amount"))
    )
    found: dict[date, dict[str, Any]] = {}
    for month, currency, amount in summed:
        found.setdefault(month, {})[currency] = amount
    return _series(months, found, "amounts", {})


def _series(
    months: list[date], found: Mapping[date, Any], name: str, empty: Any
) -> list[dict[str, Any]]:
    return [{"month": f"{month:%Y-%m}", name: found.get(month, empty)} for month in months]


def _months(now: datetime) -> list[date]:
    """The first days of the last twelve months, the present one last, in India's zone."""
    today = now.astimezone(ZONE).date()
    present = today.year * 12 + today.month - 1
    return [
        date(number // 12, number % 12 + 1, 1)
        for number in range(present - MONTHS + 1, present + 1)
    ]
