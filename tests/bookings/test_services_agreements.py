"""The agreement: kept as it was, and drawn as a PDF."""

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Customer
from bookings import services
from bookings.documents import agreement_pdf
from bookings.models import Agreement, Booking
from realestate.core.errors import InvalidTransition, NotAllowed
from tests.bookings.conftest import NOON
from tests.factories.bookings import BookingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_an_agreement_keeps_what_was_agreed(cast, booking):
    first = services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    Customer.objects.filter(pk=cast.asha.pk).update(last_name="Iyer")
    second = services.generate_agreement(actor=cast.sana, booking_id=booking.pk)
    assert [(row.version, row.content["buyer"]["name"]) for row in (first, second)] == [
        (1, "Asha Rao"),
        (2, "Asha Iyer"),
    ]
    content = Agreement.objects.get(pk=first.pk).content
    assert (content["date"], content["total_amount"], content["token_amount"]) == (
        "2026-01-05",
        "7500000.00",
        "75000.00",
    )
    assert (content["unit"]["number"], content["seller"]["name"]) == ("A-101", "Meera Homes")


def test_customers_do_not_generate_agreements(cast, booking):
    with pytest.raises(NotAllowed):
        services.generate_agreement(actor=cast.asha, booking_id=booking.pk)
    with pytest.raises(ObjectDoesNotExist):
        services.generate_agreement(actor=cast.kiran, booking_id=booking.pk)
    assert not Agreement.objects.exists()


def test_an_inquiry_has_nothing_to_agree_about(cast):
    inquiry = Booking.objects.create(
        customer=cast.asha.customer,
        project=cast.meera_project,
        state="inquiry",
        booking_date=NOON,
    )
    with pytest.raises(InvalidTransition):
        services.generate_agreement(actor=cast.meera, booking_id=inquiry.pk)


def test_the_pdf_is_the_same_each_time(cast, booking):
    agreement = services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    pdf = agreement_pdf(agreement)
    assert pdf[:5] == b"%PDF-"
    assert pdf == agreement_pdf(Agreement.objects.get())


@pytest.mark.parametrize(
    "text",
    [
        '#panic("code")',
        "$x$ *b* _i_ `raw` <label> @ref \\ \" ' #let",
        "आशा राव",
        "أمل",
        "a\x1bb\u202ec",
        "]#[ }{ )(",
        "x" * 5_000,
        "\n".join(["line"] * 300),
    ],
    ids=["panic", "markup", "devanagari", "arabic", "control", "brackets", "long word", "long"],
)
def test_a_buyers_text_is_text_and_never_code(cast, booking, text):
    Booking.objects.update(special_requests=text)
    Customer.objects.filter(pk=cast.asha.pk).update(last_name=text[:100])
    agreement = services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    assert agreement_pdf(agreement)[:5] == b"%PDF-"


def test_bookings_of_any_kind_can_be_drawn(cast):
    booking = BookingFactory(
        paid=True,
        unit__unit_type="4BHK+",
        unit__project__builder=cast.meera.builder,
        token_amount=7_500_000,
        payment_plan="full_payment",
    )
    agreement = services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    assert agreement_pdf(agreement)[:5] == b"%PDF-"
