"""R5.5: the allotment letter says what was frozen when the booking was confirmed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bookings.documents import agreement_pdf
from bookings.models import Applicant, Booking
from bookings.services import generate_agreement, move_booking
from payments import services
from payments.documents.allotment import when_of
from payments.models import ScheduleLine, Terms
from progress.models import Milestone
from tests.payments.account import pay
from tests.payments.papers import needs_pdftotext, text_of

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def confirmed(cast, booking) -> Booking:
    pay(cast, booking, "75000", date(2026, 1, 5), payment_type="token")
    move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")
    booking.refresh_from_db()
    return booking


def letter(api, booking) -> str:
    reply = api.get(f"/api/bookings/{booking.pk}/allotment-letter")
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
    return text_of(reply.content)


@needs_pdftotext
def test_both_sides_read_unit_price_plan_and_terms(as_, cast, confirmed):
    Applicant.objects.filter(booking=confirmed).update(share=60)
    Applicant.objects.create(booking=confirmed, full_name="Vikram Rao", share=40)
    Terms.objects.filter(booking=confirmed).update(bounce_charge=500)
    text = letter(as_(cast.asha), confirmed)
    assert text == letter(as_(cast.meera), confirmed)
    for said in (
        "Allotment letter",
        "Vikram Rao",
        confirmed.customer.full_name,
        "A-101",
        "75,000.00",
        "74,25,000.00",
        "75,00,000.00",
        "Seventy-Five Lakh",
        "On confirmation of the booking",
        "On offer of possession",
        "within 15 days of its date",
        "no more than 10",
        "costs ₹500.00",
        "Page 1 of",
    ):
        assert said in text


@needs_pdftotext
def test_R2_7_a_later_revision_does_not_change_the_letter(as_, cast, confirmed, noon):
    before = letter(as_(cast.asha), confirmed)
    noon.move_to(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False)
    services.revise_schedule(
        actor=cast.meera,
        booking_id=confirmed.pk,
        lines=services.specs(
            [
                {
                    "label": "In another way",
                    "kind": "fixed",
                    "amount": D(7_425_000),
                    "trigger": "on_possession_offer",
                }
            ]
        ),
        reason="Agreed",
    )
    assert letter(as_(cast.asha), confirmed) == before


def test_before_the_confirmation_there_is_none(as_, cast, booking):
    path = f"/api/bookings/{booking.pk}/allotment-letter"
    reply = as_(cast.asha).get(path)
    assert (reply.status_code, reply.json()["code"]) == (409, "no_schedule")
    assert as_(cast.ravi).get(path).status_code == 404
    assert as_(cast.kiran).get(path).status_code == 404


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"trigger": "on_agreement"}, "On signing the agreement"),
        ({"trigger": "fixed_date", "fixed_on": date(2026, 7, 1)}, "1 July 2026"),
        ({"trigger": "days_after_booking", "offset": 30}, "30 days after booking"),
        ({"trigger": "months_after_booking", "offset": 1}, "1 month after booking"),
        ({"trigger": "milestone", "milestone": Milestone(name="Plinth")}, "Certified: Plinth"),
        ({"trigger": "milestone"}, "When a milestone is certified"),
    ],
)
def test_when_a_line_is_due_in_words(facts, words):
    assert when_of(ScheduleLine(**facts)) == words


def test_the_agreement_states_the_payment_plan(cast, confirmed):
    plan = generate_agreement(actor=cast.meera, booking_id=confirmed.pk).content["plan"]
    assert [(line["label"], line["when"]) for line in plan] == [
        (line.label, when_of(line))
        for line in ScheduleLine.objects.filter(booking=confirmed).order_by("sequence")
    ]
    assert sum(D(line["amount"]) for line in plan) == confirmed.agreement_value


def test_an_agreement_keeps_the_plan_that_it_stated(cast, confirmed):
    first = generate_agreement(actor=cast.meera, booking_id=confirmed.pk)
    ScheduleLine.objects.filter(booking=confirmed, sequence=1).update(label="Earnest money")
    second = generate_agreement(actor=cast.meera, booking_id=confirmed.pk)
    first.refresh_from_db()
    assert second.content["plan"][0]["label"] == "Earnest money"
    assert first.content["plan"][0]["label"] != "Earnest money"


def test_before_the_confirmation_an_agreement_has_no_plan(cast, booking):
    assert "plan" not in generate_agreement(actor=cast.meera, booking_id=booking.pk).content


@needs_pdftotext
def test_the_agreement_on_paper_lists_what_is_to_be_paid(cast, confirmed):
    text = text_of(agreement_pdf(generate_agreement(actor=cast.meera, booking_id=confirmed.pk)))
    for said in (
        "On confirmation of the booking",
        "On offer of possession",
        "Total before tax 75,00,000.00",
        "Each demand adds the taxes",
        "Rupees Seventy-Five Lakh Only",
    ):
        assert said in text
    assert "Remainder" not in text
