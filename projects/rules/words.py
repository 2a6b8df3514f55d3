"""Words that clients use, and how firm a claim can become."""

from collections.abc import Mapping

from projects.enums import (
    AccessLevel,
    ChargeBasis,
    ChargeKind,
    ClaimStage,
    Facing,
    FileFormat,
    ModelType,
    ProjectStatus,
    ProjectType,
    TaxClass,
    UnitStatus,
    UnitType,
)
from realestate.core.vocabulary import Vocabulary

PROJECT_STATUS = Vocabulary(
    ProjectStatus,
    {
        "ongoing": ProjectStatus.CONSTRUCTION,
        "in_progress": ProjectStatus.CONSTRUCTION,
        "approved": ProjectStatus.CONSTRUCTION,
    },
)
PROJECT_TYPE = Vocabulary(
    ProjectType,
    {
        "mixed_use": ProjectType.MIXED,
        "apartment": ProjectType.RESIDENTIAL,
        "house": ProjectType.RESIDENTIAL,
        "condo": ProjectType.RESIDENTIAL,
    },
)
UNIT_TYPE = Vocabulary(UnitType)
UNIT_STATUS = Vocabulary(UnitStatus)
FACING = Vocabulary(Facing)
MODEL_TYPE = Vocabulary(ModelType)
FILE_FORMAT = Vocabulary(FileFormat)
ACCESS_LEVEL = Vocabulary(AccessLevel)
CHARGE_KIND = Vocabulary(ChargeKind)
CHARGE_BASIS = Vocabulary(ChargeBasis)
TAX_CLASS = Vocabulary(TaxClass)

# A claim that is still held becomes booked by ``advance_claim`` itself, which also ends its expiry.
CLAIM_STAGES: Mapping[str, Mapping[str, str]] = {
    ClaimStage.BOOKED: {ClaimStage.SOLD: ClaimStage.SOLD},
    ClaimStage.SOLD: {ClaimStage.HANDED_OVER: ClaimStage.HANDED_OVER},
}
MAX_GENERATED_UNITS = 2_000
