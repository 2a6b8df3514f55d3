"""Publishing, changing and archiving projects."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import Builder, User
from projects.events import CompletionMoved
from projects.models import Claim, Project, Unit
from projects.services.amounts import check_money
from realestate.core import audit, clock
from realestate.core.edits import create_row, update_row
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock, lock_all
from realestate.core.transactions import service


class ProjectHasBookings(DomainError):
    """This project has bookings, so it cannot be deleted."""

    code, status = "project_has_bookings", 409


@service
def publish_project(
    *, actor: User, builder_id: int | None = None, is_published: bool = True, **values: Any
) -> Project:
    """A new project of the caller; staff name its builder. Public at once unless ``is_published`` is false.

    Raises InvalidValue (400) when staff name no builder.
    """
    project = Project(
        builder=_owner(actor, builder_id),
        published_at=clock.now() if is_published else None,
        **values,
    )
    _check_numbers(project)
    create_row(actor=actor, row=project, project_name=project.project_name)
    _say_when(actor, project, None)
    return project


@service
def change_project(*, actor: User, project_id: int, **changes: Any) -> Project:
    """Change what was sent and nothing else. Raises InvalidValue (400); Project.DoesNotExist for strangers."""
    rows = Project.objects.open_to(actor)
    project = lock(rows, project_id)
    if "is_published" in changes:
        wanted = changes.pop("is_published")
        if wanted != (project.published_at is not None):
            changes["published_at"] = clock.now() if wanted else None
    _check_numbers(project, changes)
    old = project.expected_completion_date
    changed = update_row(actor=actor, rows=rows, pk=project_id, changes=changes)
    _say_when(actor, changed, old)
    return changed


@service
def archive_project(*, actor: User, project_id: int) -> Project:
    """Take a project off the catalogue; its rows stay. Raises ProjectHasBookings (409).

    Its units are locked too: whoever is taking one at this moment comes first and is seen, or later and finds none.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    units = Unit.objects.filter(project=project)
    lock_all(units, units.values_list("pk", flat=True))
    if Claim.objects.filter(unit__project=project).exists():
        raise ProjectHasBookings
    project.archived_at = clock.now()
    project.save(update_fields=["archived_at", "updated_at"])
    audit.record(actor, project, "archived")
    return project


def _owner(actor: User, builder_id: int | None) -> Builder:
    if actor.user_type == Role.BUILDER:
        return Builder.objects.get(pk=actor.builder_id)
    builder = Builder.objects.filter(pk=builder_id).first()
    if builder is None:
        raise InvalidValue(errors={"builder_id": ["Name the builder of the project."]})
    return builder


def _check_numbers(project: Project, changes: Mapping[str, Any] | None = None) -> None:
    """The friendly form of the constraints on price range and dates; prices are whole minor units (R0)."""
    after = {name: getattr(project, name) for name in _ORDERED_NAMES} | dict(changes or {})
    for low, high, text in _ORDERED:
        if after[low] is not None and after[high] is not None and after[low] > after[high]:
            raise InvalidValue(text, errors={high: [text]})
    for name in PRICES:
        check_money(name, after[name], project.currency)


PRICES = ("price_range_min", "price_range_max")
_ORDERED = (
    ("price_range_min", "price_range_max", "The highest price is below the lowest."),
    ("start_date", "expected_completion_date", "The project cannot be completed before it starts."),
)
_ORDERED_NAMES = [name for low, high, _text in _ORDERED for name in (low, high)]


def _say_when(actor: User, project: Project, old: date | None) -> None:
    """Whoever keeps the promised dates hears of another one."""
    new = project.expected_completion_date
    if new != old:
        publish(CompletionMoved(project_id=project.pk, actor_id=actor.pk, old=old, new=new))
