"""What is for sale and who occupies it: projects, towers, units and claims."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts.models import Builder, Customer
from projects.enums import (
    ClaimKind,
    ClaimStage,
    Facing,
    ProjectStatus,
    ProjectType,
    ReleaseReason,
    UnitType,
)
from projects.querysets import (
    HELD_OR_KEPT_BACK,
    ClaimQuerySet,
    ProjectQuerySet,
    TowerQuerySet,
    UnitQuerySet,
)
from realestate.core.clock import DEFAULT_ZONE
from realestate.core.db.fields import (
    TimestampedModel,
    area_field,
    currency_field,
    enum_check,
    link_field,
    money_field,
    not_negative,
    positive,
)


def text_list() -> ArrayField:  # type: ignore[type-arg]  # the stubs make ArrayField generic, Django does not
    """A list of short texts; never null."""
    return ArrayField(models.CharField(max_length=500), default=list, blank=True)


def link_list() -> ArrayField:  # type: ignore[type-arg]  # see above
    """A list of web addresses and own files; never null."""
    return ArrayField(link_field(), default=list, blank=True)


class Project(TimestampedModel):
    """A development that a builder sells units of."""

    builder = models.ForeignKey(
        Builder,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # project_by_builder
    )
    project_name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    project_type = models.CharField(max_length=12, choices=ProjectType)
    status = models.CharField(max_length=12, choices=ProjectStatus, default=ProjectStatus.PLANNING)
    location_address = models.CharField(max_length=300, blank=True)
    location_city = models.CharField(max_length=100)
    location_state = models.CharField(max_length=100, blank=True)
    location_zipcode = models.CharField(max_length=20, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    planned_units = models.PositiveIntegerField(
        default=0, help_text="What the builder intends; shown as the total until units exist."
    )
    price_range_min = money_field(null=True, blank=True)
    price_range_max = money_field(null=True, blank=True)
    project_area = area_field(null=True, blank=True, help_text="Square feet.")
    amenities = text_list()
    images = link_list()
    floor_plans = link_list()
    brochure_url = link_field(blank=True)
    is_featured = models.BooleanField(default=False)
    start_date = models.DateField(null=True, blank=True)
    expected_completion_date = models.DateField(null=True, blank=True)
    actual_completion_date = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=50, default=DEFAULT_ZONE)
    currency = currency_field()
    published_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("project_name", weight="A", config="simple")
        + SearchVector(
            "location_address", "location_city", "location_state", weight="B", config="simple"
        )
        + SearchVector("description", weight="C", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[models.Manager["Project"]] = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("project_type", "project_type", ProjectType),
            enum_check("project_status", "status", ProjectStatus),
            not_negative("project_price_min", "price_range_min"),
            not_negative("project_area", "project_area"),
            models.CheckConstraint(
                name="project_price_range_in_order",
                condition=Q(price_range_max__gte=F("price_range_min"))
                | Q(price_range_min=None)
                | Q(price_range_max=None),
            ),
            models.CheckConstraint(
                name="project_dates_in_order",
                condition=Q(expected_completion_date__gte=F("start_date"))
                | Q(start_date=None)
                | Q(expected_completion_date=None),
            ),
            models.CheckConstraint(
                name="latitude_on_earth",
                condition=Q(latitude=None) | Q(latitude__range=(-90, 90)),
            ),
            models.CheckConstraint(
                name="longitude_on_earth",
                condition=Q(longitude=None) | Q(longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(name="project_has_a_name", condition=~Q(project_name="")),
        ]
        indexes = [
            models.Index(fields=["builder", "-created_at", "-id"], name="project_by_builder"),
            models.Index(
                fields=["-created_at", "-id"],
                name="project_public_newest",
                condition=Q(archived_at=None, published_at__isnull=False),
            ),
            models.Index(fields=["status"], name="project_by_status"),
            models.Index(fields=["price_range_min", "price_range_max"], name="project_by_price"),
            GinIndex(fields=["search"], name="project_search"),
            GinIndex(
                OpClass(Upper("project_name"), name="gin_trgm_ops"),
                OpClass(Upper("location_address"), name="gin_trgm_ops"),
                OpClass(Upper("location_city"), name="gin_trgm_ops"),
                OpClass(Upper("location_state"), name="gin_trgm_ops"),
                name="project_trigrams",
            ),
            GinIndex(
                OpClass("description", name="gin_trgm_ops"), name="project_description_trigrams"
            ),
        ]

    def __str__(self) -> str:
        return self.project_name

    @property
    def location(self) -> str:
        """Address, city and state in one line."""
        parts = (self.location_address, self.location_city, self.location_state)
        return ", ".join(part for part in parts if part)

    @property
    def is_published(self) -> bool:
        """Whether everybody may see it."""
        return self.published_at is not None


class Tower(TimestampedModel):
    """A building of a project."""

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="towers",
        db_index=False,  # one_tower_per_name
    )
    name = models.CharField(max_length=100)
    floors = models.PositiveSmallIntegerField(default=0, help_text="Floors above ground.")

    objects: ClassVar[models.Manager["Tower"]] = TowerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="one_tower_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Unit(TimestampedModel):
    """A flat, shop or parking space. Its status is derived from release, block and the live claim."""

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="units",
        db_index=False,  # unit_in_order and its neighbours
    )
    tower = models.ForeignKey(
        Tower, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )
    unit_number = models.CharField(max_length=30)
    unit_type = models.CharField(max_length=10, choices=UnitType)
    floor_number = models.SmallIntegerField()
    area_sqft = area_field(help_text="Carpet area, square feet.")
    price = money_field(help_text="Agreement value before tax, in the project's currency.")
    bathrooms = models.PositiveSmallIntegerField(default=0)
    balconies = models.PositiveSmallIntegerField(default=0)
    parking_spaces = models.PositiveSmallIntegerField(default=0)
    facing = models.CharField(max_length=10, choices=Facing, blank=True)
    floor_plan_url = link_field(blank=True)
    features = text_list()
    released_at = models.DateTimeField(null=True, blank=True, help_text="Empty: not yet for sale.")
    blocked_at = models.DateTimeField(null=True, blank=True)
    block_reason = models.CharField(max_length=200, blank=True)
    claimed_as = models.CharField(
        max_length=12,
        db_default="",
        blank=True,
        editable=False,
        help_text="Stage of the claim that is not released; kept by a trigger, for lists (docs/adr/0015).",
    )

    objects: ClassVar[models.Manager["Unit"]] = UnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "unit_number"], name="one_unit_per_number"),
            enum_check("unit_type", "unit_type", UnitType),
            models.CheckConstraint(
                name="unit_facing_is_known", condition=Q(facing="") | Q(facing__in=Facing.values)
            ),
            positive("unit_area", "area_sqft"),
            positive("unit_price", "price"),
            models.CheckConstraint(name="unit_has_a_number", condition=~Q(unit_number="")),
        ]
        indexes = [
            # Floor by floor, the order of every list of units: pages come out of the index alone.
            models.Index(
                fields=["project", "floor_number", "unit_number", "id"], name="unit_in_order"
            ),
            models.Index(fields=["project", "unit_type"], name="unit_by_type"),
            models.Index(fields=["project", "price"], name="unit_by_price"),
            models.Index(fields=["project", "area_sqft"], name="unit_by_area"),
            # The other orders and filters of the list of all units; the project says who may see them.
            *(
                models.Index(
                    fields=[*fields, "id"], include=["project"], name=f"any_unit_by_{name}"
                )
                for name, fields in {
                    "floor": ["floor_number"],
                    "price": ["price"],
                    "area": ["area_sqft"],
                    "number": ["unit_number"],
                    "facing": ["facing"],
                    "type": ["unit_type", "price"],  # the cheapest of a kind
                }.items()
            ),
            # Those of which few have it, by a status that comes from their claim, or that are kept back.
            models.Index(
                fields=["claimed_as", "id"],
                include=["project"],
                name="any_unit_by_claim",
                condition=~Q(claimed_as=""),
            ),
            models.Index(
                fields=["project", "floor_number", "unit_number", "id"],
                name="unit_held_or_kept_back",
                condition=HELD_OR_KEPT_BACK,
            ),
            models.Index(
                fields=["project", "floor_number", "unit_number", "id"],
                name="unit_blocked",
                condition=Q(blocked_at__isnull=False),
            ),
            GinIndex(
                OpClass(Upper("unit_number"), name="gin_trgm_ops"), name="unit_number_trigrams"
            ),
        ]

    def __str__(self) -> str:
        return self.unit_number


class Claim(models.Model):
    """Who occupies a unit: a timed hold or a booking. At most one per unit is not released (R4.1)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind, default=ClaimKind.HOLD)
    stage = models.CharField(max_length=12, choices=ClaimStage, default=ClaimStage.HELD)
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="For whom; empty for a builder's own hold.",
    )
    parties = models.ManyToManyField(
        Customer,
        blank=True,
        related_name="+",
        help_text="The buyer and co-applicants with an account.",
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Live before this instant (R4.2)."
    )
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=10, choices=ReleaseReason, blank=True)

    objects: ClassVar[models.Manager["Claim"]] = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(released_at=None), name="one_live_claim_per_unit"
            ),
            enum_check("claim_kind", "kind", ClaimKind),
            enum_check("claim_stage", "stage", ClaimStage),
            models.CheckConstraint(
                name="only_holds_expire",
                condition=Q(kind=ClaimKind.HOLD, stage=ClaimStage.HELD, expires_at__isnull=False)
                | Q(kind=ClaimKind.BOOKING, expires_at=None) & ~Q(stage=ClaimStage.HELD),
            ),
            models.CheckConstraint(
                name="release_has_a_reason",
                condition=Q(released_at=None, release_reason="")
                | Q(
                    released_at__isnull=False,  # NULL >= taken_at is unknown, and unknown passes a check
                    released_at__gte=F("taken_at"),
                    release_reason__in=ReleaseReason.values,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "unit", "-expires_at"], name="claim_by_customer"),
            # Units by a status that comes from their claim.
            models.Index(
                fields=["stage", "unit"],
                include=["expires_at"],
                name="live_claim_by_stage",
                condition=Q(released_at=None),
            ),
            models.Index(
                fields=["expires_at"],
                name="open_hold_by_expiry",
                condition=Q(released_at=None, kind=ClaimKind.HOLD),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of unit {self.unit_id}"

    def is_live(self, now: datetime) -> bool:
        """Whether the claim occupies its unit at an instant; at exactly ``expires_at`` it is dead (R4.2)."""
        return self.released_at is None and (self.expires_at is None or now < self.expires_at)
