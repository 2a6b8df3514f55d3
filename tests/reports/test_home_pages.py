"""Home pages count the caller's own rows, at this moment, in a fixed number of queries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from payments.enums import PaymentType
from realestate.core import clock
from scheduling.models import Appointment
from tests.cast import Cast
from tests.factories.accounts import BuilderFactory, CustomerFactory
from tests.factories.bookings import BookingFactory, ChangeRequestFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import PaymentFactory
from tests.factories.progress import UpdateFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory

BUILDER, CUSTOMER = "/api/builder/dashboard", "/api/customer/dashboard"
# What waits for somebody, as both pages count it.
WAITING = (
    "unread_messages",
    "unread_notifications",
    "open_change_requests",
    "appointments_next_7_days",
)


def fill(cast: Cast, unit, project, customer) -> None:
    """One of everything for a project."""
    booking = BookingFactory(paid=True, unit=unit, customer=customer)
    today = clock.today()
    PaymentFactory(booking=booking, amount=Decimal("250000.50"), paid_date=today)
    PaymentFactory(
        booking=booking, amount=Decimal(9), payment_type=PaymentType.PENALTY, paid_date=today
    )
    PaymentFactory(booking=booking, amount=Decimal(7), paid_date=today - timedelta(days=800))
    ChangeRequestFactory(booking=booking)
    soon = clock.now() + timedelta(days=2, hours=3 * Appointment.objects.count())
    AppointmentFactory(project=project, customer=customer, starts_at=soon)
    conversation = ConversationFactory(project=project, customer=customer)
    MessageFactory(conversation=conversation)
    MessageFactory(conversation=conversation, sender=project.builder.user, recipient=customer.user)
    NotificationFactory(user=project.builder.user)
    NotificationFactory(user=customer.user)
    UpdateFactory(project=project, update_title="Slab poured")


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """Meera's and Kiran's projects, each with one of everything."""
    fill(cast, cast.meera_unit, cast.meera_project, cast.asha.customer)
    fill(cast, cast.kiran_unit, cast.kiran_project, cast.ravi.customer)
    return cast


def test_the_builder_sees_own_rows_only(filled: Cast, as_):
    UnitFactory(project=filled.meera_project, released_at=None)
    body = as_(filled.meera).get(BUILDER).json()
    assert body["projects"] == {"total": 1, "by_status": {"construction": 1}}
    assert body["units"] == {"total": 2, "by_status": {"booked": 1, "not_released": 1}}
    assert body["bookings"]["total_bookings"] == body["bookings"]["active_bookings"] == 1
    assert body["bookings"]["total_revenue"] == 250007.5
    assert body["bookings"]["pending_revenue"] == 7_500_000 - 250007.5
    assert [row["customer"] for row in body["recent_bookings"]] == ["Asha Rao"]
    assert [row["project"] for row in body["upcoming_appointments"]] == ["Meera Gardens"]
    assert [body[name] for name in WAITING] == [1, 1, 1, 1]


def test_months_are_the_last_twelve_and_count_what_counts(filled: Cast, as_):
    body = as_(filled.meera).get(BUILDER).json()
    today = clock.today()
    assert len(body["collections_by_month"]) == len(body["bookings_by_month"]) == 12
    assert body["collections_by_month"][-1] == {
        "month": f"{today:%Y-%m}",
        "amounts": {"INR": 250000.5},
    }
    assert body["bookings_by_month"][-1] == {"month": f"{today:%Y-%m}", "bookings": 1}
    assert all(not month["amounts"] for month in body["collections_by_month"][:-1])
    first = date(today.year - 1, today.month, 1) + timedelta(days=32)
    assert body["bookings_by_month"][0]["month"] == f"{first:%Y-%m}"


def test_a_lapsed_hold_counts_as_cancelled_and_its_unit_as_free(cast: Cast, as_):
    long_ago = clock.now() - timedelta(hours=2)
    claim = ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer, taken_at=long_ago)
    BookingFactory(unit=cast.meera_unit, customer=cast.asha.customer, claim=claim)
    body = as_(cast.meera).get(BUILDER).json()
    assert body["units"]["by_status"] == {"available": 1}
    assert (body["bookings"]["pending_bookings"], body["bookings"]["cancelled_bookings"]) == (0, 1)
    assert body["holds_ending_soon"] == 0


def test_the_customer_sees_own_rows_and_readable_news(filled: Cast, as_):
    UpdateFactory(project=filled.meera_project, published_at=None)
    UpdateFactory(project=filled.kiran_project, is_public=True)
    body = as_(filled.asha).get(CUSTOMER).json()
    assert [row["unit"] for row in body["recent_bookings"]] == ["A-101"]
    assert [row["title"] for row in body["latest_updates"]] == ["Slab poured"]
    assert [body[name] for name in WAITING] == [1, 1, 1, 1]


@pytest.mark.django_db
def test_empty_states_are_zeros_and_empty_lists(as_):
    builder = as_(BuilderFactory().user).get(BUILDER).json()
    customer = as_(CustomerFactory().user).get(CUSTOMER).json()
    assert builder["units"] == {"total": 0, "by_status": {}}
    for body in (builder, customer):
        assert set(body["bookings"].values()) == {0}
        assert body["recent_bookings"] == body["upcoming_appointments"] == []
        assert body["unread_messages"] == body["open_change_requests"] == 0


def test_roles(cast: Cast, as_):
    for person, builder, customer in (
        (cast.meera, 200, 403),
        (cast.asha, 403, 200),
        (cast.sana, 403, 403),
        (None, 401, 401),
    ):
        assert as_(person).get(BUILDER).status_code == builder
        assert as_(person).get(CUSTOMER).status_code == customer


@pytest.mark.parametrize("more", [0, 2])
def test_home_pages_cost_the_same_however_many_rows(
    filled: Cast, as_, django_assert_num_queries, more: int
):
    for _ in range(more):
        fill(
            filled,
            UnitFactory(project=filled.meera_project),
            filled.meera_project,
            CustomerFactory(),
        )
    with django_assert_num_queries(13):
        as_(filled.meera).get(BUILDER)
    with django_assert_num_queries(8):
        as_(filled.asha).get(CUSTOMER)
