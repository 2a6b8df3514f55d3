"""The routes: ``uvicorn benchmarks.fastapi_app.main:app``."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Response
from sqlalchemy import Select, func, insert, or_, select
from sqlalchemy.orm import joinedload

from benchmarks.fastapi_app.contact import Appointment, Customer, Notification
from benchmarks.fastapi_app.database import Db
from benchmarks.fastapi_app.pages import (
    AppointmentPage,
    BookingPage,
    HoldOut,
    NotificationPage,
    ProjectPage,
    page_of,
)
from benchmarks.fastapi_app.people import Caller
from benchmarks.fastapi_app.sales import Applicant, Booking
from benchmarks.fastapi_app.schemas import PhaseOut, ProjectOut, UnitOut
from benchmarks.fastapi_app.stock import Claim, Phase, Project, Unit, parties

HOLD = timedelta(minutes=30)
app = FastAPI(title="Yardstick")
PageNumber = Annotated[int, Query(ge=1)]
Limit = Annotated[int, Query(ge=1, le=100)]


def public_projects() -> Select[tuple[Project]]:
    """What everybody may see."""
    return select(Project).where(Project.published_at.is_not(None), Project.archived_at.is_(None))


@app.get("/health")
def health() -> dict[str, str]:
    """Whether it is up."""
    return {"status": "ok"}


@app.get("/api/projects", response_model=ProjectPage)
def list_projects(db: Db, page: PageNumber = 1, limit: Limit = 20) -> Any:
    """Projects with their builders, newest first."""
    rows = public_projects().order_by(Project.created_at.desc(), Project.id.desc())
    found, about = page_of(db, rows, (page, limit), [joinedload(Project.builder)])
    return {"projects": found, **about}


@app.get("/api/projects/{project_id}", response_model=ProjectOut)
def get_project(db: Db, project_id: int) -> Any:
    """One project."""
    rows = public_projects().where(Project.id == project_id).options(joinedload(Project.builder))
    project = db.scalars(rows).first()
    if project is None:
        raise HTTPException(404, "There is no such project.")
    return project


@app.get("/api/projects/{project_id}/units", response_model=list[UnitOut])
def list_units(
    db: Db, project_id: int, response: Response, page: PageNumber = 1, limit: Limit = 100
) -> Any:
    """The units of a project, floor by floor."""
    rows = (
        select(Unit)
        .where(Unit.project_id == project_id)
        .order_by(Unit.project_id, Unit.floor_number, Unit.unit_number, Unit.id)
        .options(joinedload(Unit.claim))
    )
    total = db.scalar(select(func.count(Unit.id)).where(Unit.project_id == project_id))
    response.headers["X-Total-Count"] = str(total)
    return db.scalars(rows.limit(limit).offset((page - 1) * limit)).unique().all()


@app.get("/api/projects/{project_id}/progress", response_model=list[PhaseOut])
def list_phases(
    db: Db, project_id: int, response: Response, page: PageNumber = 1, limit: Limit = 100
) -> Any:
    """The phases of a project."""
    shown = (Phase.project_id == project_id, Phase.customer_visible)
    rows = select(Phase).where(*shown).order_by(Phase.sequence, Phase.id)
    response.headers["X-Total-Count"] = str(db.scalar(select(func.count(Phase.id)).where(*shown)))
    return db.scalars(rows.limit(limit).offset((page - 1) * limit)).all()


@app.get("/api/bookings", response_model=BookingPage)
def list_bookings(db: Db, caller: Caller, page: PageNumber = 1, limit: Limit = 20) -> Any:
    """The caller's bookings, also those that it buys with others."""
    joint = select(Applicant.booking_id).where(Applicant.customer_id == caller.id)
    rows = (
        select(Booking)
        .where(or_(Booking.customer_id == caller.id, Booking.id.in_(joint)))
        .order_by(Booking.booking_date.desc(), Booking.id.desc())
    )
    unit = joinedload(Booking.unit)
    options = (
        joinedload(Booking.claim),
        unit.joinedload(Unit.claim),
        unit.joinedload(Unit.project).joinedload(Project.builder),
    )
    found, about = page_of(db, rows, (page, limit), options)
    return {"bookings": found, **about}


@app.get("/api/notifications", response_model=NotificationPage)
def list_notifications(db: Db, caller: Caller, page: PageNumber = 1, limit: Limit = 20) -> Any:
    """What the caller was told, newest first."""
    now = func.now()
    due = (
        Notification.user_id == caller.id,
        or_(Notification.scheduled_send_time.is_(None), Notification.scheduled_send_time <= now),
    )
    since = func.coalesce(Notification.scheduled_send_time, Notification.created_at)
    rows = select(Notification).where(*due).order_by(since.desc(), Notification.id.desc())
    unread = db.scalar(
        select(func.count(Notification.id)).where(*due, Notification.read_at.is_(None))
    )
    found, about = page_of(db, rows, (page, limit))
    return {"notifications": found, "unread_count": unread, "unreadCount": unread, **about}


@app.get("/api/appointments", response_model=AppointmentPage)
def list_appointments(db: Db, caller: Caller, page: PageNumber = 1, limit: Limit = 100) -> Any:
    """The caller's meetings, latest first."""
    mine = Appointment.customer_id == caller.id
    rows = (
        select(Appointment)
        .where(mine)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
    )
    options = (
        joinedload(Appointment.customer).joinedload(Customer.user),
        joinedload(Appointment.project).joinedload(Project.builder),
        joinedload(Appointment.host),
    )
    found, about = page_of(db, rows, (page, limit), options)
    return {"appointments": found, "stats": stats_of(db, mine), **about}


def stats_of(db: Db, mine: Any) -> dict[str, int]:
    """How many meetings there are in each state."""
    moved = Appointment.rescheduled_at.is_not(None)
    counted = select(Appointment.status, moved, func.count()).where(mine)
    counts = {
        (status, is_moved): n
        for status, is_moved, n in db.execute(counted.group_by(Appointment.status, moved))
    }
    by = {
        status: counts.get((status, False), 0) + counts.get((status, True), 0)
        for status in ("confirmed", "scheduled", "completed", "cancelled")
    }
    fresh, again = counts.get(("scheduled", False), 0), counts.get(("scheduled", True), 0)
    return {
        **by,
        "total": sum(by.values()),
        "pending": by["scheduled"],
        "scheduled": fresh,
        "rescheduled": again,
    }


@app.post("/api/units/{unit_id}/hold", response_model=HoldOut, status_code=201)
def hold(db: Db, caller: Caller, unit_id: int) -> Any:
    """Look whether the unit is free, and take it; two at the same moment are the unique index's business."""
    unit = db.scalars(
        select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.claim))
    ).first()
    if unit is None:
        raise HTTPException(404, "There is no such unit.")
    if unit.status != "available":
        raise HTTPException(409, "This unit is not available.")
    now = datetime.now(UTC)
    claim = Claim(
        unit_id=unit.id,
        kind="hold",
        stage="held",
        customer_id=caller.id,
        taken_by_id=caller.id,
        taken_at=now,
        expires_at=now + HOLD,
        release_reason="",
    )
    db.add(claim)
    db.flush()
    db.execute(insert(parties).values(claim_id=claim.id, customer_id=caller.id))
    db.commit()
    return {
        "id": claim.id,
        "unit_id": unit.id,
        "unit_number": unit.unit_number,
        "project_id": unit.project_id,
        "price": unit.price,
        "customer_id": caller.id,
        "kind": claim.kind,
        "taken_at": claim.taken_at,
        "expires_at": claim.expires_at,
        "is_live": True,
    }
