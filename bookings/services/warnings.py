"""Telling who holds a unit that the hold will soon lapse (R4.5). The claim's own end decides, whenever a job comes."""

from datetime import datetime, timedelta

from bookings.events import HoldNearsEnd
from bookings.services.limits import HOLD_WARNING_MINUTES
from projects.models import Claim
from realestate.core import clock
from realestate.core.events import publish
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service

SHOWN = ("unit__project",)


def plan_warning(*, claim_id: int) -> None:
    """Queue the warning of a hold's present end, within the caller's service; none for a hold shorter than that."""
    claim = Claim.objects.select_related(*SHOWN).get(pk=claim_id)
    begins = _begins(claim)
    if begins is not None and begins > clock.now():
        defer("bookings.warn_of_lapse", at=begins, claim_id=claim.pk)


@service
def warn_of_lapse(*, claim_id: int) -> bool:
    """Tell the holder that a live hold is near its end; says whether it was time.

    A hold that was extended, or whose job came too early, is planned again; one that was given back, paid for or has
    lapsed is not told of.
    """
    claim = lock(Claim.objects.select_related(*SHOWN), claim_id)
    now = clock.now()
    begins = _begins(claim)
    if begins is None or not claim.is_live(now):
        return False
    if now < begins:
        plan_warning(claim_id=claim.pk)
        return False
    publish(HoldNearsEnd(claim_id=claim.pk))
    return True


def _begins(claim: Claim) -> datetime | None:
    """From when on the end is near; None for a claim without an end, or where nobody is to be told."""
    minutes = HOLD_WARNING_MINUTES.for_project(claim.unit.project)
    if claim.expires_at is None or not minutes:
        return None
    return claim.expires_at - timedelta(minutes=minutes)
