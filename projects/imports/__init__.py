"""What can be imported into a project: its units, and the next version of its price list."""

from projects.imports.prices import PriceListImport
from projects.imports.units import UnitImport

__all__ = ["PriceListImport", "UnitImport"]
