"""Taking back the certification of a stage: only while nothing was paid on it, and its demands go with it (R7.9)."""

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking
from bookings.rules import DEAD
from bookings.services.standing import SHOWN
from payments.models import Allocation, CreditNote, Demand
from payments.services.charges import take_back
from payments.services.due import raise_due
from payments.services.receipts import ReasonMissing
from payments.services.replay import replay
from payments.services.triggers import DEMANDABLE
from progress.models import Milestone
from progress.services import uncertify_milestone
from realestate.core import clock
from realestate.core.errors import DomainError
from realestate.core.locking import lock_all
from realestate.core.transactions import service


class StagePaid(DomainError):
    """Something was paid or waived on a demand for this stage; that demand has to be corrected by itself first."""

    code, status = "stage_paid", 409


@service
def uncertify_stage(*, actor: User, milestone_id: int, reason: str) -> list[CreditNote]:
    """R7.9: a stage was certified by mistake; what was demanded for it is credited in full, and waits for it again.

    A credit note bears the day of its demand: what was never due bears no interest. Other lines of such a demand are
    demanded anew. Raises StagePaid, InvalidTransition and StagePassedOver (409), ReasonMissing (422); DoesNotExist for
    strangers.
    """
    milestone = Milestone.objects.editable_by(actor).get(pk=milestone_id)
    if not reason.strip():
        raise ReasonMissing
    # All that could be asked for the stage, also those that are being confirmed just now.
    could = Booking.objects.filter(
        project=milestone.project_id, unit__tower=milestone.tower_id
    ).exclude(state__in=DEAD)
    bookings = lock_all(could.select_related(*SHOWN), could.values_list("pk", flat=True))
    demands = list(demands_of_stage(milestone).filter(booking__in=bookings).order_by("pk"))
    if Allocation.objects.live().filter(demand_line__demand__in=demands).exists():
        raise StagePaid
    by_key = {booking.pk: booking for booking in bookings}
    notes = [
        take_back(actor, by_key[row.booking_id], row, reason=reason, on=row.issued_on)
        for row in demands
    ]
    uncertify_milestone(actor=actor, milestone_id=milestone_id, reason=reason)
    for key in sorted({row.booking_id for row in demands}):
        replay(actor, by_key[key])
        if by_key[key].state in DEMANDABLE:
            raise_due(actor, by_key[key], clock.today(by_key[key].project.time_zone))
    return notes


def demands_of_stage(milestone: Milestone) -> QuerySet[Demand]:
    """Demands with a line for a stage that no correction has taken back."""
    return Demand.objects.filter(
        lines__schedule_line__milestone=milestone, lines__schedule_line__retired_in=None
    ).distinct()
