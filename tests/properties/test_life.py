"""R22.7 through the API: whatever people ask for, a booking stays in the table of R5, and each step has a name."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from bookings.rules import LIFECYCLE_WORDS, NEW, STATE_WORDS, TRANSITIONS
from payments.models import Payment, Refund, Settlement
from projects.models import Claim, Unit
from realestate.core import clock
from realestate.core.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.factories.accounts import BuilderFactory, CustomerFactory, StaffFactory
from tests.factories.projects import ProjectFactory, UnitFactory

pytestmark = pytest.mark.django_db
S = BookingState
NOON = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)  # in India
WHO = ("asha", "ravi", "meera", "kiran", "sana")
MOVES = {(old, new) for old, steps in TRANSITIONS.items() for new in steps.values()}
MOVES |= {(NEW, S.INQUIRY.value), (NEW, S.ON_HOLD.value)}
# What time and money do by themselves; a hold that lapsed unseen may be taken again from the state it was left in.
BY_ITSELF = {
    (S.ON_HOLD.value, S.EXPIRED.value),
    (S.EXPIRED.value, S.ON_HOLD.value),
    (S.ON_HOLD.value, S.ON_HOLD.value),
}
SALE = (
    S.INQUIRY,
    S.SITE_VISIT_SCHEDULED,
    S.ON_HOLD,
    S.TOKEN_PAID,
    S.BOOKING_CONFIRMED,
    S.AGREEMENT_SIGNED,
    S.POSSESSION_OFFERED,
    S.HANDED_OVER,
)
# The two sides of a sale more often than who has nothing to do with it.
people = st.sampled_from(("meera", "asha", "meera", "asha", *WHO))
first_or_later = st.integers(0, 7)
WORDS = sorted({*S.values, *STATE_WORDS.aliases, *LIFECYCLE_WORDS.choices.values, "sold", ""})


class Office:
    """Five people before the API, and what the audit trail has said of each booking so far."""

    moved: ClassVar[Counter[tuple[str, str]]] = Counter()  # by all offices
    heard: ClassVar[Counter[str]] = Counter()  # codes of refusals, by all offices

    def __init__(self, cast: Cast) -> None:
        self.cast, self.project = cast, cast.meera_project
        self.units: list[Unit] = [cast.meera_unit, UnitFactory(project=self.project)]
        self.states: dict[int, str] = {}
        self.walked: set[str] = set()
        self.seen, self.number = self._last(), 0
        self.api = {name: APIClient(raise_request_exception=False) for name in WHO}
        for name, api in self.api.items():
            api.force_authenticate(getattr(cast, name))

    def ask(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """An answer that is no failure of the server, after a look at what the audit trail says of it."""
        reply = getattr(self.api[who], method)(f"/api/{path}", body or {})
        assert reply.status_code < 500, (who, method, path, body, reply.content)
        if reply.status_code >= 400:
            self.heard[reply.json()["code"]] += 1
        self.follow(getattr(self.cast, who).pk)
        return reply

    def follow(self, caller: int | None) -> None:
        """R5: each change of state is in the table, and in the audit trail with who asked for it."""
        states = dict(Booking.objects.filter(project=self.project).values_list("pk", "state"))
        entries = AuditEntry.objects.filter(
            object_type="bookings.booking", object_id__in=states, pk__gt=self.seen
        )
        for entry in entries.order_by("pk"):
            self.seen = entry.pk
            if "state" not in entry.after:
                continue
            old, new = entry.before["state"], entry.after["state"]
            assert old == self.states.get(entry.object_id, NEW)
            if (old, new) in BY_ITSELF:
                assert entry.actor_id is None
            else:
                assert (old, new) in MOVES
                assert entry.actor_id == caller, (old, new)
            self.moved[old, new] += 1
            self.states[entry.object_id] = new
            self.walked.add(new)
        assert states == self.states

    def booking(self, which: int) -> Booking | None:
        rows = Booking.objects.filter(project=self.project).order_by("-pk")
        return rows[which % len(rows)] if rows else None

    def customer(self, who: str) -> dict[str, int]:
        """Whom a builder names; customers come themselves."""
        is_buyer = who in {"asha", "ravi"}
        return {} if is_buyer else {"customer_id": self.cast.asha.pk}

    def inquire(self, who: str) -> Any:
        return self.ask(who, "post", f"projects/{self.project.pk}/inquiries", self.customer(who))

    def visit(self, who: str, days: int = 2) -> Any:
        day = clock.local(clock.now()) + timedelta(days=days)
        body = {
            "project_id": self.project.pk,
            "appointment_type": "site_visit",
            "appointment_date": day.replace(hour=11, minute=0).isoformat(),
            **self.customer(who),
        }
        return self.ask(who, "post", "appointments", body)

    def book(self, who: str, where: int = 0) -> Any:
        body = {"unit_id": self.units[where].pk, **self.customer(who)}
        return self.ask(who, "post", "bookings", body)

    def pay(
        self, who: str, booking: Booking, amount: Any = None, *, is_cleared: bool = True
    ) -> Any:
        self.number += 1
        body = {
            "booking_id": booking.pk,
            "payment_type": "token" if booking.state == S.ON_HOLD else "installment",
            "amount": str(amount or booking.token_amount or 1),
            "payment_method": "bank_transfer",
            "transaction_id": f"UTR-{self.number}",
            "is_cleared": is_cleared,
        }
        return self.ask(who, "post", "payments", body)

    def move(self, who: str, booking: Booking, word: str) -> Any:
        return self.ask(who, "patch", f"bookings/{booking.pk}/status", {"status": word})

    def sign(self, booking: Booking, who: str = "asha", by: str = "meera") -> None:
        """An agreement, and each party's hand under it."""
        self.ask(by, "post", f"bookings/{booking.pk}/generate-agreement")
        listed = self.ask(by, "get", f"bookings/{booking.pk}/agreements").json()
        parties = self.ask(who, "get", f"bookings/{booking.pk}/applicants").json()
        for agreement in listed[:1] if isinstance(listed, list) else []:
            path = f"agreements/{agreement['id']}/signatures"
            for party in parties if isinstance(parties, list) else []:
                self.ask(who, "post", path, {"applicant_id": party["id"]})
            self.ask(by, "post", path)

    def settle(self, booking: Booking, asks: str = "meera", decides: str = "sana") -> None:
        """R11: a settlement, somebody else's word, and the refund."""
        body = {"booking_id": booking.pk, "initiator": "buyer", "reason": "Moves abroad."}
        reply = self.ask(asks, "post", "settlements", body)
        if reply.status_code == 201:
            self.ask(decides, "post", f"settlements/{reply.json()['id']}/approve")
        for refund in Refund.objects.filter(booking=booking, state="due"):
            self.ask(decides, "post", f"refunds/{refund.pk}/pay", {"reference": "UTR-R"})

    def step(self, booking: Booking) -> None:
        """What comes next in a sale, asked for by whom it is for."""
        customer = "asha" if booking.customer_id == self.cast.asha.pk else "ravi"
        state = booking.state
        if state == S.INQUIRY:
            self.visit(customer)
        elif state == S.SITE_VISIT_SCHEDULED:
            self.book(customer)
        elif state == S.ON_HOLD:
            self.pay("meera", booking)
        elif state == S.TOKEN_PAID:
            self.move("meera", booking, "confirmed")
        elif state == S.BOOKING_CONFIRMED:
            self.sign(booking, customer)
            self.move("meera", booking, "signed")
        elif state == S.AGREEMENT_SIGNED:
            self.move("meera", booking, "possession_offered")
        elif state == S.POSSESSION_OFFERED:
            self.move("meera", booking, "handed_over")

    def sell(self, upto: BookingState) -> Booking:
        """Asha's way from an inquiry to a state of the sale."""
        self.inquire("asha")
        for _step in range(SALE.index(upto)):
            booking = self.booking(0)
            assert booking is not None
            self.step(booking)
        booking = self.booking(0)
        assert booking is not None
        assert booking.state == upto
        return booking

    @staticmethod
    def _last() -> int:
        return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


class Life(RuleBasedStateMachine):
    """Each rule is something that anybody may ask for, of any booking, sensible or not."""

    time: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.time.move_to(NOON, tick=False)
        self.office = Office(_cast())

    def on_booking(self, which: int, act: Any) -> None:
        booking = self.office.booking(which)
        if booking is not None:
            act(booking)

    @initialize(upto=st.sampled_from(SALE))
    def a_sale_has_come_so_far(self, upto):
        self.office.sell(upto)

    @rule(who=people)
    def inquire(self, who):
        self.office.inquire(who)

    @rule(who=people, days=st.integers(0, 9))
    def visit(self, who, days):
        self.office.visit(who, days)

    @rule(who=people, where=st.integers(0, 1))
    def hold(self, who, where):
        unit = self.office.units[where]
        self.office.ask(who, "post", f"units/{unit.pk}/hold", self.office.customer(who))

    @rule(who=people, where=st.integers(0, 1))
    def release(self, who, where):
        claim = Claim.objects.filter(unit=self.office.units[where]).order_by("-pk").first()
        if claim is not None:
            self.office.ask(who, "delete", f"holds/{claim.pk}")

    @rule(who=people, where=st.integers(0, 1))
    def book(self, who, where):
        self.office.book(who, where)

    @rule(which=first_or_later)
    def go_on(self, which):
        self.on_booking(which, self.office.step)

    @rule(who=people, which=first_or_later, amount=st.sampled_from([None, 1, 100_000, -5, 10**9]))
    def pay(self, who, which, amount):
        self.on_booking(which, lambda row: self.office.pay(who, row, amount))

    @rule(who=people, which=first_or_later)
    def promise_a_cheque(self, who, which):
        self.on_booking(which, lambda row: self.office.pay(who, row, is_cleared=False))

    @rule(who=people, which=first_or_later, act=st.sampled_from(["clear", "reject", "reverse"]))
    def decide_on_money(self, who, which, act):
        rows = Payment.objects.filter(project=self.office.project).order_by("-pk")
        if rows:
            body = {"reason": "Seen at the bank."}
            self.office.ask(who, "post", f"payments/{rows[which % len(rows)].pk}/{act}", body)

    @rule(who=people, which=first_or_later, word=st.sampled_from(WORDS))
    def name_a_status(self, who, which, word):
        self.on_booking(which, lambda row: self.office.move(who, row, word))

    @rule(who=people, which=first_or_later)
    def cancel(self, who, which):
        path = "bookings/{}/cancel"
        self.on_booking(which, lambda row: self.office.ask(who, "post", path.format(row.pk)))

    @rule(who=people, by=people, which=first_or_later)
    def sign(self, who, by, which):
        self.on_booking(which, lambda row: self.office.sign(row, who, by))

    @rule(asks=people, decides=people, which=first_or_later)
    def settle(self, asks, decides, which):
        self.on_booking(which, lambda row: self.office.settle(row, asks, decides))

    @rule(minutes=st.sampled_from([5, 31, 24 * 60, 40 * 24 * 60]))
    def wait(self, minutes):
        self.time.move_to(clock.now() + timedelta(minutes=minutes), tick=False)

    @rule()
    def record_lapses(self):
        services.record_lapses()
        self.office.follow(None)

    @invariant()
    def R22_3_no_two_live_claims_on_a_unit(self):
        for unit in self.office.units:
            claims = Claim.objects.filter(unit=unit)
            assert claims.live(clock.now()).count() <= 1
            assert claims.filter(released_at=None).count() <= 1

    @invariant()
    def R5_who_has_a_home_has_its_claim(self):
        for booking in Booking.objects.filter(project=self.office.project).select_related("claim"):
            if services.state_at(booking, clock.now()) in SALE[2:]:
                assert booking.claim.released_at is None
            elif booking.claim is not None:
                assert not booking.claim.is_live(clock.now())


def _cast() -> Cast:
    """Everybody anew, with addresses of their own: examples share a database."""
    meera, kiran = BuilderFactory(), BuilderFactory()
    asha, ravi = CustomerFactory(), CustomerFactory()
    mine, theirs = (ProjectFactory(builder=builder) for builder in (meera, kiran))
    return Cast(
        asha=asha.user,
        ravi=ravi.user,
        meera=meera.user,
        kiran=kiran.user,
        sana=StaffFactory(),
        meera_project=mine,
        meera_unit=UnitFactory(project=mine),
        kiran_project=theirs,
        kiran_unit=UnitFactory(project=theirs),
    )


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def office(noon) -> Office:
    return Office(make_cast())


def test_R22_7_no_sequence_of_calls_leaves_the_table(time_machine):
    Life.time = time_machine
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=16,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_R5_a_sale_goes_through_all_its_states(office):
    office.sell(S.HANDED_OVER)
    assert office.walked == {state.value for state in SALE}


@pytest.mark.parametrize("state", [S.ON_HOLD, *SALE[3:7]])
def test_R5_10_each_state_of_a_claimed_home_can_end(office, state):
    booking = office.sell(state)
    if state == S.ON_HOLD:
        assert office.ask("asha", "post", f"bookings/{booking.pk}/cancel").status_code == 200
    else:
        refused = office.ask("asha", "post", f"bookings/{booking.pk}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (422, "settlement_required")
        office.settle(booking)
        assert Settlement.objects.get().state == "approved"
    assert office.states == {booking.pk: "cancelled"}
    assert office.book("ravi").status_code == 201


def test_R5_9_a_lapsed_hold_expires_and_late_money_brings_it_back(office, noon):
    booking = office.sell(S.ON_HOLD)
    cheque = office.pay("meera", booking, is_cleared=False).json()["id"]
    noon.move_to(NOON + timedelta(days=1), tick=False)
    services.record_lapses()
    office.follow(None)
    assert office.states == {booking.pk: "expired"}
    assert office.ask("meera", "post", f"payments/{cheque}/clear").status_code == 200
    assert office.states == {booking.pk: "token_paid"}


def test_the_states_that_people_reach_here_are_all_but_those_of_a_later_stage():
    reachable = {new for _old, new in MOVES}
    assert set(BookingState.values) - reachable == {S.TRANSFERRED.value}  # R12 comes later
