"""Demand letters and interest notes: what they say, who reads them, and that they never change (R7, R9, R21)."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bookings.models import Applicant, Booking
from payments import services
from payments.documents.demand import demand_content
from payments.enums import DemandKind
from payments.models import Demand, InterestRate
from projects.models import Project, TaxRate
from realestate.core import clock
from realestate.core.api.pdf import document_link
from realestate.core.enums import SettingScope
from realestate.core.models import SystemSetting
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory
from tests.payments.papers import (
    demanded,
    needs_pdftotext,
    pages_of,
    paid,
    taxed,
    text_of,
    uncapped,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def demand(booking) -> Demand:
    taxed()
    uncapped(booking)
    return demanded(booking=booking, amount="11757693.14", on=date(2025, 12, 1))


def letter(api, demand) -> bytes:
    reply = api.get(f"/api/demands/{demand.pk}/letter")
    assert reply.status_code == 200, reply.content
    return reply.content


@needs_pdftotext
def test_R7_the_letter_says_what_is_asked_with_its_taxes_by_when_and_in_words(as_, cast, demand):
    text = text_of(letter(as_(cast.asha), demand))
    builder = cast.meera.builder
    for wanted in (
        "Demand letter",
        builder.company_name,
        f"Registration no. {builder.license_number}",
        "Asha Rao",
        demand.number,
        demand.booking.booking_number,
        "1 December 2025",
        "On completion of the plinth 1,17,57,693.14 5,87,884.66 1,23,45,577.80",
        "CGST 2.5 % 1,17,57,693.14 2,93,942.33",
        "SGST 2.5 % 1,17,57,693.14 2,93,942.33",
        "Payable by 16 December 2025",
        "₹1,23,45,577.80",
        "Rupees One Crore Twenty-Three Lakh Forty-Five Thousand Five",  # and on, on the next line
        "Seventy-Seven and Eighty Paise Only",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted


@needs_pdftotext
def test_the_letter_says_how_the_account_stood_when_it_was_written(as_, cast, booking, demand):
    paid(cast.meera, booking, "45577.80", date(2025, 12, 2), transaction_id="A")
    second = demanded(booking=booking, amount="1000", on=date(2025, 12, 3))
    api = as_(cast.asha)
    before = letter(api, second)
    text = text_of(before)
    assert "Owed before this letter ₹1,23,00,000.00" in text
    assert "Outstanding on your account ₹1,23,01,050.00" in text
    paid(cast.meera, booking, "500", date(2025, 11, 1), transaction_id="B")  # back-dated
    demanded(booking=booking, on=date(2025, 12, 4))
    assert letter(api, second) == before


@needs_pdftotext
def test_who_has_paid_ahead_reads_so(as_, cast, booking):
    uncapped(booking)
    paid(cast.meera, booking, "5000", date(2025, 12, 1), transaction_id="A")
    demand = demanded(booking=booking, amount="1000", on=date(2025, 12, 3))
    text = text_of(letter(as_(cast.asha), demand))
    assert "Paid ahead, to be set off -₹5,000.00" in text
    assert "Still paid ahead -₹4,000.00" in text
    assert "Taxes in this letter" not in text  # there are none


@needs_pdftotext
def test_how_to_pay_is_the_projects_setting(as_, cast, demand):
    api = as_(cast.asha)
    assert f"Please pay to {cast.meera.builder.company_name}" in text_of(letter(api, demand))
    SystemSetting.objects.create(
        key="payments.how_to_pay",
        scope=SettingScope.PROJECT,
        scope_id=demand.project_id,
        value="Account 50100 12345\nIFSC HDFC0000001",
    )
    text = text_of(letter(api, demand))
    assert "Account 50100 12345\n" in text
    assert "IFSC HDFC0000001" in text


@needs_pdftotext
def test_R9_an_interest_note_can_be_recomputed_from_its_spans(as_, cast, booking):
    taxed()
    uncapped(booking)
    demanded(booking=booking, amount="1000000", on=date(2025, 10, 1), due_on=date(2025, 10, 16))
    paid(cast.meera, booking, "450000", date(2025, 11, 15), transaction_id="A")
    services.charge_interest(actor=cast.meera, booking_id=booking.pk, until=date(2025, 11, 30))
    first = Demand.objects.get(kind=DemandKind.INTEREST)
    services.charge_interest(actor=cast.meera, booking_id=booking.pk, until=date(2025, 12, 31))
    second = Demand.objects.exclude(pk=first.pk).get(kind=DemandKind.INTEREST)
    for note in (first, second):
        text = text_of(letter(as_(cast.asha), note))
        working = note.lines.get().working
        assert "Interest note" in text
        assert note.number in text
        for span in working["segments"]:
            days, percent, balance = (Decimal(span[k]) for k in ("days", "percent", "balance"))
            assert Decimal(span["interest"]) == balance * percent * days / 36500
            assert f" {span['days']} " in text
        amount = Decimal(working["amount"]) - Decimal(working["posted_before"])
        assert note.lines.get().principal == amount
    assert "Rounded" in text
    assert f"Noted before \N{MINUS SIGN}{first.lines.get().principal:,.2f}" in text


def test_a_note_whose_working_was_lost_is_shown_without_spans(as_, cast, booking):
    demand = DemandFactory(booking=booking, issued_on=date(2025, 12, 1), kind=DemandKind.INTEREST)
    assert letter(as_(cast.asha), demand)[:5] == b"%PDF-"


@pytest.mark.parametrize("kind", [kind for kind in DemandKind if kind != DemandKind.INTEREST])
@needs_pdftotext
def test_every_kind_has_its_opening(as_, cast, booking, kind):
    demand = demanded(booking=booking, on=date(2025, 12, 1), kind=kind)
    openings = {
        DemandKind.SCHEDULE: "Under the payment plan",
        DemandKind.CHANGE: "For the changes",
        DemandKind.CHARGE: "The following charges",
    }
    assert openings[kind] in text_of(letter(as_(cast.asha), demand))


@needs_pdftotext
def test_many_lines_break_across_pages_with_the_head_repeated(as_, cast, booking):
    uncapped(booking)
    demand = demanded(booking=booking, on=date(2025, 12, 1), amount="1000", lines=70)
    pages = pages_of(letter(as_(cast.asha), demand))
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 3" in page
    assert ["Before tax (INR)" in page for page in pages] == [True, True, False]


@needs_pdftotext
def test_a_yen_letter_has_no_minor_units(as_, cast, booking):
    Booking.objects.filter(pk=booking.pk).update(currency="JPY")
    Project.objects.filter(pk=booking.project_id).update(currency="JPY")
    uncapped(booking)
    demand = demanded(booking=booking, on=date(2025, 12, 1), amount="123456789")
    text = text_of(letter(as_(cast.asha), demand))
    assert "¥123,456,789" in text
    assert "Yen One Hundred Twenty-Three Million Four Hundred Fifty-Six Thousand" in text
    assert ".00" not in text


@needs_pdftotext
def test_everybody_who_buys_is_addressed(as_, cast, booking, demand):
    Applicant.objects.filter(booking=booking).delete()
    for name, first in (("Ravi Rao", False), ("Asha Rao", True)):
        Applicant.objects.create(booking=booking, full_name=name, is_primary=first, share=50)
    assert "Asha Rao, Ravi Rao" in text_of(letter(as_(cast.asha), demand))


@needs_pdftotext
def test_text_is_text_and_long_words_break(as_, cast, booking):
    label = '#panic("x") $a$ ' + "Donaudampfschiff" * 10
    demand = demanded(booking=booking, on=date(2025, 12, 1), label=label)
    text = text_of(letter(as_(cast.asha), demand))
    assert '#panic("x") $a$' in text
    longest = max(len(word.replace("\N{ZERO WIDTH SPACE}", "")) for word in text.split())
    assert longest < 100


def test_the_content_is_plain_json(booking, demand):
    row = services.for_letters(Demand.objects.all()).get(pk=demand.pk)
    letterhead_like = type("L", (), {"seller": {}, "name": "S"})()
    content = demand_content(row, letterhead_like, before=Decimal(0), how_to_pay="")
    assert json.loads(json.dumps(content)) == content


# --- who reads them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("asha", 200), ("meera", 200), ("sana", 200), ("ravi", 404), ("kiran", 404), (None, 401)],
)
def test_R21_the_parties_read_the_letter(as_, cast, demand, who, status):
    person = getattr(cast, who) if who else None
    reply = as_(person).get(f"/api/demands/{demand.pk}/letter")
    assert reply.status_code == status
    if status == 200:
        assert reply["Content-Type"] == "application/pdf"
        assert reply["Cache-Control"] == "private, no-store"
        assert f'filename="{demand.number}.pdf"' in reply["Content-Disposition"]


def test_a_link_opens_it_for_ten_minutes_and_nothing_else(as_, cast, demand, time_machine):
    link = document_link(f"/api/demands/{demand.pk}/letter", None)
    assert as_(None).get(link)["Content-Type"] == "application/pdf"
    other = demanded(booking=BookingFactory(paid=True), on=date(2025, 12, 1))
    wrong = link.replace(f"/demands/{demand.pk}/", f"/demands/{other.pk}/")
    assert as_(None).get(wrong).json()["code"] == "link_expired"
    time_machine.move_to(clock.now() + timedelta(minutes=10), tick=False)
    late = as_(None).get(link)
    assert (late.status_code, late.json()["code"]) == (403, "link_expired")


@pytest.mark.parametrize("lines", [1, 30])
def test_a_letter_takes_four_queries(as_, cast, booking, django_assert_num_queries, lines):
    demand = demanded(booking=booking, on=date(2025, 12, 1), lines=lines, amount="1000")
    api = as_(cast.asha)
    # Three count how often papers are asked for; the demand, its lines, the applicants, how to pay.
    with django_assert_num_queries(3 + 4):
        letter(api, demand)


def test_unknown_demands_are_404(as_, cast):
    for key in (0, 999_999, 2**63 - 1):
        assert as_(cast.asha).get(f"/api/demands/{key}/letter").status_code == 404
    assert not TaxRate.objects.exists()
    assert not InterestRate.objects.exists()
