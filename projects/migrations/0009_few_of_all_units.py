"""Units by a status that few of them have; made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

IN_ORDER = ["project", "floor_number", "unit_number", "id"]


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("projects", "0008_claimed_as"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="unit",
            index=models.Index(
                condition=~Q(claimed_as=""),
                fields=["claimed_as", "id"],
                include=["project"],
                name="any_unit_by_claim",
            ),
        ),
        AddIndexConcurrently(
            model_name="unit",
            index=models.Index(
                condition=Q(claimed_as="held") | ~Q(released_at__isnull=False, blocked_at=None),
                fields=IN_ORDER,
                name="unit_held_or_kept_back",
            ),
        ),
        AddIndexConcurrently(
            model_name="unit",
            index=models.Index(
                condition=Q(blocked_at__isnull=False), fields=IN_ORDER, name="unit_blocked"
            ),
        ),
    ]
