"""R1, R4.5-6, R5, R11 and the token: figures that the platform, a builder or a project may set."""

from decimal import Decimal

from realestate.core.enums import SettingScope
from realestate.core.system_settings import define

SCOPES = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)

HOLD_MINUTES = define(
    "bookings.hold_minutes",
    int,
    default=30,
    minimum=1,
    maximum=1440,
    unit="minutes",
    public=True,
    scopes=SCOPES,
    help="How long a customer's hold lives, and by how much it is extended (R4.5).",
)
HOLD_MAX_MINUTES = define(
    "bookings.hold_max_minutes",
    int,
    default=120,
    minimum=1,
    maximum=10_080,
    unit="minutes",
    public=True,
    scopes=SCOPES,
    help="The longest life of a customer's hold, extensions included (R4.5).",
)
BUILDER_HOLD_MINUTES = define(
    "bookings.builder_hold_minutes",
    int,
    default=1440,
    minimum=1,
    maximum=10_080,
    unit="minutes",
    scopes=SCOPES,
    help="How long a hold taken by the builder or staff lives (R4.5).",
)
BUILDER_HOLD_MAX_MINUTES = define(
    "bookings.builder_hold_max_minutes",
    int,
    default=10_080,
    minimum=1,
    maximum=43_200,
    unit="minutes",
    scopes=SCOPES,
    help="The longest life of a hold taken by the builder or staff, extensions included (R4.5).",
)
HOLD_WARNING_MINUTES = define(
    "bookings.hold_warning_minutes",
    int,
    default=10,
    minimum=0,
    maximum=1440,
    unit="minutes",
    scopes=SCOPES,
    help="How long before a hold lapses its holder is told (R4.5); 0: not at all.",
)
HOLDS_PER_CUSTOMER = define(
    "bookings.holds_per_customer",
    int,
    default=2,
    minimum=1,
    maximum=100,
    unit="holds",
    public=True,
    scopes=SCOPES,
    help="How many units a customer may hold at the same time (R4.6).",
)
HOLD_COOLDOWN_MINUTES = define(
    "bookings.hold_cooldown_minutes",
    int,
    default=60,
    minimum=0,
    maximum=10_080,
    unit="minutes",
    public=True,
    scopes=SCOPES,
    help="How long a customer must wait to hold a unit again after a hold of it lapsed (R4.6).",
)
TOKEN_PERCENT = define(
    "bookings.token_percent",
    Decimal,
    default=Decimal("1.00"),
    minimum=Decimal("0.01"),
    maximum=Decimal(100),
    unit="percent of the price",
    public=True,
    scopes=SCOPES,
    help="What must be paid to turn a hold into a booking; customers may offer more.",
)
CHANGE_QUOTE_DAYS = define(
    "bookings.change_quote_days",
    int,
    default=10,
    minimum=1,
    maximum=365,
    unit="days",
    scopes=SCOPES,
    help="How long a quote for a change request is valid (R13.1).",
)
CHANGE_APPROVAL_LIMIT = define(
    "bookings.change_approval_limit",
    Decimal,
    default=Decimal(500_000),
    minimum=Decimal(0),
    maximum=Decimal(10_000_000_000),
    unit="the project's currency, before tax",
    scopes=SCOPES,
    help="The largest offer for a change that needs no second person's approval, credits alike (R13.2).",
)
QUOTE_DAYS = define(
    "bookings.quote_days",
    int,
    default=7,
    minimum=1,
    maximum=365,
    unit="days",
    public=True,
    scopes=SCOPES,
    help="How long a quote is valid (R1).",
)
DISCOUNT_LIMIT_PERCENT = define(
    "bookings.discount_limit_percent",
    Decimal,
    default=Decimal(5),
    minimum=Decimal(0),
    maximum=Decimal(100),
    unit="percent of what a discount is taken off",
    scopes=SCOPES,
    help="The largest discount that needs no second person's approval (R1).",
)
KYC_REQUIRED = define(
    "bookings.kyc_required",
    bool,
    default=False,
    scopes=SCOPES,
    help="Whether every applicant's identity must be verified before a booking is confirmed (R5.5).",
)
COOLING_OFF_DAYS = define(
    "bookings.cooling_off_days",
    int,
    default=0,
    minimum=0,
    maximum=365,
    unit="days",
    public=True,
    scopes=SCOPES,
    help="For how many days after the reservation a withdrawal costs nothing (R11); 0: there is no such time.",
)
REGISTRATION_NUMBER_REQUIRED = define(
    "bookings.registration_number_required",
    bool,
    default=False,
    scopes=SCOPES,
    help="Whether an agreement counts as signed only with its registration number (R5.6).",
)
