"""Progress speaks: buyers read what is published, and who can certify a stage that it is reported."""

from accounts.models import User
from notifications import services
from notifications.enums import NotificationType, Priority
from progress.events import CompletionRevised, MilestoneReported, UpdatePosted
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
    claims = Claim.objects.live(clock.now()).filter(
        unit__project=event.project_id, parties__isnull=False
    )
    services.notify(
        user_ids=claims.values_list("parties", flat=True).distinct(),
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
    claims = Claim.objects.live(clock.now()).filter(
        unit__project=row.project_id, parties__isnull=False
    )
    if row.tower_id is not None:
        claims = claims.filter(unit__tower=row.tower_id)
    place = f", tower {row.tower.name}" if row.tower else ""
    services.notify(
        user_ids=claims.values_list("parties", flat=True).distinct(),
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
