"""R3.2: what counts as affordable housing; figures that the platform, a builder or a project may set."""

from decimal import Decimal

from realestate.core.enums import SettingScope
from realestate.core.system_settings import define

SCOPES = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)

AFFORDABLE_AREA_LIMIT = define(
    "projects.affordable_area_limit",
    Decimal,
    default=Decimal(0),
    minimum=Decimal(0),
    maximum=Decimal(100_000),
    unit="square feet",
    scopes=SCOPES,
    help="The largest carpet area of affordable housing (R3.2); 0: nothing is affordable housing.",
)
AFFORDABLE_PRICE_LIMIT = define(
    "projects.affordable_price_limit",
    Decimal,
    default=Decimal(0),
    minimum=Decimal(0),
    maximum=Decimal(1_000_000_000),
    unit="in the project's currency",
    scopes=SCOPES,
    help="The highest price before tax of affordable housing (R3.2); 0: nothing is affordable housing.",
)
