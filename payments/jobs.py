"""Jobs of the payments app: load, call a service."""

import io
import logging
import zipfile

from payments.documents import demand_letters
from payments.services import (
    bookings_to_remind,
    demands_of,
    fail_letters,
    finish_letters,
    post_monthly_interest,
    raise_dated_demands,
    raise_milestone_demands,
    remind_buyer,
    report_letters,
    waiting_batch,
)
from payments.services.webhooks import apply_event, note_refusal, waiting_events
from realestate.core import audit, clock
from realestate.core.documents import DocumentFailed
from realestate.core.errors import DomainError
from realestate.core.jobs import job

log = logging.getLogger(__name__)
AT_ONCE = 20  # letters from one compiler
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the same letters give the same file


@job("payments.raise_milestone_demands")
def raise_milestone_demands_now(*, milestone_id: int, **_unknown: object) -> None:
    """After a certification: a demand for each booking that waits for the stage (R7.3)."""
    raise_milestone_demands(milestone_id=milestone_id)


@job("payments.raise_dated_demands", cron="15 1 * * *")
def raise_dated_demands_now(**_unknown: object) -> str:
    """Every day: demand the lines whose date has come (R2)."""
    return f"demands raised: {raise_dated_demands()}"


@job("payments.post_monthly_interest", cron="45 1 * * *")
def post_monthly_interest_now(**_unknown: object) -> str:
    """Every day: late interest up to the end of last month (R9); what is posted already is not posted again."""
    return f"bookings charged: {post_monthly_interest(clock.today())}"


@job("payments.apply_gateway_event")
def apply_gateway_event(*, event_id: int, **_unknown: object) -> None:
    """Do what a gateway told."""
    _apply(event_id)


@job("payments.apply_waiting_events", cron="*/5 * * * *")
def apply_waiting_events(**_unknown: object) -> str:
    """Every five minutes: events whose job was lost, or whose money was refused; one that fails stops no other."""
    events, failed = waiting_events(), 0
    for event_id in events:
        try:
            _apply(event_id)
        except Exception:
            failed += 1
            log.exception("event %s of a gateway could not be applied", event_id)
    return f"events tried: {len(events)}, failed: {failed}"


def _apply(event_id: int) -> None:
    try:
        apply_event(event_id=event_id)
    except DomainError as refusal:
        log.warning("event %s of a gateway was refused: %s", event_id, refusal.detail)
        note_refusal(event_id=event_id, text=f"{refusal.code}: {refusal.detail}")


@job("payments.make_letters")
def make_letters_now(*, batch_id: int, **_unknown: object) -> None:
    """Make the letters of a batch and store them as one file; a repeated run begins anew and stores one file."""
    batch = waiting_batch(batch_id)
    if batch is None:
        return
    made, done = io.BytesIO(), 0
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for start in range(0, batch.total, AT_ONCE):
            try:
                letters = demand_letters(demands_of(batch.demands[start : start + AT_ONCE]))
            except DocumentFailed as error:
                fail_letters(actor=audit.SYSTEM, batch_id=batch_id, reason=str(error))
                raise
            for name, content in letters:
                entry = zipfile.ZipInfo(name, NO_TIME)
                entry.external_attr = 0o644 << 16  # readable by whoever unpacks it
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
            done += len(letters)
            report_letters(batch_id=batch_id, done=done)
    finish_letters(actor=audit.SYSTEM, batch_id=batch_id, content=made.getvalue())


@job("payments.remind_buyers", cron="5 * * * *")
def send_reminders(**_unknown: object) -> str:
    """Every hour: remind of what is open (R20), booking by booking; one that fails stops no other and comes again."""
    reminded = failed = 0
    for booking_id in bookings_to_remind():
        try:
            reminded += bool(remind_buyer(booking_id=booking_id))
        except Exception:
            failed += 1
            log.exception("the buyer of booking %s could not be reminded", booking_id)
    return f"buyers reminded: {reminded}, failed: {failed}"
