"""What moves a schedule on: a plan offered, a booking confirmed, a stage certified; and what it has demanded."""

from datetime import date

from bookings.services import move_booking
from payments import services
from payments.jobs import raise_milestone_demands_now
from payments.models import DemandLine
from progress.services import certify_milestone


def add(cast, lines, **facts):
    """A plan of Meera's project."""
    return services.add_plan(
        actor=facts.pop("by", cast.meera),
        project_id=cast.meera_project.pk,
        **{"payment_plan": "loan", "name": "Loan", "lines": lines, **facts},
    )


def confirm(cast, booking):
    """Meera confirms; the schedule is made."""
    return move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")


def certify(cast, stage):
    """Meera certifies, and the job demands what waited for the stage."""
    certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=date(2026, 1, 5))
    raise_milestone_demands_now(milestone_id=stage.pk)


def demanded(booking):
    """(label, principal) of the lines of its schedule that were demanded, in order."""
    return [
        (row.label, row.principal)
        for row in DemandLine.objects.filter(
            demand__booking=booking, schedule_line__isnull=False
        ).order_by("demand_id", "sequence")
    ]
