"""Limits hold for every stretch of time, not for fixed windows. Counts of minutes are not worth moving: both ways start anew."""

import django.contrib.postgres.fields
from django.db import migrations, models

FORGET = "DELETE FROM core_ratecounter; SET CONSTRAINTS ALL IMMEDIATE;"


class Migration(migrations.Migration):
    dependencies = [("core", "0004_file_purposes")]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="ratecounter", name="one_counter_per_window"),
        migrations.RemoveIndex(model_name="ratecounter", name="rate_counter_by_age"),
        migrations.RemoveField(model_name="ratecounter", name="count"),
        migrations.RemoveField(model_name="ratecounter", name="window_start"),
        migrations.AddField(
            model_name="ratecounter",
            name="last_used_at",
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name="ratecounter",
            name="uses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(),
                help_text="What still counts, oldest first.",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="ratecounter",
            name="key",
            field=models.CharField(max_length=200, unique=True),
        ),
        migrations.AddIndex(
            model_name="ratecounter",
            index=models.Index(fields=["last_used_at"], name="rate_counter_by_age"),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
