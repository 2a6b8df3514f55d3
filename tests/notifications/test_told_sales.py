"""Who reads what of holds, discounts and agreements: exactly who it concerns, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.services import relate
from bookings import services
from bookings.enums import BookingState, SignatureMethod
from bookings.events import (
    AgreementGenerated,
    DiscountDecided,
    DiscountProposed,
    HoldNearsEnd,
    SignatureGiven,
)
from bookings.jobs import warn_of_lapse_now
from bookings.models import Signature
from notifications.models import Notification
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import AgreementFactory, ApplicantFactory, BookingFactory
from tests.notifications.conftest import NOON
from tests.notifications.telling import forget, news, refuse_after

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


# --- holds ------------------------------------------------------------------------------------------------------------


def test_R4_5_the_holder_reads_once_that_the_hold_ends(cast, noon):
    claim = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    noon.move_to(NOON + timedelta(minutes=20), tick=False)
    for _ in range(2):
        warn_of_lapse_now(claim_id=claim.pk, unknown=1)
    assert news(again=[HoldNearsEnd(claim_id=claim.pk)]) == [
        (
            cast.asha.pk,
            "Hold ends soon",
            (
                "Your hold on unit A-101 in Meera Gardens ends at 06:00 PM."
                " Book it before then, or others can book it."
            ),
        )
    ]
    row = Notification.objects.get()
    assert (row.related_entity_type, row.related_entity_id, row.action_url, row.priority) == (
        "unit",
        cast.meera_unit.pk,
        "/customer/bookings",
        "high",
    )


def test_R4_5_a_later_end_is_news_again_but_the_extension_is_not(cast, noon):
    claim = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    noon.move_to(NOON + timedelta(minutes=20), tick=False)
    warn_of_lapse_now(claim_id=claim.pk)
    services.extend_hold(actor=cast.asha, claim_id=claim.pk)
    assert len(news()) == 1
    noon.move_to(NOON + timedelta(minutes=50), tick=False)
    warn_of_lapse_now(claim_id=claim.pk)
    assert [text for _, _, text in news()][1:] == [
        (
            "Your hold on unit A-101 in Meera Gardens ends at 06:30 PM."
            " Book it before then, or others can book it."
        )
    ]


def test_R5_4_with_a_booking_it_is_the_token_that_keeps_the_unit(cast, noon):
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    forget()
    noon.move_to(NOON + timedelta(minutes=25), tick=False)
    warn_of_lapse_now(claim_id=booking.claim_id)
    assert news() == [
        (
            cast.asha.pk,
            "Hold ends soon",
            (
                f"Your hold on unit A-101 in Meera Gardens (booking {booking.booking_number}) ends at 06:00 PM."
                " Pay the token before then, or others can book it."
            ),
        )
    ]
    row = Notification.objects.get()
    assert (row.related_entity_type, row.related_entity_id) == ("booking", booking.pk)


@pytest.mark.parametrize(("holder", "page"), [("meera", "/builder/bookings"), ("sana", "")])
def test_who_holds_a_unit_for_nobody_is_told_itself(cast, noon, holder, page):
    person = getattr(cast, holder)
    claim = services.hold_unit(actor=person, unit_id=cast.meera_unit.pk)
    noon.move_to(claim.expires_at - timedelta(minutes=1), tick=False)
    warn_of_lapse_now(claim_id=claim.pk)
    assert news() == [
        (
            person.pk,
            "Hold ends soon",
            (
                "Your hold on unit A-101 in Meera Gardens ends at 05:30 PM."
                " Extend it before then, or others can book it."
            ),
        )
    ]
    assert Notification.objects.get().action_url == page


def test_a_unit_that_the_builder_holds_for_a_customer_is_the_customers_news(cast, noon):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    claim = services.hold_unit(
        actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.asha.pk
    )
    noon.move_to(claim.expires_at - timedelta(minutes=1), tick=False)
    warn_of_lapse_now(claim_id=claim.pk)
    assert [person for person, _, _ in news()] == [cast.asha.pk]


# --- discounts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def omar(cast):
    """Works with Sana; somebody else has left."""
    StaffFactory(is_active=False)
    return StaffFactory(email="omar@example.com")


def offer(cast, actor=None, **facts):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    return services.make_quote(
        actor=actor or cast.meera,
        unit_id=cast.meera_unit.pk,
        **{
            "customer_id": cast.asha.pk,
            "discount_percent": Decimal(10),
            "discount_reason": "Launch.",
            **facts,
        },
    )


@pytest.mark.parametrize(
    ("granted", "approvers"), [("meera", {"sana", "omar"}), ("sana", {"meera", "omar"})]
)
def test_R1_who_may_approve_a_discount_reads_that_it_waits(cast, omar, granted, approvers):
    quote = offer(cast, getattr(cast, granted))
    text = (
        f"Quote {quote.quote_number} for Asha Rao takes ₹7,50,000.00 off unit A-101 in Meera Gardens,"
        " which is above the limit. Please approve or refuse it. Reason: Launch."
    )
    people = {"meera": cast.meera.pk, "sana": cast.sana.pk, "omar": omar.pk}
    assert sorted(news(again=[DiscountProposed(quote_id=quote.pk)])) == sorted(
        (people[name], "Discount to approve", text) for name in approvers
    )


def test_R1_a_discount_within_the_limit_waits_for_nobody(cast):
    offer(cast, discount_percent=Decimal(5))
    assert news() == []


def test_R1_who_granted_a_discount_and_the_customer_read_that_it_is_approved(cast):
    quote = offer(cast)
    forget()
    services.decide_quote(actor=cast.sana, quote_id=quote.pk, approve=True)
    number = quote.quote_number
    assert news(again=[DiscountDecided(quote_id=quote.pk)]) == [
        (
            cast.meera.pk,
            "Discount approved",
            f"The discount of quote {number} for unit A-101 in Meera Gardens was approved.",
        ),
        (
            cast.asha.pk,
            "Your quote is ready",
            (
                f"Quote {number} for unit A-101 in Meera Gardens: ₹67,50,000.00 in all,"
                " valid until 12 January 2026."
            ),
        ),
    ]


def test_R1_both_read_why_it_was_refused(cast):
    quote = offer(cast)
    forget()
    services.decide_quote(actor=cast.sana, quote_id=quote.pk, approve=False, reason="Too much.")
    number = quote.quote_number
    assert news() == [
        (
            cast.meera.pk,
            "Discount refused",
            f"The discount of quote {number} for unit A-101 in Meera Gardens was refused. Reason: Too much.",
        ),
        (
            cast.asha.pk,
            "Quote not approved",
            f"Quote {number} for unit A-101 in Meera Gardens was not approved. Reason: Too much.",
        ),
    ]


def test_R1_a_quote_for_nobody_concerns_only_who_granted_it(cast):
    quote = offer(cast, customer_id=None)
    assert [person for person, _, _ in news()] == [cast.sana.pk]
    assert news()[0][2].startswith(f"Quote {quote.quote_number} takes ₹7,50,000.00 off unit A-101")
    forget()
    services.decide_quote(actor=cast.sana, quote_id=quote.pk, approve=True)
    assert [person for person, _, _ in news()] == [cast.meera.pk]


# --- agreements -------------------------------------------------------------------------------------------------------


@pytest.fixture
def booking(cast):
    """Confirmed; Asha buys with Ravi, and with Mary, who has no account."""
    row = BookingFactory(
        paid=True,
        state=BookingState.BOOKING_CONFIRMED,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
    )
    ApplicantFactory(booking=row, customer=cast.ravi.customer)
    ApplicantFactory(booking=row)
    return row


def generate(cast, booking):
    return services.generate_agreement(actor=cast.meera, booking_id=booking.pk)


def sign(agreement, actor, who):
    method = SignatureMethod.ELECTRONIC if actor.customer_id else SignatureMethod.WET_INK
    return services.sign_agreement(
        actor=actor,
        agreement_id=agreement.pk,
        applicant_id=who and agreement.booking.applicants.get(full_name=who).pk,
        method=method,
    )


READ = " You can read it now, and sign it once the booking is confirmed."


@pytest.mark.parametrize(
    ("state", "title", "then"),
    [
        ("token_paid", "Agreement to sign", READ),
        ("booking_confirmed", "Agreement to sign", " Please read and sign it."),
        ("agreement_signed", "New version of the agreement", ""),
    ],
)
def test_R5_6_every_applicant_with_an_account_reads_of_the_agreement(
    cast, booking, state, title, then
):
    type(booking).objects.filter(pk=booking.pk).update(state=state)
    row = generate(cast, booking)
    text = (
        f"Agreement {row.agreement_number} for unit A-101 in Meera Gardens (booking {booking.booking_number})"
        f" is ready.{then}"
    )
    again = [AgreementGenerated(agreement_id=row.pk, booking_id=booking.pk)]
    assert sorted(news(again=again)) == sorted(
        (who.pk, title, text) for who in (cast.asha, cast.ravi)
    )


def test_R5_6_each_version_is_news(cast, booking):
    for _ in range(2):
        generate(cast, booking)
    assert Notification.objects.filter(user=cast.asha).count() == 2


def test_R5_6_the_builder_signs_when_all_buyers_have(cast, booking):
    row = generate(cast, booking)
    forget()
    sign(row, cast.asha, "Asha Rao")
    sign(row, cast.sana, "Mary Thomas")
    assert news() == []
    last = sign(row, cast.sana, "Ravi Iyer")
    again = [SignatureGiven(signature_id=last.pk, booking_id=booking.pk)]
    assert news(again=again) == [
        (
            cast.meera.pk,
            "Agreement to sign",
            (
                f"All buyers have signed agreement {row.agreement_number} for unit A-101 in Meera Gardens"
                f" (booking {booking.booking_number}). Your signature is awaited."
            ),
        )
    ]
    sign(row, cast.meera, None)
    assert len(news()) == 1


def test_R5_6_a_builder_who_recorded_or_signed_itself_need_not_be_told(cast, booking):
    row = generate(cast, booking)
    forget()
    for who in ("Asha Rao", "Ravi Iyer", "Mary Thomas"):
        sign(row, cast.meera, who)
    assert news() == []
    other = AgreementFactory(booking=BookingFactory(state="booking_confirmed", paid=False))
    builder = other.booking.project.builder.user
    sign(other, builder, None)
    sign(other, cast.sana, other.booking.customer.full_name)
    assert Signature.objects.filter(agreement=other).count() == 2
    assert news() == []


# --- in the same transaction ------------------------------------------------------------------------------------------


def generates(cast, booking):
    return lambda: generate(cast, booking)


def signs(cast, booking):
    row = generate(cast, booking)
    for who in ("Ravi Iyer", "Mary Thomas"):
        sign(row, cast.meera, who)
    return lambda: sign(row, cast.asha, "Asha Rao")


def grants(cast, _booking):
    return lambda: offer(cast)


def approves(cast, _booking):
    quote = offer(cast)
    return lambda: services.decide_quote(actor=cast.sana, quote_id=quote.pk, approve=True)


@pytest.mark.parametrize("act", [generates, signs, grants, approves])
def test_what_is_undone_was_never_told(cast, booking, act):
    do = act(cast, booking)
    forget()
    refuse_after(do)
    assert news() == []
