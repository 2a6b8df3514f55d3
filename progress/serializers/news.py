"""What phases and updates look like on the wire (contract 7.2 and 17)."""

from decimal import Decimal
from typing import Any

from django.db.models.functions import Coalesce
from rest_framework import serializers

from progress.enums import PhaseStatus, Priority, UpdateType
from progress.models import ProjectProgress
from progress.rules import PHASE_STATUS, PRIORITY, UPDATE_TYPE
from realestate.core.api.access import role_of
from realestate.core.api.links import links, opened_links, texts
from realestate.core.api.read_sql import Context, given
from realestate.core.api.readings import HIDDEN, Made
from realestate.core.api.serializers import ReadSerializer, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.enums import Role

MAX_TEXT = 10_000
ZERO, HUNDRED = Decimal(0), Decimal(100)
FOR_THE_OWNER = ("contractor_notes", "customer_visible")


class PhaseRead(ReadSerializer):
    """A phase; contractor notes and the visibility flag are for the project's builder and staff only."""

    aliases = {"description": "phase_description", "completion_percentage": "progress_percentage"}
    related = ("project",)
    order = ("sequence", "pk")
    in_sql = {
        "end_date": lambda: Coalesce("actual_end_date", "expected_end_date"),
        **{
            name: Made(
                lambda context, value, builder: value if is_own(context, builder) else HIDDEN,
                [name, "project__builder_id"],
                hides=True,
            )
            for name in FOR_THE_OWNER
        },
    }

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True, help_text="Null: of the whole project.")
    sequence = serializers.IntegerField()
    phase_name = serializers.CharField()
    phase_description = serializers.CharField()
    start_date = serializers.DateField(allow_null=True)
    expected_end_date = serializers.DateField(allow_null=True)
    actual_end_date = serializers.DateField(allow_null=True)
    end_date = serializers.SerializerMethodField(help_text="The actual end, else the expected one.")
    progress_percentage = serializers.DecimalField(5, 2)
    weight = serializers.DecimalField(7, 2, help_text="How much it counts in the whole.")
    status = serializers.ChoiceField(PhaseStatus.choices)
    milestone_images = opened_links()
    contractor_notes = serializers.CharField(required=False, help_text="Builder and staff only.")
    customer_visible = serializers.BooleanField(required=False, help_text="Builder and staff only.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_end_date(self, phase: ProjectProgress) -> str | None:
        """When it ended, or is expected to."""
        day = phase.actual_end_date or phase.expected_end_date
        return day.isoformat() if day is not None else None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Without what only the owner may see."""
        shown = super().to_representation(instance)
        if not is_own(self.context, instance.project.builder_id):
            for name in FOR_THE_OWNER:
                del shown[name]
        return shown


def is_own(context: Context, builder_id: int) -> bool:
    """Whether the reader acts for the builder, or is of staff."""
    request: Any = context["request"]
    role = role_of(request)
    return role == Role.STAFF or (role == Role.BUILDER and builder_id == request.user.builder_id)


class UpdateRead(ReadSerializer):
    """News from the site."""

    aliases = {
        "title": "update_title",
        "description": "update_content",
        "update_date": "created_at",
    }
    order = ("-created_at", "-pk")
    in_sql = {"is_published": lambda: given("published_at")}

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    update_title = serializers.CharField()
    update_content = serializers.CharField()
    update_type = serializers.ChoiceField(UpdateType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    images = opened_links()
    videos = opened_links()
    tags = serializers.ListField(child=serializers.CharField())
    weather_impact = serializers.CharField()
    estimated_delay_days = serializers.IntegerField(allow_null=True)
    is_public = serializers.BooleanField(help_text="Readable by everybody, not only by buyers.")
    is_published = serializers.BooleanField(help_text="False: a draft, seen by the builder only.")
    published_at = serializers.DateTimeField(allow_null=True)
    posted_by = serializers.IntegerField(source="posted_by_id")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PhaseFields(WriteSerializer):
    """The optional fields of a phase."""

    aliases = {"description": "phase_description", "completion_percentage": "progress_percentage"}
    blank_is_null = ("tower_id", "start_date", "expected_end_date", "actual_end_date")

    tower_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, allow_null=True, required=False
    )
    sequence = serializers.IntegerField(min_value=1, max_value=1_000, required=False)
    phase_description = serializers.CharField(allow_blank=True, max_length=MAX_TEXT, required=False)
    start_date = serializers.DateField(allow_null=True, required=False)
    expected_end_date = serializers.DateField(allow_null=True, required=False)
    actual_end_date = serializers.DateField(allow_null=True, required=False)
    progress_percentage = serializers.DecimalField(
        5, 2, min_value=ZERO, max_value=HUNDRED, required=False
    )
    weight = serializers.DecimalField(7, 2, min_value=Decimal("0.01"), required=False)
    status = WordField(PHASE_STATUS, required=False)
    milestone_images = links(required=False)
    contractor_notes = serializers.CharField(allow_blank=True, max_length=MAX_TEXT, required=False)
    customer_visible = serializers.BooleanField(required=False)


class PhaseWrite(PhaseFields):
    """A new phase."""

    example = {
        "project_id": 1,
        "phase_name": "Foundation",
        "start_date": "2026-02-01",
        "expected_end_date": "2026-06-30",
        "progress_percentage": 40,
        "status": "in_progress",
    }

    project_id = serializers.IntegerField()
    phase_name = serializers.CharField(max_length=200)


class PhasePatch(PhaseFields):
    """What may change of a phase; what is missing stays as it is."""

    example = {"progress_percentage": 55.5, "status": "in_progress"}

    phase_name = serializers.CharField(max_length=200, required=False)


class UpdateFields(WriteSerializer):
    """The optional fields of an update."""

    aliases = {"title": "update_title", "description": "update_content"}

    update_type = WordField(UPDATE_TYPE, required=False)
    priority = WordField(PRIORITY, required=False)
    images = links(required=False)
    videos = links(required=False)
    tags = texts(required=False)
    weather_impact = serializers.CharField(allow_blank=True, max_length=300, required=False)
    estimated_delay_days = serializers.IntegerField(
        min_value=0, max_value=3_650, allow_null=True, required=False
    )
    is_public = serializers.BooleanField(required=False)
    is_published = serializers.BooleanField(required=False)


class UpdateWrite(UpdateFields):
    """A new update, published at once unless ``is_published`` is false."""

    example = {
        "project_id": 1,
        "update_title": "Slab of floor 4 poured",
        "update_content": "The slab was poured on Saturday and is curing.",
        "update_type": "milestone",
    }

    project_id = serializers.IntegerField()
    update_title = serializers.CharField(max_length=200)
    update_content = serializers.CharField(max_length=MAX_TEXT)


class UpdatePatch(UpdateFields):
    """What may change of an update; what is missing stays as it is."""

    example = {"is_published": True}

    update_title = serializers.CharField(max_length=200, required=False)
    update_content = serializers.CharField(max_length=MAX_TEXT, required=False)
