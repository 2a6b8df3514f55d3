"""What is paid of each booking and left open of each demand, kept by triggers in the statement that changes it (D6).

They add and take away what changed, under the lock of the row that they change, so that two payments at a time both
count. ``payments_recount`` counts anew: now, and by hand where check_integrity says that something has gone astray.
"""

from django.db import migrations

import realestate.core.db.fields

COUNTED = (
    "state = 'cleared' AND NOT is_held_excess AND payment_type NOT IN ('maintenance', 'penalty')"
)
LIVE = "superseded_at IS NULL"
OF_LINES = "SELECT demand_id AS id, {sign}(principal + tax) AS amount FROM {rows}"
OF_PAID = f"SELECT booking_id AS id, {{sign}}amount AS amount FROM {{rows}} WHERE {COUNTED}"  # noqa: S608  # our own words
OF_APPLIED = (
    "SELECT l.demand_id AS id, {opposite}r.amount AS amount"  # noqa: S608  # likewise
    f" FROM {{rows}} r JOIN payments_demandline l ON l.id = r.demand_line_id WHERE r.{LIVE}"
)
EVENTS = {  # what a statement has added, and what it has taken away
    "INSERT": ("NEW TABLE AS new_rows", (("new_rows", ""),)),
    "UPDATE": (
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        (("new_rows", ""), ("old_rows", "-")),
    ),
    "DELETE": ("OLD TABLE AS old_rows", (("old_rows", "-"),)),
}
BOOKING = ("bookings_booking", "id", "paid_so_far")
DEMAND = ("payments_demand", "id", "left_open")
KEPT = {
    "paid": ("payments_payment", OF_PAID, BOOKING),
    "asked": ("payments_demandline", OF_LINES, DEMAND),
    "applied": ("payments_allocation", OF_APPLIED, DEMAND),
}


def kept(name: str) -> migrations.RunSQL:
    """A function and three triggers that add the changes of a table's rows to a column of another."""
    table, part, (target, key, column) = KEPT[name]
    steps, triggers = [], []
    for event, (tables, rows) in EVENTS.items():
        parts = " UNION ALL ".join(
            part.format(rows=source, sign=sign, opposite="" if sign else "-")
            for source, sign in rows
        )
        steps.append(f"""
    IF TG_OP = '{event}' THEN
        UPDATE {target} AS t SET {column} = t.{column} + changed.amount
            FROM (SELECT id, sum(amount) AS amount FROM ({parts}) AS parts
                GROUP BY id HAVING sum(amount) <> 0) AS changed
            WHERE t.{key} = changed.id;
    END IF;""")  # noqa: S608  # our own words
        triggers.append(
            f"CREATE TRIGGER keep_{name}_{event.lower()} AFTER {event} ON {table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION payments_keep_{name}();"
        )
    return migrations.RunSQL(
        f"CREATE FUNCTION payments_keep_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN"
        + "".join(steps)
        + "\n    RETURN NULL;\nEND $$;\n"
        + "\n".join(triggers),
        f"DROP FUNCTION payments_keep_{name}() CASCADE;",  # with its triggers
    )


# What a demand says never changes (R7.5). What is left open of it does, and only by the triggers above.
STRICT = """
DROP TRIGGER demands_append_only ON payments_demand;
CREATE TRIGGER demands_append_only BEFORE UPDATE OR DELETE ON payments_demand
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
"""
GUARD = """
DROP TRIGGER demands_append_only ON payments_demand;
CREATE TRIGGER demands_append_only BEFORE DELETE ON payments_demand
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER demands_say_the_same BEFORE UPDATE ON payments_demand FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'left_open' IS DISTINCT FROM to_jsonb(NEW) - 'left_open')
    EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER left_open_is_kept BEFORE UPDATE ON payments_demand FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND current_setting('house.recount', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION core_refuse_change();
"""
NO_GUARD = (
    "DROP TRIGGER demands_say_the_same ON payments_demand; DROP TRIGGER left_open_is_kept ON payments_demand;"
    + STRICT
)
RECOUNT = f"""
CREATE FUNCTION payments_recount() RETURNS void LANGUAGE sql SET house.recount = 'on' AS $$
    UPDATE bookings_booking AS b SET paid_so_far = counted.paid
        FROM (SELECT b.id, coalesce(paid.amount, 0) AS paid FROM bookings_booking b
            LEFT JOIN (SELECT booking_id, sum(amount) AS amount FROM payments_payment WHERE {COUNTED}
                GROUP BY booking_id) AS paid ON paid.booking_id = b.id) AS counted
        WHERE b.id = counted.id AND b.paid_so_far <> counted.paid;
    UPDATE payments_demand AS d SET left_open = counted.amount
        FROM (SELECT d.id, coalesce(asked.amount, 0) - coalesce(applied.amount, 0) AS amount FROM payments_demand d
            LEFT JOIN (SELECT demand_id AS id, sum(principal + tax) AS amount FROM payments_demandline
                GROUP BY demand_id) AS asked ON asked.id = d.id
            LEFT JOIN (SELECT l.demand_id AS id, sum(a.amount) AS amount FROM payments_allocation a
                JOIN payments_demandline l ON l.id = a.demand_line_id WHERE a.{LIVE}
                GROUP BY l.demand_id) AS applied ON applied.id = d.id) AS counted
        WHERE d.id = counted.id AND d.left_open <> counted.amount;
$$;
"""  # noqa: S608  # our own words
# The history of rows is not told about new columns: its triggers still have the arguments of before.
QUIETLY = """
DO $$
DECLARE
    told text;
BEGIN
    FOR told IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'record_change'
        AND tgrelid IN ('bookings_booking'::regclass, 'payments_demand'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER record_change', told);
    END LOOP;
    PERFORM payments_recount();
    FOR told IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'record_change'
        AND tgrelid IN ('bookings_booking'::regclass, 'payments_demand'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER record_change', told);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    because = {
        "RunSQL": "kept columns must be right before anything reads them, and their guards let nobody else fill them",
    }

    dependencies = [
        ("bookings", "0010_paid_and_standing"),
        ("payments", "0011_newest_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="demand",
            name="left_open",
            field=realestate.core.db.fields.money_field(
                db_default=0,
                editable=False,
                help_text="Kept by triggers on lines and allocations, for lists; what decides is counted (docs/adr/0015).",
            ),
        ),
        *(kept(name) for name in KEPT),
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunSQL(RECOUNT, "DROP FUNCTION payments_recount();"),
        migrations.RunSQL(QUIETLY, migrations.RunSQL.noop),
    ]
