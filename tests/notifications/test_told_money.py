"""Who reads what when money is refused, settled, returned, waived or credited: exactly who it concerns, once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from notifications.models import Notification
from notifications.receivers import adjustments
from payments import services
from payments.enums import (
    AdjustmentAction,
    CreditKind,
    Initiator,
    Part,
    PaymentMethod,
    PaymentType,
    SettlementAction,
)
from payments.events import (
    AdjustmentDecided,
    AdjustmentRequested,
    CreditNoteIssued,
    PaymentRejected,
    RefundNeeded,
    RefundPaid,
    SettlementDecided,
    SettlementProposed,
)
from payments.models import CreditNote, DemandLine, Payment, Refund, Settlement
from realestate.core.errors import Conflict
from realestate.core.events import publish
from realestate.core.transactions import service
from tests.factories.accounts import StaffFactory
from tests.factories.payments import CreditNoteFactory, RefundFactory, SettlementFactory
from tests.payments.account import demand, interest, pay, signed
from tests.payments.ending import vector

pytestmark = pytest.mark.django_db
D = Decimal
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
say = service(publish)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def staff(cast):
    """Omar works with Sana; somebody else has left."""
    StaffFactory(is_active=False)
    return StaffFactory(email="omar@example.com")


@pytest.fixture
def account(cast):
    return signed(cast)


def news(kind, *, again=()):
    """(who, title, sentence) of what was told about a kind of thing; ``again``: events that must add nothing."""
    for event in again:
        say(event)
    rows = Notification.objects.filter(related_entity_type=kind).order_by("pk")
    return [(row.user_id, row.title, row.message) for row in rows]


def pages(kind):
    rows = Notification.objects.filter(related_entity_type=kind)
    return dict(rows.values_list("user", "action_url"))


# --- rejected ---------------------------------------------------------------------------------------------------------


def submit(cast, account):
    return services.submit_proof(
        actor=cast.asha,
        booking_id=account.pk,
        amount=D(5000),
        payment_method=PaymentMethod.BANK_TRANSFER,
        transaction_id="UTR-1",
    )


def test_the_buyer_reads_why_its_proof_was_rejected(cast, account):
    proof = submit(cast, account)
    Notification.objects.all().delete()
    services.reject_payment(actor=cast.meera, payment_id=proof.pk, reason="No such transfer.")
    assert news("payment", again=[PaymentRejected(payment_id=proof.pk, booking_id=account.pk)]) == [
        (
            cast.asha.pk,
            "Proof of payment rejected",
            (
                f"Your proof of payment of ₹5,000.00 for booking {account.booking_number} was rejected;"
                " it does not count as paid. Reason: No such transfer."
            ),
        )
    ]
    assert pages("payment") == {cast.asha.pk: "/customer/bookings"}


def test_the_buyer_reads_why_a_recorded_cheque_was_rejected(cast, account):
    cheque = services.record_payment(
        actor=cast.meera,
        booking_id=account.pk,
        payment_type=PaymentType.INSTALLMENT,
        amount=D(5000),
        payment_method=PaymentMethod.CHEQUE,
        transaction_id="000123",
        is_cleared=False,
    )
    assert news("payment") == []
    services.reject_payment(actor=cast.sana, payment_id=cheque.pk, reason="Bounced.")
    assert news("payment") == [
        (
            cast.asha.pk,
            "Payment rejected",
            (
                f"The payment of ₹5,000.00 for booking {account.booking_number} was rejected;"
                " it does not count as paid. Reason: Bounced."
            ),
        )
    ]


# --- settled and returned ---------------------------------------------------------------------------------------------


def propose(actor, booking):
    return services.propose_settlement(
        actor=actor,
        booking_id=booking.pk,
        initiator=Initiator.BUYER,
        reason="The buyer withdraws.",
    )


def decide(actor, draft, action=SettlementAction.APPROVE, reason=""):
    return services.decide_settlement(
        actor=actor, settlement_id=draft.pk, action=action, reason=reason
    )


@pytest.mark.parametrize(
    ("proposer", "approvers"), [("meera", {"sana", "omar"}), ("sana", {"meera", "omar"})]
)
def test_R21_who_may_approve_a_settlement_reads_that_it_waits(cast, staff, proposer, approvers):
    booking = vector(cast)
    draft = propose(getattr(cast, proposer), booking)
    text = (
        f"₹4,49,019.80 of ₹12,50,000.00 would be returned to Asha Rao (booking {booking.booking_number},"
        f" settlement {draft.number}). Please approve or refuse it. Reason: The buyer withdraws."
    )
    people = {"meera": cast.meera.pk, "sana": cast.sana.pk, "omar": staff.pk}
    again = [SettlementProposed(settlement_id=draft.pk, booking_id=booking.pk)]
    assert sorted(news("settlement", again=again)) == sorted(
        (people[name], "Settlement to approve", text) for name in approvers
    )
    shown = {"meera": "/builder/bookings", "sana": "", "omar": ""}
    assert pages("settlement") == {people[name]: shown[name] for name in approvers}


def test_R11_buyer_and_proposer_read_that_a_settlement_is_approved(cast):
    booking = vector(cast)
    draft = propose(cast.meera, booking)
    Notification.objects.all().delete()
    decide(cast.sana, draft)
    again = [SettlementDecided(settlement_id=draft.pk, booking_id=booking.pk)]
    assert news("settlement", again=again) == [
        (
            cast.meera.pk,
            "Settlement approved",
            f"Settlement {draft.number} of booking {booking.booking_number}, which you proposed, was approved.",
        ),
        (
            cast.asha.pk,
            "Booking settled",
            (
                f"The settlement of booking {booking.booking_number} is approved."
                " ₹4,49,019.80 will be returned to you by 19 February 2026."
            ),
        ),
    ]


def test_a_refused_settlement_concerns_only_who_proposed_it(cast):
    booking = vector(cast)
    draft = propose(cast.sana, booking)
    Notification.objects.all().delete()
    decide(cast.meera, draft, SettlementAction.REFUSE, "Keep less.")
    assert news("settlement") == [
        (
            cast.sana.pk,
            "Settlement refused",
            (
                f"Settlement {draft.number} of booking {booking.booking_number}, which you proposed, was refused."
                " Reason: Keep less."
            ),
        )
    ]
    assert pages("settlement") == {cast.sana.pk: ""}


def test_R11_the_buyer_reads_that_nothing_is_returned(cast):
    row = SettlementFactory(
        booking=signed(cast), approved=True, refund_amount=D(0), requested_by=cast.meera
    )
    say(SettlementDecided(settlement_id=row.pk, booking_id=row.booking_id))
    assert news("settlement")[1:] == [
        (
            cast.asha.pk,
            "Booking settled",
            (
                f"The settlement of booking {row.booking.booking_number} is approved."
                " Nothing is to be returned to you."
            ),
        )
    ]


def test_R11_a_settlements_refund_is_told_once_to_who_pays_it_and_to_the_buyer_when_it_is_paid(
    cast,
):
    booking = vector(cast)
    decide(cast.sana, propose(cast.meera, booking))
    refund = Refund.objects.get()
    services.pay_refund(actor=cast.sana, refund_id=refund.pk, reference="UTR-9")
    again = [RefundPaid(refund_id=refund.pk, booking_id=booking.pk)]
    again.append(RefundNeeded(refund_id=refund.pk, booking_id=booking.pk))
    settlement = Settlement.objects.get()
    text = (
        f"₹4,49,019.80 must be returned to Asha Rao (booking {booking.booking_number})"
        f" by 19 February 2026. Reason: Settlement {settlement.number}"
    )
    assert news("refund", again=again) == [
        (cast.meera.pk, "Refund needed", text),
        (cast.sana.pk, "Refund needed", text),
        (
            cast.asha.pk,
            "Refund paid",
            (
                "₹4,49,019.80 was returned to you on 5 January 2026 for booking"
                f" {booking.booking_number} (reference UTR-9)."
            ),
        ),
    ]


# --- waived and allocated by hand -------------------------------------------------------------------------------------


def plinth(account) -> DemandLine:
    return demand(account, "100000", issued=date(2025, 12, 1), due=date(2026, 1, 10)).lines.get()


def waive(actor, account, line):
    return services.request_waiver(
        actor=actor,
        booking_id=account.pk,
        demand_line_id=line.pk,
        amount=D(100),
        part=Part.PRINCIPAL,
        reason="Bank holiday.",
    )


def allocate(actor, account, line):
    money = Payment.objects.get(booking=account)
    return services.request_allocation(
        actor=actor,
        booking_id=account.pk,
        payment_id=money.pk,
        demand_line_id=line.pk,
        amount=D(100),
        part=Part.PRINCIPAL,
        reason="As agreed.",
    )


def answer(actor, row, action=AdjustmentAction.APPROVE, reason=""):
    return services.decide_adjustment(
        actor=actor, adjustment_id=row.pk, action=action, reason=reason
    )


def test_R21_who_may_grant_a_waiver_reads_that_it_waits(cast, staff, account):
    line = plinth(account)
    row = waive(cast.meera, account, line)
    text = (
        f"₹100.00 of {line.demand.number} is to be waived (booking {account.booking_number})."
        " Please approve or refuse it. Reason: Bank holiday."
    )
    again = [AdjustmentRequested(adjustment_id=row.pk, booking_id=account.pk)]
    assert sorted(news("adjustment", again=again)) == sorted(
        (who.pk, "Waiver to approve", text) for who in (cast.sana, staff)
    )


def test_R8_5_who_may_approve_an_allocation_reads_that_it_waits(cast, staff, account):
    line = plinth(account)
    money = pay(cast, account, "500", date(2026, 1, 2))
    allocate(cast.sana, account, line)
    text = (
        f"₹100.00 of receipt {money.receipt_number} is to pay {line.demand.number}"
        f" (booking {account.booking_number}). Please approve or refuse it. Reason: As agreed."
    )
    assert sorted(news("adjustment")) == sorted(
        (who.pk, "Allocation by hand to approve", text) for who in (cast.meera, staff)
    )


def test_R9_requester_and_buyer_read_that_a_waiver_is_granted(cast, account):
    line = plinth(account)
    row = waive(cast.meera, account, line)
    Notification.objects.all().delete()
    answer(cast.sana, row)
    number = line.demand.number
    again = [AdjustmentDecided(adjustment_id=row.pk, booking_id=account.pk)]
    assert news("adjustment", again=again) == [
        (
            cast.meera.pk,
            "Waiver approved",
            f"The waiver that you asked for (₹100.00, {number}, booking {account.booking_number}) was approved.",
        ),
        (
            cast.asha.pk,
            "Waiver granted",
            f"₹100.00 of {number} for booking {account.booking_number} was waived; you need not pay it.",
        ),
    ]
    assert CreditNote.objects.get().kind == CreditKind.WAIVER
    assert news("credit_note") == []  # it is the same news


def test_a_refused_waiver_concerns_only_who_asked(cast, account):
    line = plinth(account)
    row = waive(cast.meera, account, line)
    Notification.objects.all().delete()
    answer(cast.sana, row, AdjustmentAction.REFUSE, "Too late.")
    assert news("adjustment") == [
        (
            cast.meera.pk,
            "Waiver refused",
            (
                f"The waiver that you asked for (₹100.00, {line.demand.number}, booking"
                f" {account.booking_number}) was refused. Reason: Too late."
            ),
        )
    ]


def test_R8_5_an_allocation_by_hand_is_no_news_for_the_buyer(cast, account):
    line = plinth(account)
    pay(cast, account, "500", date(2026, 1, 2))
    row = allocate(cast.meera, account, line)
    Notification.objects.all().delete()
    answer(cast.sana, row)
    assert news("adjustment") == [
        (
            cast.meera.pk,
            "Allocation by hand approved",
            (
                f"The allocation by hand that you asked for (₹100.00, {line.demand.number}, booking"
                f" {account.booking_number}) was approved."
            ),
        )
    ]


# --- credited ---------------------------------------------------------------------------------------------------------


def test_R7_5_the_buyer_reads_that_a_demand_was_cancelled(cast, account):
    row = plinth(account).demand
    note = services.correct_demand(actor=cast.meera, demand_id=row.pk, reason="Wrong tower.")
    again = [CreditNoteIssued(credit_note_id=note.pk, booking_id=account.pk)]
    assert news("credit_note", again=again) == [
        (
            cast.asha.pk,
            "Demand cancelled",
            (
                f"{row.number} for booking {account.booking_number} was cancelled by credit note"
                f" {note.number} of ₹1,00,000.00. Reason: Wrong tower."
            ),
        )
    ]


def test_R9_the_buyer_reads_that_late_interest_was_lowered(cast, account):
    demand(account, "1000000", issued=date(2025, 1, 1), due=date(2025, 1, 15))
    interest(cast, account, date(2025, 2, 28))
    pay(cast, account, "1000000", date(2025, 2, 1))
    note = CreditNote.objects.get()
    charged = note.lines.get().demand_line.demand
    assert news("credit_note") == [
        (
            cast.asha.pk,
            "Late interest lowered",
            (
                f"Late interest of booking {account.booking_number} was computed anew: credit note"
                f" {note.number} lowers {charged.number} by ₹8,063.02."
            ),
        )
    ]


def test_R13_4_the_buyer_reads_of_a_credit_for_omitted_work(cast, account):
    note = CreditNoteFactory(
        booking=account, kind=CreditKind.OMISSION, reason="CR-000007: No partition wall"
    )
    say(CreditNoteIssued(credit_note_id=note.pk, booking_id=account.pk))
    assert news("credit_note") == [
        (
            cast.asha.pk,
            "Credit for omitted work",
            (
                f"Credit note {note.number} of ₹500.00 was issued for booking {account.booking_number}:"
                " CR-000007: No partition wall."
            ),
        )
    ]


@pytest.mark.parametrize("kind", [CreditKind.CANCELLATION, CreditKind.DELAY])
def test_R11_credits_of_a_settlement_are_told_with_it(cast, account, kind):
    note = CreditNoteFactory(booking=account, kind=kind)
    say(CreditNoteIssued(credit_note_id=note.pk, booking_id=account.pk))
    assert news("credit_note") == []


def test_every_credit_is_told_here_or_elsewhere():
    assert {*adjustments.SAYINGS} | adjustments.TOLD_OTHERWISE == {*CreditKind}
    assert not {*adjustments.SAYINGS} & adjustments.TOLD_OTHERWISE


# --- in the same transaction ------------------------------------------------------------------------------------------


def rejects(cast, account):
    proof = submit(cast, account)
    return lambda: services.reject_payment(actor=cast.meera, payment_id=proof.pk, reason="No.")


def proposes(cast, account):
    pay(cast, account, "500000", date(2026, 1, 2))
    return lambda: propose(cast.meera, account)


def settles(cast, account):
    draft = proposes(cast, account)()
    return lambda: decide(cast.sana, draft)


def refunds(cast, account):
    row = RefundFactory(settlement__booking=account, requested_by=cast.meera)
    services.terms_of(account)
    return lambda: services.pay_refund(actor=cast.sana, refund_id=row.pk, reference="UTR-9")


def asks(cast, account):
    line = plinth(account)
    return lambda: waive(cast.meera, account, line)


def grants(cast, account):
    row = asks(cast, account)()
    return lambda: answer(cast.sana, row)


def corrects(cast, account):
    row = plinth(account).demand
    return lambda: services.correct_demand(actor=cast.meera, demand_id=row.pk, reason="Wrong.")


@pytest.mark.parametrize("act", [rejects, proposes, settles, refunds, asks, grants, corrects])
def test_what_is_undone_was_never_told(cast, account, act):
    do = act(cast, account)
    Notification.objects.all().delete()

    @service
    def done_and_refused():
        do()
        assert Notification.objects.exists()
        raise Conflict

    with pytest.raises(Conflict):
        done_and_refused()
    assert not Notification.objects.exists()
