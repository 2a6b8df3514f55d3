"""Jobs of the payments app: load, call a service."""

import logging

from payments.services import post_monthly_interest, raise_dated_demands, raise_milestone_demands
from payments.services.webhooks import apply_event, note_refusal, waiting_events
from realestate.core import clock
from realestate.core.errors import DomainError
from realestate.core.jobs import job

log = logging.getLogger(__name__)


@job("payments.raise_milestone_demands")
def raise_milestone_demands_now(milestone_id: int, **_unknown: object) -> None:
    """After a certification: a demand for each booking that waits for the stage (R7.3)."""
    raise_milestone_demands(milestone_id=milestone_id)


@job("payments.raise_dated_demands", cron="15 1 * * *")
def raise_dated_demands_now(**_unknown: object) -> None:
    """Every day: demand the lines whose date has come (R2)."""
    raise_dated_demands()


@job("payments.post_monthly_interest", cron="45 1 * * *")
def post_monthly_interest_now(**_unknown: object) -> None:
    """Every day: late interest up to the end of last month (R9); what is posted already is not posted again."""
    post_monthly_interest(clock.today())


@job("payments.apply_gateway_event")
def apply_gateway_event(*, event_id: int, **_unknown: object) -> None:
    """Do what a gateway told."""
    _apply(event_id)


@job("payments.apply_waiting_events", cron="*/5 * * * *")
def apply_waiting_events(**_unknown: object) -> None:
    """Every five minutes: events whose job was lost, or whose money was refused; one that fails stops no other."""
    for event_id in waiting_events():
        try:
            _apply(event_id)
        except Exception:
            log.exception("event %s of a gateway could not be applied", event_id)


def _apply(event_id: int) -> None:
    try:
        apply_event(event_id=event_id)
    except DomainError as refusal:
        log.warning("event %s of a gateway was refused: %s", event_id, refusal.detail)
        note_refusal(event_id=event_id, text=f"{refusal.code}: {refusal.detail}")
