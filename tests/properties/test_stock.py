"""R22.3 and R22.7: whatever people try with three units, each has one owner at most: who came first."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from bookings.rules import TRANSITIONS
from bookings.services import HoldCooldown, HoldLimit
from payments.services import record_payment
from projects.models import Claim, Unit
from projects.services import UnitNotAvailable, take_claims
from realestate.core import clock
from realestate.core.errors import DomainError, InvalidTransition
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import ProjectFactory, UnitFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTES = 30  # of holds that several units have together
people, places = st.integers(0, 2), st.integers(0, 2)
REACHABLE = {BookingState.ON_HOLD, *TRANSITIONS[BookingState.ON_HOLD].values()}


class Stock(RuleBasedStateMachine):
    """``owner`` is what each unit's state must be: who has it, and until when (None: for good)."""

    time: ClassVar[object]

    def __init__(self) -> None:
        super().__init__()
        self.time.move_to(NOON, tick=False)
        project = ProjectFactory()
        self.builder = project.builder.user
        self.units = UnitFactory.create_batch(3, project=project)
        self.people = CustomerFactory.create_batch(3)
        self.owner: dict[int, tuple[int, datetime | None]] = {}
        self.number = 0

    def holder(self, unit: Unit) -> int | None:
        who, until = self.owner.get(unit.pk, (None, None))
        return who if until is None or clock.now() < until else None

    def attempt(self, who, unit, call, **facts):
        """Only the first gets a unit; a refusal for other reasons than its owner is a limit of the person's own."""
        holder = self.holder(unit)
        try:
            row = call(actor=who.user, unit_id=unit.pk, **facts)
        except UnitNotAvailable:
            assert holder is not None
            return
        except (HoldLimit, HoldCooldown, InvalidTransition):
            return
        assert holder in {None, who.pk}
        claim = Claim.objects.get(unit=unit, released_at=None)
        assert claim.customer_id == who.pk
        self.owner[unit.pk] = (who.pk, claim.expires_at)
        assert row is not None

    @rule(who=people, where=places)
    def hold(self, who, where):
        self.attempt(self.people[who], self.units[where], services.hold_unit)

    @rule(who=people, where=places)
    def book(self, who, where):
        self.attempt(self.people[who], self.units[where], services.book_unit)

    @rule(who=people, which=st.sets(places, min_size=2))
    def hold_together(self, who, which):
        """Several units at once, all or none, whichever of them were held before."""
        units, customer = [self.units[where] for where in which], self.people[who]
        are_free = all(self.holder(unit) is None for unit in units)
        try:
            claims = take_claims(
                actor=self.builder,
                unit_ids=[unit.pk for unit in units],
                customer_id=customer.pk,
                minutes=MINUTES,
            )
        except UnitNotAvailable:
            assert not are_free
        else:
            assert are_free
            self.owner |= {claim.unit_id: (customer.pk, claim.expires_at) for claim in claims}

    @rule(where=places)
    def cancel(self, where):
        unit = self.units[where]
        booking = Booking.objects.filter(unit=unit).order_by("-pk").first()
        if booking is None:
            return
        was_held = services.state_at(booking, clock.now()) == BookingState.ON_HOLD
        try:
            services.cancel_booking(actor=self.builder, booking_id=booking.pk)
        except DomainError:
            assert not was_held
        else:
            assert was_held
            del self.owner[unit.pk]

    @rule(where=places)
    def release(self, where):
        unit = self.units[where]
        claim = Claim.objects.filter(unit=unit, released_at=None).first()
        if claim is None or claim.customer is None:
            return
        was_live = self.holder(unit) is not None and claim.expires_at is not None
        try:
            services.release_hold(actor=claim.customer.user, claim_id=claim.pk)
        except (DomainError, Claim.DoesNotExist):  # one that was paid is no hold any more
            assert not was_live or Booking.objects.filter(claim=claim).exists()
        else:
            assert was_live
            del self.owner[unit.pk]

    @rule(where=places)
    def pay(self, where):
        """The token: from now on the unit is its owner's for good, if the hold was still alive."""
        unit = self.units[where]
        booking = Booking.objects.filter(unit=unit).order_by("-pk").first()
        if booking is None:
            return
        was_held = services.state_at(booking, clock.now()) == BookingState.ON_HOLD
        self.number += 1
        try:
            record_payment(
                actor=self.builder,
                booking_id=booking.pk,
                payment_type="token",
                payment_method="online",
                amount=booking.token_amount,
                transaction_id=f"T{unit.pk}-{self.number}",
            )
        except DomainError:
            assert not was_held
        else:
            booking.refresh_from_db()
            if was_held:
                assert booking.state == BookingState.TOKEN_PAID
                self.owner[unit.pk] = (booking.customer_id, None)

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes):
        self.time.move_to(clock.now() + timedelta(minutes=minutes), tick=False)

    @rule()
    def record_lapses(self):
        """The job that may or may not run changes nobody's right."""
        services.record_lapses()

    @invariant()
    def R22_3_one_owner_and_the_status_says_so(self):
        now = clock.now()
        shown = Unit.objects.with_status(now).in_bulk([unit.pk for unit in self.units])
        for unit in self.units:
            live = Claim.objects.live(now).filter(unit=unit)
            holder = self.holder(unit)
            assert [claim.customer_id for claim in live] == ([holder] if holder else [])
            until = self.owner.get(unit.pk, (None, None))[1]
            taken = "booked" if until is None else "reserved"
            assert shown[unit.pk].status == (taken if holder else "available")

    @invariant()
    def R22_7_only_states_of_the_table(self):
        rows = Booking.objects.filter(unit__in=self.units)
        assert set(rows.values_list("state", flat=True)) <= REACHABLE


def test_R22_3_a_unit_has_one_owner_whatever_people_try(time_machine):
    Stock.time = time_machine
    run_state_machine_as_test(
        Stock,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
