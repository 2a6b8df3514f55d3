"""How many appointments there are in each state, and their lists by state; made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("scheduling", "0005_newest_first"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                fields=["status", "-starts_at", "-id"],
                include=["rescheduled_at"],
                name="appointment_by_status",
            ),
        ),
    ]
