"""The fence: a restored database tells nobody anything until an operator says that it is the real one (D27, I7).

Without it, a rehearsal of a restore would mail every buyer again. A row names the database that is open, by the server
and the database's own number; in a copy it names another, so a copy is fenced from its first moment, however it was
made. Triggers keep workers from taking jobs; what speaks to the outside asks ``refuse_while_fenced`` besides.
"""

from django.db import connection

from realestate.core import audit, clock
from realestate.core.models import Fence
from realestate.core.transactions import service

OPEN, FENCED = "open", "fenced"


class Fenced(Exception):
    """Nothing goes out: this database is a copy that no operator has opened."""

    def __init__(self) -> None:
        """One sentence for logs and operators."""
        super().__init__(
            "This database is fenced: no job runs and nobody is told anything until manage.py unfence."
        )


def is_fenced() -> bool:
    """Whether this database must keep silent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_is_fenced()")
        return bool(cursor.fetchone()[0])


def refuse_while_fenced() -> None:
    """Raises Fenced. For whatever speaks to the outside: mail, SMS, push, gateways, jobs by hand."""
    if is_fenced():
        raise Fenced


@service
def close_fence(*, actor: audit.Actor | None, reason: str) -> None:
    """From now on nothing goes out; a job that runs already runs to its end."""
    _set(actor, "", "fenced", reason)


@service
def open_fence(*, actor: audit.Actor | None, reason: str) -> None:
    """This is the real database: jobs run and messages go out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_this_database()")
        this = cursor.fetchone()[0]
    _set(actor, this, "opened", reason)


def _set(actor: audit.Actor | None, opened_for: str, action: str, reason: str) -> None:
    row = Fence.objects.select_for_update().get()
    audit.record(
        actor,
        row,
        action,
        before={"opened_for": row.opened_for},
        after={"opened_for": opened_for},
        reason=reason,
    )
    row.opened_for, row.reason, row.changed_at = opened_for, reason, clock.now()
    row.save(force_update=True)
