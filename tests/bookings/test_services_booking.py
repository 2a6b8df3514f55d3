"""R1 and R5: booking, moving, cancelling, lapsing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Customer
from accounts.services import relate
from bookings import rules, services
from bookings.enums import FIRM, BookingAction, BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.services import booking as booking_module
from bookings.services import holds
from payments.receivers import TokenNotPaid
from projects.enums import ClaimKind, ClaimStage, ReleaseReason, UnitStatus
from projects.models import Claim, Unit
from projects.services import UnitNotAvailable
from realestate.core import clock
from realestate.core.errors import InvalidTransition, NotAllowed
from realestate.core.locking import lock
from realestate.core.models import AuditEntry, SystemSetting
from tests.bookings.conftest import NOON
from tests.factories.bookings import BookingFactory, sign
from tests.factories.payments import PaymentFactory
from tests.factories.projects import ProjectFactory, UnitFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
A, S = BookingAction, BookingState


def status_of(unit) -> str:
    return Unit.objects.with_status(clock.now()).get(pk=unit.pk).status


def test_R1_price_and_parties_come_from_the_server(cast, heard):
    booking = services.book_unit(
        actor=cast.asha, unit_id=cast.meera_unit.pk, customer_id=cast.ravi.pk
    )
    booking.refresh_from_db()
    assert (booking.customer_id, booking.project_id, booking.unit_id) == (
        cast.asha.pk,
        cast.meera_project.pk,
        cast.meera_unit.pk,
    )
    assert (booking.agreement_value, booking.tax_amount, booking.total_amount) == (
        Decimal("7500000.00"),
        Decimal(0),
        Decimal("7500000.00"),
    )
    assert (booking.state, booking.token_amount, booking.booking_date, booking.currency) == (
        S.ON_HOLD,
        Decimal("75000.00"),
        NOON,
        "INR",
    )
    assert (booking.claim.kind, booking.claim.expires_at) == (
        ClaimKind.HOLD,
        NOON + timedelta(minutes=30),
    )
    assert heard == [BookingMoved(booking_id=booking.pk, old="", new=S.ON_HOLD)]
    entry = AuditEntry.objects.get(object_type="bookings.booking")
    assert (entry.actor_id, entry.action, entry.after["agreement_value"]) == (
        cast.asha.pk,
        "booked",
        "7500000.00",
    )


def test_the_buyers_terms_are_kept(cast):
    booking = services.book_unit(
        actor=cast.asha,
        unit_id=cast.meera_unit.pk,
        payment_plan="loan",
        loan_amount=Decimal(5_000_000),
        special_requests="East-facing",
        expected_registration_date=date(2026, 6, 1),
        token_amount=Decimal(100_000),
        total_amount=Decimal(7_500_000),
    )
    booking.refresh_from_db()
    assert (
        booking.payment_plan,
        booking.loan_amount,
        booking.special_requests,
        booking.expected_registration_date,
        booking.token_amount,
    ) == ("loan", Decimal(5_000_000), "East-facing", date(2026, 6, 1), Decimal(100_000))


def test_a_booking_relates_the_customer_to_the_builder(cast):
    services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert list(Customer.objects.for_user(cast.meera)) == [cast.asha.customer]
    assert not Customer.objects.for_user(cast.kiran).exists()


@pytest.mark.parametrize("total", ["7499999.99", "7500000.01", "1", "0"])
def test_R1_another_total_is_refused(cast, total):
    with pytest.raises(services.PriceChanged) as refusal:
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk, total_amount=Decimal(total))
    assert refusal.value.extra == {"total_amount": Decimal("7500000.00")}
    assert (Booking.objects.count(), Claim.objects.count()) == (0, 0)


def test_R1_the_price_is_the_one_at_the_claim(cast, monkeypatch):
    """Somebody edits the unit after it was looked at and before it was claimed."""

    def claim_after_an_edit(**what):
        Unit.objects.filter(pk=cast.meera_unit.pk).update(price=8_000_000)
        return holds.claim_for(**what)

    monkeypatch.setattr(booking_module, "claim_for", claim_after_an_edit)
    with pytest.raises(services.PriceChanged):
        services.book_unit(
            actor=cast.asha, unit_id=cast.meera_unit.pk, total_amount=Decimal(7_500_000)
        )
    Unit.objects.update(price=7_500_000)
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert (booking.agreement_value, booking.token_amount) == (8_000_000, 80_000)


def test_a_hold_that_ends_while_it_is_looked_at_is_not_used(cast, monkeypatch):
    hold = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)

    def lock_too_late(rows, pk):
        Claim.objects.filter(pk=pk).update(released_at=NOON, release_reason=ReleaseReason.RELEASED)
        return lock(rows, pk)

    monkeypatch.setattr(booking_module, "lock", lock_too_late)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    hold.refresh_from_db()
    assert (Booking.objects.count(), hold.released_at) == (0, None)


@pytest.mark.parametrize("token", ["74999.99", "7500000.01", "0.01"])
def test_a_token_out_of_range_is_refused(cast, token):
    with pytest.raises(services.TokenOutOfRange):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk, token_amount=Decimal(token))
    assert (Booking.objects.count(), Claim.objects.count()) == (0, 0)


def test_the_builder_may_agree_to_a_smaller_token(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    booking = services.book_unit(
        actor=cast.meera,
        unit_id=cast.meera_unit.pk,
        customer_id=cast.asha.pk,
        token_amount=Decimal(5_000),
    )
    assert (booking.token_amount, booking.customer_id) == (Decimal(5_000), cast.asha.pk)
    assert booking.claim.expires_at == NOON + timedelta(hours=24)


def test_the_token_is_a_setting(cast):
    SystemSetting.objects.create(
        key="bookings.token_percent", scope="project", scope_id=cast.meera_project.pk, value="2.5"
    )
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert booking.token_amount == Decimal("187500.00")


def test_a_loan_above_the_price_is_refused(cast):
    with pytest.raises(services.LoanOutOfRange):
        services.book_unit(
            actor=cast.asha, unit_id=cast.meera_unit.pk, loan_amount=Decimal("7500000.01")
        )
    assert (Booking.objects.count(), Claim.objects.count()) == (0, 0)


def test_R21_strangers_customers_and_units_do_not_exist(cast):
    for actor, unit, customer in (
        (cast.meera, cast.meera_unit, cast.asha),  # has never dealt with Meera
        (cast.kiran, cast.meera_unit, cast.asha),
        (cast.sana, cast.meera_unit, cast.meera),  # no customer
    ):
        with pytest.raises(ObjectDoesNotExist):
            services.book_unit(actor=actor, unit_id=unit.pk, customer_id=customer.pk)
    assert (Booking.objects.count(), Claim.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [{"released_at": None}, {"blocked_at": NOON}],
    ids=["not released", "blocked"],
)
def test_R4_3_units_that_are_not_for_sale_cannot_be_booked(cast, change):
    Unit.objects.filter(pk=cast.meera_unit.pk).update(**change)
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert not Claim.objects.exists()


def test_R5_4_the_whole_way_to_the_key(cast, paid, heard):
    expected = [
        (A.CONFIRM, S.BOOKING_CONFIRMED, UnitStatus.BOOKED),
        (A.SIGN, S.AGREEMENT_SIGNED, UnitStatus.SOLD),
        (A.OFFER_POSSESSION, S.POSSESSION_OFFERED, UnitStatus.SOLD),
        (A.HAND_OVER, S.HANDED_OVER, UnitStatus.HANDED_OVER),
    ]
    assert (paid.state, status_of(cast.meera_unit)) == (S.TOKEN_PAID, UnitStatus.BOOKED)
    paid.claim.refresh_from_db()
    assert (paid.claim.kind, paid.claim.expires_at) == (ClaimKind.BOOKING, None)
    for action, state, unit_status in expected:
        if action == A.SIGN:
            sign(paid)
        booking = services.move_booking(
            actor=cast.meera, booking_id=paid.pk, action=action, reason="As agreed"
        )
        assert (booking.state, status_of(cast.meera_unit)) == (state, unit_status)
    booking.refresh_from_db()
    assert (booking.state_reason, booking.version) == ("As agreed", 6)
    assert [event.new for event in heard] == [state for _action, state, _unit in expected]
    last = AuditEntry.objects.filter(object_type="bookings.booking").latest("pk")
    assert (last.before, last.after, last.reason) == (
        {"state": S.POSSESSION_OFFERED},
        {"state": S.HANDED_OVER},
        "As agreed",
    )


def in_state(state, cast) -> Booking:
    """A booking of Asha in a state, with a claim as firm as the state; its token is always paid."""
    stage = rules.STAGE_AFTER.get(state, ClaimStage.HELD)
    kind = ClaimKind.HOLD if stage == ClaimStage.HELD else ClaimKind.BOOKING
    booking = BookingFactory(
        state=state,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        claim__kind=kind,
        claim__stage=stage,
    )
    if state in rules.DEAD:
        Claim.objects.filter(pk=booking.claim_id).update(
            released_at=NOON, release_reason=ReleaseReason.CANCELLED
        )
    return booking


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_R5_services_make_every_step_of_the_table_and_no_other(cast, state, action):
    booking = in_state(state, cast)
    if action == A.PAY_TOKEN:
        PaymentFactory(booking=booking, amount=booking.token_amount)
    if (state, action) == (S.BOOKING_CONFIRMED, A.SIGN):
        sign(booking)
    new = rules.TRANSITIONS.get(state, {}).get(action)
    if new is not None and action in rules.BY_HAND:
        services.move_booking(actor=cast.meera, booking_id=booking.pk, action=action)
    else:
        with pytest.raises(InvalidTransition) as refusal:
            services.move_booking(actor=cast.meera, booking_id=booking.pk, action=action)
        assert refusal.value.extra == {
            "state": state,
            "allowed": list(rules.TRANSITIONS.get(state, {})),
        }
        new = state
    booking.refresh_from_db()
    assert booking.state == new
    if booking.state in FIRM:
        booking.claim.refresh_from_db()
        assert booking.claim.stage == rules.STAGE_AFTER[booking.state]


def test_R5_4_a_token_that_is_not_paid_moves_nothing(cast, booking):
    PaymentFactory(booking=booking, amount=booking.token_amount - Decimal("0.01"))
    with pytest.raises(TokenNotPaid):
        services.move_booking(actor=cast.meera, booking_id=booking.pk, action=A.PAY_TOKEN)
    booking.refresh_from_db()
    booking.claim.refresh_from_db()
    assert (booking.state, booking.version, booking.claim.kind) == (S.ON_HOLD, 1, ClaimKind.HOLD)


def test_customers_move_nothing_but_their_cancellation(cast, booking):
    for use in (
        lambda: services.move_booking(actor=cast.asha, booking_id=booking.pk, action=A.CONFIRM),
        lambda: services.set_status(actor=cast.asha, booking_id=booking.pk, word="active"),
    ):
        with pytest.raises(NotAllowed):
            use()
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    booking.refresh_from_db()
    assert booking.state == S.CANCELLED


@pytest.mark.parametrize("who", ["asha", "meera", "sana"])
def test_R5_10_cancelling_frees_the_unit(cast, booking, who):
    services.cancel_booking(actor=getattr(cast, who), booking_id=booking.pk, reason="No loan")
    booking.refresh_from_db()
    booking.claim.refresh_from_db()
    assert (booking.state, booking.state_reason) == (S.CANCELLED, "No loan")
    assert booking.claim.release_reason == ReleaseReason.CANCELLED
    assert status_of(cast.meera_unit) == UnitStatus.AVAILABLE
    assert services.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)


@pytest.mark.parametrize("who", ["ravi", "kiran"])
def test_R21_bookings_of_others_do_not_exist(cast, booking, who):
    actor = getattr(cast, who)
    with pytest.raises(ObjectDoesNotExist):
        services.cancel_booking(actor=actor, booking_id=booking.pk)
    booking.refresh_from_db()
    assert booking.state == S.ON_HOLD


def test_cancelling_twice_is_a_conflict(cast, booking):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    with pytest.raises(InvalidTransition) as refusal:
        services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    assert refusal.value.extra == {"state": S.CANCELLED, "allowed": []}


@pytest.mark.parametrize(
    ("word", "state"), [("active", S.BOOKING_CONFIRMED), ("Confirmed", S.BOOKING_CONFIRMED)]
)
def test_contract_7_5_a_status_word_confirms(cast, paid, word, state):
    assert services.set_status(actor=cast.meera, booking_id=paid.pk, word=word).state == state


def test_contract_7_5_a_word_that_no_step_leads_to(cast, paid):
    with pytest.raises(InvalidTransition) as refusal:
        services.set_status(actor=cast.meera, booking_id=paid.pk, word="completed")
    assert refusal.value.extra == {"state": S.TOKEN_PAID, "allowed": [A.CONFIRM, A.CANCEL]}
    paid.refresh_from_db()
    assert paid.state == S.TOKEN_PAID


# --- lapse without a job (R4.4) ---------------------------------------------------------------------------------------


@pytest.fixture
def lapsed(booking, noon) -> Booking:
    """The booking at the very instant at which its hold ends; nothing has recorded it."""
    noon.move_to(NOON + timedelta(minutes=30), tick=False)
    return booking


def test_R4_4_a_lapsed_hold_is_expired_for_readers(cast, lapsed):
    row = Booking.objects.with_lifecycle(clock.now()).get()
    assert (row.state, row.booking_status, row.status) == (S.ON_HOLD, S.EXPIRED, "cancelled")
    assert status_of(cast.meera_unit) == UnitStatus.AVAILABLE


@pytest.mark.parametrize(
    "use",
    [
        lambda cast, pk: services.cancel_booking(actor=cast.asha, booking_id=pk),
        lambda cast, pk: services.move_booking(actor=cast.meera, booking_id=pk, action=A.PAY_TOKEN),
        lambda cast, pk: services.set_status(actor=cast.meera, booking_id=pk, word="cancelled"),
        lambda cast, pk: services.update_booking(
            actor=cast.asha, booking_id=pk, changes={"special_requests": "x"}
        ),
        lambda cast, pk: services.generate_agreement(actor=cast.meera, booking_id=pk),
        lambda cast, pk: services.request_change(
            actor=cast.asha,
            booking_id=pk,
            request_type="other",
            request_title="x",
            request_description="x",
        ),
    ],
    ids=["cancel", "pay", "status", "edit", "agreement", "change request"],
)
def test_R4_4_nothing_can_be_done_with_a_lapsed_hold(cast, lapsed, use):
    PaymentFactory(booking=lapsed, amount=lapsed.token_amount)
    entries = AuditEntry.objects.count()
    with pytest.raises(InvalidTransition) as refusal:
        use(cast, lapsed.pk)
    assert refusal.value.extra == {"state": S.EXPIRED, "allowed": []}
    lapsed.refresh_from_db()
    assert (lapsed.state, lapsed.version, AuditEntry.objects.count()) == (S.ON_HOLD, 1, entries)


def test_R4_4_somebody_else_takes_the_unit_and_the_old_booking_stays_dead(cast, lapsed, noon):
    ravis = services.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    noon.move_to(NOON + timedelta(minutes=31), tick=False)
    states = Booking.objects.with_status(clock.now()).values_list("pk", "booking_status")
    assert dict(states) == {lapsed.pk: S.EXPIRED, ravis.pk: S.ON_HOLD}
    with pytest.raises(InvalidTransition):
        services.cancel_booking(actor=cast.asha, booking_id=lapsed.pk)
    assert status_of(cast.meera_unit) == UnitStatus.RESERVED


def test_R5_9_lapses_are_recorded_once(cast, lapsed, heard):
    other = services.hold_unit(actor=cast.ravi, unit_id=UnitFactory(project=cast.meera_project).pk)
    assert services.record_lapses() == {"holds": 1, "bookings": 1, "quotes": 0}
    lapsed.refresh_from_db()
    lapsed.claim.refresh_from_db()
    assert (lapsed.state, lapsed.claim.release_reason, lapsed.claim.released_at) == (
        S.EXPIRED,
        ReleaseReason.EXPIRED,
        NOON + timedelta(minutes=30),
    )
    assert heard == [BookingMoved(booking_id=lapsed.pk, old=S.ON_HOLD, new=S.EXPIRED)]
    assert services.record_lapses() == {"bookings": 0, "holds": 0, "quotes": 0}
    assert not services.expire_booking(booking_id=lapsed.pk)
    other.refresh_from_db()
    assert other.released_at is None


def test_R5_9_a_live_hold_does_not_expire(cast, booking):
    assert not services.expire_booking(booking_id=booking.pk)
    booking.refresh_from_db()
    assert booking.state == S.ON_HOLD


def test_R5_9_a_lapse_whose_unit_was_taken_since_is_recorded(cast, lapsed):
    ravis = services.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    assert services.record_lapses()["bookings"] == 1
    lapsed.refresh_from_db()
    assert lapsed.state == S.EXPIRED
    assert Claim.objects.live(clock.now()).get() == ravis.claim


def test_a_hold_without_a_booking_is_recorded_too(cast, hold, noon):
    noon.move_to(NOON + timedelta(hours=1), tick=False)
    assert services.record_lapses() == {"bookings": 0, "holds": 1, "quotes": 0}


def test_an_unpublished_project_cannot_be_booked_even_by_its_builder(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    unit = UnitFactory(project=ProjectFactory(builder=cast.meera.builder, published_at=None))
    with pytest.raises(UnitNotAvailable):
        services.book_unit(actor=cast.meera, unit_id=unit.pk, customer_id=cast.asha.pk)
