"""How buyers are looked after: visits to come, stages to build, questions to answer."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    RowRange,
    Subquery,
    Window,
)
from django.db.models.expressions import Case, When
from django.db.models.functions import Coalesce, Extract, Lag, TruncDate, TruncMonth

from bookings.enums import ChangeState
from bookings.models import ChangeQuote, ChangeRequest
from messaging.models import BroadcastRecipient, Message
from progress.enums import MilestoneState
from progress.models import Milestone
from realestate.reports.dashboard.scope import Scope, month_after
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

DAYS = 14
AHEAD = 6  # months of stages that are shown one by one
SECONDS_OF_AN_HOUR = 3_600
SECONDS_OF_A_DAY = 86_400
COUNTED = """
SELECT month, count(*), count(wait), percentile_cont(0.5) WITHIN GROUP (ORDER BY wait)
FROM ({rows}) AS asked (month, wait) GROUP BY month
"""
Row = dict[str, Any]


def appointments(scope: Scope) -> list[Row]:
    """Live appointments from this moment on, by day, for two weeks from today. One query."""
    end = datetime.combine(
        scope.today + timedelta(days=DAYS), datetime.min.time(), tzinfo=scope.zone
    )
    rows = scope.of(Appointment.objects.for_user(scope.user)).live()
    counted = (
        rows.filter(starts_at__gte=scope.now, starts_at__lt=end)
        .annotate(day=TruncDate("starts_at", tzinfo=scope.zone))
        .values("day")
        .annotate(
            scheduled=Count("pk", filter=Q(status=AppointmentStatus.SCHEDULED)),
            confirmed=Count("pk", filter=Q(status=AppointmentStatus.CONFIRMED)),
            total=Count("pk"),
        )
    )
    found = {row["day"]: row for row in counted}
    empty = {"scheduled": 0, "confirmed": 0, "total": 0}
    days = [scope.today + timedelta(days=number) for number in range(DAYS)]
    return [{**empty, **found.get(day, {}), "day": day} for day in days]


def stages(scope: Scope) -> list[Row]:
    """Stages that are not certified (R7.1) by the month for which they are planned; what is late comes first.

    Then this month and the next five, whatever is later, and stages without a date. One query.
    """
    rows = scope.of(Milestone.objects.editable_by(scope.user)).filter(project__archived_at=None)
    rows = rows.exclude(state=MilestoneState.CERTIFIED)
    counted = rows.annotate(
        is_late=Case(When(planned_on__lt=scope.today, then=True), default=False),
        month=TruncMonth("planned_on"),
    )
    months = [month_after(scope.today, number) for number in range(AHEAD)]
    keys = ["late", *(f"{month:%Y-%m}" for month in months), "later", "no_date"]
    found = {key: {"period": key, "pending": 0, "reported": 0, "total": 0} for key in keys}
    for row in counted.values("is_late", "month", "state").annotate(stages=Count("pk")):
        entry = found[_period(row["month"], months, is_late=row["is_late"])]
        entry[row["state"]] += row["stages"]
        entry["total"] += row["stages"]
    return list(found.values())


def _period(month: date | None, months: list[date], *, is_late: bool) -> str:
    if month is None:
        return "no_date"
    if is_late:
        return "late"
    return f"{month:%Y-%m}" if month <= months[-1] else "later"


def responses(scope: Scope) -> list[Row]:
    """By month of the question: how many were asked and answered, and how long the middle one waited. Two queries."""
    found: dict[date, Row] = {
        month: {
            "month": f"{month:%Y-%m}",
            **dict.fromkeys(("messages", "answered", "changes", "offered"), 0),
            **dict.fromkeys(("median_hours", "median_days")),
        }
        for month in scope.months_back
    }
    for month, asked, answered, wait in _by_month(_questions(scope), scope):
        hours = _in(SECONDS_OF_AN_HOUR, wait)
        found[month] |= {"messages": asked, "answered": answered, "median_hours": hours}
    for month, asked, offered, wait in _by_month(_changes(scope), scope):
        days = _in(SECONDS_OF_A_DAY, wait)
        found[month] |= {"changes": asked, "offered": offered, "median_days": days}
    return list(found.values())


def _by_month(rows: QuerySet[Any], scope: Scope) -> list[tuple[date, int, int, float | None]]:
    """Month, how many, how many with an answer, and the median wait in seconds.

    The ORM groups no rows by what a window says of them, so the counting stands around its statement.
    """
    month = TruncMonth("created_at", tzinfo=scope.zone)
    inner = rows.annotate(month=month, wait=Extract(F("answered_at") - F("created_at"), "epoch"))
    sql, parameters = inner.values_list("month", "wait").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(rows=sql), parameters)
        return [(instant.astimezone(scope.zone).date(), *rest) for instant, *rest in cursor]


def _questions(scope: Scope) -> QuerySet[Any]:
    """Customers' messages that follow no other of their own, with the first answer; broadcasts answer nobody.

    What was written before the first month is not looked at.
    """
    spoken = scope.of(Message.objects.for_user(scope.user), "conversation__project__").filter(
        ~Exists(BroadcastRecipient.objects.filter(message=OuterRef("pk"))),
        created_at__gte=scope.begin,
    )
    in_turn: dict[str, Any] = {"partition_by": "conversation", "order_by": "pk"}
    is_customers = Q(sender=F("conversation__customer"))
    before: Any = Coalesce(Window(Lag("sender"), **in_turn), 0, output_field=BigIntegerField())
    answer = Window(Min("created_at", filter=~is_customers), **in_turn, frame=RowRange(start=0))
    # A condition on a plain column would hold before the window looks; this one holds after.
    rows: QuerySet[Any] = spoken.annotate(
        sender_before=Case(When(is_customers, then=before)), answered_at=answer
    )
    return rows.filter(~Q(sender_before=F("sender")), sender_before__isnull=False)


def _changes(scope: Scope) -> QuerySet[Any]:
    """Change requests with the first quote for them, or their rejection; what customers withdrew asks for nothing."""
    rows = scope.of(ChangeRequest.objects.for_user(scope.user), "booking__project__").filter(
        created_at__gte=scope.begin
    )
    quoted = ChangeQuote.objects.filter(change_request=OuterRef("pk")).order_by()
    first = quoted.values("change_request").annotate(first=Min("created_at")).values("first")
    rejected = Case(When(state=ChangeState.REJECTED, then=F("updated_at")))
    answered: QuerySet[Any] = rows.exclude(state=ChangeState.WITHDRAWN).annotate(
        answered_at=Coalesce(Subquery(first), rejected)
    )
    return answered


def _in(unit: int, seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / unit, 1)
