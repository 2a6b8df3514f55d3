"""Opening a restored database: what waited to be sent is counted, dropped or sent; jobs of lost workers run again."""

from django.db import connection

from notifications.models import Delivery
from notifications.services import drop_waiting_deliveries
from realestate.core import audit, clock
from realestate.core.fence import open_fence
from realestate.core.transactions import service

# Jobs that write to people; all others only bring rows up to date, and may run twice.
LETTERS = (
    "accounts.mail_already_registered",
    "accounts.mail_invitation",
    "accounts.mail_password_reset",
    "accounts.mail_verification",
)
DELIVERIES = ("notifications.deliver",)
COUNT = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = ANY(%s)"
# No worker of a copy has them: they ran when the backup was made.
AGAIN = """
    UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing' AND NOT EXISTS (
        SELECT FROM procrastinate_workers worker
        WHERE worker.id = worker_id AND worker.last_heartbeat > now() - interval '1 minute'
    )
"""
DROP = "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo' AND task_name = ANY(%s)"


def waiting() -> int:
    """How many messages would leave the house at once: deliveries that are due, and letters in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [list(LETTERS)])
        letters = int(cursor.fetchone()[0])
    return letters + Delivery.objects.waiting(clock.now()).count()


@service
def open_database(*, is_dropping: bool, reason: str) -> int:
    """Let jobs and messages out; with ``is_dropping`` not those that wait. Returns how many were dropped."""
    dropped = 0
    with connection.cursor() as cursor:
        cursor.execute(AGAIN)
        if is_dropping:
            cursor.execute(DROP, [list(LETTERS)])
            dropped = cursor.rowcount + drop_waiting_deliveries()
            cursor.execute(DROP, [list(DELIVERIES)])
    open_fence(actor=audit.SYSTEM, reason=reason)
    return dropped
