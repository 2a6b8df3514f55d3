"""Trigrams for the search of the back office; made while the tables are in use."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("bookings", "0006_promised_dates"),
        ("core", "0006_job_runs"),
        ("payments", "0008_lead_days"),
        ("projects", "0005_unit_numbers_by_trigrams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="demand",
            index=GinIndex(
                OpClass(Upper("number"), name="gin_trgm_ops"), name="demand_number_trigrams"
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=GinIndex(
                OpClass(Upper("receipt_number"), name="gin_trgm_ops"),
                OpClass(Upper("transaction_id"), name="gin_trgm_ops"),
                name="payment_number_trigrams",
            ),
        ),
    ]
