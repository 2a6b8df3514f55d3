"""Those of one channel are asked for with each delivery that gets through; made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("notifications", "0006_stranded_deliveries"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("is_stranded", True)),
                fields=["channel", "next_try_at"],
                name="stranded_delivery",
            ),
        ),
    ]
