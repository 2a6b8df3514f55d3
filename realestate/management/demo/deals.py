"""The demo's bookings: at least one in every state of R5, and change requests for some."""

from dataclasses import dataclass
from decimal import Decimal

from bookings.enums import BookingState as S
from bookings.enums import ChangeState, ChangeType, PaymentPlan


@dataclass(frozen=True, kw_only=True)
class Deal:
    """A booking: who, what, how far it came, and how much of the price is paid beside the token, in percent."""

    customer: str
    site: str
    unit: str = ""  # only an inquiry has none
    state: S
    days_ago: int
    paid: tuple[int, ...] = ()  # instalments
    plan: PaymentPlan = PaymentPlan.INSTALLMENTS
    wishes: str = ""
    reason: str = ""
    stars: int | None = None
    to: str = ""  # to whom it was transferred


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A change request for the booking of a unit; with a net price when it was quoted."""

    site: str
    unit: str
    kind: ChangeType
    title: str
    text: str
    now: str
    wanted: str
    state: ChangeState
    net: Decimal | None = None
    days: int = 0


ANANYA = "customer@test.com"
DEALS = (
    Deal(
        customer=ANANYA,
        site="meadows",
        unit="A-302",
        state=S.TOKEN_PAID,
        days_ago=6,
        wishes="Please keep two parking spaces next to each other.",
    ),
    Deal(
        customer=ANANYA,
        site="harbour",
        unit="C-1002",
        state=S.BOOKING_CONFIRMED,
        days_ago=48,
        paid=(4, 5),
        plan=PaymentPlan.LOAN,
        stars=5,
    ),
    Deal(customer=ANANYA, site="lakeside", unit="H-301", state=S.ON_HOLD, days_ago=0),
    Deal(customer=ANANYA, site="marina", state=S.INQUIRY, days_ago=3),
    Deal(
        customer=ANANYA,
        site="orchard",
        unit="K-202",
        state=S.CANCELLED,
        days_ago=90,
        reason="We have decided for a home in Pune instead.",
    ),
    Deal(
        customer="rohan.mehta@example.com",
        site="meadows",
        unit="A-503",
        state=S.AGREEMENT_SIGNED,
        days_ago=150,
        paid=(9, 20, 15),
        plan=PaymentPlan.CONSTRUCTION_LINKED,
        stars=4,
    ),
    Deal(
        customer="meghna.patil@example.com",
        site="meadows",
        unit="B-202",
        state=S.BOOKING_CONFIRMED,
        days_ago=30,
        paid=(9,),
        plan=PaymentPlan.LOAN,
        stars=5,
    ),
    Deal(
        customer="imran.khan@example.com", site="meadows", unit="B-401", state=S.ON_HOLD, days_ago=1
    ),
    Deal(
        customer="david.fernandes@example.com",
        site="meadows",
        unit="A-201",
        state=S.EXPIRED,
        days_ago=12,
    ),
    Deal(
        customer="david.fernandes@example.com",
        site="harbour",
        unit="C-1203",
        state=S.AGREEMENT_SIGNED,
        days_ago=210,
        paid=(9, 30, 25),
        plan=PaymentPlan.CONSTRUCTION_LINKED,
        stars=4,
    ),
    Deal(
        customer="meghna.patil@example.com",
        site="harbour",
        unit="C-801",
        state=S.TRANSFERRED,
        days_ago=120,
        paid=(8,),
        reason="Transferred within the family.",
        to="david.fernandes@example.com",
    ),
    Deal(
        customer="rohan.mehta@example.com",
        site="harbour",
        state=S.SITE_VISIT_SCHEDULED,
        days_ago=2,
    ),
    Deal(
        customer="lakshmi.iyer@example.com",
        site="orchard",
        unit="M-202",
        state=S.HANDED_OVER,
        days_ago=400,
        paid=(9, 40, 50),
        plan=PaymentPlan.FULL_PAYMENT,
        stars=5,
    ),
    Deal(
        customer="arjun.singh@example.com",
        site="orchard",
        unit="M-301",
        state=S.POSSESSION_OFFERED,
        days_ago=300,
        paid=(9, 40, 45),
        plan=PaymentPlan.LOAN,
        stars=4,
    ),
    Deal(
        customer="priya.nair@example.com",
        site="lakeside",
        unit="H-402",
        state=S.TOKEN_PAID,
        days_ago=9,
    ),
    Deal(
        customer="lakshmi.iyer@example.com",
        site="lakeside",
        unit="E-303",
        state=S.BOOKING_CONFIRMED,
        days_ago=66,
        paid=(9,),
        plan=PaymentPlan.CONSTRUCTION_LINKED,
    ),
    Deal(customer="priya.nair@example.com", site="marina", state=S.INQUIRY, days_ago=5),
    Deal(
        customer="sneha.reddy@example.com",
        site="exchange",
        unit="N-501",
        state=S.AGREEMENT_SIGNED,
        days_ago=180,
        paid=(9, 25),
        stars=4,
    ),
    Deal(
        customer="imran.khan@example.com",
        site="exchange",
        unit="P-102",
        state=S.TOKEN_PAID,
        days_ago=15,
    ),
    Deal(
        customer="sneha.reddy@example.com",
        site="exchange",
        unit="S-2101",
        state=S.CANCELLED,
        days_ago=70,
        reason="The loan was not approved.",
    ),
)

WISHES = (
    Wish(
        site="meadows",
        unit="A-302",
        kind=ChangeType.ELECTRICAL,
        title="Sockets and data points in the study corner",
        text="I work from home; please add four sockets and two network points at desk height.",
        now="One double socket",
        wanted="Four double sockets, two Cat 6 points",
        state=ChangeState.QUOTED,
        net=Decimal("18500.00"),
        days=7,
    ),
    Wish(
        site="harbour",
        unit="C-1002",
        kind=ChangeType.LAYOUT,
        title="Open kitchen",
        text="Please leave out the wall between kitchen and dining room.",
        now="Closed kitchen",
        wanted="Counter instead of the wall",
        state=ChangeState.APPROVED,
        net=Decimal("64000.00"),
        days=14,
    ),
    Wish(
        site="harbour",
        unit="C-1002",
        kind=ChangeType.FINISHES,
        title="Wooden floor in the main bedroom",
        text="Engineered oak instead of vitrified tiles, if the screed allows it.",
        now="Vitrified tiles 800 × 800",
        wanted="Engineered oak, matt",
        state=ChangeState.UNDER_REVIEW,
    ),
    Wish(
        site="meadows",
        unit="A-503",
        kind=ChangeType.PLUMBING,
        title="Bath instead of shower",
        text="A bath in the main bathroom, on the side of the window.",
        now="Shower with glass screen",
        wanted="Bath, 170 cm",
        state=ChangeState.SUBMITTED,
    ),
)
