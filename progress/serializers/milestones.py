"""Milestones and certificates on the wire."""

from typing import Any

from rest_framework import serializers

from progress.enums import CertificateKind, MilestoneState
from progress.models import Certificate, Milestone
from progress.rules import CERTIFICATE_KIND
from realestate.core.api.links import links, reader_in, shown_links
from realestate.core.api.serializers import ReadSerializer, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.files import signed_link

LINK_MINUTES = 10


def _key(**options: Any) -> serializers.IntegerField:  # DRF field options
    return serializers.IntegerField(min_value=1, max_value=BIGGEST_ID, **options)


class MilestoneRead(ReadSerializer):
    """A stage of construction, and how far it is as far as money is concerned (R7)."""

    related = ("certificate",)
    order = ("project_id", "tower_id", "sequence", "pk")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField()
    code = serializers.CharField(help_text="What payment plans call it.")
    name = serializers.CharField()
    description = serializers.CharField()
    is_billable = serializers.BooleanField(help_text="Later stages wait for its certification.")
    planned_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(MilestoneState.choices)
    photos = shown_links()
    reported_at = serializers.DateTimeField(allow_null=True)
    certified_on = serializers.DateField(allow_null=True)
    certified_at = serializers.DateTimeField(allow_null=True)
    certifier_name = serializers.CharField()
    certificate_url = serializers.SerializerMethodField(
        help_text="Opens the certificate without a login for ten minutes; null without one."
    )
    override_reason = serializers.CharField(
        help_text="Why it was certified before an earlier stage; empty when it was not."
    )

    def get_certificate_url(self, milestone: Milestone) -> str | None:
        """A fresh link for whoever reads."""
        file = milestone.certificate
        return signed_link(file, LINK_MINUTES, reader=reader_in(self.context)) if file else None


class MilestoneFields(WriteSerializer):
    """The optional fields of a milestone."""

    blank_is_null = ("planned_on",)

    sequence = serializers.IntegerField(min_value=1, max_value=1_000, required=False)
    description = serializers.CharField(allow_blank=True, max_length=5_000, required=False)
    is_billable = serializers.BooleanField(required=False)
    planned_on = serializers.DateField(allow_null=True, required=False)
    photos = links(required=False)


class MilestoneWrite(MilestoneFields):
    """A new milestone."""

    example = {"project_id": 1, "tower_id": 2, "code": "plinth", "name": "Plinth completed"}

    project_id = _key()
    tower_id = _key(required=False, allow_null=True)
    code = serializers.SlugField(max_length=30)
    name = serializers.CharField(max_length=200)


class MilestonePatch(MilestoneFields):
    """What may change of a milestone that is not certified yet."""

    example = {"planned_on": "2026-09-30"}

    name = serializers.CharField(max_length=200, required=False)


class StageWrite(WriteSerializer):
    """A stage of a list; its place in the list is its place in the tower."""

    blank_is_null = ("planned_on",)
    example = {"code": "plinth", "name": "Plinth completed", "planned_on": "2026-06-30"}

    code = serializers.SlugField(max_length=30)
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(allow_blank=True, max_length=5_000, required=False)
    is_billable = serializers.BooleanField(required=False)
    planned_on = serializers.DateField(allow_null=True, required=False)


class StagesWrite(WriteSerializer):
    """All stages of one tower or of several that are built alike."""

    example = {
        "tower_ids": [2, 3],
        "milestones": [
            {"code": "plinth", "name": "Plinth completed"},
            {"code": "slab-1", "name": "Slab of floor 1"},
        ],
    }

    tower_ids = serializers.ListField(
        child=_key(),
        required=False,
        max_length=100,
        help_text="None: the stages of the project itself.",
    )
    milestones = serializers.ListField(child=StageWrite(), allow_empty=False, max_length=100)


class CertifyWrite(WriteSerializer):
    """The certification of a stage (R7.1)."""

    example = {
        "certified_on": "2026-01-04",
        "certifier_name": "A. Kulkarni, architect",
        "photos": ["https://cdn.example.com/plinth.jpg"],
    }

    certified_on = serializers.DateField(help_text="In the project's time zone, not to come.")
    certifier_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    photos = links(required=False)
    photo_ids = serializers.ListField(
        child=_key(), required=False, max_length=20, help_text="Pictures that you sent to files."
    )
    certificate_id = _key(required=False, allow_null=True, help_text="A file that you sent.")
    override_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="To certify before an earlier stage; buyers see it.",
    )


class CertificateRead(ReadSerializer):
    """What an authority certified."""

    related = ("file",)
    order = ("-issued_on", "-pk")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(CertificateKind.choices)
    number = serializers.CharField()
    issued_on = serializers.DateField()
    file_url = serializers.SerializerMethodField()

    def get_file_url(self, certificate: Certificate) -> str | None:
        """A fresh link for whoever reads; null without a file."""
        if certificate.file is None:
            return None
        return signed_link(certificate.file, LINK_MINUTES, reader=reader_in(self.context))


class CertificateWrite(WriteSerializer):
    """A certificate to be recorded."""

    example = {
        "project_id": 1,
        "tower_id": 2,
        "kind": "occupancy",
        "number": "OC/2026/118",
        "issued_on": "2026-01-04",
    }

    project_id = _key()
    tower_id = _key(required=False, allow_null=True)
    kind = WordField(CERTIFICATE_KIND)
    number = serializers.CharField(max_length=100)
    issued_on = serializers.DateField()
    file_id = _key(required=False, allow_null=True, help_text="A file that you sent to files.")
