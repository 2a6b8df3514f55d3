"""Of which tables and columns a change ends the kept answers of the public catalogue (docs/adr/0014).

Triggers on these tables give the catalogue another version, in the transaction of the change and whoever makes it. A
table that an answer reads and that does not stand here fails a test, and so does a column.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from django.apps import apps
from django.db import connection
from django.db.models import Model

from realestate.core.transactions import service

FUNCTION = "core_catalogue_changed"
TRIGGER = "catalogue_changed"
# Table -> the columns that answers depend on; none named: all of them.
SHOWN: Mapping[str, Sequence[str]] = {
    "accounts.builder": (),
    "accounts.user": ("is_active",),
    "bookings.booking": ("project_id", "claim_id", "state", "rating"),
    "core.settingsversion": (),
    "core.storedfile": (),
    "core.systemsetting": (),
    "progress.certificate": (),
    "progress.completiondate": (),
    "progress.constructionupdate": (),
    "progress.milestone": (),
    "progress.projectprogress": (),
    "projects.chargeline": (),
    "projects.claim": ("unit_id", "kind", "stage", "expires_at", "released_at"),
    "projects.model3d": (),
    "projects.pricelist": (),
    "projects.project": (),
    "projects.taxrate": (),
    "projects.tower": (),
    "projects.unit": (),
}
# The first change of a transaction is enough: all that it does is seen at the same moment, its commit.
FIRST = "current_setting('house.catalogue_changed', true) IS DISTINCT FROM 'yes'"


@service
def keep_catalogue_triggers(**_signal: object) -> None:
    """After each migrate: the tables of the catalogue have these triggers, and no others do. Kept answers end."""
    wanted = {(table, trigger): (text, _mark(text)) for table, trigger, text in _triggers()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [FUNCTION])
        if not cursor.fetchone()[0]:  # on the way back, below the migration that makes it
            return
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgargs FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgfoid = to_regproc(%s) AND c.relnamespace = current_schema()::regnamespace",
            [FUNCTION],
        )
        present = {(table, name): _argument(raw) for table, name, raw in cursor.fetchall()}
        for table, name in present.keys() - wanted.keys():
            cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
        for (table, name), (text, mark) in wanted.items():
            if present.get((table, name)) != mark:  # to touch a trigger stops all who write
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER \"{name}\" {text} EXECUTE FUNCTION {FUNCTION}('{mark}')"
                )
        # A release may show what the one before did not. Rows that somebody has taken get another token anyway.
        cursor.execute(
            "DELETE FROM core_catalogueversion"
            " WHERE id IN (SELECT id FROM core_catalogueversion FOR UPDATE SKIP LOCKED)"
        )
        cursor.execute("INSERT INTO core_catalogueversion (token) VALUES (gen_random_uuid())")


def shown_models() -> Iterator[tuple[type[Model], Sequence[str]]]:
    """The tables of the catalogue with the columns that it depends on; none: all."""
    for label, columns in SHOWN.items():
        yield apps.get_model(label), columns  # noqa: TID251  # the house's own list


def _triggers() -> Iterator[tuple[str, str, str]]:
    """Table, trigger, and when it fires for what."""
    for model, columns in shown_models():
        table = model._meta.db_table  # noqa: SLF001  # documented API
        shown = [f'"{column}"' for column in columns] or ["*"]
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in shown)
        by_row = f"FOR EACH ROW WHEN ({FIRST} AND ({differs}))"
        by_statement = f"FOR EACH STATEMENT WHEN ({FIRST})"
        yield table, f"{TRIGGER}_by_update", f'AFTER UPDATE ON "{table}" {by_row}'
        yield table, TRIGGER, f'AFTER INSERT OR DELETE ON "{table}" {by_statement}'
        # By itself, so that it can sleep where tests empty tables.
        yield table, f"{TRIGGER}_by_truncate", f'AFTER TRUNCATE ON "{table}" {by_statement}'


def _mark(text: str) -> str:
    """By which a trigger is known again."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _argument(raw: bytes) -> str:
    """A trigger's only argument."""
    return bytes(raw).decode().rstrip("\0")
