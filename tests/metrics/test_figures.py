"""Figures of the platform and of the business, counted by hand; and how seldom they are read."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from prometheus_client.core import GaugeMetricFamily

from notifications.models import Delivery
from realestate.core import jobs
from realestate.metrics import business, platform
from realestate.metrics.lookout import Lookout, look
from tests.factories.bookings import BookingFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import PaymentFactory
from tests.factories.projects import ClaimFactory, ProjectFactory, UnitFactory

NOON = datetime(2026, 3, 15, 6, 30, tzinfo=UTC)  # 12:00 in India


def told(families):
    """Name without prefix -> value, or label -> value."""
    found = {}
    for family in families:
        name = family.name.removeprefix("realestate_")
        for sample in family.samples:
            if sample.labels:
                found.setdefault(name, {})[next(iter(sample.labels.values()))] = sample.value
            else:
                found[name] = sample.value
        found.setdefault(name, {})
    return found


@pytest.mark.django_db
def test_the_business_is_counted(time_machine):
    time_machine.move_to(NOON, tick=False)
    project = ProjectFactory()
    free, held, over, *_ = UnitFactory.create_batch(4, project=project)
    UnitFactory(project=project, released_at=None)
    UnitFactory(project=project, blocked_at=NOON)
    UnitFactory(project=ProjectFactory(published_at=None))
    ClaimFactory(unit=held)
    ClaimFactory(unit=over, taken_at=NOON - timedelta(hours=1))  # it ended half an hour ago
    ClaimFactory(unit=UnitFactory(project=project, blocked_at=NOON))  # held, and not on offer
    started = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)  # the day, in India
    BookingFactory(paid=True, unit=free, booking_date=started)
    BookingFactory(paid=True, unit__project=project, booking_date=started - timedelta(seconds=1))
    PaymentFactory(paid_date=NOON.date(), amount=Decimal("100.50"), booking__unit__project=project)
    PaymentFactory(
        paid_date=NOON.date() - timedelta(days=1),
        booking__booking_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    found = told(business.read())
    assert found == {
        "units_available": 2.0,  # one whose hold is over, one that nobody has touched
        "holds_live": 2.0,
        "bookings_today": {"token_paid": 2.0},
        "receipts_today": 1.0,
        "receipts_today_amount": 100.5,
    }


@pytest.mark.django_db
def test_the_platform_is_counted(time_machine):
    names = sorted(jobs.job_names())[:1]
    jobs.defer(names[0])
    jobs.defer(names[0], at=datetime.now(UTC) + timedelta(hours=1))
    waiting, given_up = NotificationFactory.create_batch(2)
    now = datetime.now(UTC)
    Delivery.objects.create(
        notification=waiting, channel="email", next_try_at=now - timedelta(minutes=5)
    )
    Delivery.objects.create(notification=given_up, channel="email", failed_at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '2 minutes')"
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '90 seconds' WHERE type = 'deferred'"
        )
    found = told(platform.read())
    assert found["queue_jobs"] == {"waiting": 1.0, "later": 1.0}
    assert 89 < found["queue_oldest_seconds"] < 100
    assert found["queue_workers"] == 1.0
    assert found["deliveries"] == {"waiting": 1.0, "given up": 1.0}
    assert 299 < found["deliveries_oldest_seconds"] < 310
    assert 1 <= sum(found["database_connections"].values()) <= found["database_connections_most"]


@pytest.mark.django_db
def test_each_jobs_last_good_run_is_told():
    name = "realestate.purge_imports"
    assert name not in told(platform.read())["job_done_timestamp_seconds"]
    jobs.run_now(name)
    done = told(platform.read())["job_done_timestamp_seconds"][name]
    assert abs(done - datetime.now(UTC).timestamp()) < 30


@pytest.mark.django_db
def test_an_empty_queue_has_no_age():
    found = told(platform.read())
    assert (
        found["queue_jobs"],
        found["queue_oldest_seconds"],
        found["deliveries_oldest_seconds"],
    ) == ({}, 0, 0)


@pytest.fixture
def reader():
    """A reader that can be held up and made to fail."""

    class Reader:
        reads, error = 0, None

        def __init__(self):
            self.may_go = threading.Event()
            self.may_go.set()

        def __call__(self):
            self.may_go.wait()
            if self.error:
                raise self.error
            self.reads += 1
            return [GaugeMetricFamily("realestate_x", "X.", value=self.reads)]

    reader = Reader()
    yield reader
    reader.may_go.set()


def test_figures_are_read_again_only_when_they_are_old(reader):
    young = Lookout("young", reader, fresh=1000)
    assert [told(look([young], patience=10))["x"] for _ in range(3)] == [1.0, 1.0, 1.0]
    old = Lookout("old", reader, fresh=0)
    assert [told(look([old], patience=10))["x"] for _ in range(3)] == [2.0, 3.0, 4.0]


def test_a_scrape_does_not_wait_for_a_database_that_hangs(reader):
    lookout = Lookout("things", reader, fresh=0)
    look([lookout], patience=10)
    reader.may_go.clear()
    first, second = (told(look([lookout], patience=0)) for _ in range(2))
    assert (first["x"], second["x"]) == (1.0, 1.0)
    assert 0 < first["things_age_seconds"] < second["things_age_seconds"]
    reader.may_go.set()
    assert told(look([lookout], patience=10))["x"] == 2.0  # the two shared one read


def test_a_database_that_refuses_leaves_the_last_figures_and_their_age(reader):
    lookout = Lookout("things", reader, fresh=0)
    look([lookout], patience=10)
    reader.error = DatabaseError("gone")
    assert told(look([lookout], patience=10))["x"] == 1.0
    reader.error = None
    assert told(look([lookout], patience=10))["x"] == 2.0
