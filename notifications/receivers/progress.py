"""Progress speaks: buyers read what is published and certified, and who can certify a stage that it is reported."""

from accounts.models import User
from notifications import services
from notifications.enums import NotificationType, Priority
from payments.models import ScheduleLine
from progress.events import CompletionRevised, MilestoneCertified, MilestoneReported, UpdatePosted
from progress.models import CompletionDate, ConstructionUpdate, Milestone
from projects.models import Claim
from realestate.core import clock
from realestate.core.amounts import format_day
from realestate.core.enums import Duty, Role
from realestate.core.events import on


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
        action_url="/customer/progress",
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
        action_url="/customer/progress",
    )


@on(MilestoneReported)
def tell_who_certifies(event: MilestoneReported) -> None:
    """The builder and staff, without the one who reported it; each report is news."""
    row = Milestone.objects.select_related("project", "tower").get(pk=event.milestone_id)
    place = f", tower {row.tower.name}" if row.tower else ""
    staff = User.objects.filter(user_type=Role.STAFF, is_active=True)
    sides = (
        (User.objects.keys_acting_for(row.project.builder_id, Duty.SITE), "/builder/progress"),
        (set(staff.values_list("pk", flat=True)), ""),  # staff work in the admin
    )
    for people, url in sides:
        services.notify(
            user_ids=people - {row.reported_by_id},
            notification_type=NotificationType.PROGRESS_UPDATE,
            title="Stage to certify",
            message=f"“{row.name}” in {row.project.project_name}{place} was reported as done."
            " Payments that wait for it are demanded once it is certified.",
            related=("milestone", row.pk),
            dedupe_key=f"milestone:{row.pk}:reported:{row.reported_at}",
            action_url=url,
        )


@on(MilestoneCertified)
def tell_of_certified_stage(event: MilestoneCertified) -> None:
    """Everybody whom it concerns, once each (R7.3): who pays for the stage reads it in the demand, the others here.

    The others are buyers with a live claim in the project, or in the stage's tower, and the builder if it did not
    certify itself.
    """
    row = Milestone.objects.select_related("project", "tower").get(pk=event.milestone_id)
    lines = ScheduleLine.objects.filter(milestone=row, retired_in=None, amount__gt=0)
    asked = set(lines.values_list("booking__customer", flat=True))
    builder = {row.project.builder_id} - {row.certified_by_id}
    place = f", tower {row.tower.name}," if row.tower else ""
    day = f" on {format_day(row.certified_on)}" if row.certified_on else ""
    sides = ((_buyers(row) - asked, "/customer/progress"), (builder, "/builder/progress"))
    for people, url in sides:
        services.notify(
            user_ids=people,
            notification_type=NotificationType.PROGRESS_UPDATE,
            title="Stage certified",
            message=f"“{row.name}” in {row.project.project_name}{place} was certified as done{day}.",
            related=("milestone", row.pk),
            dedupe_key=f"milestone:{row.pk}:certified",
            action_url=url,
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
