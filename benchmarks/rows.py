"""What the benchmark needs beyond ``seed_benchmark``: people who can log in, meetings, more news, one long account."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from accounts.models import Builder, Customer, User
from bookings.enums import BookingState
from bookings.models import Booking
from notifications.models import Notification
from payments.enums import DemandKind, PaymentMethod, PaymentType
from payments.models import LedgerEntry, Payment
from payments.services import record_payment
from payments.services.demands import Wanted, raise_demand
from projects.enums import TaxClass
from projects.models import Project, Unit
from realestate.core import clock
from realestate.core.api.throttling import FACTOR
from realestate.core.models import SystemSetting
from realestate.core.transactions import service
from realestate.management.benchmark.loading import Bar, Loader
from scheduling.enums import AppointmentType
from scheduling.models import Appointment, Host

PASSWORD = "a-long-password-for-the-benchmark"  # noqa: S105  # of people who live as long as this run
HOLDERS = 40  # customers who hold units, in turn
MEETINGS = 20  # of each customer
ENTRIES = 120  # of the long account
NEWS_PER_UNIT = 2.02  # 101,000 notifications beside 50,000 units
MEETING = (
    *("customer_id", "project_id", "host_id", "created_by_id"),
    *("appointment_type", "starts_at", "ends_at", "host_free_at"),
)
HOLDS = 100  # at the same time, the most that the setting allows


@dataclass(frozen=True, kw_only=True)
class Town:
    """What the scenarios ask about."""

    project: int
    customer: str  # e-mail addresses
    builder: str
    holders: list[str]
    free_units: list[int]
    account: int  # the booking with the long account
    account_owner: str
    receipt: int
    seeded_in: float  # seconds, of seed_benchmark alone


def build_town(units: int) -> Town:
    """Load everything; the planner knows it and dead rows are gone."""
    begun = time.perf_counter()
    call_command("seed_benchmark", units=units)
    seconds = time.perf_counter() - begun
    finish_town()
    customer, account = who_reads()
    keep_account(account)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    receipts = Payment.objects.filter(booking=account)
    holders = Customer.objects.exclude(pk__in=[customer.pk, account.customer_id]).order_by("pk")
    return Town(
        project=Project.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)[0],
        customer=customer.user.email,
        builder=account.project.builder.user.email,
        holders=list(holders.values_list("user__email", flat=True)[:HOLDERS]),
        free_units=free_units(),
        account=account.pk,
        account_owner=account.customer.user.email,
        receipt=receipts.order_by("pk").values_list("pk", flat=True)[0],
        seeded_in=seconds,
    )


def free_units() -> list[int]:
    """Units that can be held."""
    return list(Unit.objects.available(clock.now()).order_by("pk").values_list("pk", flat=True))


@service
def finish_town() -> None:
    """In one transaction, without a history of invented rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.bulk_load = 'on'")
    User.objects.update(password=make_password(PASSWORD))
    SystemSetting.objects.create(key="bookings.holds_per_customer", value=HOLDS)
    SystemSetting.objects.create(key=FACTOR.key, value=FACTOR.maximum)  # forty do what a town does
    loader = Loader(Bar(1))
    more = int(Unit.objects.count() * NEWS_PER_UNIT) - Notification.objects.count()
    tell_more(more)
    builders = list(Builder.objects.order_by("pk").values_list("pk", flat=True))
    hosts = loader.keys(Host, len(builders))
    names = ("id", "builder_id", "user_id", "name")
    loader.load(
        Host,
        names,
        ((key, builder, builder, "Sales") for key, builder in zip(hosts, builders, strict=True)),
    )
    rows = list(meetings(dict(zip(builders, hosts, strict=True))))  # before COPY has the connection
    loader.load(Appointment, MEETING, rows)


def tell_more(count: int) -> None:
    """Copies of notifications, each some minutes older."""
    columns = "user_id, notification_type, title, message, priority, send_via, related_entity_type, action_url"
    columns += ", dedupe_key, updated_at, sent_at, read_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO notifications_notification ({columns}, created_at)"
            f" SELECT {columns}, created_at - interval '7 minutes' FROM ("
            " SELECT * FROM notifications_notification ORDER BY id LIMIT %s) told",
            [min(count, Notification.objects.count())],
        )
        cursor.execute(
            f"INSERT INTO notifications_notification ({columns}, created_at)"
            f" SELECT {columns}, created_at - interval '9 minutes' FROM ("
            " SELECT * FROM notifications_notification ORDER BY id LIMIT %s) told",
            [max(0, count - Notification.objects.count() // 2)],
        )


def meetings(hosts: dict[int, int]) -> Iterator[tuple[Any, ...]]:
    """Each customer meets one builder, every two hours; nobody is at two places."""
    homes: dict[int, int] = {}
    for project, builder in Project.objects.order_by("pk").values_list("pk", "builder_id"):
        homes.setdefault(builder, project)
    builders, start = list(hosts), clock.now() + timedelta(days=2)
    types, hour = AppointmentType.values, timedelta(hours=1)
    for place, customer in enumerate(Customer.objects.order_by("pk").values_list("pk", flat=True)):
        turn, which = divmod(place, len(builders))
        builder = builders[which]
        for number in range(MEETINGS):
            at = start + 2 * hour * (turn * MEETINGS + number)
            kind = types[number % len(types)]
            yield (
                *(customer, homes[builder], hosts[builder], customer, kind),
                *(at, at + hour, at + hour + timedelta(minutes=15)),
            )


def who_reads() -> tuple[Customer, Booking]:
    """A customer with as many bookings as most have, and a signed booking of somebody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM bookings_booking GROUP BY customer_id ORDER BY abs(count(*) - 10), customer_id"
            " LIMIT 1"
        )
        (customer,) = cursor.fetchone()
    rows = Booking.objects.filter(state=BookingState.AGREEMENT_SIGNED).exclude(customer=customer)
    account = rows.select_related("customer__user", "project__builder__user").order_by("pk")[0]
    return Customer.objects.select_related("user").get(pk=customer), account


@service
def keep_account(booking: Booking) -> None:
    """Charges and receipts by turns until the account has its entries."""
    builder, today = booking.project.builder.user, clock.today(booking.project.time_zone)
    count = LedgerEntry.objects.filter(booking=booking).count()
    for number in range(ENTRIES - count):
        day = today - timedelta(days=ENTRIES - number)
        if number % 2 == 0:
            line = Wanted(
                label=f"Charge {number}", principal=Decimal(5_000), tax_class=TaxClass.EXEMPT
            )
            raise_demand(
                actor=builder,
                booking=booking,
                kind=DemandKind.CHARGE,
                lines=[line],
                issued_on=day,
            )
        else:
            record_payment(
                actor=builder,
                booking_id=booking.pk,
                payment_type=PaymentType.INSTALLMENT,
                amount=Decimal(5_000),
                payment_method=PaymentMethod.BANK_TRANSFER,
                paid_date=day,
                transaction_id=f"BENCH-{number}",
            )


def release_holds() -> None:
    """All holds of the run end, so that the next round begins as this one did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE projects_claim SET released_at = greatest(now(), taken_at), release_reason = 'released'"
            " WHERE kind = 'hold' AND released_at IS NULL"
            " AND id NOT IN (SELECT claim_id FROM bookings_booking WHERE claim_id IS NOT NULL)"
        )
