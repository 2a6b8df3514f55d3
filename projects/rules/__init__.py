"""Rules of projects: words that clients use, how firm a claim becomes, cost sheets (R1) and taxes (R3)."""

from projects.rules.pricing import (
    ChargeSpec,
    CostSheet,
    Discount,
    PricingError,
    SheetLine,
    UnitFacts,
    check_charges,
    cost_sheet,
)
from projects.rules.tax import TaxComponent, TaxResult, tax
from projects.rules.viewer import VIEWER_SETTINGS, viewer_problems
from projects.rules.words import (
    ACCESS_LEVEL,
    CHARGE_BASIS,
    CHARGE_KIND,
    CLAIM_STAGES,
    FACING,
    FILE_FORMAT,
    MAX_GENERATED_UNITS,
    MODEL_TYPE,
    PROJECT_STATUS,
    PROJECT_TYPE,
    TAX_CLASS,
    UNIT_STATUS,
    UNIT_TYPE,
)

__all__ = [
    "ACCESS_LEVEL",
    "CHARGE_BASIS",
    "CHARGE_KIND",
    "CLAIM_STAGES",
    "FACING",
    "FILE_FORMAT",
    "MAX_GENERATED_UNITS",
    "MODEL_TYPE",
    "PROJECT_STATUS",
    "PROJECT_TYPE",
    "TAX_CLASS",
    "UNIT_STATUS",
    "UNIT_TYPE",
    "VIEWER_SETTINGS",
    "ChargeSpec",
    "CostSheet",
    "Discount",
    "PricingError",
    "SheetLine",
    "TaxComponent",
    "TaxResult",
    "UnitFacts",
    "check_charges",
    "cost_sheet",
    "tax",
    "viewer_problems",
]
