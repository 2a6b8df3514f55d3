"""R4.5-6: how long, how many, how soon again."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.services import relate
from bookings import services
from bookings.models import Booking
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.models import Claim
from projects.services import UnitNotAvailable, advance_claim, expire_claims
from realestate.core.errors import InvalidValue
from realestate.core.models import AuditEntry, SystemSetting
from tests.bookings.conftest import NOON
from tests.factories.bookings import BookingFactory
from tests.factories.projects import ProjectFactory, UnitFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def later(noon, **delta):
    noon.move_to(NOON + timedelta(**delta), tick=False)


def test_R4_5_a_customers_hold_lives_half_an_hour(cast):
    hold = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert (hold.customer_id, hold.taken_by_id, hold.kind) == (
        cast.asha.pk,
        cast.asha.pk,
        ClaimKind.HOLD,
    )
    assert hold.expires_at - hold.taken_at == timedelta(minutes=30)


def test_R4_5_a_builders_hold_lives_a_day_and_may_be_for_nobody(cast):
    hold = services.hold_unit(actor=cast.meera, unit_id=cast.meera_unit.pk)
    assert hold.customer_id is None
    assert hold.expires_at - hold.taken_at == timedelta(hours=24)


def test_a_builder_holds_for_a_customer_that_it_knows(cast):
    with pytest.raises(ObjectDoesNotExist):
        services.hold_unit(actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.asha.pk)
    assert not Claim.objects.exists()
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    hold = services.hold_unit(
        actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.asha.pk
    )
    assert list(hold.parties.values_list("pk", flat=True)) == [cast.asha.pk]


def test_a_customer_holds_only_for_itself(cast):
    hold = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk, customer_id=cast.ravi.pk)
    assert hold.customer_id == cast.asha.pk


def test_R21_units_of_others_do_not_exist(cast):
    for actor in (cast.kiran, cast.meera):
        unit = cast.meera_unit if actor == cast.kiran else cast.kiran_unit
        with pytest.raises(ObjectDoesNotExist):
            services.hold_unit(actor=actor, unit_id=unit.pk)
    hidden = UnitFactory(project=ProjectFactory(published_at=None))
    with pytest.raises(ObjectDoesNotExist):
        services.hold_unit(actor=cast.asha, unit_id=hidden.pk)
    assert not Claim.objects.exists()


def test_R4_3_a_held_unit_cannot_be_held(cast, hold):
    with pytest.raises(UnitNotAvailable):
        services.hold_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    with pytest.raises(UnitNotAvailable):
        services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert list(Claim.objects.values_list("pk", flat=True)) == [hold.pk]


def test_settings_of_the_project_win(cast):
    for scope, scope_id, value in (
        ("builder", cast.meera.pk, 20),
        ("project", cast.meera_project.pk, 10),
    ):
        SystemSetting.objects.create(
            key="bookings.hold_minutes", scope=scope, scope_id=scope_id, value=value
        )
    hold = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert hold.expires_at - hold.taken_at == timedelta(minutes=10)


def test_R4_6_at_most_two_live_holds(cast):
    units = UnitFactory.create_batch(3, project=cast.meera_project)
    for unit in units[:2]:
        services.hold_unit(actor=cast.asha, unit_id=unit.pk)
    with pytest.raises(services.HoldLimit) as refusal:
        services.hold_unit(actor=cast.asha, unit_id=units[2].pk)
    assert refusal.value.extra == {"maximum": 2}
    assert Claim.objects.count() == 2
    assert services.hold_unit(actor=cast.ravi, unit_id=units[2].pk)


def test_R4_6_lapsed_and_released_holds_do_not_count(cast, noon):
    units = UnitFactory.create_batch(4, project=cast.meera_project)
    first = services.hold_unit(actor=cast.asha, unit_id=units[0].pk)
    services.hold_unit(actor=cast.asha, unit_id=units[1].pk)
    services.release_hold(actor=cast.asha, claim_id=first.pk)
    services.hold_unit(actor=cast.asha, unit_id=units[2].pk)
    later(noon, minutes=30)
    services.hold_unit(actor=cast.asha, unit_id=units[3].pk)
    assert Claim.objects.live(NOON + timedelta(minutes=30)).count() == 1


def test_R4_6_what_a_builder_holds_for_a_customer_does_not_count(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    units = UnitFactory.create_batch(5, project=cast.meera_project)
    for unit in units[:3]:
        services.hold_unit(actor=cast.meera, unit_id=unit.pk, customer_id=cast.asha.pk)
    for unit in units[3:]:
        services.hold_unit(actor=cast.asha, unit_id=unit.pk)
    assert Claim.objects.filter(customer=cast.asha.pk).count() == 5


@pytest.mark.parametrize("minutes", [30, 89])
def test_R4_6_cooldown_after_a_lapse(cast, hold, noon, minutes):
    later(noon, minutes=minutes)
    with pytest.raises(services.HoldCooldown) as refusal:
        services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert refusal.value.extra == {"available_at": NOON + timedelta(minutes=90)}
    with pytest.raises(services.HoldCooldown):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    hold.refresh_from_db()
    assert (Claim.objects.count(), hold.released_at) == (1, None)


def test_R4_6_cooldown_ends_and_is_only_for_that_customer_and_unit(cast, hold, noon):
    later(noon, minutes=30)
    other = UnitFactory(project=cast.meera_project)
    assert services.hold_unit(actor=cast.asha, unit_id=other.pk)
    ravis = services.hold_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    services.release_hold(actor=cast.ravi, claim_id=ravis.pk)
    later(noon, minutes=90)
    assert services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


def test_R4_6_a_lapse_that_was_recorded_keeps_no_other_unit_back(cast, hold, noon):
    later(noon, minutes=30)
    assert expire_claims() == 1
    other = UnitFactory(project=cast.meera_project)
    assert services.hold_unit(actor=cast.asha, unit_id=other.pk)
    with pytest.raises(services.HoldCooldown):
        services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


@pytest.mark.unaudited("the entry is that of the booking, which is not made here")
def test_R4_6_what_is_booked_is_no_hold(cast, hold):
    second = services.hold_unit(actor=cast.asha, unit_id=UnitFactory(project=cast.meera_project).pk)
    for claim in (hold, second):
        advance_claim(claim_id=claim.pk, stage=ClaimStage.BOOKED)
    third = UnitFactory(project=cast.meera_project)
    assert services.hold_unit(actor=cast.asha, unit_id=third.pk)


@pytest.mark.unaudited("the entry is that of the booking, which is not made here")
def test_R4_a_booked_claim_is_not_given_back_as_a_hold(cast, hold):
    advance_claim(claim_id=hold.pk, stage=ClaimStage.BOOKED)
    for call in (services.release_hold, services.extend_hold):
        with pytest.raises(Claim.DoesNotExist):
            call(actor=cast.asha, claim_id=hold.pk)
    hold.refresh_from_db()
    assert (hold.released_at, hold.expires_at) == (None, None)


def test_R4_a_hold_is_given_back_whoever_else_has_booked(cast, hold):
    BookingFactory()
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    hold.refresh_from_db()
    assert hold.release_reason == ReleaseReason.RELEASED


def test_R4_6_no_cooldown_after_a_release(cast, hold):
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    assert services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


def test_R4_5_a_hold_is_extended_by_the_usual_time_or_by_what_is_asked(cast, hold):
    assert services.extend_hold(actor=cast.asha, claim_id=hold.pk).expires_at == NOON + timedelta(
        minutes=60
    )
    assert services.extend_hold(
        actor=cast.asha, claim_id=hold.pk, minutes=60
    ).expires_at == NOON + timedelta(minutes=120)


def test_R4_5_never_beyond_the_longest_life(cast, hold):
    with pytest.raises(services.HoldLimit) as refusal:
        services.extend_hold(actor=cast.asha, claim_id=hold.pk, minutes=91)
    assert refusal.value.extra == {"latest": NOON + timedelta(hours=2)}
    hold.refresh_from_db()
    assert hold.expires_at == NOON + timedelta(minutes=30)
    builders = services.extend_hold(actor=cast.meera, claim_id=hold.pk, minutes=91)
    assert builders.expires_at == NOON + timedelta(minutes=121)


def test_R4_2_at_its_end_a_hold_is_dead(cast, hold, noon):
    later(noon, minutes=30)
    for use in (
        lambda: services.extend_hold(actor=cast.asha, claim_id=hold.pk),
        lambda: services.release_hold(actor=cast.asha, claim_id=hold.pk),
    ):
        with pytest.raises(services.HoldHasEnded):
            use()
    hold.refresh_from_db()
    assert (hold.expires_at, hold.released_at) == (NOON + timedelta(minutes=30), None)


def test_released_is_released(cast, hold):
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    hold.refresh_from_db()
    assert (hold.released_at, hold.release_reason) == (NOON, ReleaseReason.RELEASED)
    with pytest.raises(services.HoldHasEnded):
        services.release_hold(actor=cast.asha, claim_id=hold.pk)
    assert services.hold_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)


def test_R21_holds_of_others_do_not_exist(cast, hold):
    for actor in (cast.ravi, cast.kiran):
        with pytest.raises(ObjectDoesNotExist):
            services.extend_hold(actor=actor, claim_id=hold.pk)
        with pytest.raises(ObjectDoesNotExist):
            services.release_hold(actor=actor, claim_id=hold.pk)
    assert not AuditEntry.objects.filter(action__in=["extended", "released"]).exists()


def test_a_hold_with_a_booking_is_not_released_under_it(cast, booking):
    with pytest.raises(services.HoldHasBooking):
        services.release_hold(actor=cast.asha, claim_id=booking.claim_id)
    booking.claim.refresh_from_db()
    assert booking.claim.released_at is None


def test_a_booking_on_hold_may_be_extended(cast, booking):
    services.extend_hold(actor=cast.asha, claim_id=booking.claim_id)
    booking.claim.refresh_from_db()
    assert booking.claim.expires_at == NOON + timedelta(minutes=60)


def test_a_booking_uses_the_buyers_own_hold(cast, hold):
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert (booking.claim_id, Claim.objects.count()) == (hold.pk, 1)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert Booking.objects.count() == 1


def test_nobody_books_on_anothers_hold(cast, hold):
    relate(customer_id=cast.ravi.pk, builder_id=cast.meera.pk)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.ravi.pk)
    assert not Booking.objects.exists()


def test_a_builders_hold_for_nobody_becomes_the_buyers(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    hold = services.hold_unit(actor=cast.meera, unit_id=cast.meera_unit.pk)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    booking = services.book_unit(
        actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.asha.pk
    )
    hold.refresh_from_db()
    assert (booking.claim_id, hold.customer_id) == (hold.pk, cast.asha.pk)
    assert list(hold.parties.values_list("pk", flat=True)) == [cast.asha.pk]


def test_a_builder_must_say_who_books(cast):
    with pytest.raises(InvalidValue) as refusal:
        services.book_unit(actor=cast.meera, unit_id=cast.meera_unit.pk)
    assert list(refusal.value.errors) == ["customer_id"]
    assert not Claim.objects.exists()
