"""Projects speaks: a planned completion that is changed there is a revision like any other."""

from progress import services
from projects.events import CompletionMoved
from realestate.core.events import on


@on(CompletionMoved)
def keep_revision(event: CompletionMoved) -> None:
    """Every date that buyers were ever told is kept; a date that is taken away is none."""
    if event.new is not None:
        services.note_completion(
            actor_id=event.actor_id, project_id=event.project_id, old=event.old, new=event.new
        )
