"""Whose changes the database keeps by itself: all tables of the house but those that stand here with a reason.

A trigger on each table writes a ``RowChange`` for whatever changes a row: services, bulk updates, somebody at a
prompt of the database. Who and why say the audit entries of the same transaction (docs/adr/0010).
"""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import connection
from django.db.models import Model

from realestate.core.ladder import LADDER
from realestate.core.transactions import service

TRIGGER = "record_change"
FUNCTION = "core_record_change"

UNRECORDED: Mapping[str, str] = {
    "core.auditentry": "it is the record",
    "core.rowchange": "it is the record",
    "core.seal": "only added, and its digest says whether it is whole",
    "core.catalogueversion": "random tokens; what changed is recorded where it changed",
    "core.idempotencykey": "remembers answers for a day",
    "core.ratecounter": "counts requests",
    "core.jobrun": "what the platform's clock did; the jobs' services are audited",
    "core.importrun": "how far an import is; what it writes is recorded and audited row by row",
    "core.bulkrun": "how far an action on many rows is; what it does is recorded and audited row by row",
    "core.bulkline": "what came of an action on one row; the row's own change is recorded",
    "core.numberseries": "a counter; the documents carry its numbers",
    "accounts.session": "a login; logins are audited",
    "accounts.loginchallenge": "a login that waits ten minutes for its code; what is refused is audited",
    "accounts.relation": "only added, with the dealing that makes it",
    "payments.gatewayevent": "what a gateway said, as it came; what it does to a receipt is recorded there",
    "payments.checkout": "a try to pay; the money is a receipt",
    "scheduling.appointmentreminder": "what people were told",
    "scheduling.calendarfeed": "the address of a person's own calendar",
    "messaging.broadcastrecipient": "how far a broadcast is delivered",
    "messaging.conversation": "only added, with its first message; a trigger keeps its last",
    "notifications.notification": "what people were told",
    "notifications.delivery": "how it was told",
    "notifications.signal": "a bell that rings for a minute",
    "notifications.ticket": "opens one socket within a minute",
    "notifications.preference": "a person's own wishes about news",
    "notifications.quiethours": "a person's own wishes about news",
    "notifications.device": "a person's own telephone",
    "payments.reminder": "what people were told",
}
# Columns that change without anybody deciding anything.
IGNORED: Mapping[str, tuple[str, ...]] = {
    "accounts.user": ("last_login",),
    # Kept by triggers or generated: what they follow from is recorded.
    "bookings.booking": ("paid_so_far", "paid_share", "standing"),
    "messaging.message": ("read_at",),
    "projects.unit": ("claimed_as",),
    "payments.demand": ("left_open",),
    "payments.letterbatch": ("done",),
}
ALWAYS_IGNORED = ("updated_at",)
# Columns whose content is nobody's to read: kept as ***.
MASKED: Mapping[str, tuple[str, ...]] = {"accounts.user": ("password",)}


def recorded_models() -> Iterator[type[Model]]:
    """Every table of the house whose changes are kept, also those that stand between two others."""
    for model in apps.get_models(include_auto_created=True):
        options = model._meta  # noqa: SLF001  # documented API
        is_ours = options.app_label in LADDER and options.managed and not options.proxy
        if is_ours and options.label_lower not in UNRECORDED:
            yield model


@service
def keep_triggers(**_signal: object) -> None:
    """After each migrate: each table has the trigger with the arguments that stand here, and no other has one."""
    wanted = {model._meta.db_table: _arguments(model) for model in recorded_models()}  # noqa: SLF001  # documented API
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [FUNCTION])
        if not cursor.fetchone()[0]:  # on the way back, below the migration that makes it
            return
        cursor.execute(
            "SELECT c.relname, t.tgargs FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = %s"
            " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace",
            [TRIGGER],
        )
        for table, raw in cursor.fetchall():
            present = None if raw is None else tuple(bytes(raw).decode().split("\0")[:-1])
            if table in wanted and present != wanted[table]:
                given = ", ".join(f"'{argument}'" for argument in wanted[table])
                cursor.execute(
                    f'CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
                    f" FOR EACH ROW EXECUTE FUNCTION {FUNCTION}({given})"
                )
            elif table not in wanted and present is not None:
                cursor.execute(f'DROP TRIGGER {TRIGGER} ON "{table}"')


def _arguments(model: type[Model]) -> tuple[str, ...]:
    """Type, primary key, ignored and masked columns, as the function takes them."""
    options = model._meta  # noqa: SLF001  # documented API
    label, key = options.label_lower, options.pk
    ignored = (*ALWAYS_IGNORED, *IGNORED.get(label, ()))
    return label, str(key.column), ",".join(ignored), ",".join(MASKED.get(label, ()))
