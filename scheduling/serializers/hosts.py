"""Hosts on the wire."""

from typing import Any

from rest_framework import serializers

from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from scheduling.models import Host


def _projects(**options: Any) -> serializers.ListField:  # DRF field options
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST_ID),
        max_length=500,
        help_text="Empty: all projects of the builder.",
        **options,
    )


def _login(**options: Any) -> serializers.IntegerField:  # DRF field options
    return serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        allow_null=True,
        help_text="Somebody of the builder's team, who hears of the appointments; null: the builder does.",
        **options,
    )


class HostPublic(ReadSerializer):
    """Somebody whom customers can meet."""

    order = ("pk",)

    id = serializers.IntegerField(allow_null=True, help_text="Null: the builder itself.")
    name = serializers.CharField()


class HostRead(ReadSerializer):
    """Somebody who receives people, as its builder sees it."""

    order = ("pk",)
    prefetch = ("projects",)

    id = serializers.IntegerField()
    builder_id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField()
    user_id = serializers.IntegerField(
        allow_null=True, help_text="Who hears of the appointments; null: the builder does."
    )
    is_active = serializers.BooleanField(help_text="Receives new appointments.")
    project_ids = serializers.SerializerMethodField(help_text="Empty: all projects of the builder.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_project_ids(self, host: Host) -> list[int]:
        """In the order of their numbers."""
        return sorted(project.pk for project in host.projects.all())


class HostWrite(WriteSerializer):
    """A new host."""

    example = {"name": "Rohan Kulkarni", "phone": "+91 98200 11111", "project_ids": [1]}

    name = serializers.CharField(max_length=200)
    phone = serializers.CharField(max_length=30, allow_blank=True, required=False)
    project_ids = _projects(required=False)
    user_id = _login(required=False)
    builder_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, help_text="From staff only."
    )


class HostPatch(WriteSerializer):
    """What may change of a host."""

    example = {"is_active": False}

    name = serializers.CharField(max_length=200, required=False)
    phone = serializers.CharField(max_length=30, allow_blank=True, required=False)
    project_ids = _projects(required=False)
    user_id = _login(required=False)
    is_active = serializers.BooleanField(required=False)
