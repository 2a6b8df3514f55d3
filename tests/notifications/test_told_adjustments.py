"""Who reads what of waivers and allocations by hand: exactly who it concerns, once."""

from datetime import date
from decimal import Decimal

import pytest

from notifications.models import Notification
from payments import services
from payments.enums import AdjustmentAction, CreditKind, Part
from payments.events import AdjustmentDecided, AdjustmentRequested
from payments.models import CreditNote, Payment
from tests.notifications.money import answer, plinth, waive
from tests.notifications.telling import news
from tests.payments.account import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
D = Decimal


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
