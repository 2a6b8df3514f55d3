"""The envelopes of lists, and the hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from benchmarks.fastapi_app.schemas import AppointmentOut, BookingOut, NotificationOut, ProjectOut


class Pagination(BaseModel):
    """Where a page stands."""

    currentPage: int  # noqa: N815  # wire name
    totalPages: int  # noqa: N815  # wire name
    totalItems: int  # noqa: N815  # wire name
    hasNext: bool  # noqa: N815  # wire name
    hasPrev: bool  # noqa: N815  # wire name


class Page(BaseModel):
    """What all lists have."""

    total: int
    page: int
    limit: int
    pagination: Pagination


class ProjectPage(Page):
    """Projects."""

    projects: list[ProjectOut]


class BookingPage(Page):
    """Bookings."""

    bookings: list[BookingOut]


class NotificationPage(Page):
    """Notifications."""

    notifications: list[NotificationOut]
    unread_count: int
    unreadCount: int  # noqa: N815  # wire name


class Stats(BaseModel):
    """Appointments by state."""

    total: int
    confirmed: int
    pending: int
    completed: int
    cancelled: int
    scheduled: int
    rescheduled: int


class AppointmentPage(Page):
    """Appointments."""

    appointments: list[AppointmentOut]
    stats: Stats


class HoldOut(BaseModel):
    """A hold."""

    id: int
    unit_id: int
    unit_number: str
    project_id: int
    price: float
    customer_id: int
    kind: str
    taken_at: datetime
    expires_at: datetime
    is_live: bool


def page_of(
    db: Session, rows: Select[Any], asked: tuple[int, int], options: Sequence[Any] = ()
) -> tuple[Sequence[Any], dict[str, Any]]:
    """A page of rows, and where it stands among all, which are counted."""
    page, limit = asked
    counted = rows.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = db.scalar(counted) or 0
    wanted = rows.options(*options).limit(limit).offset((page - 1) * limit)
    found = db.scalars(wanted).unique().all()
    last = max(1, -(-total // limit))
    return found, {
        "total": total,
        "page": page,
        "limit": limit,
        "pagination": {
            "currentPage": page,
            "totalPages": last,
            "totalItems": total,
            "hasNext": page < last,
            "hasPrev": page > 1,
        },
    }
