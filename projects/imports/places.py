"""Into which projects somebody may import."""

from collections.abc import Sequence
from typing import Any

from projects.models import Project


def open_projects(actor: Any) -> Sequence[tuple[int, str]]:
    """One's own projects that are not archived, by name; staff see whose they are."""
    rows = Project.objects.open_to(actor).select_related("builder")
    return [
        (project.pk, f"{project.project_name} ({project.builder.company_name})")
        for project in rows.order_by("project_name", "pk")
    ]
