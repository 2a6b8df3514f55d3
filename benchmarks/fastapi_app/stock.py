"""Builders, projects, units, claims, phases. Counts are column properties, as SQLAlchemy's guide has them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ARRAY, Column, ForeignKey, String, Table, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from benchmarks.fastapi_app.database import Base

Texts = ARRAY(String)
HIDDEN = "reserved"  # what is not for sale looks so to strangers


class Builder(Base):
    """A company that builds."""

    __tablename__ = "accounts_builder"

    user_id: Mapped[int] = mapped_column(primary_key=True)
    company_name: Mapped[str]
    verified: Mapped[bool]
    website: Mapped[str]
    description: Mapped[str]
    logo_url: Mapped[str]


class Phase(Base):
    """A phase of a project."""

    __tablename__ = "progress_projectprogress"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"))
    tower_id: Mapped[int | None]
    sequence: Mapped[int]
    phase_name: Mapped[str]
    phase_description: Mapped[str]
    start_date: Mapped[date | None]
    expected_end_date: Mapped[date | None]
    actual_end_date: Mapped[date | None]
    progress_percentage: Mapped[Decimal]
    weight: Mapped[Decimal]
    status: Mapped[str]
    milestone_images: Mapped[list[str]] = mapped_column(Texts)
    customer_visible: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def end_date(self) -> date | None:
        """When it ended, or is expected to."""
        return self.actual_end_date or self.expected_end_date


parties = Table(
    "projects_claim_parties",
    Base.metadata,
    Column("claim_id", ForeignKey("projects_claim.id"), primary_key=True),
    Column("customer_id", ForeignKey("accounts_customer.user_id"), primary_key=True),
)


class Claim(Base):
    """Who occupies a unit."""

    __tablename__ = "projects_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("projects_unit.id"))
    kind: Mapped[str]
    stage: Mapped[str]
    customer_id: Mapped[int | None]
    taken_by_id: Mapped[int | None]
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str]


def is_live() -> object:
    """Whether a claim occupies its unit now."""
    return and_(
        Claim.released_at.is_(None), or_(Claim.expires_at.is_(None), Claim.expires_at > func.now())
    )


class Unit(Base):
    """A flat."""

    __tablename__ = "projects_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id"))
    tower_id: Mapped[int | None]
    unit_number: Mapped[str]
    unit_type: Mapped[str]
    floor_number: Mapped[int]
    area_sqft: Mapped[Decimal]
    price: Mapped[Decimal]
    facing: Mapped[str]
    balconies: Mapped[int]
    bathrooms: Mapped[int]
    parking_spaces: Mapped[int]
    floor_plan_url: Mapped[str]
    features: Mapped[list[str]] = mapped_column(Texts)
    released_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    project: Mapped["Project"] = relationship()
    claim: Mapped[Claim | None] = relationship(
        primaryjoin=lambda: and_(Unit.id == Claim.unit_id, is_live()), viewonly=True, uselist=False
    )

    @property
    def status(self) -> str:
        """As strangers and customers see it."""
        if self.claim is not None:
            return HIDDEN if self.claim.stage == "held" else self.claim.stage
        return HIDDEN if self.released_at is None or self.blocked_at is not None else "available"


class Project(Base):
    """What a builder sells units of."""

    __tablename__ = "projects_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    builder_id: Mapped[int] = mapped_column(ForeignKey("accounts_builder.user_id"))
    project_name: Mapped[str]
    description: Mapped[str]
    project_type: Mapped[str]
    status: Mapped[str]
    location_address: Mapped[str]
    location_city: Mapped[str]
    location_state: Mapped[str]
    location_zipcode: Mapped[str]
    latitude: Mapped[Decimal | None]
    longitude: Mapped[Decimal | None]
    planned_units: Mapped[int]
    price_range_min: Mapped[Decimal | None]
    price_range_max: Mapped[Decimal | None]
    currency: Mapped[str]
    project_area: Mapped[Decimal | None]
    amenities: Mapped[list[str]] = mapped_column(Texts)
    images: Mapped[list[str]] = mapped_column(Texts)
    floor_plans: Mapped[list[str]] = mapped_column(Texts)
    brochure_url: Mapped[str]
    is_featured: Mapped[bool]
    start_date: Mapped[date | None]
    expected_completion_date: Mapped[date | None]
    actual_completion_date: Mapped[date | None]
    time_zone: Mapped[str]
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    builder: Mapped[Builder] = relationship()

    @property
    def location(self) -> str:
        """Address, city and state in one line."""
        parts = (self.location_address, self.location_city, self.location_state)
        return ", ".join(part for part in parts if part)

    @property
    def is_published(self) -> bool:
        """Whether everybody may see it."""
        return self.published_at is not None


OwnUnit, OwnPhase = Unit.__table__.alias(), Phase.__table__.alias()
units_of = select(func.count()).where(OwnUnit.c.project_id == Project.id)
Project.total_units = column_property(
    func.coalesce(func.nullif(units_of.scalar_subquery(), 0), Project.planned_units)
)
Project.available_units = column_property(
    units_of.where(
        OwnUnit.c.released_at.is_not(None),
        OwnUnit.c.blocked_at.is_(None),
        ~exists().where(Claim.unit_id == OwnUnit.c.id, is_live()),
    ).scalar_subquery()
)
done = func.sum(OwnPhase.c.weight * OwnPhase.c.progress_percentage)
mean = select(func.round(done / func.sum(OwnPhase.c.weight), 2)).where(
    OwnPhase.c.project_id == Project.id, OwnPhase.c.customer_visible
)
Project.progress = column_property(func.coalesce(mean.scalar_subquery(), 0))
