"""Refusals and turnings of the rules of money that no story of a sale passes by (I14)."""

from datetime import date, timedelta

import pytest

from bookings import services as bookings
from bookings.models import Booking
from payments import services
from payments.enums import CreditKind
from payments.models import CreditNote, DemandLine, LedgerEntry, Reminder, ScheduleLine, Terms
from payments.services.booked import lock_many
from payments.services.charges import charge_change
from payments.services.credits import Credited, credit
from projects.services import add_price_list
from realestate.core import clock
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from tests.factories.bookings import ChangeQuoteFactory, ChangeRequestFactory
from tests.payments.account import TOKEN, D, demand, interest, line, pay, reconciled, signed
from tests.payments.schedules import certify, confirm

pytestmark = pytest.mark.django_db
ISSUED, DUE = date(2025, 12, 1), date(2026, 1, 12)


@service
def credited(booking: Booking, part: DemandLine, principal: str) -> None:
    """A note over a part of a line."""
    taken = Credited(line=part, principal=D(principal), tax=D(0))
    credit(
        actor=None,
        booking=booking,
        kind=CreditKind.CORRECTION,
        reason="Wrong tower",
        lines=[taken],
        issued_on=ISSUED,
    )


def test_R7_5_no_more_is_credited_than_a_line_asked_for(cast):
    booking = signed(cast)
    part = demand(booking, "1000", issued=ISSUED, due=DUE).lines.get()
    credited(booking, part, "600")
    with pytest.raises(services.NothingToCredit):
        credited(booking, part, "400.01")
    credited(booking, part, "400")
    assert CreditNote.objects.count() == 2


@pytest.mark.unaudited("it charges nothing, so nothing is changed")
def test_R13_3_a_change_that_costs_nothing_is_not_demanded(cast):
    booking = signed(cast)
    change = ChangeRequestFactory(booking=booking)
    quote = ChangeQuoteFactory(change_request=change, net_amount=D(0), tax_amount=D(0))

    @service
    def charge() -> None:
        charge_change(booking=booking, change=change, quote=quote)

    charge()
    assert LedgerEntry.objects.count() == 0


def test_R13_4_the_tax_that_was_accepted_with_a_change_is_the_one_that_is_told(
    as_, cast, paid, plan
):
    confirm(cast, paid)
    change = ChangeRequestFactory(booking=paid)
    quote = ChangeQuoteFactory(
        change_request=change, net_amount=D("38164.25"), tax_amount=D("6869.56")
    )

    @service
    def charge() -> None:
        charge_change(booking=paid, change=change, quote=quote)

    charge()
    body = as_(cast.asha).get(f"/api/bookings/{paid.pk}/payments?explain=1").json()
    (tax,) = [
        working
        for row in body["payment_schedule"]
        for working in row["workings"]
        if working["formula"] == "as accepted with the offer"
    ]
    assert tax["amount"] == "6869.56"


def test_R1_a_charge_on_its_own_tells_its_share_of_the_discount(as_, cast):
    view = {"code": "VIEW", "label": "View", "kind": "preferential", "basis": "percent_of"}
    add_price_list(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        lines=[
            {"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price", "value": D(0)},
            {**view, "value": D(2), "percent_of": ["BASE"], "in_plan": False},
        ],
    )
    quote = bookings.make_quote(
        actor=cast.sana,
        unit_id=cast.meera_unit.pk,
        customer_id=cast.asha.customer.pk,
        discount_percent=D(1),
        discount_reason="Festival",
    )
    booking = bookings.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk, quote_id=quote.pk)
    pay(cast, booking, str(booking.token_amount), date(2026, 1, 5), payment_type="token")
    confirm(cast, booking)
    (revision,) = as_(cast.asha).get(f"/api/bookings/{booking.pk}/schedule?explain=1").json()
    working = revision["lines"][-1]["working"]
    assert working["formula"].endswith(" - discount")
    assert D(working["inputs"]["discount"]) > 0


def test_R9_interest_that_was_taken_back_once_is_not_taken_back_again(cast):
    booking = signed(cast)
    demand(booking, "100000", issued=ISSUED, due=date(2025, 12, 10))
    early, asked = date(2025, 12, 5), date(2026, 1, 4)
    first = pay(cast, booking, "40000", early)
    (note,) = interest(cast, booking, asked)
    services.reverse_payment(
        actor=cast.meera, payment_id=first.pk, reason="Bounced", with_charge=False
    )
    for amount in ("40000", "30000"):  # the second note goes first, then a part of the first
        pay(cast, booking, amount, early)
    rows = CreditNote.objects.filter(kind=CreditKind.INTEREST).order_by("pk")
    back = [sum(part.principal for part in row.lines.all()) for row in rows]
    assert len(back) == 2
    assert back[1] < note
    assert reconciled(booking) > 0


def test_R7_7_a_day_that_is_not_asked_for_ahead_is_due_after_the_days_of_credit(as_, cast, paid):
    services.add_plan(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        payment_plan="installments",
        name="A day",
        kind="time_linked",
        lines=[TOKEN, line("Day", 100, "fixed_date", fixed_on=date(2026, 6, 1), less_fixed=True)],
    )
    confirm(cast, paid)
    Terms.objects.update(lead_days=0)
    days = Terms.objects.get(booking=paid).credit_days
    rows = as_(cast.asha).get(f"/api/bookings/{paid.pk}/payments").json()["payment_schedule"]
    assert rows[-1]["due_date"] == (date(2026, 6, 1) + timedelta(days=days)).isoformat()


def test_D3_nobody_asks_for_letters_of_others_demands(cast):
    row = demand(signed(cast), "1000", issued=ISSUED, due=DUE)
    with pytest.raises(services.NoLetters):
        services.request_letters_of(actor=cast.kiran, demand_ids=[row.pk])


def test_R20_somebody_is_reminded_by_hand_before_the_hour(cast, noon):
    row = demand(signed(cast), "1000", issued=ISSUED, due=DUE)
    noon.move_to(clock.now().replace(day=12, hour=6), tick=False)
    made = services.remind_of_demand(actor=cast.meera, demand_id=row.pk)
    assert {each.demand_id for each in made} == {row.pk}
    assert Reminder.objects.filter(demand=row).exists()
    assert AuditEntry.objects.filter(actor=cast.meera, action="reminded").count() == 1


def test_an_inquiry_among_many_has_no_claim_to_lock(cast, booking):
    asked = bookings.open_inquiry(actor=cast.ravi, project_id=cast.meera_project.pk)

    @service
    def locked() -> list[Booking]:
        return lock_many([asked.pk, booking.pk])

    rows = {row.pk: row for row in locked()}
    assert rows[asked.pk].claim is None
    assert rows[booking.pk].claim.unit_id == booking.unit_id


def test_R7_9_a_stage_goes_back_for_bookings_that_ask_for_no_more_too(cast, paid, plan, stages):
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    certify(cast, stages[0])
    Booking.objects.filter(pk=paid.pk).update(state="token_paid")
    (note,) = services.uncertify_stage(
        actor=cast.meera, milestone_id=stages[0].pk, reason="Certified for the wrong tower"
    )
    assert note.lines.count() == 1
    live = ScheduleLine.objects.filter(booking=paid, retired_in=None)
    assert live.filter(label="Plinth").count() == 1
