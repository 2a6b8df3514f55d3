"""Progress speaks: buyers read what is published and certified, and who can certify a stage that it is reported."""

from bookings.models import Booking
from notifications import services
from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import Side, tell, who_decides
from payments.enums import Skip
from payments.events import StageKeptBack
from payments.models import ScheduleLine
from progress.events import CompletionRevised, MilestoneCertified, MilestoneReported, UpdatePosted
from progress.models import CompletionDate, ConstructionUpdate, Milestone
from projects.models import Claim
from realestate.core import clock
from realestate.core.amounts import format_day
from realestate.core.enums import Duty
from realestate.core.events import on

CUSTOMER_PAGE = "/customer/progress"
AFTER = {
    Skip.AWAITING_AGREEMENT: "after the agreement is signed",
    Skip.OUT_OF_ORDER: "after that of an earlier stage",
}


@on(UpdatePosted)
def tell_buyers(event: UpdatePosted) -> None:
    """Every customer with a live claim in the project (contract 0.18), in one go."""
    update = ConstructionUpdate.objects.select_related("project").get(pk=event.update_id)
    services.notify(
        user_ids=_buyers(update),
        notification_type=NotificationType.PROGRESS_UPDATE,
        title=f"News from {update.project.project_name}",
        message=update.update_title,
        related=("construction_update", update.pk),
        dedupe_key=f"construction_update:{update.pk}",
        priority=Priority(update.priority),
        action_url=CUSTOMER_PAGE,
    )


@on(CompletionRevised)
def tell_of_another_date(event: CompletionRevised) -> None:
    """Every customer with a live claim in the project, or in the tower that the date is of; once per revision."""
    row = CompletionDate.objects.select_related("project", "tower").get(pk=event.completion_id)
    place = f", tower {row.tower.name}" if row.tower else ""
    services.notify(
        user_ids=_buyers(row),
        notification_type=NotificationType.PROGRESS_UPDATE,
        title="Another completion date",
        message=f"{row.project.project_name}{place} is now planned to be completed on"
        f" {format_day(row.promised_on)}." + (f" Reason: {row.reason}" if row.reason else ""),
        related=("completion_date", row.pk),
        dedupe_key=f"completion_date:{row.pk}",
        priority=Priority.HIGH,
        action_url=CUSTOMER_PAGE,
    )


@on(MilestoneReported)
def tell_who_certifies(event: MilestoneReported) -> None:
    """The builder and staff, without the one who reported it; each report is news."""
    row = Milestone.objects.select_related("project", "tower").get(pk=event.milestone_id)
    place = f", tower {row.tower.name}" if row.tower else ""
    tell(
        *who_decides(
            row.project.builder_id,
            Duty.SITE,
            without=[row.reported_by_id],
            page="/builder/progress",
        ),
        notification_type=NotificationType.PROGRESS_UPDATE,
        title="Stage to certify",
        message=f"“{row.name}” in {row.project.project_name}{place} was reported as done."
        " Payments that wait for it are demanded once it is certified.",
        related=("milestone", row.pk),
        dedupe_key=f"milestone:{row.pk}:reported:{row.reported_at}",
    )


@on(MilestoneCertified)
def tell_of_certified_stage(event: MilestoneCertified) -> None:
    """Everybody whom it concerns, once each (R7.3): who pays for the stage reads it in the demand, the others here.

    The others are buyers with a live claim in the project, or in the stage's tower, and the builder if it did not
    certify itself. Who pays for the stage but is not asked yet reads that in ``tell_who_pays_later``.
    """
    row = Milestone.objects.select_related("project", "tower").get(pk=event.milestone_id)
    lines = ScheduleLine.objects.filter(milestone=row, retired_in=None, amount__gt=0)
    asked = set(lines.values_list("booking__customer", flat=True))
    builder = {row.project.builder_id} - {row.certified_by_id}
    _tell_certified(row, (_buyers(row) - asked, CUSTOMER_PAGE), (builder, "/builder/progress"))


@on(StageKeptBack)
def tell_who_pays_later(event: StageKeptBack) -> None:
    """A buyer of whom the stage is not demanded yet: that it is certified, and after what each instalment follows."""
    row = Milestone.objects.select_related("project", "tower").get(pk=event.milestone_id)
    bookings = Booking.objects.in_bulk([pk for pk, _ in event.waiting])
    then = [
        f" Its instalment for booking {bookings[pk].booking_number} will be requested {AFTER[Skip(skip)]}."
        for pk, skip in event.waiting
    ]
    _tell_certified(row, ({event.customer_id}, CUSTOMER_PAGE), more="".join(then))


def _tell_certified(row: Milestone, *sides: Side, more: str = "") -> None:
    """One message for each person and certification, whatever there is to add."""
    place = f", tower {row.tower.name}," if row.tower else ""
    day = f" on {format_day(row.certified_on)}" if row.certified_on else ""
    tell(
        *sides,
        notification_type=NotificationType.PROGRESS_UPDATE,
        title="Stage certified",
        message=f"“{row.name}” in {row.project.project_name}{place} was certified as done{day}.{more}",
        related=("milestone", row.pk),
        dedupe_key=f"milestone:{row.pk}:certified",
    )


def _buyers(news: ConstructionUpdate | CompletionDate | Milestone) -> set[int]:
    """Customers with a live claim in the project, or in the tower if the news is of one."""
    claims = Claim.objects.live(clock.now()).filter(
        unit__project=news.project_id, parties__isnull=False
    )
    tower_id = getattr(news, "tower_id", None)  # updates are of whole projects
    if tower_id is not None:
        claims = claims.filter(unit__tower=tower_id)
    return set(claims.values_list("parties", flat=True).distinct())
