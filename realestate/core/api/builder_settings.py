"""A builder's own settings, and those of one of its projects."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import BUILDER_ONLY
from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.api.views import Edge
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.enums import Duty, SettingKind, SettingScope
from realestate.core.errors import InvalidValue, NotFound
from realestate.core.setting_changes import LONGEST_REASON, change_settings
from realestate.core.setting_kinds import typed
from realestate.core.setting_places import Place, editable_place
from realestate.core.system_settings import DEFAULT, Definition, definitions

MOST = 200  # settings in one request
PROJECT = OpenApiParameter(
    "project_id",
    int,
    description="One of your projects; without it the settings are the builder's.",
)


class SettingRead(ReadSerializer):
    """A setting, the value that holds, and where that comes from."""

    key = serializers.CharField()
    category = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(choices=SettingKind.choices)
    unit = serializers.CharField(help_text="Of numbers; empty for others.")
    value = serializers.JSONField(help_text="Of the setting's kind.")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the wire's name; DRF's attribute stays
        choices=[*SettingScope.values, DEFAULT], help_text="Where the value was set."
    )
    default = serializers.JSONField()
    minimum = serializers.JSONField(help_text="Of texts their characters, of lists their entries.")
    maximum = serializers.JSONField()
    words = serializers.ListField(
        child=serializers.CharField(), help_text="The only values; empty: any."
    )
    may_be_set_for = serializers.ListField(child=serializers.ChoiceField(SettingScope.choices))
    is_public = serializers.BooleanField()


class PlaceRead(ReadSerializer):
    """The settings that may be set for a builder or a project."""

    scope = serializers.ChoiceField(choices=SettingScope.choices)
    scope_id = serializers.IntegerField()
    name = serializers.CharField()
    settings = SettingRead(many=True)


class SettingsPatch(WriteSerializer):
    """New values by key; null sets one back."""

    values = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_empty=False)
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_REASON, default=""
    )
    example = {
        "values": {"bookings.hold_minutes": 45, "payments.cap_percent": None},
        "reason": "Launch weekend",
    }

    def validate_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Not more than there can be."""
        if len(values) > MOST:
            raise serializers.ValidationError(f"Send at most {MOST} settings.")
        return values


class BuilderSettingsView(Edge):
    """What the caller's business runs by, where it differs from the platform's."""

    access: ClassVar = {"get": BUILDER_ONLY, "patch": BUILDER_ONLY}
    errors: ClassVar = {"get": (InvalidValue, NotFound), "patch": (NotFound,)}
    tag = "settings"
    duty = Duty.SETUP

    @extend_schema(operation_id="builder_settings", parameters=[PROJECT], responses=PlaceRead)
    def get(self, request: Request) -> Response:
        """Settings of the builder or of a project, with the values that hold and where they come from."""
        return self._shown(self._place())

    @extend_schema(
        operation_id="builder_settings_edit",
        parameters=[PROJECT],
        request=SettingsPatch,
        responses=PlaceRead,
    )
    def patch(self, request: Request) -> Response:
        """Set several settings, all or none; null sets one back, so that the next wider value holds."""
        place, body = self._place(), self.parse(SettingsPatch)
        change_settings(
            actor=self.caller, place=place, changes=body["values"], reason=body["reason"]
        )
        return self._shown(place)

    def _place(self) -> Place:
        """Whose settings are asked for. Raises InvalidValue (400), NotFound for strangers' projects."""
        scope, key = SettingScope.BUILDER, self.caller.builder_id
        if "project_id" in self.request.query_params:
            scope, key = SettingScope.PROJECT, _number(self.request.query_params["project_id"])
        place = editable_place(self.caller, scope, key)
        if place is None:
            raise NotFound
        return place

    def _shown(self, place: Place) -> Response:
        mine = [each for each in definitions().values() if each.may_be_set_for(place.scope)]
        body = {
            "scope": place.scope,
            "scope_id": place.scope_id,
            "name": place.name,
            "settings": [_described(each, place) for each in mine],
        }
        return Response(PlaceRead(body).data)


def _number(text: str) -> int:
    try:
        number = int(typed(int, text))
    except InvalidValue as refusal:
        raise InvalidValue(errors={"project_id": refusal.errors["value"]}) from refusal
    if not 0 < number <= BIGGEST_ID:
        raise NotFound
    return number


def _described(known: Definition[Any], place: Place) -> dict[str, Any]:
    in_force = known.in_force(place)
    return {
        "key": known.key,
        "category": known.category,
        "description": known.help,
        "kind": known.described.word,
        "unit": known.unit,
        "value": in_force.value,
        "source": in_force.source,
        "default": known.default,
        "minimum": known.minimum,
        "maximum": known.longest,
        "words": known.words,
        "may_be_set_for": known.places,
        "is_public": known.public,
    }
