"""R3.2: what counts as affordable housing; figures that the platform, a builder or a project may set."""

from decimal import Decimal

from projects.rules import viewer_problems
from realestate.core.enums import SettingScope
from realestate.core.system_settings import Json, define

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


def _viewer(settings: Json) -> None:
    """Raises ValueError with a sentence for each setting that no viewer knows."""
    if problems := viewer_problems(settings):
        raise ValueError(*problems)


VIEWER_DEFAULTS = define(
    "projects.viewer_defaults",
    Json,
    default=Json(),
    reads=_viewer,
    scopes=SCOPES,
    help="How viewers open a new 3D model for which nothing else is said: camera, background, shadows and so on.",
)
