"""Everybody's bookings and change requests by their status; made while the tables are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("bookings", "0010_paid_and_standing"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                fields=["state", "-booking_date", "-id"],
                include=["project"],
                name="booking_by_state",
            ),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                fields=["standing", "-booking_date", "-id"],
                include=["project", "claim", "paid_so_far", "total_amount"],
                name="booking_by_standing",
            ),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                fields=["paid_share", "-booking_date", "-id"],
                include=["project"],
                name="booking_by_share",
            ),
        ),
        AddIndexConcurrently(
            model_name="changerequest",
            index=models.Index(fields=["state", "-created_at", "-id"], name="change_by_state"),
        ),
    ]
