"""One purchase of the demo from hold to agreement and three certified stages, paid early, late, twice and not at all.

Its statement is what ``GET /api/bookings/{id}/statement`` shows Ananya: each line can be recomputed by hand.
"""

from datetime import timedelta
from decimal import Decimal

from accounts.models import User
from bookings.enums import BookingAction, ChangeState, ChangeType, PaymentPlan
from bookings.models import Booking
from bookings.services import (
    answer_change,
    approve_quote,
    book_unit,
    move_booking,
    quote_change,
    request_change,
)
from payments.enums import PaymentMethod, PaymentType
from payments.models import Payment
from payments.services import (
    charge_interest,
    post_monthly_interest,
    raise_dated_demands,
    raise_milestone_demands,
    record_payment,
    reverse_payment,
    standing,
)
from progress.enums import MilestoneState
from progress.models import Milestone
from realestate.core import clock
from realestate.core.edits import create_row
from realestate.core.enums import SettingScope
from realestate.core.models import SystemSetting
from realestate.management.demo.sales import sign
from realestate.management.demo.story import Story
from realestate.management.demo.terms import certify

BUYER, SITE, UNIT = "customer@test.com", "meadows", "B-502"
BOUNCE_CHARGE = 500


class Purchase:
    """The booking with the people around it, and what happens to it, each on its day."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.owner: User = story.owner(SITE)
        self.buyer: User = story.people[BUYER]
        self.paid = 0
        with clock.pretend(story.ago(200)):
            unit = story.units[SITE, UNIT]
            plan = PaymentPlan.CONSTRUCTION_LINKED
            self.booking: Booking = book_unit(actor=self.buyer, unit_id=unit.pk, payment_plan=plan)

    def pay(
        self,
        amount: Decimal,
        *,
        days_ago: int,
        entered: int | None = None,
        method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    ) -> Payment:
        """Money of a day, entered that day or later."""
        self.paid += 1
        day = clock.local(self.story.ago(days_ago), self.booking.project.time_zone).date()
        with clock.pretend(self.story.ago(days_ago if entered is None else entered)):
            return record_payment(
                actor=self.owner,
                booking_id=self.booking.pk,
                payment_type=PaymentType.TOKEN if self.paid == 1 else PaymentType.INSTALLMENT,
                amount=amount,
                payment_method=method,
                transaction_id=f"DEMO{self.booking.pk:05d}{self.paid:02d}",
                paid_date=day,
            )

    def owed(self) -> Decimal:
        """What is open at present, less advances."""
        return standing(self.booking).balance

    def move(self, action: BookingAction, *, days_ago: int) -> None:
        """A step of the booking by the builder."""
        with clock.pretend(self.story.ago(days_ago)):
            if action == BookingAction.SIGN:
                sign(self.owner, self.booking)
            move_booking(actor=self.owner, booking_id=self.booking.pk, action=action)

    def certify(self, code: str, *, days_ago: int) -> None:
        """A stage of the tower, and what it makes due."""
        unit = self.story.units[SITE, UNIT]
        row = Milestone.objects.select_related("project__builder__user").get(
            project=unit.project_id, tower=unit.tower_id, code=code
        )
        certify(self.story, row, days_ago=days_ago)
        with clock.pretend(self.story.ago(days_ago)):
            raise_milestone_demands(milestone_id=row.pk)

    def charge_interest(self, *, days_ago: int) -> None:
        """Late interest up to the day before."""
        at = self.story.ago(days_ago)
        with clock.pretend(at):
            until = clock.today(self.booking.project.time_zone) - timedelta(days=1)
            charge_interest(actor=self.owner, booking_id=self.booking.pk, until=until)

    def change(self, *, days_ago: int) -> None:
        """A wish, quoted and accepted: charged at once."""
        with clock.pretend(self.story.ago(days_ago)):
            row = request_change(
                actor=self.buyer,
                booking_id=self.booking.pk,
                request_type=ChangeType.ELECTRICAL,
                request_title="Sockets and data points in the study corner",
                request_description="Twelve sockets and the cabling for two screens.",
            )
            answer_change(
                actor=self.owner,
                change_request_id=row.pk,
                changes={},
                wanted=ChangeState.UNDER_REVIEW,
            )
            quote_change(
                actor=self.owner,
                change_request_id=row.pk,
                net_amount=Decimal("38164.25"),
                tax_amount=Decimal("6869.56"),
                timeline_days=5,
                description="12 × 4,350.00; less 1 × 18,500.00; 3.5 × 1,275.50; GST 9 % and 9 %",
            )
            approve_quote(actor=self.buyer, change_request_id=row.pk, version=1)


def add_account(story: Story) -> None:
    """From hold to agreement and three stages: late payments, a bounced cheque, a receipt entered late, a change."""
    setting = SystemSetting(
        key="payments.bounce_charge",
        scope=SettingScope.PROJECT,
        scope_id=story.projects[SITE].pk,
        value=str(BOUNCE_CHARGE),
    )
    create_row(actor=story.owner(SITE), row=setting, value=BOUNCE_CHARGE)
    deal = Purchase(story)
    deal.pay(deal.booking.token_amount or Decimal(0), days_ago=200)
    deal.move(BookingAction.CONFIRM, days_ago=196)
    deal.pay(deal.owed(), days_ago=188)  # in time
    deal.move(BookingAction.SIGN, days_ago=185)
    deal.pay(deal.owed(), days_ago=158)  # late: it was due 170 days ago
    deal.charge_interest(days_ago=155)
    deal.certify("plinth", days_ago=140)
    cheque = deal.pay(deal.owed(), days_ago=126, method=PaymentMethod.CHEQUE)
    with clock.pretend(story.ago(118)):
        reverse_payment(
            actor=deal.owner, payment_id=cheque.pk, reason="Returned unpaid by the bank"
        )
    deal.pay(deal.owed(), days_ago=100)  # late again
    deal.charge_interest(days_ago=95)
    deal.certify("slab-3", days_ago=90)
    slab = deal.owed()
    deal.change(days_ago=70)
    deal.charge_interest(days_ago=60)
    deal.pay(slab, days_ago=78, entered=40)  # the transfer came in time and was found weeks later
    deal.certify("slab-6", days_ago=50)
    deal.pay(Decimal(250_000), days_ago=30)  # a part only; the rest is overdue


def bring_accounts_up_to_date() -> None:
    """What the worker would have done meanwhile: demands of stages and dates, interest up to the end of last month."""
    for row in Milestone.objects.filter(state=MilestoneState.CERTIFIED).order_by("pk"):
        raise_milestone_demands(milestone_id=row.pk)
    raise_dated_demands()
    post_monthly_interest(clock.today())
