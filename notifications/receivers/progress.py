"""Progress speaks: who lives from a project's news is told when some are published."""

from notifications import services
from notifications.enums import NotificationType, Priority
from progress.events import UpdatePosted
from progress.models import ConstructionUpdate
from projects.models import Claim
from realestate.core import clock
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
