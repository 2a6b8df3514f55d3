"""R22.2, R22.4 to R22.7 through the database, for facts that nobody has thought of."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bookings.models import Booking
from bookings.rules import TRANSITIONS
from payments import services
from payments.models import CreditLine, DemandLine, InterestRate, LedgerEntry, Payment, Terms
from realestate.core.errors import DomainError
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.payments.account import D, demand

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 1)
UNHURRIED = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
days = st.integers(0, 200).map(lambda n: FIRST + timedelta(days=n))
amounts = st.integers(1, 400_000_00).map(lambda n: D(n).scaleb(-2))


@pytest.fixture
def year_later(noon):
    noon.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    return StaffFactory()


def account(staff):
    booking = BookingFactory(paid=True, state="agreement_signed")
    services.terms_of(booking)
    return booking


def enter(staff, booking, facts):
    """Facts in their order: ("pay", amount, day), ("demand", amount, day), ("interest", day)."""
    for number, (kind, *values) in enumerate(facts):
        if kind == "pay":
            services.record_payment(
                actor=staff,
                booking_id=booking.pk,
                payment_type="installment",
                payment_method="bank_transfer",
                amount=values[0],
                paid_date=values[1],
                transaction_id=f"{booking.pk}-{number}",
            )
        else:
            services.charge_interest(actor=staff, booking_id=booking.pk, until=values[0])


def outcome(booking):
    """Net interest per demand and day, the closing balance, and what is open of each demanded line."""
    net: dict[tuple[str, date], Decimal] = {}
    for note in DemandLine.objects.filter(of_line__demand__booking=booking):
        key = (note.of_line.label, note.demand.issued_on)
        taken = sum((c.principal for c in CreditLine.objects.filter(demand_line=note)), D(0))
        net[key] = net.get(key, D(0)) + note.principal - taken
    stand = services.standing(booking)
    labels = dict(DemandLine.objects.filter(demand__booking=booking).values_list("pk", "label"))
    open_ = sorted(
        (labels[item.line], item.part.value, item.open)
        for item in stand.items
        if item.kind != "interest" and item.open
    )
    return {k: v for k, v in net.items() if v}, stand.balance, open_, stand.advances


@UNHURRIED
@given(
    st.lists(st.tuples(st.just("pay"), amounts, days), min_size=1, max_size=4),
    st.lists(st.tuples(st.just("interest"), days), max_size=3, unique=True),
    st.randoms(use_true_random=False),
)
def test_R22_2_the_order_of_entry_does_not_matter(year_later, payments, postings, random):
    staff = year_later
    results = []
    for _ in range(2):
        booking = account(staff)
        demand(booking, "100000", "5000", issued=FIRST, due=FIRST + timedelta(days=15), label="A")
        second = FIRST + timedelta(days=60)
        demand(booking, "200000", "10000", issued=second, due=second, label="B")
        facts = [*payments, *postings]
        random.shuffle(facts)
        enter(staff, booking, facts)
        results.append(outcome(booking))
        assert (
            services.standing(booking).open - services.standing(booking).advances == results[-1][1]
        )
    assert results[0] == results[1]


@UNHURRIED
@given(
    st.lists(st.tuples(st.just("pay"), amounts, days), min_size=1, max_size=3),
    st.lists(st.tuples(st.just("interest"), days), max_size=2),
)
def test_R22_4_posting_again_and_R22_6_reversing_everything(year_later, payments, postings):
    staff, booking = year_later, account(year_later)
    demand(booking, "100000", "5000", issued=FIRST, due=FIRST + timedelta(days=15), label="A")
    enter(staff, booking, postings)
    start = outcome(booking)
    enter(staff, booking, payments)
    enter(staff, booking, postings)
    entries = LedgerEntry.objects.filter(booking=booking).count()
    enter(staff, booking, postings)
    assert LedgerEntry.objects.filter(booking=booking).count() == entries
    for payment in Payment.objects.filter(booking=booking):
        services.reverse_payment(actor=staff, payment_id=payment.pk, reason="Undone")
    assert outcome(booking) == start


class Purchase(RuleBasedStateMachine):
    """Anything that a builder's staff may try with the money of a booking that is not signed yet."""

    def __init__(self) -> None:
        super().__init__()
        self.staff = StaffFactory()
        self.booking = BookingFactory(token_amount=D(100_000))
        services.terms_of(self.booking)
        self.number = 0

    def attempt(self, call, **facts):
        """What is refused changes nothing; anything else than a refusal is a bug."""
        before = self.picture()
        try:
            call(actor=self.staff, **facts)
        except DomainError:
            assert self.picture() == before

    def picture(self):
        return (
            list(Payment.objects.filter(booking=self.booking).order_by("pk").values_list("state")),
            LedgerEntry.objects.filter(booking=self.booking).count(),
            Booking.objects.values_list("state", "version").get(pk=self.booking.pk),
        )

    @rule(amount=amounts, cleared=st.booleans(), ago=st.integers(-1, 30))
    def pay(self, amount, cleared, ago):
        self.number += 1
        self.attempt(
            services.record_payment,
            booking_id=self.booking.pk,
            payment_type="token",
            payment_method="cheque",
            amount=amount,
            is_cleared=cleared,
            paid_date=date(2026, 1, 5) - timedelta(days=ago),
            transaction_id=f"S{self.booking.pk}-{self.number}",
        )

    @rule(which=st.integers(0, 5))
    def clear(self, which):
        self.on_some(which, services.clear_payment)

    @rule(which=st.integers(0, 5))
    def reject(self, which):
        self.on_some(which, services.reject_payment, reason="Not found")

    @rule(which=st.integers(0, 5))
    def reverse(self, which):
        self.on_some(which, services.reverse_payment, reason="Returned unpaid")

    def on_some(self, which, call, **facts):
        keys = list(Payment.objects.filter(booking=self.booking).values_list("pk", flat=True))
        if keys:
            self.attempt(call, payment_id=keys[which % len(keys)], **facts)

    @invariant()
    def R22_5_never_more_than_the_cap(self):
        booking = Booking.objects.select_related("project").get(pk=self.booking.pk)
        limit = booking.agreement_value * Terms.objects.get(booking=booking).cap_percent / 100
        counted = Payment.objects.filter(booking=booking).exclude(
            state__in=["rejected", "reversed"]
        )
        assert sum((row.amount for row in counted), D(0)) <= limit

    @invariant()
    def R10_4_the_account_adds_up(self):
        stand = services.standing(Booking.objects.select_related("project").get(pk=self.booking.pk))
        assert stand.balance == stand.open - stand.advances

    @invariant()
    def R22_7_only_states_of_the_table(self):
        state = Booking.objects.values_list("state", flat=True).get(pk=self.booking.pk)
        reachable = {"on_hold", *TRANSITIONS["on_hold"].values()}
        assert state in reachable


def test_R22_5_to_7_whatever_staff_try_before_the_agreement(noon):
    noon.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    run_state_machine_as_test(
        Purchase, settings=settings(UNHURRIED, max_examples=8, stateful_step_count=15)
    )
