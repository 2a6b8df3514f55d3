"""Appointments are received by hosts; the builders of before are the first of them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import scheduling.models

FIRST = """
    INSERT INTO scheduling_host (created_at, updated_at, name, phone, is_active, builder_id, user_id)
    SELECT DISTINCT ON (p.builder_id, a.host_id) now(), now(), b.company_name, '', true, p.builder_id, a.host_id
    FROM scheduling_appointment a JOIN projects_project p ON p.id = a.project_id
    JOIN accounts_builder b ON b.user_id = p.builder_id;
    UPDATE scheduling_appointment a SET receiver_id = h.id
    FROM scheduling_host h, projects_project p
    WHERE p.id = a.project_id AND h.builder_id = p.builder_id AND h.user_id = a.host_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
BACK = """
    UPDATE scheduling_appointment a SET host_id = coalesce(h.user_id, h.builder_id)
    FROM scheduling_host h WHERE h.id = a.receiver_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("projects", "0004_models_keep_their_files"),
        ("scheduling", "0003_calendar_feeds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Host",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(help_text="Customers read it.", max_length=200)),
                ("phone", models.CharField(blank=True, max_length=30)),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Receives new appointments."),
                ),
                (
                    "builder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.builder",
                    ),
                ),
                (
                    "projects",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Empty: all projects of the builder.",
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        help_text="Hears of the appointments; without one the builder does.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="appointment",
            name="receiver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scheduling.host",
            ),
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="appointment", name="one_host_one_appointment"),
        migrations.AlterField(
            model_name="appointment",
            name="host",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.RemoveField(model_name="appointment", name="host"),
        migrations.RenameField(model_name="appointment", old_name="receiver", new_name="host"),
        migrations.AlterField(
            model_name="appointment",
            name="host",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scheduling.host"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status__in", ["confirmed", "scheduled"])),
                expressions=[
                    (
                        scheduling.models.TsTzRange(
                            "starts_at",
                            "host_free_at",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                        ),
                        "&&",
                    ),
                    ("host", "="),
                ],
                name="one_host_one_appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="host",
            constraint=models.UniqueConstraint(
                fields=("builder", "user"), name="one_host_per_login"
            ),
        ),
        migrations.AddConstraint(
            model_name="host",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="host_has_a_name"
            ),
        ),
    ]
