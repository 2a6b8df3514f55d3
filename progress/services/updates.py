"""Construction updates: a draft until it is published, and told once."""

from typing import Any

from accounts.models import User
from progress.events import UpdatePosted
from progress.models import ConstructionUpdate
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.edits import create_row, update_row
from realestate.core.events import publish
from realestate.core.files import attached
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def post_update(
    *, actor: User, project_id: int, is_published: bool = True, **values: Any
) -> ConstructionUpdate:
    """A new update; customers with a live claim hear of it as soon as it is published.

    Raises InvalidValue (400) for files that are not the actor's.
    """
    project = Project.objects.open_to(actor).get(pk=project_id)
    _own_files(actor, values)
    update = ConstructionUpdate(
        project=project,
        posted_by=actor,
        published_at=clock.now() if is_published else None,
        **values,
    )
    create_row(actor=actor, row=update, update_title=update.update_title)
    if is_published:
        publish(UpdatePosted(update_id=update.pk, project_id=project.pk))
    return update


@service
def change_update(*, actor: User, update_id: int, **changes: Any) -> ConstructionUpdate:
    """Change what was sent; ``is_published`` publishes a draft, or takes an update back."""
    rows = ConstructionUpdate.objects.editable_by(actor)
    update = lock(rows, update_id)
    _own_files(actor, changes, update)
    publishes = changes.pop("is_published", update.is_published)
    if publishes != update.is_published:
        changes["published_at"] = clock.now() if publishes else None
    changed = update_row(actor=actor, rows=rows, pk=update_id, changes=changes)
    if publishes and not update.is_published:
        publish(UpdatePosted(update_id=update_id, project_id=update.project_id))
    return changed


@service
def remove_update(*, actor: User, update_id: int) -> None:
    """Delete an update; the audit entry keeps what it said."""
    update = lock(ConstructionUpdate.objects.editable_by(actor), update_id)
    before = {"update_title": update.update_title, "update_content": update.update_content}
    audit.record(actor, update, "removed", before=before)
    update.delete()


def _own_files(
    actor: User, values: dict[str, Any], update: ConstructionUpdate | None = None
) -> None:
    """Pictures and films are web addresses, files that the actor uploaded, or what the update has already."""
    for name in ("images", "videos"):
        if name in values:
            known = getattr(update, name, ())
            values[name] = attached(actor=actor, addresses=values[name], field=name, known=known)
