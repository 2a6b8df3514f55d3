"""Messages that are urgent or carry files, few among many; made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("messaging", "0003_replies_stand_in_threads"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("priority", "medium"), _negated=True),
                fields=["priority", "-id"],
                name="message_not_medium",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("attachments", []), _negated=True),
                fields=["-id"],
                name="message_attached",
            ),
        ),
    ]
