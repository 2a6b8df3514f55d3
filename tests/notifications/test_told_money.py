"""Who reads what when money is rejected or credited: exactly who it concerns, once; and of what was undone, nobody."""

from datetime import date
from decimal import Decimal

import pytest

from notifications.models import Notification
from notifications.receivers import adjustments
from payments import services
from payments.enums import CreditKind, PaymentMethod, PaymentType
from payments.events import CreditNoteIssued, PaymentRejected
from payments.models import CreditNote
from tests.factories.payments import CreditNoteFactory, RefundFactory
from tests.notifications.money import answer, decide, plinth, propose, submit, waive
from tests.notifications.telling import forget, news, pages, refuse_after, say
from tests.payments.account import demand, interest, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
D = Decimal


# --- rejected ---------------------------------------------------------------------------------------------------------


def test_the_buyer_reads_why_its_proof_was_rejected(cast, account):
    proof = submit(cast, account)
    forget()
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
    forget()
    refuse_after(do)
    assert not Notification.objects.exists()
