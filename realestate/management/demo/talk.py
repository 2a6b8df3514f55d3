"""The demo's news, messages and meetings. Times are days from the day of seeding and hours of the wall clock."""

from dataclasses import dataclass

from progress.enums import Priority, UpdateType
from scheduling.enums import AppointmentStatus, AppointmentType, MeetingLocation, Outcome

CUSTOMER, BUILDER = "customer", "builder"


@dataclass(frozen=True, kw_only=True)
class News:
    """A construction update; ``built`` is how much its picture shows."""

    site: str
    days_ago: int
    title: str
    text: str
    kind: UpdateType = UpdateType.GENERAL
    priority: Priority = Priority.MEDIUM
    built: float
    public: bool = False
    weather: str = ""
    delay: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation: who says what, in turns; the last lines may be unread."""

    customer: str
    site: str
    lines: tuple[tuple[str, str], ...]
    days_ago: int
    read: bool = True


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """An appointment; in the past when ``days`` is negative."""

    customer: str
    site: str
    kind: AppointmentType
    days: int
    hour: int
    status: AppointmentStatus = AppointmentStatus.SCHEDULED
    place: MeetingLocation = MeetingLocation.SITE
    agenda: str = ""
    outcome: Outcome | None = None


NEWS = (
    News(
        site="meadows",
        days_ago=62,
        title="Raft foundation of Tower B complete",
        text="The raft was poured in one go: 1,140 m³ in 31 hours. Its strength is above the design value.",
        kind=UpdateType.MILESTONE,
        priority=Priority.HIGH,
        built=0.3,
        public=True,
        tags=("foundation", "tower-b"),
    ),
    News(
        site="meadows",
        days_ago=21,
        title="Two weeks of heavy rain",
        text="Work above ground stopped for nine days. A night shift for the block work makes up for it.",
        kind=UpdateType.DELAY,
        built=0.5,
        weather="Heavy rain, 9 working days lost",
        delay=6,
        tags=("monsoon",),
    ),
    News(
        site="meadows",
        days_ago=2,
        title="Tower A: slab of floor 9 poured",
        text="Nine of fourteen slabs stand. Conduits for floors 1 to 4 are in, and the sample flat opens next week.",
        kind=UpdateType.MILESTONE,
        priority=Priority.HIGH,
        built=0.64,
        public=True,
        tags=("structure", "tower-a"),
    ),
    News(
        site="harbour",
        days_ago=35,
        title="Façade: glazing reaches floor 20",
        text="The double glazing was tested for wind and driving rain on site; no water came through.",
        kind=UpdateType.QUALITY,
        built=0.78,
        tags=("facade",),
    ),
    News(
        site="harbour",
        days_ago=4,
        title="Lifts are being installed",
        text="Two of four lifts run in inspection mode. Kitchens are being fitted on floors 8 to 11.",
        kind=UpdateType.MILESTONE,
        built=0.88,
        public=True,
        tags=("lifts", "finishes"),
    ),
    News(
        site="harbour",
        days_ago=11,
        title="One million hours without an accident",
        text="Thank you to 214 women and men on the site. The safety training now runs every fortnight.",
        kind=UpdateType.SAFETY,
        built=0.84,
        tags=("safety",),
    ),
    News(
        site="orchard",
        days_ago=58,
        title="Occupancy certificate received",
        text="Both buildings have their certificate. Handovers begin on Monday, floor by floor.",
        kind=UpdateType.MILESTONE,
        priority=Priority.HIGH,
        built=1.0,
        public=True,
        tags=("handover",),
    ),
    News(
        site="lakeside",
        days_ago=8,
        title="Heron: floor 5 is up",
        text="The formwork was re-used for the fifth time; a floor now takes eleven days.",
        kind=UpdateType.MILESTONE,
        built=0.42,
        public=True,
        tags=("structure",),
    ),
    News(
        site="lakeside",
        days_ago=29,
        title="Lake clean-up with the neighbours",
        text="160 people, 2.3 tonnes of waste, and the first herons are back on the eastern bank.",
        built=0.36,
        public=True,
        tags=("community",),
    ),
    News(
        site="exchange",
        days_ago=5,
        title="Skywalk approved by the metro",
        text="The connection to the station is approved; steel is ordered and arrives in six weeks.",
        kind=UpdateType.GENERAL,
        built=0.55,
        public=True,
        tags=("metro",),
    ),
)

TALKS = (
    Talk(
        customer="customer@test.com",
        site="meadows",
        days_ago=5,
        read=False,
        lines=(
            (
                CUSTOMER,
                "Hello! I have paid the token for A-302. When will the booking be confirmed?",
            ),
            (
                BUILDER,
                "Good morning Ms Deshpande, the money has arrived. You will have the letter by Friday.",
            ),
            (CUSTOMER, "Wonderful. Is it possible to visit the site before that?"),
            (
                BUILDER,
                "Of course, Saturday at 11 is free. Please wear closed shoes; helmets are here.",
            ),
        ),
    ),
    Talk(
        customer="customer@test.com",
        site="harbour",
        days_ago=14,
        lines=(
            (BUILDER, "Your quote for the open kitchen is ready; it is valid for ten days."),
            (CUSTOMER, "Approved, thank you. Will this move the handover date?"),
            (BUILDER, "No, we will do it with the block work of your floor."),
        ),
    ),
    Talk(
        customer="customer@test.com",
        site="marina",
        days_ago=3,
        read=False,
        lines=((CUSTOMER, "When does booking open for the second floor, sea side?"),),
    ),
    Talk(
        customer="rohan.mehta@example.com",
        site="meadows",
        days_ago=20,
        read=False,
        lines=(
            (CUSTOMER, "Could you send me the receipt for the third instalment?"),
            (BUILDER, "It is in your account under payments, as a PDF."),
            (CUSTOMER, "Found it, thanks!"),
        ),
    ),
    Talk(
        customer="priya.nair@example.com",
        site="lakeside",
        days_ago=7,
        lines=(
            (CUSTOMER, "Which bank do you recommend for the loan?"),
            (BUILDER, "Three banks have approved the project; I am sending you the list."),
        ),
    ),
    Talk(
        customer="sneha.reddy@example.com",
        site="exchange",
        days_ago=10,
        read=False,
        lines=(
            (CUSTOMER, "We would like to see the raised floor before we order furniture."),
            (BUILDER, "Any weekday after 4 pm; please book a time in the app."),
        ),
    ),
)

A = AppointmentType
DONE = AppointmentStatus.COMPLETED
MEETINGS = (
    Meeting(
        customer="customer@test.com",
        site="meadows",
        kind=A.SITE_VISIT,
        days=3,
        hour=11,
        status=AppointmentStatus.CONFIRMED,
        agenda="Sample flat and A-302",
    ),
    Meeting(
        customer="customer@test.com",
        site="harbour",
        kind=A.DESIGN_REVIEW,
        days=9,
        hour=16,
        place=MeetingLocation.OFFICE,
        agenda="Open kitchen: drawings and materials",
    ),
    Meeting(
        customer="customer@test.com",
        site="harbour",
        kind=A.SITE_VISIT,
        days=-55,
        hour=10,
        status=DONE,
        agenda="First visit",
    ),
    Meeting(
        customer="rohan.mehta@example.com",
        site="harbour",
        kind=A.SITE_VISIT,
        days=4,
        hour=15,
        agenda="Flats with a view of the sea",
    ),
    Meeting(
        customer="rohan.mehta@example.com",
        site="meadows",
        kind=A.DOCUMENTATION,
        days=-140,
        hour=12,
        status=DONE,
        place=MeetingLocation.OFFICE,
        agenda="Signing of the agreement",
    ),
    Meeting(
        customer="arjun.singh@example.com",
        site="orchard",
        kind=A.HANDOVER,
        days=6,
        hour=10,
        status=AppointmentStatus.CONFIRMED,
        agenda="Keys and snag list of M-301",
    ),
    Meeting(
        customer="lakshmi.iyer@example.com",
        site="orchard",
        kind=A.HANDOVER,
        days=-40,
        hour=10,
        status=DONE,
        agenda="Keys of M-202",
    ),
    Meeting(
        customer="priya.nair@example.com",
        site="lakeside",
        kind=A.VIRTUAL_TOUR,
        days=2,
        hour=18,
        place=MeetingLocation.ONLINE,
        agenda="Tour of the model flat",
    ),
    Meeting(
        customer="imran.khan@example.com",
        site="exchange",
        kind=A.CONSULTATION,
        days=-16,
        hour=17,
        status=AppointmentStatus.CANCELLED,
        place=MeetingLocation.OFFICE,
        outcome=Outcome.NO_SHOW,
        agenda="Rent yield of the shops",
    ),
    Meeting(
        customer="sneha.reddy@example.com",
        site="exchange",
        kind=A.PROGRESS_UPDATE,
        days=12,
        hour=16,
        agenda="Raised floor on level 5",
    ),
)
