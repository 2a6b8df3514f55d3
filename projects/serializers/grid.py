"""The availability grid: towers, floors, units (contract: ours)."""

from rest_framework import serializers

from projects.enums import Facing, UnitStatus, UnitType
from realestate.core.api.serializers import MoneyField, ReadSerializer


class GridUnitRead(ReadSerializer):
    """A cell of the grid."""

    id = serializers.IntegerField()
    unit_number = serializers.CharField()
    unit_type = serializers.ChoiceField(UnitType.choices)
    status = serializers.ChoiceField(UnitStatus.choices)
    price = MoneyField()
    area_sqft = serializers.DecimalField(12, 2)
    facing = serializers.ChoiceField(Facing.choices, allow_blank=True)


class GridFloorRead(ReadSerializer):
    """A row of the grid."""

    floor_number = serializers.IntegerField()
    units = GridUnitRead(many=True)


class GridTowerRead(ReadSerializer):
    """A tower's rows, top floor first; ``id`` is null for units without a tower."""

    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    floors = GridFloorRead(many=True)


class AvailabilityRead(ReadSerializer):
    """What is free in a project, and how many units there are of each status."""

    project_id = serializers.IntegerField()
    currency = serializers.CharField()
    totals = serializers.DictField(
        child=serializers.IntegerField(), help_text="Status → number of units."
    )
    towers = GridTowerRead(many=True)
