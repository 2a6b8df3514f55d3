"""R5, late payment success: a lapsed hold is taken again, never from anybody else."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.services import relate
from bookings import services
from bookings.enums import BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.services import retaking
from projects.enums import ClaimKind, ReleaseReason
from projects.models import Claim, Unit
from realestate.core import clock
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from tests.bookings.conftest import NOON
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory
from tests.races.support import locked_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
S = BookingState
LATE = NOON + timedelta(hours=2)


@pytest.fixture
def late(booking, noon) -> Booking:
    """Two hours later; nothing has recorded that the hold lapsed."""
    noon.move_to(LATE, tick=False)
    return booking


@pytest.mark.parametrize("is_recorded", [False, True], ids=["by comparison", "recorded"])
def test_R5_a_free_unit_is_taken_again_at_the_old_price(cast, late, heard, is_recorded):
    if is_recorded:
        services.record_lapses()
        heard.clear()
    Unit.objects.update(price=9_000_000)
    old = late.claim
    assert services.retake_claim(booking_id=late.pk)
    late.refresh_from_db()
    assert (late.state, late.claim.kind, late.claim.expires_at) == (
        S.ON_HOLD,
        ClaimKind.HOLD,
        LATE + timedelta(minutes=30),
    )
    assert list(late.claim.parties.all()) == [cast.asha.customer]
    assert (late.quote.claim, late.quote.valid_until, late.agreement_value) == (
        late.claim,
        late.claim.expires_at,
        7_500_000,
    )
    old.refresh_from_db()
    assert old.release_reason == ReleaseReason.EXPIRED
    moved = [BookingMoved(booking_id=late.pk, old=S.EXPIRED, new=S.ON_HOLD)]
    assert heard == (moved if is_recorded else [])
    last = AuditEntry.objects.filter(object_type="bookings.booking").latest("pk")
    assert (last.action, last.actor) == ("unit taken again", None)


def test_R5_what_has_lapsed_on_the_unit_is_locked_before_the_unit(late):
    """As whoever records the lapse does; the other way round the two would wait for one another."""
    with locked_tables() as tables:
        assert services.retake_claim(booking_id=late.pk)
    assert tables[:3] == ["bookings_booking", "projects_claim", "projects_unit"]


def test_R5_a_unit_that_goes_after_the_look_and_before_the_locks_is_gone(late, monkeypatch):
    take = retaking.take_if_free

    def too_late(**values):
        Unit.objects.update(blocked_at=NOON)
        return take(**values)

    monkeypatch.setattr(retaking, "take_if_free", too_late)
    assert not services.retake_claim(booking_id=late.pk)
    late.refresh_from_db()
    assert (late.state, late.claim.customer_id) == (S.ON_HOLD, late.customer_id)
    assert not Claim.objects.live(LATE).exists()


def test_R5_the_token_is_paid_in_the_same_transaction(cast, late):
    @service
    def money_arrives() -> Booking:
        assert services.retake_claim(booking_id=late.pk)
        PaymentFactory(booking=late, amount=late.token_amount)
        return services.pay_token(actor=None, booking_id=late.pk)

    money_arrives()
    late.refresh_from_db()
    assert (late.state, late.claim.kind, late.claim.expires_at) == (
        S.TOKEN_PAID,
        ClaimKind.BOOKING,
        None,
    )


def test_R5_co_applicants_stay_parties(cast, booking, noon):
    relate(customer_id=cast.ravi.pk, builder_id=cast.meera.pk)
    services.set_applicants(
        actor=cast.meera,
        booking_id=booking.pk,
        applicants=[
            {"share": Decimal(50), "is_primary": True},
            {"share": Decimal(50), "customer_id": cast.ravi.pk},
        ],
    )
    noon.move_to(LATE, tick=False)
    assert services.retake_claim(booking_id=booking.pk)
    booking.refresh_from_db()
    assert set(booking.claim.parties.all()) == {cast.asha.customer, cast.ravi.customer}


def facts(booking) -> tuple:
    booking.refresh_from_db()
    entries = AuditEntry.objects.count()
    return booking.state, booking.version, booking.claim_id, Claim.objects.count(), entries


@pytest.mark.parametrize(
    "happened",
    [
        lambda cast: services.hold_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk),
        lambda cast: services.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk),
        lambda _cast: Unit.objects.update(blocked_at=NOON),
        lambda _cast: Unit.objects.update(released_at=None),
    ],
    ids=["held", "booked", "blocked", "not released"],
)
def test_R5_a_unit_that_is_gone_stays_gone(cast, late, happened):
    happened(cast)
    before = facts(late)
    assert not services.retake_claim(booking_id=late.pk)
    assert facts(late) == before


def test_R5_a_live_hold_needs_nothing(booking):
    before = facts(booking)
    assert not services.retake_claim(booking_id=booking.pk)
    assert facts(booking) == before


def test_R5_a_cancelled_booking_is_over(cast, booking, noon):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    noon.move_to(LATE, tick=False)
    before = facts(booking)
    assert not services.retake_claim(booking_id=booking.pk)
    assert facts(booking) == before


def test_R5_an_inquiry_has_no_unit_to_take(cast):
    inquiry = Booking.objects.create(
        customer=cast.asha.customer,
        project=cast.meera_project,
        state=S.INQUIRY,
        booking_date=clock.now(),
    )
    assert not services.retake_claim(booking_id=inquiry.pk)


def test_R5_a_booking_from_before_there_were_quotes(cast, noon):
    booking = BookingFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    noon.move_to(LATE + timedelta(days=30), tick=False)
    assert services.retake_claim(booking_id=booking.pk)
    booking.refresh_from_db()
    assert (booking.quote, booking.claim.is_live(clock.now())) == (None, True)
