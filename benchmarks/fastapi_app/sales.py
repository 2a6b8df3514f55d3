"""Bookings and what was paid for them; with them the counts that projects and builders show."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, func, or_, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from benchmarks.fastapi_app.database import Base
from benchmarks.fastapi_app.stock import Builder, Claim, Project, Unit

SHORT = {
    "inquiry": "pending",
    "site_visit_scheduled": "pending",
    "on_hold": "pending",
    "token_paid": "active",
    "booking_confirmed": "active",
    "agreement_signed": "active",
    "possession_offered": "active",
    "handed_over": "completed",
}
OVER = ("cancelled", "expired", "transferred")
FIRM = {*SHORT} - {"inquiry", "site_visit_scheduled", "on_hold"}


class Payment(Base):
    """Money that came."""

    __tablename__ = "payments_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings_booking.id"))
    amount: Mapped[Decimal]
    state: Mapped[str]
    payment_type: Mapped[str]
    is_held_excess: Mapped[bool]


class Applicant(Base):
    """Somebody who buys."""

    __tablename__ = "bookings_applicant"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings_booking.id"))
    customer_id: Mapped[int | None]


class Booking(Base):
    """A customer's way to a unit."""

    __tablename__ = "bookings_booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("projects_unit.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("projects_claim.id"))
    state: Mapped[str]
    booking_date: Mapped[datetime]
    quote_id: Mapped[int | None]
    agreement_value: Mapped[Decimal | None]
    other_charges: Mapped[Decimal]
    tax_amount: Mapped[Decimal]
    total_amount: Mapped[Decimal | None]
    token_amount: Mapped[Decimal | None]
    currency: Mapped[str]
    payment_plan: Mapped[str]
    loan_approved: Mapped[bool]
    loan_amount: Mapped[Decimal | None]
    special_requests: Mapped[str]
    expected_registration_date: Mapped[date | None]
    actual_registration_date: Mapped[date | None]
    cooling_off_until: Mapped[datetime | None]
    registration_number: Mapped[str]
    agent_id: Mapped[int | None]
    rating: Mapped[int | None]
    state_reason: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    unit: Mapped[Unit | None] = relationship()
    claim: Mapped[Claim | None] = relationship()

    @property
    def booking_number(self) -> str:
        """What people quote."""
        return f"BK-{self.id:06d}"

    @property
    def expires_at(self) -> datetime | None:
        """When the hold ends."""
        return self.claim.expires_at if self.claim else None

    @property
    def booking_status(self) -> str:
        """The state, or that the hold is over."""
        if self.state != "on_hold" or self.claim is None:
            return self.state
        end = self.claim.expires_at
        is_over = self.claim.released_at or (end and end <= datetime.now(end.tzinfo))
        return "expired" if is_over else self.state

    @property
    def status(self) -> str:
        """The short one."""
        if (
            self.state in FIRM
            and self.actual_registration_date is not None
            and self.paid_amount >= (self.total_amount or 0)
        ):
            return "completed"
        return SHORT.get(self.booking_status, "cancelled")

    @property
    def pending_amount(self) -> Decimal:
        """What is still open."""
        return max((self.total_amount or Decimal(0)) - self.paid_amount, Decimal(0))

    @property
    def payment_progress(self) -> Decimal:
        """Paid, in percent."""
        if not self.total_amount:
            return Decimal(0)
        return min(round(self.paid_amount * 100 / self.total_amount, 2), Decimal(100))

    @property
    def agreement_url(self) -> None:
        """None of the benchmark's bookings has an agreement."""
        return


Booking.paid_amount = column_property(
    select(func.coalesce(func.sum(Payment.amount), 0))
    .where(
        Payment.booking_id == Booking.id,
        Payment.state == "cleared",
        ~Payment.is_held_excess,
        Payment.payment_type.not_in(["maintenance", "penalty"]),
    )
    .scalar_subquery()
)
sale = Booking.__table__.alias()
home = Project.__table__.alias()
held = Claim.__table__.alias()
Project.bookings = column_property(
    select(func.count())
    .select_from(sale.outerjoin(held, held.c.id == sale.c.claim_id))
    .where(
        sale.c.project_id == Project.id,
        sale.c.state.not_in(OVER),
        ~(
            (sale.c.state == "on_hold")
            & func.coalesce(
                or_(held.c.expires_at <= func.now(), held.c.released_at.is_not(None)), False
            )
        ),
    )
    .scalar_subquery()
)
Builder.rating = column_property(
    select(func.avg(sale.c.rating))
    .join(home, home.c.id == sale.c.project_id)
    .where(home.c.builder_id == Builder.user_id)
    .scalar_subquery()
)
Builder.total_projects = column_property(
    select(func.count())
    .select_from(home)
    .where(
        home.c.builder_id == Builder.user_id,
        home.c.published_at.is_not(None),
        home.c.archived_at.is_(None),
    )
    .scalar_subquery()
)
