"""The letterhead, receipts, credit notes, settlements and quotes on paper."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from PIL import Image

from accounts.documents import letterhead_of
from accounts.documents.letterhead import LOGO_BOX, initials_of
from bookings.models import Quote
from payments.enums import CreditKind, PaymentType
from payments.models import CreditNote, Payment, Settlement
from payments.services.booked import lock_any
from payments.services.credits import Credited, credit
from payments.services.replay import replay
from projects.models import Project
from projects.rules import Discount
from projects.services.prices import sheet_for
from realestate.core.api.pdf import document_link
from realestate.core.enums import Visibility
from realestate.core.files import file_url, store_file
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory
from tests.payments.papers import demanded, needs_pdftotext, paid, taxed, text_of, uncapped

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def fetched(api, path) -> bytes:
    reply = api.get(path)
    assert reply.status_code == 200, reply.content
    return reply.content


# --- letterhead -------------------------------------------------------------------------------------------------------


def picture(size=(1200, 300), kind="PNG") -> bytes:
    stored = io.BytesIO()
    Image.new("RGB", size, "teal").save(stored, kind)
    return stored.getvalue()


def with_logo(cast, *, content=None, owner=None, visibility=Visibility.PRIVATE):
    file = store_file(
        actor=owner or cast.meera,
        name="logo.png",
        content=picture() if content is None else content,
        content_type="image/png",
        visibility=visibility,
    )
    builder = cast.meera.builder
    builder.logo_url = file_url(file)
    builder.save()
    return builder


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_of_ours_is_shown_at_a_fitting_size(cast, kind):
    head = letterhead_of(with_logo(cast, content=picture(kind=kind)))
    assert head.seller["has_logo"] is True
    with Image.open(io.BytesIO(head.files["logo.png"])) as shown:
        assert (shown.format, shown.size) == ("PNG", (LOGO_BOX[0], 225))


def test_a_public_logo_may_be_anybodys(cast):
    builder = with_logo(cast, owner=cast.kiran, visibility=Visibility.PUBLIC)
    assert letterhead_of(builder).seller["has_logo"] is True


@pytest.mark.parametrize(
    "change", [{"owner": "kiran"}, {"content": b"no picture"}, {"content": b""}], ids=str
)
def test_what_is_no_logo_of_ones_own_gives_way_to_initials(cast, change):
    if "owner" in change:
        change = {"owner": cast.kiran}
    head = letterhead_of(with_logo(cast, **change))
    assert (head.seller["has_logo"], head.files, head.seller["initials"]) == (False, {}, "MH")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://elsewhere.example.com/logo.png",
        "http://testserver/api/files/999999",
        "http://testserver/api/files/99999999999999999999",
        "http://testserver/api/files/../1",
    ],
)
def test_nothing_is_fetched_from_elsewhere(cast, address):
    cast.meera.builder.logo_url = address
    assert letterhead_of(cast.meera.builder).files == {}


def test_a_logo_is_drawn_on_the_letter(as_, cast, booking):
    uncapped(booking)
    demand = demanded(booking=booking, on=date(2025, 12, 1))
    path = f"/api/demands/{demand.pk}/letter"
    plain = fetched(as_(cast.asha), path)
    with_logo(cast)
    drawn = fetched(as_(cast.asha), path)
    assert (b"/Subtype /Image" in plain.replace(b"/Subtype/Image", b"/Subtype /Image")) is False
    assert (b"/Subtype /Image" in drawn.replace(b"/Subtype/Image", b"/Subtype /Image")) is True


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Meera Homes", "MH"),
        ("The House of Rao and Sons", "HR"),
        ("godrej", "G"),
        ("3S Builders", "3B"),
        ("&", ""),
        ("Østerbro Boliger", "ØB"),
    ],
)
def test_initials(name, initials):
    assert initials_of(name) == initials


# --- receipts ---------------------------------------------------------------------------------------------------------


@needs_pdftotext
def test_R8_a_receipt_says_what_it_was_applied_to(as_, cast, booking):
    taxed()
    uncapped(booking)
    demand = demanded(booking=booking, amount="100000", on=date(2025, 12, 1))
    payment = paid(cast.meera, booking, "150000", date(2025, 12, 2), transaction_id="UTR-1")
    text = text_of(fetched(as_(cast.asha), f"/api/payments/{payment.pk}/receipt"))
    for wanted in (
        f"{demand.number} On completion of the plinth 1,00,000.00 5,000.00 1,05,000.00",
        "Advance, set against what is demanded next 45,000.00",
        "Total 1,50,000.00",
        "As the account stands on 5 January 2026",
        "Rupees One Lakh Fifty Thousand Only",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted


@needs_pdftotext
def test_what_is_outside_of_the_account_is_applied_to_nothing(as_, cast, booking):
    payment = PaymentFactory(booking=booking, payment_type=PaymentType.MAINTENANCE)
    text = text_of(fetched(as_(cast.asha), f"/api/payments/{payment.pk}/receipt"))
    assert "What it was applied to" not in text
    assert "This payment is not part of the price of the unit." in text


def test_a_receipt_takes_four_queries(as_, cast, booking, django_assert_num_queries):
    payment: Payment = PaymentFactory(booking=booking)
    api = as_(cast.asha)
    # Three count how often papers are asked for; the payment, the applicants, what was paid, what it pays.
    with django_assert_num_queries(3 + 4):
        fetched(api, f"/api/payments/{payment.pk}/receipt")


# --- credit notes -----------------------------------------------------------------------------------------------------


@service
def credited(*, booking, line) -> CreditNote:
    locked = lock_any(booking.pk)
    lines = [
        Credited(line=line, principal=Decimal(100_000), tax=Decimal(5000)),
        Credited(line=None, principal=Decimal("250.50")),
    ]
    note = credit(
        actor=None,
        booking=locked,
        kind=CreditKind.CORRECTION,
        reason="Raised for the wrong tower.",
        lines=lines,
        issued_on=date(2026, 1, 3),
    )
    replay(None, locked)
    return note


@pytest.fixture
def note(booking) -> CreditNote:
    taxed()
    uncapped(booking)
    demand = demanded(booking=booking, amount="200000", on=date(2025, 12, 1))
    return credited(booking=booking, line=demand.lines.get())


@needs_pdftotext
def test_a_credit_note_says_what_and_why(as_, cast, note):
    text = text_of(fetched(as_(cast.asha), f"/api/credit-notes/{note.pk}/pdf"))
    for wanted in (
        "Credit note",
        note.number,
        "Raised for the wrong tower.",
        "On completion of the plinth 1,00,000.00 5,000.00 1,05,000.00",
        "An advance, set against what is demanded next 250.50 0.00 250.50",
        "Total 1,00,250.50 5,000.00 1,05,250.50",
        "Rupees One Lakh Five Thousand Two Hundred Fifty and Fifty Paise Only",
    ):
        assert wanted in text, wanted


def test_a_credit_note_takes_five_queries(as_, cast, note, django_assert_num_queries):
    api = as_(cast.asha)
    # Three count how often papers are asked for; the note, its lines, their lines and demands, applicants.
    with django_assert_num_queries(3 + 5):
        fetched(api, f"/api/credit-notes/{note.pk}/pdf")


# --- settlements ------------------------------------------------------------------------------------------------------


@pytest.fixture
def settlement(cast, booking) -> Settlement:
    return Settlement.objects.create(
        booking=booking,
        version=2,
        initiator="buyer",
        effective_on=date(2026, 1, 5),
        reason="Moving abroad.",
        lines=[
            {
                "code": "forfeit",
                "rule": "R11",
                "label": "Kept of the price",
                "amount": "750000.00",
                "working": {
                    "formula": "A × percent / 100",
                    "inputs": {"A": "7500000.00", "percent": "10.0000"},
                },
            },
            {"code": "interest_owed", "amount": "-100.00"},
            {"label": "Odd", "amount": "none"},
            {},
            "nonsense",
        ],
        received=Decimal(2_000_000),
        refund_amount=Decimal("1250100.00"),
        refund_due_on=date(2026, 2, 19),
        requested_by=cast.meera,
        requested_at=NOON,
    )


@needs_pdftotext
def test_R11_a_settlement_leads_from_what_was_received_to_what_is_returned(as_, cast, settlement):
    path = f"/api/settlements/{settlement.pk}/pdf"
    text = text_of(fetched(as_(cast.meera), path))
    assert as_(cast.asha).get(path).status_code == 404  # not before it is approved
    for wanted in (
        "Money received 20,00,000.00",
        "Kept of the price R11 \N{MINUS SIGN}7,50,000.00",
        "A × percent / 100 (A 75,00,000, percent 10)",
        "Interest owed 100.00",
        "Odd 0.00",
        "Other 0.00",
        "Returned to the buyer 12,50,100.00",
        "To be returned by 19 February 2026",
        "Rupees Twelve Lakh Fifty Thousand One Hundred Only",
        "Waiting for approval",
    ):
        assert wanted in text, wanted
    Settlement.objects.filter(pk=settlement.pk).update(
        state="approved", decided_by=cast.sana, decided_at=NOON
    )

    assert "Waiting for approval" not in text_of(fetched(as_(cast.asha), path))


# --- quotes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def quote(cast) -> Quote:
    taxed()
    off = Discount(percent=Decimal("2.5"))
    priced = sheet_for(cast.meera_unit, date(2026, 1, 5), off)
    return Quote.objects.create(
        project=cast.meera_project,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        tax_class=priced.tax_class,
        lines=priced.lines_json(),
        discount_percent=Decimal("2.5"),
        discount_amount=priced.sheet.discount_amount,
        discount_reason="Festival",
        agreement_value=priced.sheet.agreement_value,
        other_charges=priced.sheet.other_charges,
        tax_amount=priced.tax_amount,
        valid_until=datetime(2026, 1, 12, 12, tzinfo=UTC),
        created_by=cast.meera,
        created_at=NOON,
    )


@needs_pdftotext
def test_R1_a_quote_shows_the_cost_sheet(as_, cast, quote):
    text = text_of(fetched(as_(cast.asha), f"/api/quotes/{quote.pk}/pdf"))
    for wanted in (
        quote.quote_number,
        "12 January 2026, 17:30",  # in the project's zone
        "Base price 75,00,000.00 \N{MINUS SIGN}1,87,500.00 3,65,625.00 76,78,125.00",
        "Discount (2.5 %) of 1,87,500.00: Festival",
        "CGST 2.5 % 73,12,500.00 1,82,812.50",
        "Agreement value, before tax ₹73,12,500.00",
        "₹76,78,125.00",
        "Rupees Seventy-Six Lakh Seventy-Eight Thousand One Hundred",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted


@needs_pdftotext
def test_a_quote_of_old_lines_for_nobody_in_yen_is_shown_too(as_, cast, quote):
    Project.objects.filter(pk=quote.project_id).update(currency="JPY")
    quote.pk, quote.customer, quote.currency = None, None, "JPY"  # another one: quotes never change
    quote.lines = [{"label": "Base", "amount": "7500000"}, {"code": "X"}]
    quote.discount_amount, quote.discount_percent = 0, None
    quote.save(force_insert=True)
    text = text_of(fetched(as_(cast.meera), f"/api/quotes/{quote.pk}/pdf"))
    assert "Base 7,500,000 0 7,500,000" in text
    assert "Whom it may concern" in text
    assert "Discount" not in text


# --- who reads them ---------------------------------------------------------------------------------------------------


@pytest.fixture
def paths(note, settlement, quote) -> list[str]:
    return [
        f"/api/credit-notes/{note.pk}/pdf",
        f"/api/settlements/{settlement.pk}/pdf",
        f"/api/quotes/{quote.pk}/pdf",
    ]


def test_R21_the_parties_read_them(as_, cast, booking, paths):
    Settlement.objects.update(state="approved", decided_by=cast.sana, decided_at=NOON)
    for who, status in (
        ("asha", 200),
        ("meera", 200),
        ("sana", 200),
        ("ravi", 404),
        ("kiran", 404),
        (None, 401),
    ):
        person = getattr(cast, who) if who else None
        assert [as_(person).get(path).status_code for path in paths] == [status] * 3, who
    for path in paths:
        assert as_(None).get(document_link(path, None))["Content-Type"] == "application/pdf"
        assert as_(None).get(f"{path}?token=x:y").json()["code"] == "link_expired"
    other = demanded(booking=BookingFactory(paid=True), on=date(2025, 12, 1))
    assert as_(cast.asha).get(f"/api/demands/{other.pk}/letter").status_code == 404
