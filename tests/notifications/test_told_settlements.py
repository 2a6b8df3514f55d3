"""Who reads what of settlements and what they return: exactly who it concerns, once."""

from decimal import Decimal

import pytest

from notifications.models import Notification
from payments import services
from payments.enums import SettlementAction
from payments.events import RefundNeeded, RefundPaid, SettlementDecided, SettlementProposed
from payments.models import Refund, Settlement
from tests.factories.payments import SettlementFactory
from tests.notifications.money import decide, propose
from tests.notifications.telling import news, pages, say
from tests.payments.account import signed
from tests.payments.ending import vector

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
D = Decimal


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
