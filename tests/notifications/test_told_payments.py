"""Who reads what of money: it has arrived, is asked for, is late, is gone, or must go back."""

from datetime import date

from notifications.models import Notification
from payments.events import (
    DemandRaised,
    PaymentRecorded,
    PaymentReversed,
    ProofSubmitted,
    RefundNeeded,
)
from tests.factories.accounts import StaffFactory
from tests.factories.payments import DemandFactory, PaymentFactory, RefundFactory
from tests.notifications.telling import news, say, told


def test_the_customer_reads_that_money_has_arrived(cast, booking):
    payment = PaymentFactory(booking=booking, amount="4240501.50", recorded_by=cast.meera)
    for _ in range(2):
        say(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment recorded",
            f"₹42,40,501.50 (token) was recorded for booking {booking.booking_number}.",
        )
    ]


def test_the_builder_reads_it_when_staff_recorded_it(cast, booking):
    payment = PaymentFactory(booking=booking, recorded_by=cast.sana)
    say(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    assert told() == {cast.asha.pk, cast.meera.pk}


def test_the_buyer_reads_what_is_asked_for_and_by_when(cast, booking):
    row = DemandFactory(booking=booking, due_on=date(2026, 1, 20), line__tax="5000.00")
    for _ in range(2):
        say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment requested",
            (
                f"{row.number} for booking {booking.booking_number}: On completion of the plinth."
                " ₹1,05,000.00 (principal ₹1,00,000.00, tax ₹5,000.00) is due on 20 January 2026."
            ),
        )
    ]
    told_row = Notification.objects.get()
    assert (told_row.related_entity_type, told_row.related_entity_id) == ("demand", row.pk)
    assert (told_row.action_url, told_row.priority) == ("/customer/bookings", "high")


def test_the_buyer_reads_of_late_interest(cast, booking):
    row = DemandFactory(
        booking=booking,
        kind="interest",
        note="Late interest up to 31 Dec 2025",
        due_on=date(2025, 12, 31),
        line__principal="879.47",
    )
    say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Late interest charged",
            (
                f"{row.number} for booking {booking.booking_number}:"
                " Late interest up to 31 Dec 2025. ₹879.47 is due on 31 December 2025."
            ),
        )
    ]


def test_a_demand_of_nothing_is_no_news(booking):
    row = DemandFactory(booking=booking, line__principal="0.00")
    say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == []


def test_the_buyer_reads_that_a_payment_is_gone_and_why(cast, booking):
    payment = PaymentFactory(
        booking=booking, amount="4240501.50", state="reversed", state_reason="Bounced"
    )
    for _ in range(2):
        say(PaymentReversed(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment reversed",
            (
                f"Your payment of ₹42,40,501.50 for booking {booking.booking_number} (receipt"
                f" {payment.receipt_number}) was reversed; what it had paid is open again."
                " Reason: Bounced"
            ),
        )
    ]


def test_the_builder_reads_that_a_proof_waits(cast, booking):
    payment = PaymentFactory(booking=booking, amount="4240501.50", state="submitted")
    for _ in range(2):
        say(ProofSubmitted(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.meera.pk,
            "Proof of payment to check",
            (
                "Asha Rao says that ₹42,40,501.50 was paid for booking"
                f" {booking.booking_number}. Please clear or reject it."
            ),
        )
    ]


def test_builder_and_staff_read_that_money_must_go_back(cast, booking):
    StaffFactory(is_active=False)
    payment = PaymentFactory(booking=booking)
    refund = RefundFactory(
        booking=booking,
        settlement=None,
        payment=payment,
        requested_by=None,
        reason="The hold had expired.",
    )
    for _ in range(2):
        say(RefundNeeded(refund_id=refund.pk, booking_id=booking.pk))
    text = (
        f"₹60,000.00 must be returned to Asha Rao (booking {booking.booking_number})"
        " by 19 February 2026. Reason: The hold had expired."
    )
    assert news() == [
        (cast.meera.pk, "Refund needed", text),
        (cast.sana.pk, "Refund needed", text),
    ]
    assert list(Notification.objects.order_by("pk").values_list("action_url", flat=True)) == [
        "/builder/bookings",
        "",
    ]
