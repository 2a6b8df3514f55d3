"""What projects does: every write on projects, towers, units, claims and 3D models."""

from projects.services.claims import (
    ClaimHasEnded,
    UnitNotAvailable,
    advance_claim,
    expire_claims,
    extend_claim,
    lock_for_taking,
    release_claim,
    set_parties,
    take_claims,
    take_if_free,
)
from projects.services.grid import availability
from projects.services.lists import (
    TaxRateExists,
    add_price_list,
    add_tax_rate,
    change_price_list,
)
from projects.services.models3d import add_model, change_model, remove_model
from projects.services.prices import (
    PricedUnit,
    PriceListNotValid,
    rates_on,
    sheet_for,
    tax_class_of,
)
from projects.services.projects import (
    ProjectHasBookings,
    archive_project,
    change_project,
    publish_project,
)
from projects.services.stock import store_units
from projects.services.units import (
    TooManyUnits,
    TowerNameTaken,
    UnitNumberTaken,
    add_tower,
    add_unit,
    change_unit,
    generate_units,
)

__all__ = [
    "ClaimHasEnded",
    "PriceListNotValid",
    "PricedUnit",
    "ProjectHasBookings",
    "TaxRateExists",
    "TooManyUnits",
    "TowerNameTaken",
    "UnitNotAvailable",
    "UnitNumberTaken",
    "add_model",
    "add_price_list",
    "add_tax_rate",
    "add_tower",
    "add_unit",
    "advance_claim",
    "archive_project",
    "availability",
    "change_model",
    "change_price_list",
    "change_project",
    "change_unit",
    "expire_claims",
    "extend_claim",
    "generate_units",
    "lock_for_taking",
    "publish_project",
    "rates_on",
    "release_claim",
    "remove_model",
    "set_parties",
    "sheet_for",
    "store_units",
    "take_claims",
    "take_if_free",
    "tax_class_of",
]
