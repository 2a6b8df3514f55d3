"""Where a project stands, on one page: overall, tower by tower, and what buyers were promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from progress.enums import MilestoneState
from progress.figures.lent import tower_progress
from progress.models import CompletionDate, Milestone
from projects.models import Project, Tower

Row = TypeVar("Row", Milestone, CompletionDate)


@dataclass(frozen=True, kw_only=True)
class TowerOverview:
    """A tower; ``progress_percentage`` is None when it has no phases of its own."""

    id: int
    name: str
    progress_percentage: Decimal | None
    milestones_certified: int
    milestones_total: int
    next_milestone: str
    promised_on: date | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A project and its towers; days are the project's."""

    project_id: int
    project_name: str
    progress_percentage: Decimal
    milestones_certified: int
    milestones_total: int
    promised_on: date | None
    first_promised_on: date | None
    revisions: int
    towers: Sequence[TowerOverview]


def overview_of(project: Project) -> Overview:
    """Three queries however many towers there are; the project comes with its figure ``progress``."""
    towers = Tower.objects.filter(project=project).annotate(share=tower_progress())
    stages = _by_tower(Milestone.objects.filter(project=project).order_by("sequence", "pk"))
    promises = _by_tower(CompletionDate.objects.filter(project=project).order_by("number", "pk"))
    every = [row for rows in stages.values() for row in rows]
    own = promises.get(None, [])
    return Overview(
        project_id=project.pk,
        project_name=project.project_name,
        progress_percentage=project.progress,  # type: ignore[attr-defined]  # a figure that this app lends to projects
        milestones_certified=_certified(every),
        milestones_total=len(every),
        promised_on=own[-1].promised_on if own else project.expected_completion_date,
        first_promised_on=own[0].promised_on if own else project.expected_completion_date,
        revisions=max(0, len(own) - 1),
        towers=[
            _tower(row, stages.get(row["pk"], []), promises.get(row["pk"], []))
            for row in towers.in_order().values("pk", "name", "share")
        ],
    )


def _tower(
    row: Mapping[str, Any], stages: Sequence[Milestone], promises: Sequence[CompletionDate]
) -> TowerOverview:
    ahead = [stage.name for stage in stages if stage.state != MilestoneState.CERTIFIED]
    return TowerOverview(
        id=row["pk"],
        name=row["name"],
        progress_percentage=row["share"],
        milestones_certified=_certified(stages),
        milestones_total=len(stages),
        next_milestone=ahead[0] if ahead else "",
        promised_on=promises[-1].promised_on if promises else None,
    )


def _certified(stages: Sequence[Milestone]) -> int:
    return sum(stage.state == MilestoneState.CERTIFIED for stage in stages)


def _by_tower(rows: Iterable[Row]) -> dict[int | None, list[Row]]:
    found: dict[int | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.tower_id, []).append(row)
    return found
