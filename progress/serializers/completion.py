"""Promised completion and the overview of a project on the wire."""

from rest_framework import serializers

from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID


class CompletionRead(ReadSerializer):
    """A completion date that buyers were told; the one with the highest number holds."""

    order = ("project_id", "tower_id", "-number", "-pk")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True, help_text="Null: of the whole project.")
    number = serializers.IntegerField(help_text="1 is the first promise.")
    promised_on = serializers.DateField()
    reason = serializers.CharField(help_text="Why it replaced the one before.")
    revised_at = serializers.DateTimeField()


class CompletionWrite(WriteSerializer):
    """Another completion date."""

    blank_is_null = ("tower_id",)
    example = {"promised_on": "2028-06-30", "reason": "Three months of rain above the average."}

    promised_on = serializers.DateField()
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Buyers read it; needed for each date after the first.",
    )
    tower_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, allow_null=True, required=False
    )


class TowerOverviewRead(ReadSerializer):
    """Where a tower stands."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    progress_percentage = serializers.DecimalField(
        5, 2, allow_null=True, help_text="By the weights of its own phases; null without any."
    )
    milestones_certified = serializers.IntegerField()
    milestones_total = serializers.IntegerField()
    next_milestone = serializers.CharField(
        help_text="The first stage that is not certified; empty when all are."
    )
    promised_on = serializers.DateField(
        allow_null=True, help_text="Null: no date of its own; the project's holds."
    )


class OverviewRead(ReadSerializer):
    """Where a project stands."""

    project_id = serializers.IntegerField()
    project_name = serializers.CharField()
    progress_percentage = serializers.DecimalField(
        5, 2, help_text="By the weights of the phases that customers see."
    )
    milestones_certified = serializers.IntegerField()
    milestones_total = serializers.IntegerField()
    promised_on = serializers.DateField(allow_null=True)
    first_promised_on = serializers.DateField(
        allow_null=True, help_text="What buyers were told first."
    )
    revisions = serializers.IntegerField(help_text="How often the promised date was replaced.")
    towers = TowerOverviewRead(many=True)
