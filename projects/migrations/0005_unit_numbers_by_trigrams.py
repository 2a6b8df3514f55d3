"""Trigrams for the search of the back office; made while the tables are in use."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("projects", "0004_models_keep_their_files"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="unit",
            index=GinIndex(
                OpClass(Upper("unit_number"), name="gin_trgm_ops"), name="unit_number_trigrams"
            ),
        ),
    ]
