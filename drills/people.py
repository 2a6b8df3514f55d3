"""Who takes part in a drill: a seeded town, and customers who are logged in."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from accounts.models import Builder, Customer, User
from accounts.services.sessions import open_session
from drills.report import progress
from projects.models import Project, Unit
from realestate.core import audit, clock
from realestate.core.models import SystemSetting
from realestate.core.setting_changes import SET
from realestate.core.transactions import service

UNITS = 3_000
MANY_TIMES = 1_000  # as often as a person: few people of a drill do what a town does


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a token."""

    pk: int
    token: str
    email: str


def town(units: int = UNITS, **settings: object) -> None:
    """Projects, units, people and bookings; ``settings`` by their names with ``__`` for the dot."""
    progress(f"a town of {units:,} units")
    call_command("seed_benchmark", units=units, stdout=StringIO())
    set_to(platform__limits_factor=MANY_TIMES, **settings)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@service
def set_to(**settings: object) -> None:
    """Give settings values, as an operator does."""
    for name, value in settings.items():
        key = name.replace("__", ".")
        row, _ = SystemSetting.objects.update_or_create(key=key, defaults={"value": value})
        audit.record(audit.SYSTEM, row, SET, after={"value": value})


def customers(count: int) -> list[Person]:
    """So many customers, logged in."""
    return logged_in(list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:count]))


def builders(count: int) -> list[Person]:
    """So many builders, logged in."""
    return logged_in(list(Builder.objects.order_by("pk").values_list("pk", flat=True)[:count]))


def logged_in(keys: Sequence[int]) -> list[Person]:
    """Sessions as a login opens them; the password is not the matter of these drills."""
    found = []
    for user in User.objects.filter(pk__in=keys).order_by("pk"):
        opened = open_session(user_id=user.pk, password=user.password)
        found.append(Person(pk=user.pk, token=opened.tokens.access_token, email=user.email))
    return found


@service
def with_password(keys: Sequence[int], password: str) -> None:
    """Let people log in by themselves, with a password that is hashed as in production."""
    encoded = make_password(password)
    for user in User.objects.filter(pk__in=keys):
        user.password = encoded
        user.save(update_fields=["password"])
        audit.record(audit.SYSTEM, user, "password_changed")


def project() -> Project:
    """The first one that everybody sees."""
    return Project.objects.filter(published_at__isnull=False, archived_at=None).order_by("pk")[0]


def free_units(count: int) -> list[int]:
    """Units that nobody claims."""
    rows = Unit.objects.available(clock.now()).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:count])
    if len(found) < count:
        raise SystemExit(f"The town has {len(found)} free units, and {count} are needed.")
    return found
