"""A price list that was published is never changed or deleted, whoever asks (R1): only a later version succeeds it."""

from django.db import migrations

TABLES = {"projects_pricelist": "price_lists", "projects_chargeline": "charge_lines"}
FORWARD = "".join(
    f"""
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER {name}_not_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""
    for table, name in TABLES.items()
)
BACKWARD = "".join(
    f"DROP TRIGGER {name}_append_only ON {table}; DROP TRIGGER {name}_not_truncated ON {table};\n"
    for table, name in TABLES.items()
)


class Migration(migrations.Migration):
    """Triggers as the ledger has them."""

    dependencies = [
        ("core", "0002_audit_append_only"),
        ("projects", "0005_unit_numbers_by_trigrams"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
