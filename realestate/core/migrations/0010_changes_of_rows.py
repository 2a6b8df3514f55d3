"""Every change of a row of the business is kept, whoever makes it, and what is kept can be sealed."""

import django.db.models.functions.datetime
from django.db import migrations, models

# One number per transaction. The counter alone would begin anew in a restored database, so its clock goes in.
TRANSACTION = """
CREATE FUNCTION core_transaction() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT md5(pg_current_xact_id()::text || ' ' || extract(epoch FROM transaction_timestamp())::text)::uuid
$$;
"""
# The trigger is put on each table by realestate.recording; its arguments: the row's type as the audit trail calls it,
# the primary key, columns that are not worth a line, columns whose content is nobody's to read (both with commas).
# Insertions alone may be left out by whoever loads invented rows in bulk: the rows themselves are there.
RECORD = """
CREATE FUNCTION core_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ignored text[] := string_to_array(TG_ARGV[2], ',');
    masked text[] := string_to_array(TG_ARGV[3], ',');
    old_row jsonb := '{}';
    new_row jsonb := '{}';
    key bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF current_setting('house.bulk_load', true) = 'on' THEN
            RETURN NULL;
        END IF;
        key := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
    ELSIF TG_OP = 'DELETE' THEN
        old_row := to_jsonb(OLD);
        key := (old_row ->> TG_ARGV[1])::bigint;
    ELSE
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
        key := (to_jsonb(OLD) ->> TG_ARGV[1])::bigint;
        SELECT coalesce(jsonb_object_agg(was.key, was.value), '{}'), coalesce(jsonb_object_agg(was.key, now.value), '{}')
            INTO old_row, new_row
            FROM jsonb_each(to_jsonb(OLD)) AS was JOIN jsonb_each(to_jsonb(NEW)) AS now USING (key)
            WHERE was.value IS DISTINCT FROM now.value AND was.key <> ALL (ignored);
        IF old_row = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    SELECT old_row || coalesce(jsonb_object_agg(name, '***'), '{}') INTO old_row
        FROM unnest(masked) AS name WHERE old_row ? name;
    SELECT new_row || coalesce(jsonb_object_agg(name, '***'), '{}') INTO new_row
        FROM unnest(masked) AS name WHERE new_row ? name;
    INSERT INTO core_rowchange (at, transaction, login, object_type, object_id, kind, before, after)
        VALUES (transaction_timestamp(), core_transaction(), session_user, TG_ARGV[0], key,
            CASE TG_OP WHEN 'INSERT' THEN 'inserted' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
            old_row, new_row);
    RETURN NULL;
END $$;
"""
NO_RECORD = "DROP FUNCTION core_record_change() CASCADE;"  # with its triggers
# In two steps, so that entries from before get no number: they would all get that of this migration.
NUMBERED = """
ALTER TABLE core_auditentry ADD COLUMN transaction uuid NULL;
ALTER TABLE core_auditentry ALTER COLUMN transaction SET DEFAULT core_transaction();
"""
NOT_NUMBERED = "ALTER TABLE core_auditentry DROP COLUMN transaction;"


def append_only(table: str, name: str) -> migrations.RunSQL:
    """Neither UPDATE nor DELETE nor TRUNCATE, whoever asks."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
        CREATE TRIGGER {name}_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
        """,
        f"DROP TRIGGER {name}_append_only ON {table}; DROP TRIGGER {name}_not_truncated ON {table};",
    )


class Migration(migrations.Migration):
    """The table of changes, the number of a transaction, the function of the triggers, and seals."""

    dependencies = [("core", "0009_settings_lists")]

    operations = [
        migrations.RunSQL(TRANSACTION, "DROP FUNCTION core_transaction();"),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(help_text="When its transaction began.")),
                ("transaction", models.UUIDField()),
                ("login", models.CharField(help_text="Of the database.", max_length=63)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("inserted", "Inserted"),
                            ("updated", "Updated"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        help_text="The changed columns as they were; of a deleted row all."
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        help_text="The changed columns. Empty for a new row: what it said is in the row and in its"
                        " later changes."
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "changes of rows",
                "indexes": [
                    models.Index(
                        fields=["object_type", "object_id", "id"], name="change_by_object"
                    ),
                    models.Index(fields=["transaction"], name="change_by_transaction"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["inserted", "updated", "deleted"])),
                        name="change_kind_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stream", models.CharField(help_text="The table.", max_length=60)),
                ("last_id", models.BigIntegerField(help_text="The last row under this seal.")),
                ("rows", models.PositiveIntegerField()),
                (
                    "digest",
                    models.CharField(
                        help_text="Of the rows and the seal before it.", max_length=64
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stream", "last_id"), name="one_seal_per_place")
                ],
            },
        ),
        migrations.RunSQL(
            NUMBERED,
            NOT_NUMBERED,
            state_operations=[
                migrations.AddField(
                    model_name="auditentry",
                    name="transaction",
                    field=models.UUIDField(
                        db_default=models.Func(
                            function="core_transaction", output_field=models.UUIDField()
                        ),
                        editable=False,
                        help_text="Names the changes of rows that belong to it. Empty: from before they were kept.",
                        null=True,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["transaction"], name="audit_by_transaction"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["at"], name="audit_by_time"),
        ),
        migrations.RunSQL(RECORD, NO_RECORD),
        append_only("core_rowchange", "changes"),
        append_only("core_seal", "seals"),
    ]
