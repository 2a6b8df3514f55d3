"""Jobs of the scheduling app: load, call a service."""

import logging

from realestate.core.jobs import job
from scheduling.services import appointments_to_remind, remind_of_appointment

log = logging.getLogger(__name__)


@job("scheduling.remind_of_appointments", cron="*/5 * * * *")
def send_appointment_reminders(**_unknown: object) -> str:
    """Every five minutes: remind of what is near (R14.6); one that fails stops no other and comes again."""
    reminded = failed = 0
    for appointment_id in appointments_to_remind():
        try:
            reminded += remind_of_appointment(appointment_id=appointment_id) is not None
        except Exception:
            failed += 1
            log.exception("nobody could be reminded of appointment %s", appointment_id)
    return f"appointments reminded of: {reminded}, failed: {failed}"
