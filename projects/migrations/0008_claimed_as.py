"""A unit knows the stage of its claim, so that lists by a status that few have need not ask all claims."""

from django.db import migrations, models

# The claim that is not released, of which there is one at most; services write claims under a lock on their unit.
ANEW = """
    UPDATE projects_unit AS u SET claimed_as = now_open.stage
        FROM (SELECT changed.id, coalesce(c.stage, '') AS stage FROM ({units}) AS changed
            LEFT JOIN projects_claim c ON c.unit_id = changed.id AND c.released_at IS NULL) AS now_open
        WHERE u.id = now_open.id AND u.claimed_as <> now_open.stage;
"""
EVENTS = {
    "INSERT": ("NEW TABLE AS new_rows", "SELECT unit_id AS id FROM new_rows"),
    "UPDATE": (
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT unit_id AS id FROM new_rows UNION SELECT unit_id FROM old_rows",
    ),
    "DELETE": ("OLD TABLE AS old_rows", "SELECT DISTINCT unit_id AS id FROM old_rows"),
}
KEEP = (
    "CREATE FUNCTION projects_keep_claimed_as() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
    + "".join(
        f"    IF TG_OP = '{event}' THEN{ANEW.format(units=units)}    END IF;\n"
        for event, (_tables, units) in EVENTS.items()
    )
    + "    RETURN NULL;\nEND $$;\n"
    + "\n".join(
        f"CREATE TRIGGER keep_claimed_as_{event.lower()} AFTER {event} ON projects_claim REFERENCING {tables}"
        " FOR EACH STATEMENT EXECUTE FUNCTION projects_keep_claimed_as();"
        for event, (tables, _units) in EVENTS.items()
    )
    + """
CREATE TRIGGER claimed_as_is_kept BEFORE UPDATE ON projects_unit FOR EACH ROW
    WHEN (OLD.claimed_as IS DISTINCT FROM NEW.claimed_as
        AND pg_trigger_depth() = 0 AND current_setting('house.recount', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION core_refuse_change();
"""
)
NO_KEEP = """
DROP TRIGGER claimed_as_is_kept ON projects_unit;
DROP FUNCTION projects_keep_claimed_as() CASCADE;
"""
# Also by hand, where check_integrity says that a column has gone astray.
RECOUNT = f"""
CREATE FUNCTION projects_recount() RETURNS void LANGUAGE sql SET house.recount = 'on' AS $$
{ANEW.format(units="SELECT id FROM projects_unit")}
$$;
"""
# The history of a unit's row is not told about the new column: its trigger still has the arguments of before.
QUIETLY = """
DO $$
DECLARE
    told boolean := EXISTS (
        SELECT FROM pg_trigger WHERE tgname = 'record_change' AND tgrelid = 'projects_unit'::regclass);
BEGIN
    IF told THEN
        ALTER TABLE projects_unit DISABLE TRIGGER record_change;
    END IF;
    PERFORM projects_recount();
    IF told THEN
        ALTER TABLE projects_unit ENABLE TRIGGER record_change;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_append_only"),
        ("projects", "0007_lists_of_all_units"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="claimed_as",
            field=models.CharField(
                blank=True,
                db_default="",
                editable=False,
                help_text="Stage of the claim that is not released; kept by a trigger, for lists (docs/adr/0015).",
                max_length=12,
            ),
        ),
        migrations.RunSQL(KEEP, NO_KEEP),
        migrations.RunSQL(RECOUNT, "DROP FUNCTION projects_recount();"),
        migrations.RunSQL(QUIETLY, migrations.RunSQL.noop),
    ]
