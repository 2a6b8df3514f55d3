"""The stock of a project as a grid: one source for the API, the frontend and the back office's stacking plan."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from projects.models import Project, Tower, Unit

SHOWN = ("id", "unit_number", "unit_type", "price", "area_sqft", "facing")
Cell = dict[str, Any]


def availability(
    *, project: Project, user: Any, now: datetime, tower_id: int | None = None
) -> dict[str, Any]:
    """Towers, floors from the top, units with price and status as the user sees it (contract 8.1); two queries.

    ``tower_id`` leaves the other towers out. Prices are in the project's currency, areas in square feet.
    """
    units, towers = Unit.objects.filter(project=project), Tower.objects.filter(project=project)
    if tower_id is not None:
        units, towers = units.filter(tower=tower_id), towers.filter(pk=tower_id)
    rows = units.with_status(now).with_seen_status(user)
    rows = rows.order_by("-floor_number", "unit_number", "pk")
    floors: dict[int | None, dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    totals: Counter[str] = Counter()
    for tower, floor, seen, *values in rows.values_list(
        "tower_id", "floor_number", "seen_status", *SHOWN
    ):
        totals[seen] += 1
        cell = dict(zip(SHOWN, values, strict=True)) | {"status": seen}
        floors[tower][floor].append(cell)
    names = list(towers.in_order().values_list("pk", "name"))
    return {
        "project_id": project.pk,
        "currency": project.currency,
        "totals": dict(totals),
        "towers": [
            {"id": pk, "name": name, "floors": _floors(floors[pk])}
            for pk, name in [*names, (None, "")]
            if pk in floors
        ],
    }


def _floors(floors: dict[int, list[Cell]]) -> list[dict[str, Any]]:
    return [{"floor_number": floor, "units": units} for floor, units in floors.items()]
