"""Where the pages of projects, towers and units lead to."""

from projects.models import Claim, PriceList, Project, Tower, Unit
from realestate.core.admin import (
    Neighbour,
    lend_neighbours,
)

lend_neighbours(
    Project,
    Neighbour("Units", Unit, {"project": "pk"}),
    Neighbour("Towers", Tower, {"project": "pk"}),
    Neighbour("Price lists", PriceList, {"project": "pk"}),
)


lend_neighbours(
    Tower,
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Units", Unit, {"tower": "pk"}),
)


lend_neighbours(
    Unit,
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Tower", Tower, {"pk": "tower_id"}),
    Neighbour("Claims", Claim, {"unit": "pk"}),
    Neighbour("Price lists", PriceList, {"project": "project_id"}),
)
