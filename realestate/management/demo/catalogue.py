"""The demo's six projects. Times are days from the day of seeding, so that the demo never looks old."""

from dataclasses import dataclass, field
from decimal import Decimal

from projects.enums import ProjectStatus, ProjectType, UnitType

LIFT = Decimal(25)  # rupees per square foot and floor


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One position on every floor of a tower."""

    kind: UnitType
    area: Decimal  # carpet area, square feet
    bathrooms: int = 2
    balconies: int = 1
    parking: int = 1
    features: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Block:
    """A tower; unit numbers are its letter, the floor and the position."""

    name: str
    letter: str
    floors: tuple[int, ...]
    plans: tuple[Plan, ...]
    storeys: int = 14


@dataclass(frozen=True, kw_only=True)
class Site:
    """A project."""

    key: str
    builder: str
    project_name: str
    description: str
    project_type: ProjectType
    status: ProjectStatus
    address: str
    city: str
    state: str
    zipcode: str
    position: tuple[str, str]  # latitude, longitude
    planned_units: int
    rate: Decimal  # rupees per square foot on the ground floor
    area: Decimal  # of the plot, square feet
    amenities: tuple[str, ...]
    starts: int
    ends: int
    built: float
    palette: str
    blocks: tuple[Block, ...]
    featured: bool = False
    phases: tuple[int, ...] = field(default=())  # percent of each of PHASES


PHASES = (  # name, what belongs to it, how much it counts
    ("Excavation and foundation", "Piling, raft and retaining walls.", 15),
    ("Structure", "Columns, beams and slabs, floor by floor.", 40),
    ("Masonry and plaster", "Block work, electrical conduits, internal plaster.", 20),
    ("Finishes", "Flooring, doors, windows, kitchens, bathrooms and paint.", 15),
    ("Landscape and handover", "Gardens, driveways, snag lists, occupancy certificate.", 10),
)

ONE = Plan(kind=UnitType.ONE_BHK, area=Decimal("468.00"), bathrooms=1, features=("Dry balcony",))
TWO = Plan(
    kind=UnitType.TWO_BHK,
    area=Decimal("712.50"),
    features=("Modular kitchen", "Study corner", "Video door phone"),
)
TWO_LARGE = Plan(
    kind=UnitType.TWO_BHK,
    area=Decimal("798.00"),
    balconies=2,
    features=("Corner flat", "Modular kitchen", "Utility area"),
)
THREE = Plan(
    kind=UnitType.THREE_BHK,
    area=Decimal("1124.00"),
    bathrooms=3,
    balconies=2,
    parking=2,
    features=("Servant room", "Modular kitchen", "Walk-in wardrobe"),
)
FOUR = Plan(
    kind=UnitType.FOUR_BHK,
    area=Decimal("1785.00"),
    bathrooms=4,
    balconies=3,
    parking=2,
    features=("Private lobby", "Family lounge", "Puja room"),
)
STUDIO = Plan(
    kind=UnitType.STUDIO, area=Decimal("352.00"), bathrooms=1, balconies=0, features=("Pantry",)
)
SHOP = Plan(
    kind=UnitType.SHOP, area=Decimal("410.00"), bathrooms=1, balconies=0, features=("Street front",)
)
OFFICE = Plan(
    kind=UnitType.OFFICE,
    area=Decimal("1240.00"),
    balconies=0,
    parking=2,
    features=("Raised floor", "Central air conditioning"),
)
PENTHOUSE = Plan(
    kind=UnitType.PENTHOUSE,
    area=Decimal("2640.00"),
    bathrooms=5,
    balconies=3,
    parking=3,
    features=("Private terrace", "Plunge pool", "Double-height living room"),
)

SITES = (
    Site(
        key="meadows",
        builder="builder@test.com",
        project_name="Sahyadri Meadows",
        description="Two towers on a gentle slope in Baner with the hills behind and the metro ten minutes away."
        " Cross-ventilated homes, rainwater harvesting for the whole plot, and a forest trail"
        " that starts at the back gate.",
        project_type=ProjectType.RESIDENTIAL,
        status=ProjectStatus.CONSTRUCTION,
        address="Survey No. 48, Baner–Pashan Link Road, Baner",
        city="Pune",
        state="Maharashtra",
        zipcode="411045",
        position=("18.559000", "73.786800"),
        planned_units=168,
        rate=Decimal(9800),
        area=Decimal(128000),
        amenities=(
            "Swimming pool",
            "Gymnasium",
            "Children's play area",
            "Clubhouse",
            "Jogging track",
            "EV charging",
            "Rainwater harvesting",
            "24×7 security",
        ),
        starts=-520,
        ends=410,
        built=0.62,
        palette="noon",
        featured=True,
        phases=(100, 78, 35, 5, 0),
        blocks=(
            Block(
                name="Tower A", letter="A", floors=(1, 2, 3, 4, 5), plans=(TWO, TWO_LARGE, THREE)
            ),
            Block(name="Tower B", letter="B", floors=(1, 2, 3, 4, 5), plans=(ONE, TWO)),
        ),
    ),
    Site(
        key="harbour",
        builder="builder@test.com",
        project_name="Harbour Crest",
        description="Sea-facing residences in Sewri, a short walk from the trans-harbour link. Deep balconies keep the"
        " afternoon sun out; every living room looks at the water.",
        project_type=ProjectType.RESIDENTIAL,
        status=ProjectStatus.CONSTRUCTION,
        address="Tokersey Jivraj Road, Sewri West",
        city="Mumbai",
        state="Maharashtra",
        zipcode="400015",
        position=("18.999700", "72.854800"),
        planned_units=96,
        rate=Decimal(27500),
        area=Decimal(54000),
        amenities=(
            "Infinity pool",
            "Sky lounge",
            "Gymnasium",
            "Squash court",
            "Concierge",
            "Valet parking",
            "EV charging",
        ),
        starts=-760,
        ends=230,
        built=0.86,
        palette="dusk",
        featured=True,
        phases=(100, 100, 82, 40, 10),
        blocks=(
            Block(
                name="Crest One",
                letter="C",
                floors=(8, 9, 10, 11, 12),
                plans=(TWO_LARGE, THREE, FOUR),
                storeys=32,
            ),
        ),
    ),
    Site(
        key="orchard",
        builder="builder@test.com",
        project_name="Orchard County",
        description="Low-rise homes around an old mango orchard in Nashik, finished and lived in. A few ready homes are"
        " left, with occupancy certificate and no waiting.",
        project_type=ProjectType.RESIDENTIAL,
        status=ProjectStatus.COMPLETED,
        address="Gangapur Road, near Someshwar Temple",
        city="Nashik",
        state="Maharashtra",
        zipcode="422013",
        position=("20.016800", "73.738900"),
        planned_units=64,
        rate=Decimal(6200),
        area=Decimal(96500),
        amenities=(
            "Clubhouse",
            "Organic garden",
            "Children's play area",
            "Solar power",
            "Community hall",
            "24×7 security",
        ),
        starts=-1280,
        ends=-60,
        built=1.0,
        palette="garden",
        phases=(100, 100, 100, 100, 96),
        blocks=(
            Block(name="Alphonso", letter="M", floors=(1, 2, 3, 4), plans=(TWO, THREE), storeys=4),
            Block(name="Kesar", letter="K", floors=(1, 2, 3, 4), plans=(ONE, TWO_LARGE), storeys=4),
        ),
    ),
    Site(
        key="lakeside",
        builder="kaveri@example.com",
        project_name="Kaveri Lakeside",
        description="Three quiet blocks beside Varthur lake, restored with the neighbours. Grey water is reused,"
        " courtyards stay cool without machines, and the office parks of Whitefield are 15 minutes away.",
        project_type=ProjectType.RESIDENTIAL,
        status=ProjectStatus.CONSTRUCTION,
        address="Varthur Main Road, Whitefield",
        city="Bengaluru",
        state="Karnataka",
        zipcode="560087",
        position=("12.942400", "77.746500"),
        planned_units=210,
        rate=Decimal(10400),
        area=Decimal(174000),
        amenities=(
            "Lake promenade",
            "Swimming pool",
            "Co-working lounge",
            "Amphitheatre",
            "Cycling track",
            "Grey-water recycling",
        ),
        starts=-340,
        ends=720,
        built=0.38,
        palette="monsoon",
        featured=True,
        phases=(100, 46, 8, 0, 0),
        blocks=(
            Block(name="Heron", letter="H", floors=(1, 2, 3, 4), plans=(TWO, TWO_LARGE, THREE)),
            Block(name="Egret", letter="E", floors=(2, 3, 4), plans=(ONE, TWO, THREE)),
        ),
    ),
    Site(
        key="marina",
        builder="kaveri@example.com",
        project_name="Marina Verandah",
        description="Homes with real verandahs on the East Coast Road, ten minutes from the beach at Thiruvanmiyur."
        " Launching this season; early buyers choose their floor.",
        project_type=ProjectType.RESIDENTIAL,
        status=ProjectStatus.PLANNING,
        address="East Coast Road, Kottivakkam",
        city="Chennai",
        state="Tamil Nadu",
        zipcode="600041",
        position=("12.970300", "80.260600"),
        planned_units=120,
        rate=Decimal(8900),
        area=Decimal(88000),
        amenities=("Rooftop garden", "Swimming pool", "Yoga deck", "Library", "Solar power"),
        starts=45,
        ends=1180,
        built=0.12,
        palette="dawn",
        phases=(4, 0, 0, 0, 0),
        blocks=(
            Block(name="East", letter="E", floors=(1, 2, 3, 4), plans=(STUDIO, TWO), storeys=9),
        ),
    ),
    Site(
        key="exchange",
        builder="deccan@example.com",
        project_name="The Deccan Exchange",
        description="Offices above, shops below and a plaza between them in Hyderabad's Financial District, with a few"
        " penthouses at the very top. LEED Gold pre-certified.",
        project_type=ProjectType.MIXED,
        status=ProjectStatus.CONSTRUCTION,
        address="Plot 21, Nanakramguda Road, Financial District",
        city="Hyderabad",
        state="Telangana",
        zipcode="500032",
        position=("17.416500", "78.345800"),
        planned_units=140,
        rate=Decimal(11900),
        area=Decimal(142000),
        amenities=(
            "Food court",
            "Business centre",
            "Conference rooms",
            "Gymnasium",
            "Multi-level parking",
            "Metro skywalk",
        ),
        starts=-410,
        ends=520,
        built=0.52,
        palette="steel",
        phases=(100, 64, 20, 0, 0),
        blocks=(
            Block(name="Plaza", letter="P", floors=(0, 1), plans=(SHOP, SHOP, SHOP), storeys=3),
            Block(
                name="North", letter="N", floors=(4, 5, 6, 7), plans=(OFFICE, OFFICE), storeys=22
            ),
            Block(name="Sky", letter="S", floors=(21, 22), plans=(PENTHOUSE,), storeys=22),
        ),
    ),
)

BLOCKED = {  # unit of a project -> why it is not sold
    ("meadows", "A-103"): "Sample flat",
    ("harbour", "C-803"): "Kept for the owner of the land",
}
