"""Everybody's rows in the order of their lists; made while the tables are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("bookings", "0008_figures_of_quotes_never_change"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(fields=["-booking_date", "-id"], name="booking_newest"),
        ),
        AddIndexConcurrently(
            model_name="changerequest",
            index=models.Index(fields=["-created_at", "-id"], name="change_newest"),
        ),
        AddIndexConcurrently(
            model_name="quote",
            index=models.Index(fields=["-created_at", "-id"], name="quote_newest"),
        ),
        AddIndexConcurrently(
            model_name="quote",
            index=models.Index(
                fields=["state", "-created_at", "-id"],
                name="quote_not_approved",
                condition=~models.Q(state="approved"),
            ),
        ),
    ]
