"""What may be edited on a booking, by whom, and which version."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Builder
from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from realestate.core.errors import InvalidTransition, NotAllowed, StaleVersion
from realestate.core.models import AuditEntry
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory

pytestmark = pytest.mark.django_db


def edit(actor, booking, **changes):
    row = services.update_booking(actor=actor, booking_id=booking.pk, changes=changes)
    row.refresh_from_db()
    return row


def test_a_customer_edits_its_wishes(cast, booking):
    changes = {
        "special_requests": "Lower floor if one gets free",
        "loan_amount": Decimal(1_000_000),
        "expected_registration_date": date(2026, 6, 1),
    }
    row = edit(cast.asha, booking, **changes)
    assert {name: getattr(row, name) for name in changes} == changes
    assert row.version == 2
    entry = AuditEntry.objects.filter(action="updated").get()
    assert entry.before == {
        "special_requests": "",
        "loan_amount": None,
        "expected_registration_date": None,
    }


def test_a_builder_edits_its_side(cast, booking):
    changes = {
        "loan_approved": True,
        "payment_plan": "loan",
        "actual_registration_date": date(2026, 2, 1),
        "agent_id": cast.meera.pk,
    }
    row = edit(cast.meera, booking, **changes)
    assert {name: getattr(row, name) for name in changes} == changes


@pytest.mark.parametrize(
    ("state", "is_open"),
    [("token_paid", True), ("booking_confirmed", False), ("handed_over", False)],
)
def test_R5_5_the_plan_is_chosen_until_there_is_a_schedule(cast, booking, state, is_open):
    Booking.objects.filter(pk=booking.pk).update(state=state)
    if is_open:
        assert edit(cast.meera, booking, payment_plan="loan").payment_plan == "loan"
        return
    with pytest.raises(services.PlanFrozen):
        edit(cast.meera, booking, payment_plan="loan")
    edit(cast.meera, booking, payment_plan=booking.payment_plan)  # nothing changes
    booking.refresh_from_db()
    assert (booking.payment_plan, booking.version) == ("installments", 1)


@pytest.mark.parametrize(
    ("who", "field", "value"),
    [
        ("asha", "loan_approved", True),
        ("asha", "actual_registration_date", date(2026, 2, 1)),
        ("asha", "agent_id", 1),
        ("asha", "payment_plan", "loan"),
        ("asha", "state", BookingState.HANDED_OVER),
        ("asha", "agreement_value", Decimal(1)),
        ("meera", "rating", 5),
        ("sana", "rating", 5),
        ("meera", "token_amount", Decimal(1)),
        ("meera", "customer_id", 1),
    ],
)
def test_fields_of_others_are_refused_by_name(cast, booking, who, field, value):
    with pytest.raises(NotAllowed) as refusal:
        edit(getattr(cast, who), booking, **{field: value, "special_requests": "x"})
    assert list(refusal.value.errors) == [field]
    booking.refresh_from_db()
    assert (booking.special_requests, booking.version) == ("", 1)


def test_the_same_again_changes_nothing(cast, booking):
    edit(cast.asha, booking, special_requests="x")
    assert edit(cast.asha, booking, special_requests="x").version == 2


def test_D10_a_version_that_is_not_the_present_one_is_stale(cast, booking):
    edit(cast.asha, booking, special_requests="first")
    with pytest.raises(StaleVersion) as refusal:
        services.update_booking(
            actor=cast.asha,
            booking_id=booking.pk,
            changes={"special_requests": "second"},
            version=1,
        )
    assert refusal.value.extra == {"version": 2}
    booking.refresh_from_db()
    assert booking.special_requests == "first"
    services.update_booking(
        actor=cast.asha, booking_id=booking.pk, changes={"special_requests": "second"}, version=2
    )
    booking.refresh_from_db()
    assert booking.special_requests == "second"


def test_stars_only_after_the_token(cast, booking, paid):
    assert edit(cast.asha, paid, rating=4).rating == 4
    other = BookingFactory(customer=cast.asha.customer)
    with pytest.raises(services.RatingTooEarly):
        edit(cast.asha, other, rating=1)
    other.refresh_from_db()
    assert other.rating is None


def test_the_builders_rating_is_the_mean_of_its_stars(cast):
    for stars, builder in ((5, cast.meera), (4, cast.meera), (1, cast.kiran), (None, cast.meera)):
        BookingFactory(paid=True, unit__project__builder=builder.builder, rating=stars)
    rated = {builder.pk: builder.rating for builder in Builder.objects.with_figures("rating")}
    assert (rated[cast.meera.pk], rated[cast.kiran.pk]) == (4.5, 1)


def test_no_stars_no_rating(cast):
    assert Builder.objects.with_figures("rating").get(pk=cast.meera.pk).rating is None


def test_a_loan_above_the_price_is_refused(cast, booking):
    with pytest.raises(services.LoanOutOfRange):
        edit(cast.asha, booking, loan_amount=Decimal("7500000.01"))
    booking.refresh_from_db()
    assert booking.loan_amount is None


def test_an_agent_is_the_builder_or_staff(cast, booking):
    assert edit(cast.meera, booking, agent_id=cast.sana.pk).agent_id == cast.sana.pk
    assert edit(cast.meera, booking, agent_id=None).agent_id is None
    for stranger in (cast.kiran, cast.asha, StaffFactory(is_active=False)):
        with pytest.raises(ObjectDoesNotExist):
            edit(cast.meera, booking, agent_id=stranger.pk)
    booking.refresh_from_db()
    assert booking.agent_id is None


def test_a_cancelled_booking_is_not_edited(cast, booking):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    with pytest.raises(InvalidTransition):
        edit(cast.asha, booking, special_requests="x")


def test_a_handed_over_booking_may_still_be_rated(cast):
    booking = BookingFactory(
        paid=True,
        state=BookingState.HANDED_OVER,
        claim__stage="handed_over",
        customer=cast.asha.customer,
    )
    assert edit(cast.asha, booking, rating=5).rating == 5


@pytest.mark.parametrize("who", ["ravi", "kiran"])
def test_R21_bookings_of_others_do_not_exist(cast, booking, who):
    with pytest.raises(ObjectDoesNotExist):
        edit(getattr(cast, who), booking, special_requests="x")
