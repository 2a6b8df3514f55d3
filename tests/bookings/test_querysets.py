"""R21: who sees which rows; and what lapses at an instant."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from bookings.models import Agreement, Booking, ChangeQuote, ChangeRequest
from projects.enums import ReleaseReason
from projects.models import Claim
from realestate.core import clock
from tests.factories.bookings import (
    AgreementFactory,
    BookingFactory,
    ChangeQuoteFactory,
    ChangeRequestFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(cast):
    """One of each for Asha with Meera, and one of each for Ravi with Kiran."""
    made = {}
    for name, customer, unit in (
        ("asha", cast.asha.customer, cast.meera_unit),
        ("ravi", cast.ravi.customer, cast.kiran_unit),
    ):
        booking = BookingFactory(paid=True, customer=customer, unit=unit)
        request = ChangeRequestFactory(booking=booking)
        made[name] = {
            Booking: booking,
            Agreement: AgreementFactory(booking=booking),
            ChangeRequest: request,
            ChangeQuote: ChangeQuoteFactory(change_request=request),
        }
    return made


@pytest.mark.parametrize("model", [Booking, Agreement, ChangeRequest, ChangeQuote])
@pytest.mark.parametrize(
    ("who", "whose"),
    [
        ("asha", {"asha"}),
        ("ravi", {"ravi"}),
        ("meera", {"asha"}),
        ("kiran", {"ravi"}),
        ("sana", {"asha", "ravi"}),
        (None, set()),
    ],
)
def test_R21_who_sees_whose(cast, rows, model, who, whose):
    user = getattr(cast, who) if who else AnonymousUser()
    assert set(model.objects.for_user(user)) == {rows[name][model] for name in whose}


def test_R4_2_a_hold_lapses_at_its_end_and_not_before(cast):
    booking = BookingFactory()
    paid = BookingFactory(paid=True)
    end = booking.claim.expires_at
    assert not Booking.objects.lapsed(end - timedelta(microseconds=1)).exists()
    assert list(Booking.objects.lapsed(end)) == [booking]
    assert paid not in Booking.objects.lapsed(end + timedelta(days=999))


def test_a_hold_whose_claim_is_gone_is_over_whatever_its_time(cast):
    booking = BookingFactory()
    now = clock.now()
    Claim.objects.filter(pk=booking.claim_id).update(
        released_at=now, release_reason=ReleaseReason.RELEASED
    )
    assert list(Booking.objects.lapsed(now)) == [booking]
    assert Booking.objects.with_lifecycle(now).get().status == "cancelled"


def test_rows_name_themselves():
    booking = BookingFactory.build(pk=7)
    assert str(booking) == "BK-000007"
    assert str(AgreementFactory.build(booking=booking, version=2)) == "AG-000007-2"
    assert str(ChangeRequestFactory.build(pk=3)) == "CR-000003"
    assert str(ChangeQuote(version=1, change_request_id=3)) == "quote 1 for change request 3"
