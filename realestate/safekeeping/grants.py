"""Rights of the database role that the platform works with, where another one owns the tables and migrates (D15).

It adds, changes and deletes rows; what is append-only it only adds to. It owns nothing, so it can neither switch a
trigger off nor change a table: whoever breaks into the platform cannot rewrite what it has recorded.
"""

from django.db import connection
from psycopg import sql

# Tables whose triggers refuse to change (16) and to delete (8); see realestate.core.migrations.0002_audit_append_only.
APPEND_ONLY = """
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgfoid = 'core_refuse_change'::regproc GROUP BY 1
    HAVING bit_or(t.tgtype::int) & (8 | 16) = (8 | 16) ORDER BY 1
"""
# Columns that triggers keep, as whoever pays; their guards refuse everybody else (docs/adr/0015).
KEPT = {"payments_demand": "left_open"}
ONLY_READ = ("django_migrations",)


def append_only_tables() -> list[str]:
    """Tables whose rows nobody changes or deletes."""
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY)
        return [table for (table,) in cursor.fetchall()]


def statements(role: str) -> list[str]:
    """What gives a role exactly what the platform needs; may be said again after each migrate."""
    name = sql.Identifier(role)
    written = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE CREATE ON SCHEMA public FROM {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    plain = [sql.SQL(text).format(role=name) for text in written]
    kept = [
        sql.SQL("REVOKE {rights} ON {table} FROM {role}").format(
            rights=sql.SQL(rights), table=sql.Identifier(table), role=name
        )
        for tables, rights in (
            (append_only_tables(), "UPDATE, DELETE"),
            (ONLY_READ, "INSERT, UPDATE, DELETE"),
        )
        for table in tables
    ]
    given = [
        sql.SQL("GRANT UPDATE ({column}) ON {table} TO {role}").format(
            column=sql.Identifier(column), table=sql.Identifier(table), role=name
        )
        for table, column in KEPT.items()
    ]
    return [each.as_string() for each in (*plain, *kept, *given)]
