"""What an issued demand or credit note says is never changed or deleted, whoever asks (R7.5): it is only credited."""

from django.db import migrations

TABLES = {
    "payments_demand": "demands",
    "payments_demandline": "demand_lines",
    "payments_creditnote": "credit_notes",
    "payments_creditline": "credit_lines",
}
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
    """Triggers as the ledger has them; what is open or credited of a document stands in other tables."""

    dependencies = [
        ("core", "0002_audit_append_only"),
        ("payments", "0009_numbers_by_trigrams"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
