"""What clients get (contract 7.2)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    F,
    Func,
    Prefetch,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import NullIf
from rest_framework import serializers

from accounts.models import Builder
from accounts.serializers import BuilderPublic
from projects.enums import (
    Facing,
    ProjectStatus,
    ProjectType,
    UnitStatus,
    UnitType,
)
from projects.models import Project, Unit
from projects.querysets import HIDDEN, TOWER_ORDER
from realestate.core import clock
from realestate.core.api.access import role_of
from realestate.core.api.links import ShownLink, shown_links
from realestate.core.api.read_sql import Context, IsDistinctFrom, Told, given
from realestate.core.api.serializers import MoneyField, PageRead, ReadSerializer
from realestate.core.enums import Role


class ProjectRead(ReadSerializer):
    """A project, the same in lists, alone, and inside bookings and appointments."""

    aliases = {
        "name": "project_name",
        "price_range_start": "price_range_min",
        "price_range_end": "price_range_max",
        "expected_completion": "expected_completion_date",
    }
    figures = ("progress", "bookings", "total_units", "available_units")
    order = ("-created_at", "-pk")
    in_sql = {
        "location": lambda: _one_line("location_address", "location_city", "location_state"),
        "is_published": lambda: given("published_at"),
    }

    id = serializers.IntegerField()
    builder_id = serializers.IntegerField()
    project_name = serializers.CharField()
    description = serializers.CharField()
    project_type = serializers.ChoiceField(ProjectType.choices)
    status = serializers.ChoiceField(ProjectStatus.choices)
    location_address = serializers.CharField()
    location_city = serializers.CharField()
    location_state = serializers.CharField()
    location_zipcode = serializers.CharField()
    location = serializers.CharField(help_text="Address, city and state in one line.")
    latitude = serializers.DecimalField(9, 6, allow_null=True)
    longitude = serializers.DecimalField(9, 6, allow_null=True)
    total_units = serializers.IntegerField(
        help_text="Units, or the planned number before there are any."
    )
    available_units = serializers.IntegerField(
        help_text="Free and for sale now; counted, never stored."
    )
    price_range_min = MoneyField(allow_null=True, help_text="In the project's currency.")
    price_range_max = MoneyField(allow_null=True, help_text="In the project's currency.")
    currency = serializers.CharField(help_text="ISO 4217.")
    project_area = serializers.DecimalField(12, 2, allow_null=True, help_text="Square feet.")
    amenities = serializers.ListField(child=serializers.CharField())
    images = shown_links()
    floor_plans = shown_links()
    brochure_url = ShownLink()
    start_date = serializers.DateField(allow_null=True)
    expected_completion_date = serializers.DateField(allow_null=True)
    actual_completion_date = serializers.DateField(allow_null=True)
    progress = serializers.DecimalField(
        5, 2, help_text="Percent, the mean of the visible phases by their weights."
    )
    bookings = serializers.IntegerField(help_text="Live bookings.")
    is_featured = serializers.BooleanField()
    is_published = serializers.BooleanField()
    time_zone = serializers.CharField(
        help_text="IANA name; days and clock times of the project are in it."
    )
    builder = BuilderPublic()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @classmethod
    def shape(cls, rows: Any) -> Any:  # any ProjectQuerySet, given back with its own type
        """Projects with their figures, and their builders with their own: two queries however many there are."""
        builders = BuilderPublic.shape(Builder.objects.all())
        return super().shape(rows).prefetch_related(Prefetch("builder", builders))


class ProjectPageRead(PageRead):
    """A page of projects."""

    projects = ProjectRead(many=True)


class TowerRead(ReadSerializer):
    """A tower."""

    order = TOWER_ORDER

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    name = serializers.CharField()
    floors = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class UnitRead(ReadSerializer):
    """A unit and its derived status (R4.1)."""

    related: ClassVar[Sequence[str]] = ("project",)  # whose it is decides what its status shows
    order = ("project_id", "floor_number", "unit_number", "pk")
    in_sql = {"status": lambda: _seen_status()}  # noqa: PLW0108  # defined below

    @classmethod
    def annotated(cls, rows: Any) -> Any:  # any UnitQuerySet, given back with its own type
        """With the status at this moment, unless the rows have it."""
        has_status = "status" in rows.query.annotations
        return super().annotated(rows if has_status else rows.with_status(clock.now()))

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True)
    unit_number = serializers.CharField()
    unit_type = serializers.ChoiceField(UnitType.choices)
    floor_number = serializers.IntegerField()
    area_sqft = serializers.DecimalField(12, 2, help_text="Carpet area, square feet.")
    price = MoneyField(help_text="Agreement value before tax, in the project's currency.")
    status = serializers.SerializerMethodField()
    facing = serializers.ChoiceField(Facing.choices, allow_blank=True)
    balconies = serializers.IntegerField()
    bathrooms = serializers.IntegerField()
    parking_spaces = serializers.IntegerField()
    floor_plan_url = ShownLink()
    features = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_status(self, unit: Unit) -> UnitStatus:
        """Blocked and unreleased units look reserved to everybody but their builder and staff (contract 8.1)."""
        status = UnitStatus(unit.status)  # type: ignore[attr-defined]  # annotated by with_status
        return status if status not in HIDDEN or self._is_own(unit.project) else UnitStatus.RESERVED

    def _is_own(self, project: Project) -> bool:
        return _is_staff(self.context) or project.builder_id == _own_builder(self.context)


def _is_staff(context: Context) -> bool:
    request: Any = context.get("request")
    return request is not None and role_of(request) == Role.STAFF


def _own_builder(context: Context) -> int | None:
    """The builder that the reader acts for."""
    request: Any = context.get("request")
    is_builder = request is not None and role_of(request) == Role.BUILDER
    return request.user.builder_id if is_builder else None


def _is_not_staff(context: Context) -> bool:
    return not _is_staff(context)


def _seen_status() -> Combinable:
    """What ``UnitRead.get_status`` says, in SQL."""
    builder = Told(_own_builder, BigIntegerField())
    foreign = Q(Told(_is_not_staff, BooleanField())) & Q(
        IsDistinctFrom(F("project__builder_id"), builder)
    )
    hidden = When(foreign & Q(status__in=HIDDEN), then=Value(UnitStatus.RESERVED.value))
    return Case(hidden, default=F("status"), output_field=CharField())


def _one_line(*columns: str) -> Combinable:
    """The columns that are not empty, with commas between."""
    parts = (NullIf(column, Value("")) for column in columns)
    return Func(Value(", "), *parts, function="concat_ws", output_field=TextField())
