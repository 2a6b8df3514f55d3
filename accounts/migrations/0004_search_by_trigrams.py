"""Trigrams for the search of the back office; made while the tables are in use."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper


class Trigrams(TrigramExtension):
    """There since the first migration of projects, whose indexes need it: the way back leaves it there."""

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Nothing: it was there before."""


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ("accounts", "0003_owner_or_member"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        Trigrams(),
        AddIndexConcurrently(
            model_name="customer",
            index=GinIndex(
                OpClass(Upper("first_name"), name="gin_trgm_ops"),
                OpClass(Upper("last_name"), name="gin_trgm_ops"),
                name="customer_name_trigrams",
            ),
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=GinIndex(
                OpClass(
                    models.Func(
                        models.F("phone"),
                        models.Value("[^0-9]+"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                        output_field=models.TextField(),
                    ),
                    name="gin_trgm_ops",
                ),
                name="customer_phone_trigrams",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"), name="user_email_trigrams"
            ),
        ),
    ]
