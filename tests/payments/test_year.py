"""A year in the life of a booking, day by day with a frozen clock, reconciled to zero (R2, R7 to R10, R22)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings.models import Booking
from bookings.services import (
    answer_change,
    approve_quote,
    book_unit,
    generate_agreement,
    move_booking,
    quote_change,
    request_change,
    sign_agreement,
)
from payments import services
from payments.enums import DemandKind
from payments.jobs import (
    post_monthly_interest_now,
    raise_dated_demands_now,
    raise_milestone_demands_now,
)
from payments.models import Demand, DemandLine, LedgerEntry, Payment, Terms
from progress.services import certify_milestone, record_certificate
from projects.services import add_tax_rate
from realestate.core import clock
from realestate.integrity import run_checks
from tests.factories.progress import MilestoneFactory
from tests.payments.account import BY_STAGES, D, pay, reconciled

pytestmark = pytest.mark.django_db
START = date(2026, 1, 5)
DAYS = 400


class Year:
    """What happens on which day, and what must be true in the evening of each."""

    def __init__(self, cast) -> None:
        self.cast = cast
        self.booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
        Terms.objects.filter(booking=self.booking).update(bounce_charge=500)
        self.stages = [
            MilestoneFactory(
                project=cast.meera_project,
                sequence=n,
                code=code,
                reported=True,
                photos=["https://cdn.example.com/a.jpg"],
            )
            for n, code in enumerate(("plinth", "slab"), start=1)
        ]
        services.add_plan(
            actor=cast.meera,
            project_id=cast.meera_project.pk,
            payment_plan="installments",
            name="By stages",
            lines=BY_STAGES,
        )
        self.cheque: Payment | None = None
        self.plan: dict[int, Callable[[], object]] = {
            0: lambda: self.pay("75000"),
            3: lambda: self.move("confirm"),
            15: lambda: self.pay("300000"),  # the booking amount, without its tax
            30: self.sign,
            70: self.pay_all,  # the agreement's demand, late
            90: lambda: self.certify(0),
            100: self.pay_by_cheque,
            108: self.bounce,
            140: self.pay_all,  # late again
            150: self.change,
            170: self.pay_all,
            200: lambda: self.certify(1),
            260: lambda: self.pay("2000000", days_before=50),  # found after seven weeks
            300: self.pay_all,
            330: lambda: self.move("offer_possession"),
            345: self.pay_all,
        }

    def pay(self, amount: str, days_before: int = 0) -> Payment:
        day = clock.today() - timedelta(days=days_before)
        return pay(self.cast, self.booking, amount, day)

    def pay_all(self) -> None:
        until = clock.today() - timedelta(days=1)
        services.charge_interest(actor=self.cast.meera, booking_id=self.booking.pk, until=until)
        if (owed := services.standing(self.booking).balance) > 0:
            self.pay(str(owed))

    def pay_by_cheque(self) -> None:
        self.cheque = self.pay(str(services.standing(self.booking).balance))

    def bounce(self) -> None:
        services.reverse_payment(
            actor=self.cast.meera, payment_id=self.cheque.pk, reason="Returned unpaid"
        )

    def move(self, action: str) -> None:
        if action == "offer_possession":
            record_certificate(
                actor=self.cast.meera,
                project_id=self.cast.meera_project.pk,
                kind="occupancy",
                number="OC/1",
                issued_on=clock.today(),
            )
        move_booking(actor=self.cast.meera, booking_id=self.booking.pk, action=action)

    def sign(self) -> None:
        agreement = generate_agreement(actor=self.cast.meera, booking_id=self.booking.pk)
        for applicant in (None, self.booking.applicants.get().pk):
            sign_agreement(actor=self.cast.meera, agreement_id=agreement.pk, applicant_id=applicant)
        self.move("sign")

    def certify(self, place: int) -> None:
        stage = self.stages[place]
        certify_milestone(actor=self.cast.meera, milestone_id=stage.pk, certified_on=clock.today())
        raise_milestone_demands_now(milestone_id=stage.pk)

    def change(self) -> None:
        row = request_change(
            actor=self.cast.asha,
            booking_id=self.booking.pk,
            request_type="electrical",
            request_title="Sockets",
            request_description="Two more",
        )
        answer_change(
            actor=self.cast.meera, change_request_id=row.pk, changes={}, wanted="under_review"
        )
        quote_change(
            actor=self.cast.meera,
            change_request_id=row.pk,
            net_amount=D("38164.25"),
            tax_amount=D("6869.56"),
            timeline_days=5,
            description="Work",
        )
        approve_quote(actor=self.cast.asha, change_request_id=row.pk, version=1)

    def work(self) -> None:
        """What the worker does every night."""
        raise_dated_demands_now()
        post_monthly_interest_now()

    def check(self) -> None:
        """R10.4, R22.5: every evening."""
        booking = Booking.objects.select_related("project").get(pk=self.booking.pk)
        reconciled(booking)
        room = services.room_under_cap(booking)
        assert room is None or room >= 0


def test_a_year_in_the_life_of_a_booking_ends_at_zero(cast, noon):
    for component in ("CGST", "SGST"):
        add_tax_rate(
            actor=cast.sana,
            tax_class="residential",
            component=component,
            percent=D("2.5"),
            valid_from=START,
        )
    services.add_rate(actor=cast.sana, percent=D("10.90"), valid_from=START)
    year = Year(cast)
    for number in range(DAYS):
        noon.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(days=number), tick=False)
        year.work()
        year.plan.get(number, lambda: None)()
        if number in year.plan or number % 10 == 0:
            year.check()
    booking = Booking.objects.select_related("project").get(pk=year.booking.pk)
    assert booking.state == "possession_offered"
    assert reconciled(booking) == 0
    assert services.standing(booking).advances == 0
    _every_rupee(booking)
    assert [
        (f.check.name, f.rows) for f in run_checks() if f.rows and "audit" not in f.check.name
    ] == []


def _every_rupee(booking: Booking) -> None:
    """What was received is the price, its taxes, the change, the bounce and the interest that was due."""
    received = sum(row.amount for row in Payment.objects.filter(booking=booking, state="cleared"))
    lines = DemandLine.objects.filter(demand__booking=booking)
    base = lines.filter(demand__kind=DemandKind.SCHEDULE)
    assert sum(line.principal for line in base) == booking.agreement_value
    for line in base:
        half = (line.principal * D("2.5") / 100).quantize(D("0.01"), "ROUND_HALF_UP")
        assert line.tax == 2 * half
    assert sum(line.principal + line.tax for line in lines.filter(demand__kind="change")) == D(
        "45033.81"
    )
    assert sum(line.principal for line in lines.filter(demand__kind="charge")) == 500
    credited = sum(
        row.credit for row in LedgerEntry.objects.filter(booking=booking, kind="credit_note")
    )
    notes = sum(line.principal for line in lines.filter(demand__kind="interest"))
    assert notes > credited > 0  # the transfer that was found late took interest back
    asked: Decimal = sum(line.principal + line.tax for line in lines)
    assert received == asked - credited
    assert Demand.objects.filter(booking=booking).count() >= 8
