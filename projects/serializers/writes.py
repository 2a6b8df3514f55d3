"""What clients may send (contract 7.2 and 17). Form only: whose row it is and what holds for it, services know."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers

from projects.rules import (
    ACCESS_LEVEL,
    FACING,
    FILE_FORMAT,
    MODEL_TYPE,
    PROJECT_STATUS,
    PROJECT_TYPE,
    UNIT_TYPE,
)
from projects.serializers.models3d import ViewerSettings
from realestate.core.api.links import LinkField, links, texts
from realestate.core.api.serializers import (
    MoneyField,
    PositiveMoneyField,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.money import MINOR_DIGITS, ZERO

MAX_TEXT = 10_000
DATES = ("start_date", "expected_completion_date", "actual_completion_date")
OPTIONAL_NUMBERS = ("price_range_min", "price_range_max", "project_area", "latitude", "longitude")


class ProjectFields(WriteSerializer):
    """The fields that a project's form and its edit form share; none is required."""

    aliases = {"name": "project_name", "expected_completion": "expected_completion_date"}
    blank_is_null = (*DATES, *OPTIONAL_NUMBERS)

    description = serializers.CharField(allow_blank=True, max_length=MAX_TEXT, required=False)
    status = WordField(PROJECT_STATUS, required=False)
    location_address = serializers.CharField(allow_blank=True, max_length=300, required=False)
    location_state = serializers.CharField(allow_blank=True, max_length=100, required=False)
    location_zipcode = serializers.CharField(allow_blank=True, max_length=20, required=False)
    latitude = serializers.DecimalField(
        9, 6, min_value=Decimal(-90), max_value=Decimal(90), allow_null=True, required=False
    )
    longitude = serializers.DecimalField(
        9, 6, min_value=Decimal(-180), max_value=Decimal(180), allow_null=True, required=False
    )
    price_range_min = MoneyField(min_value=ZERO, allow_null=True, required=False)
    price_range_max = MoneyField(min_value=ZERO, allow_null=True, required=False)
    project_area = serializers.DecimalField(12, 2, min_value=ZERO, allow_null=True, required=False)
    amenities = texts(required=False)
    images = links(required=False)
    floor_plans = links(required=False)
    brochure_url = LinkField(required=False)
    is_featured = serializers.BooleanField(required=False)
    is_published = serializers.BooleanField(required=False)
    start_date = serializers.DateField(allow_null=True, required=False)
    expected_completion_date = serializers.DateField(allow_null=True, required=False)
    actual_completion_date = serializers.DateField(allow_null=True, required=False)
    total_units = serializers.IntegerField(
        source="planned_units", min_value=0, max_value=1_000_000, required=False
    )
    time_zone = serializers.ChoiceField(sorted(available_timezones()), required=False)


class ProjectWrite(ProjectFields):
    """A new project. ``builder_id`` counts for staff only; free units are counted, never taken from here."""

    example = {
        "project_name": "Lake View Residences",
        "project_type": "residential",
        "location_address": "12 Lake Road",
        "location_city": "Pune",
        "location_state": "Maharashtra",
        "location_zipcode": "411001",
        "total_units": 120,
        "price_range_min": 5500000,
        "price_range_max": 9500000,
        "amenities": ["Gym", "Pool"],
        "start_date": "2026-01-15",
        "expected_completion_date": "2029-06-30",
    }

    builder_id = serializers.IntegerField(required=False, allow_null=True)
    project_name = serializers.CharField(max_length=200)
    project_type = WordField(PROJECT_TYPE)
    location_city = serializers.CharField(max_length=100)
    currency = serializers.ChoiceField(sorted(MINOR_DIGITS), required=False)


class ProjectPatch(ProjectFields):
    """What the edit form sends; what is missing stays as it is."""

    example = {"status": "ON_HOLD", "location_city": "Pune", "project_area": 250000}

    project_name = serializers.CharField(max_length=200, required=False)
    project_type = WordField(PROJECT_TYPE, required=False)
    location_city = serializers.CharField(max_length=100, required=False)


class TowerWrite(WriteSerializer):
    """A new tower."""

    example = {"name": "Tower A", "floors": 14}

    name = serializers.CharField(max_length=100)
    floors = serializers.IntegerField(min_value=0, max_value=300, required=False)


class UnitFields(WriteSerializer):
    """The optional fields of a unit."""

    tower_id = serializers.IntegerField(required=False, allow_null=True)
    bathrooms = serializers.IntegerField(min_value=0, max_value=50, required=False)
    balconies = serializers.IntegerField(min_value=0, max_value=50, required=False)
    parking_spaces = serializers.IntegerField(min_value=0, max_value=50, required=False)
    facing = WordField(FACING, allow_blank=True, required=False)
    floor_plan_url = LinkField(required=False)
    features = texts(required=False)
    is_released = serializers.BooleanField(
        required=False, help_text="For sale; false keeps it back."
    )
    is_blocked = serializers.BooleanField(required=False, help_text="Taken off sale for a while.")
    block_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)


class UnitWrite(UnitFields):
    """A new unit. A ``status`` that is sent is ignored: it is derived."""

    example = {
        "project_id": 1,
        "unit_number": "A-101",
        "unit_type": "2BHK",
        "floor_number": 1,
        "area_sqft": 1045.5,
        "price": 7500000,
        "bathrooms": 2,
    }

    project_id = serializers.IntegerField()
    unit_number = serializers.CharField(max_length=30)
    unit_type = WordField(UNIT_TYPE)
    floor_number = serializers.IntegerField(min_value=-10, max_value=300)
    area_sqft = serializers.DecimalField(12, 2, min_value=Decimal("0.01"))
    price = PositiveMoneyField()


class UnitPatch(UnitFields):
    """What may change of a unit; what is missing stays as it is."""

    example = {"price": 7600000, "is_blocked": False}

    unit_number = serializers.CharField(max_length=30, required=False)
    unit_type = WordField(UNIT_TYPE, required=False)
    floor_number = serializers.IntegerField(min_value=-10, max_value=300, required=False)
    area_sqft = serializers.DecimalField(12, 2, min_value=Decimal("0.01"), required=False)
    price = PositiveMoneyField(required=False)


class UnitTemplate(WriteSerializer):
    """One position that repeats on every floor."""

    suffix = serializers.CharField(
        max_length=10, help_text="Follows the floor in the number: 01 → 301."
    )
    unit_type = WordField(UNIT_TYPE)
    area_sqft = serializers.DecimalField(12, 2, min_value=Decimal("0.01"))
    price = PositiveMoneyField(help_text="On the first of the floors.")
    bathrooms = serializers.IntegerField(min_value=0, max_value=50, required=False)
    balconies = serializers.IntegerField(min_value=0, max_value=50, required=False)
    parking_spaces = serializers.IntegerField(min_value=0, max_value=50, required=False)
    facing = WordField(FACING, allow_blank=True, required=False)


class UnitsGenerate(WriteSerializer):
    """The same positions on every floor of a tower."""

    example = {
        "project_id": 1,
        "tower_id": 1,
        "prefix": "A-",
        "first_floor": 1,
        "last_floor": 10,
        "price_rise_per_floor": 25000,
        "templates": [
            {
                "suffix": "01",
                "unit_type": "2BHK",
                "area_sqft": 1045.5,
                "price": 7500000,
                "bathrooms": 2,
            },
            {
                "suffix": "02",
                "unit_type": "3BHK",
                "area_sqft": 1480,
                "price": 10900000,
                "bathrooms": 3,
            },
        ],
    }

    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(required=False, allow_null=True, default=None)
    prefix = serializers.CharField(max_length=15, allow_blank=True, required=False)
    first_floor = serializers.IntegerField(min_value=-10, max_value=300)
    last_floor = serializers.IntegerField(min_value=-10, max_value=300)
    price_rise_per_floor = MoneyField(min_value=ZERO, required=False)
    templates = serializers.ListField(child=UnitTemplate(), min_length=1, max_length=50)
    is_released = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Floors in order, as a list."""
        first, last = attrs.pop("first_floor"), attrs.pop("last_floor")
        if last < first:
            raise serializers.ValidationError(
                {"last_floor": ["The last floor is below the first."]}
            )
        return attrs | {"floors": list(range(first, last + 1))}


class Model3DFields(WriteSerializer):
    """The optional fields of a 3D model."""

    thumbnail_url = LinkField(required=False)
    file_size = serializers.IntegerField(
        min_value=0, max_value=2**40, required=False, allow_null=True
    )
    access_level = WordField(ACCESS_LEVEL, required=False)
    viewer_settings = ViewerSettings(required=False)
    file_id = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        required=False,
        help_text="A file that you sent as a model; it decides address, format and size.",
    )
    thumbnail_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, help_text="A picture that you sent."
    )


class Model3DWrite(Model3DFields):
    """A new 3D model."""

    example = {
        "project_id": 1,
        "model_name": "Tower A, lobby",
        "model_type": "amenities",
        "file_id": 12,
        "access_level": "customers_only",
    }

    project_id = serializers.IntegerField()
    unit_id = serializers.IntegerField(required=False, allow_null=True)
    model_name = serializers.CharField(max_length=200)
    model_type = WordField(MODEL_TYPE)
    file_format = WordField(
        FILE_FORMAT, required=False, help_text="Needed where the file lies elsewhere."
    )
    file_url = LinkField(
        allow_blank=False, required=False, help_text="Of a file that lies elsewhere."
    )


class Model3DPatch(Model3DFields):
    """What may change of a 3D model; what is missing stays as it is."""

    example = {"access_level": "booked_customers"}

    model_name = serializers.CharField(max_length=200, required=False)
    model_type = WordField(MODEL_TYPE, required=False)
    file_format = WordField(FILE_FORMAT, required=False)
    file_url = LinkField(allow_blank=False, required=False)
    is_active = serializers.BooleanField(required=False)
