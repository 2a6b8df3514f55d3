"""Customers, what they were told, and when they meet the builder."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from benchmarks.fastapi_app.database import Base
from benchmarks.fastapi_app.people import User
from benchmarks.fastapi_app.stock import Builder, Project

NOON = 12


class Customer(Base):
    """Somebody who looks for a flat."""

    __tablename__ = "accounts_customer"

    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_user.id"), primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str]
    user: Mapped[User] = relationship()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def email(self) -> str:
        """Of the account."""
        return self.user.email


class Notification(Base):
    """What somebody was told."""

    __tablename__ = "notifications_notification"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    notification_type: Mapped[str]
    title: Mapped[str]
    message: Mapped[str]
    priority: Mapped[str]
    related_entity_type: Mapped[str]
    related_entity_id: Mapped[int | None]
    action_url: Mapped[str]
    send_via: Mapped[str]
    scheduled_send_time: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def is_sent(self) -> bool:
        """Whether it has reached somebody."""
        return self.sent_at is not None

    @property
    def is_read(self) -> bool:
        """Whether it was opened."""
        return self.read_at is not None


class Host(Base):
    """Who receives people."""

    __tablename__ = "scheduling_host"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Appointment(Base):
    """A meeting."""

    __tablename__ = "scheduling_appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("accounts_customer.user_id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("scheduling_host.id"))
    appointment_type: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    meeting_location: Mapped[str]
    location: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str]
    agenda: Mapped[str]
    notes: Mapped[str]
    attendees: Mapped[list[str]] = mapped_column(ARRAY(String))
    reschedule_reason: Mapped[str]
    rescheduled_at: Mapped[datetime | None]
    created_by_id: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    customer: Mapped[Customer] = relationship()
    project: Mapped[Project] = relationship()
    host: Mapped[Host] = relationship()

    @property
    def title(self) -> str:
        """For people."""
        return self.appointment_type.replace("_", " ").capitalize()

    @property
    def host_name(self) -> str:
        """Whom the customer meets."""
        return self.host.name

    @property
    def builder(self) -> Builder:
        """Of the project."""
        return self.project.builder

    @property
    def appointment_time(self) -> str:
        """The project's wall clock."""
        local = self.starts_at.astimezone(ZoneInfo(self.project.time_zone))
        return f"{local:%I:%M} {'AM' if local.hour < NOON else 'PM'}"
