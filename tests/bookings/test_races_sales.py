"""With threads: one decision about a quote, one signature per party, and a late payment against somebody's hold."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.enums import BookingState, QuoteState
from bookings.models import Booking, Signature
from projects.models import Claim
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from tests.cast import make_cast
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory, QuoteFactory
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)


def test_R21_two_decisions_about_a_quote():
    quote, staff = QuoteFactory(state=QuoteState.APPROVAL_PENDING), StaffFactory.create_batch(2)
    replies = run_together(
        2,
        lambda index: services.decide_quote(
            actor=staff[index], quote_id=quote.pk, approve=index == 0
        ),
    )
    (decided,) = winners(replies)
    assert [type(error) for error in losers(replies)] == [InvalidTransition]
    quote.refresh_from_db()
    assert (quote.state, quote.decided_by) == (decided.state, decided.decided_by)


def test_R5_6_two_signatures_of_one_party():
    cast = make_cast()
    booking = BookingFactory(paid=True, unit=cast.meera_unit, state=BookingState.BOOKING_CONFIRMED)
    agreement = services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    replies = run_together(
        4, lambda _: services.sign_agreement(actor=cast.meera, agreement_id=agreement.pk)
    )
    assert [type(error) for error in losers(replies)] == [services.AlreadySigned] * 3
    assert Signature.objects.get() == winners(replies)[0]


def test_R5_a_late_payment_and_somebody_elses_hold():
    cast = make_cast()
    now = clock.now()
    for _again in range(3):
        booking = BookingFactory(
            unit=cast.meera_unit,
            customer=cast.asha.customer,
            claim__taken_at=now - timedelta(hours=3),
            claim__expires_at=now - timedelta(hours=2),
        )
        late, held = run_together(
            2,
            lambda index, pk=booking.pk: (
                services.retake_claim(booking_id=pk)
                if index == 0
                else services.hold_unit(actor=cast.sana, unit_id=cast.meera_unit.pk)
            ),
        )
        claim = Claim.objects.live(clock.now()).get()
        booking.refresh_from_db()
        assert late is (booking.claim == claim)
        assert late is not isinstance(held, Claim)
        Claim.objects.filter(pk=claim.pk).update(released_at=clock.now(), release_reason="released")
    assert Booking.objects.count() == 3
