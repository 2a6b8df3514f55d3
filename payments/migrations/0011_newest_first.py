"""Everybody's rows in the order of their lists; made while the tables are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("payments", "0010_issued_documents_never_change"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="creditnote",
            index=models.Index(fields=["-issued_on", "-id"], name="credit_note_newest"),
        ),
        AddIndexConcurrently(
            model_name="demand",
            index=models.Index(fields=["-issued_on", "-id"], name="demand_newest"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(fields=["-paid_date", "-id"], name="payment_newest"),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("payment_status", "completed"), _negated=True),
                fields=["payment_status", "-paid_date", "-id"],
                name="payment_not_completed",
            ),
        ),
    ]
