"""Projects, towers, units, claims, 3D models."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from projects.enums import (
    ClaimKind,
    ClaimStage,
    FileFormat,
    ModelType,
    ProjectStatus,
    ProjectType,
    UnitType,
)
from projects.models import Claim, Model3D, Project, Tower, Unit
from realestate.core import clock
from tests.factories.accounts import BuilderFactory

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class ProjectFactory(DjangoModelFactory):
    """A published project under construction."""

    class Meta:
        model = Project

    builder = factory.SubFactory(BuilderFactory)
    project_name = factory.Sequence(lambda n: f"Project {n}")
    description = "Homes with a view."
    project_type = ProjectType.RESIDENTIAL
    status = ProjectStatus.CONSTRUCTION
    location_address = "12 Lake Road"
    location_city = "Pune"
    location_state = "Maharashtra"
    location_zipcode = "411001"
    price_range_min = Decimal("5500000.00")
    price_range_max = Decimal("9500000.00")
    amenities = factory.LazyFunction(lambda: ["Gym", "Pool"])
    published_at = LONG_AGO


class TowerFactory(DjangoModelFactory):
    """A tower of ten floors."""

    class Meta:
        model = Tower

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Tower {n}")
    floors = 10


class UnitFactory(DjangoModelFactory):
    """A released, unblocked two-room flat."""

    class Meta:
        model = Unit

    project = factory.SubFactory(ProjectFactory)
    unit_number = factory.Sequence(lambda n: f"A-{n:04d}")
    unit_type = UnitType.TWO_BHK
    floor_number = 3
    area_sqft = Decimal("1045.50")
    price = Decimal("7500000.00")
    bathrooms = 2
    released_at = LONG_AGO


class ClaimFactory(DjangoModelFactory):
    """A live hold of half an hour; the customer is a party."""

    class Meta:
        model = Claim
        skip_postgeneration_save = True

    unit = factory.SubFactory(UnitFactory)
    kind = ClaimKind.HOLD
    stage = ClaimStage.HELD
    taken_at = factory.LazyFunction(clock.now)
    expires_at = factory.LazyAttribute(
        lambda claim: (
            claim.taken_at + timedelta(minutes=30) if claim.kind == ClaimKind.HOLD else None
        )
    )
    taken_by = factory.LazyAttribute(lambda claim: claim.customer.user if claim.customer else None)
    customer = None

    @factory.post_generation
    def parties(self, create, extracted, **_kwargs):
        """The customer, and whoever else is named."""
        if create:
            self.parties.set([party for party in (self.customer, *(extracted or ())) if party])


class Model3DFactory(DjangoModelFactory):
    """A public model."""

    class Meta:
        model = Model3D

    project = factory.SubFactory(ProjectFactory)
    model_name = factory.Sequence(lambda n: f"Model {n}")
    model_type = ModelType.PROJECT_OVERVIEW
    file_format = FileFormat.GLB
    file_url = "https://files.example.com/model.glb"
