"""Everybody's demands by whether something is open of them; made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("payments", "0012_paid_and_left_open"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="demand",
            index=models.Index(
                fields=["-issued_on", "-id"],
                include=["due_on"],
                name="open_demand_newest",
                condition=Q(left_open__gt=0),
            ),
        ),
        AddIndexConcurrently(
            model_name="demand",
            index=models.Index(
                fields=["-issued_on", "-id"],
                name="paid_demand_newest",
                condition=Q(left_open=0),
            ),
        ),
    ]
