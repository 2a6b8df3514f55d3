"""The demo's people. All of them log in with the password that ``seed_demo`` prints."""

from dataclasses import dataclass
from datetime import date

from accounts.enums import TeamRole

STAFF = "staff@test.com"


@dataclass(frozen=True, kw_only=True)
class Company:
    """A builder."""

    email: str
    company_name: str
    license_number: str
    phone: str
    address: str
    website: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer."""

    email: str
    first_name: str
    last_name: str
    phone: str
    address: str
    date_of_birth: date


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of a builder's team."""

    email: str
    name: str
    role: TeamRole


BUILDERS = (
    Company(
        email="builder@test.com",
        company_name="Sahyadri Habitat",
        license_number="MH-RERA-A51700012345",
        phone="+91 22 5550 0101",
        address="4th Floor, Kanakia Wall Street, Andheri East, Mumbai 400093",
        website="https://sahyadri-habitat.example.com",
        description="Homes along the Western Ghats since 1994: 38 projects, 11,200 families, and a site engineer"
        " who answers the phone.",
    ),
    Company(
        email="kaveri@example.com",
        company_name="Kaveri Living Spaces",
        license_number="KA-RERA-1251-308-PR",
        phone="+91 80 5550 0142",
        address="22 Residency Road, Bengaluru 560025",
        website="https://kaveri-living.example.com",
        description="Quiet, low-energy homes in Bengaluru and Chennai, designed around trees that were there before.",
    ),
    Company(
        email="deccan@example.com",
        company_name="Deccan Skyline Developers",
        license_number="TS-RERA-P02400007788",
        phone="+91 40 5550 0177",
        address="Plot 9, Financial District, Nanakramguda, Hyderabad 500032",
        website="https://deccan-skyline.example.com",
        description="Offices, shops and apartments in one walkable block, from Hyderabad to Gurugram.",
    ),
)

TEAM_OF = "builder@test.com"
TEAM = (
    Colleague(email="sales@test.com", name="Kavita Joshi", role=TeamRole.SALES),
    Colleague(email="finance@test.com", name="Suresh Menon", role=TeamRole.FINANCE),
    Colleague(email="site@test.com", name="Farhan Shaikh", role=TeamRole.SITE),
)

CUSTOMERS = (
    Person(
        email="customer@test.com",
        first_name="Ananya",
        last_name="Deshpande",
        phone="+91 98200 55501",
        address="B-12, Shivaji Park, Dadar West, Mumbai 400028",
        date_of_birth=date(1990, 4, 17),
    ),
    Person(
        email="rohan.mehta@example.com",
        first_name="Rohan",
        last_name="Mehta",
        phone="+91 98190 55502",
        address="18 Law College Road, Pune 411004",
        date_of_birth=date(1986, 11, 2),
    ),
    Person(
        email="priya.nair@example.com",
        first_name="Priya",
        last_name="Nair",
        phone="+91 98450 55503",
        address="7 Indiranagar 12th Main, Bengaluru 560038",
        date_of_birth=date(1992, 8, 25),
    ),
    Person(
        email="imran.khan@example.com",
        first_name="Imran",
        last_name="Khan",
        phone="+91 90000 55504",
        address="Road No. 10, Banjara Hills, Hyderabad 500034",
        date_of_birth=date(1983, 1, 30),
    ),
    Person(
        email="lakshmi.iyer@example.com",
        first_name="Lakshmi",
        last_name="Iyer",
        phone="+91 94440 55505",
        address="33 Luz Church Road, Mylapore, Chennai 600004",
        date_of_birth=date(1979, 6, 9),
    ),
    Person(
        email="arjun.singh@example.com",
        first_name="Arjun",
        last_name="Singh",
        phone="+91 98110 55506",
        address="C-204, Sector 43, Gurugram 122002",
        date_of_birth=date(1988, 12, 14),
    ),
    Person(
        email="meghna.patil@example.com",
        first_name="Meghna",
        last_name="Patil",
        phone="+91 98220 55507",
        address="5 Prabhat Road, Pune 411004",
        date_of_birth=date(1994, 3, 3),
    ),
    Person(
        email="david.fernandes@example.com",
        first_name="David",
        last_name="Fernandes",
        phone="+91 98670 55508",
        address="14 St. Andrews Road, Bandra West, Mumbai 400050",
        date_of_birth=date(1981, 9, 21),
    ),
    Person(
        email="sneha.reddy@example.com",
        first_name="Sneha",
        last_name="Reddy",
        phone="+91 99590 55509",
        address="Villa 6, Jubilee Enclave, Hyderabad 500081",
        date_of_birth=date(1991, 5, 11),
    ),
)
