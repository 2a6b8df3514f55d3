"""The statement of account on paper and as a spreadsheet (R10)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from bookings.models import Booking
from payments import services
from payments.documents import statement_xlsx
from payments.documents.sheet import figures_of
from payments.rules.statement import Ageing, Statement, StatementLine
from projects.models import Project
from realestate.core.api.pdf import document_link
from tests.payments.papers import (
    book_of,
    busy,
    demanded,
    needs_pdftotext,
    pages_of,
    paid,
    taxed,
    text_of,
    uncapped,
)

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def account(booking):
    """1,05,000 asked, 45,000.50 paid."""
    taxed()
    uncapped(booking)
    return booking


def asked_and_paid(cast, booking):
    demanded(booking=booking, amount="100000", on=date(2025, 12, 1))
    paid(cast.meera, booking, "45000.50", date(2025, 12, 10), transaction_id="UTR-1")


def fetched(api, booking, kind="pdf", query=""):
    reply = api.get(f"/api/bookings/{booking.pk}/statement.{kind}{query}")
    assert reply.status_code == 200, reply.content
    return reply.content


@needs_pdftotext
def test_R10_each_entry_has_the_balance_after_it(as_, cast, account):
    asked_and_paid(cast, account)
    text = text_of(fetched(as_(cast.asha), account))
    for wanted in (
        "Balance brought forward 0.00",
        "On completion of the plinth 1,05,000.00 1,05,000.00",
        "45,000.50 59,999.50",
        "Closing balance 1,05,000.00 45,000.50 59,999.50",
        "Owed by the buyer on 5 January 2026",
        "Rupees Fifty-Nine Thousand Nine Hundred Ninety-Nine and Fifty Paise Only",
        "Interest that has run up and is not posted yet",
        "Page 1 of 1",
        "Currency INR",
    ):
        assert wanted in text, wanted


@needs_pdftotext
def test_R10_ageing_stands_below_the_line(as_, cast, account):
    asked_and_paid(cast, account)
    text = text_of(fetched(as_(cast.asha), account))
    assert "Not due yet 1–30 days 31–60 days 61–90 days Over 90 days Advances" in text
    assert "0.00 59,999.50 0.00 0.00 0.00 0.00" in text


@needs_pdftotext
def test_R10_a_period_begins_with_what_was_brought_forward(as_, cast, account):
    asked_and_paid(cast, account)
    text = text_of(fetched(as_(cast.asha), account, query="?from=2025-12-05&to=2025-12-31"))
    assert "Balance brought forward 1,05,000.00" in text
    assert "5 December 2025 to 31 December 2025 · " in text  # in the footer
    assert "On completion of the plinth" not in text
    assert "59,999.50" in text


@needs_pdftotext
def test_money_that_is_held_is_shown_as_the_buyers(as_, cast, account):
    paid(cast.meera, account, "1234567.89", date(2025, 12, 10), transaction_id="A")
    text = text_of(fetched(as_(cast.asha), account))
    assert "\N{MINUS SIGN}12,34,567.89" in text
    assert "Held for the buyer on 5 January 2026" in text
    assert "Advance held ₹12,34,567.89" in text


@needs_pdftotext
def test_an_empty_account_is_a_statement_too(as_, cast, account):
    text = text_of(fetched(as_(cast.asha), account))
    assert "Closing balance 0.00 0.00 0.00" in text
    assert "Rupees Zero Only" in text
    assert "Nothing is due" in text


@needs_pdftotext
def test_sixty_entries_break_across_pages_with_the_head_repeated(as_, cast, account):
    busy(cast.meera, account)
    pages = pages_of(fetched(as_(cast.asha), account))
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 3" in page
        assert "Particulars" in page
    text = "".join(pages)
    assert all(f"/{number:05d} Instalment {number} of 30" in text for number in range(1, 31))


@needs_pdftotext
def test_a_yen_account_is_grouped_by_thousands_without_minor_units(as_, cast, account):
    Booking.objects.filter(pk=account.pk).update(currency="JPY")
    Project.objects.filter(pk=account.project_id).update(currency="JPY")
    account.refresh_from_db()
    demanded(booking=account, amount="1234567", on=date(2025, 12, 1))
    text = text_of(fetched(as_(cast.asha), account))
    assert "1,296,295" in text  # with 5 % tax, each half rounded
    assert "Debit (JPY)" in text
    assert "1,296,295.00" not in text


# --- spreadsheet ------------------------------------------------------------------------------------------------------


def column(sheet, name):
    """The cells of a column from the head down, by the head's name."""
    head = next(row for row in sheet.iter_rows() if row[0].value == "Date")
    cell = next(cell for cell in head if cell.value == name)
    return [row[cell.column - 1] for row in sheet.iter_rows(min_row=cell.row + 1)]


def test_the_sheet_holds_dates_numbers_and_formulas(as_, cast, account):
    asked_and_paid(cast, account)
    sheet = book_of(fetched(as_(cast.asha), account, "xlsx"))["Statement"]
    dates = column(sheet, "Date")
    forward = dates[0].row
    first, second, totals = forward + 1, forward + 2, forward + 3
    assert [dates[1].value, dates[2].value] == [datetime(2025, 12, 1), datetime(2025, 12, 10)]  # noqa: DTZ001  # cells have no zone
    assert dates[1].number_format == "dd mmm yyyy"
    assert (sheet[f"E{first}"].value, sheet[f"F{second}"].value) == (105_000, 45_000.5)
    assert (sheet[f"F{first}"].value, sheet[f"E{second}"].value) == (None, None)
    assert sheet[f"E{first}"].number_format == figures_of("INR")
    assert [sheet[f"G{row}"].value for row in (forward, first, second, totals)] == [
        0,
        f"=G{forward}+E{first}-F{first}",
        f"=G{first}+E{second}-F{second}",
        f"=G{second}",
    ]
    assert sheet[f"E{totals}"].value == f"=SUM(E{forward}:E{second})"
    assert sheet[f"F{totals}"].value == f"=SUM(F{forward}:F{second})"
    assert sheet[f"G{totals + 1}"].value == 59_999.5
    different = f"ROUND(G{totals}-G{totals + 1},2)"
    assert sheet[f"G{totals + 2}"].value == f'=IF({different}=0,"OK",{different})'


def computed(sheet) -> Decimal:
    """What the formulas of the balance column come to, worked out as a spreadsheet does."""
    cells = column(sheet, "Balance")
    balance = Decimal(str(cells[0].value))
    for cell in cells[1:]:
        if not str(cell.value).startswith(f"=G{cell.row - 1}+"):
            return balance
        debit, credit = (sheet[f"{letter}{cell.row}"].value or 0 for letter in "EF")
        balance += Decimal(str(debit)) - Decimal(str(credit))
    raise AssertionError


@pytest.mark.parametrize("query", ["", "?from=2025-08-01&to=2025-10-31", "?to=2025-05-01"])
def test_the_formulas_come_to_the_ledgers_balance(as_, cast, account, query):
    busy(cast.meera, account, times=20)
    sheet = book_of(fetched(as_(cast.asha), account, "xlsx", query))["Statement"]
    ledger = next(
        row for row in sheet.iter_rows() if row[3].value == "Closing balance by the ledger"
    )
    assert computed(sheet) == Decimal(str(ledger[6].value)).quantize(Decimal("0.01"))


def test_the_sheet_says_what_it_is_and_is_ready_to_print(as_, cast, account):
    book = book_of(fetched(as_(cast.asha), account, "xlsx"))
    sheet = book["Statement"]
    facts = {row[0].value: row[1].value for row in sheet.iter_rows(max_row=9) if row[1].value}
    assert facts == {
        "Booking": account.booking_number,
        "Buyer": "Asha Rao",
        "Unit": account.unit.unit_number,
        "Project": account.project.project_name,
        "Period": "up to 5 January 2026",
        "Currency": "INR",
    }
    assert (sheet["A1"].value, sheet["A2"].value) == (
        "Statement of account",
        cast.meera.builder.company_name,
    )
    head = column(sheet, "Date")[0].row - 1
    assert sheet.freeze_panes == f"A{head + 1}"
    assert sheet.print_title_rows == f"${head}:${head}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.oddFooter.right.text == "Page &P of &N"
    assert book.properties.title == f"Statement of account {account.booking_number}"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "bell\x07 =1"]
)
def test_a_text_is_never_a_formula(account, text):
    nothing = Decimal("0.00")
    line = StatementLine(
        value_on=date(2025, 12, 1),
        kind="demand",
        reference=text,
        label=text,
        debit=Decimal(1),
        credit=nothing,
        balance=Decimal(1),
    )
    ageing = Ageing(
        not_due=nothing,
        days_1_30=nothing,
        days_31_60=nothing,
        days_61_90=nothing,
        over_90=nothing,
        advances=nothing,
    )
    statement = Statement(
        first_on=None,
        last_on=date(2025, 12, 31),
        brought_forward=nothing,
        lines=(line,),
        closing=Decimal(1),
        accrued_interest=nothing,
        undemanded=nothing,
        advance=nothing,
        next_due_on=None,
        next_due_amount=nothing,
        ageing=ageing,
    )
    sheet = book_of(statement_xlsx(account, statement))["Statement"]
    for name in ("Document", "Particulars"):
        cell = column(sheet, name)[1]
        mark = "'" if text.startswith(("=", "+", "-", "@", "\t")) else ""
        assert (cell.value, cell.data_type) == (mark + text.replace("\x07", ""), "s")


@pytest.mark.parametrize(
    ("currency", "form"),
    [
        ("INR", r"[>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;#,##0.00"),
        ("GBP", "#,##0.00"),
        ("JPY", "#,##0"),
    ],
)
def test_figures_are_grouped_as_the_currency_does(currency, form):
    assert figures_of(currency) == form


# --- who, and which days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("asha", 200), ("meera", 200), ("sana", 200), ("ravi", 404), ("kiran", 404), (None, 401)],
)
def test_R21_the_parties_read_the_statement(as_, cast, account, who, status, kind):
    person = getattr(cast, who) if who else None
    assert as_(person).get(f"/api/bookings/{account.pk}/statement.{kind}").status_code == status


@pytest.mark.parametrize(
    ("kind", "media", "shown"), [("pdf", "application/pdf", "inline"), ("xlsx", XLSX, "attachment")]
)
def test_a_link_opens_the_statement_of_any_days(as_, account, kind, media, shown):
    link = document_link(f"/api/bookings/{account.pk}/statement.{kind}", None)
    reply = as_(None).get(f"{link}&from=2025-12-01")
    name = f'{shown}; filename="statement-{account.booking_number}.{kind}"'
    assert (reply.status_code, reply["Content-Type"]) == (200, media)
    assert reply["Content-Disposition"] == name


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=x", "from"),
        ("to=2026-02-30", "to"),
        ("from=1e400", "from"),
        ("to=%00", "to"),
        ("from=2026-01-02&to=2026-01-01", "to"),
    ],
)
def test_bad_days_are_refused(as_, cast, account, kind, query, field):
    reply = as_(cast.asha).get(f"/api/bookings/{account.pk}/statement.{kind}?{query}")
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("times", [1, 10])
def test_a_statement_takes_the_same_queries_however_long_it_is(
    as_, cast, account, django_assert_num_queries, times
):
    busy(cast.meera, account, times=times)
    api = as_(cast.asha)
    services.terms_of(account)
    with django_assert_num_queries(15):  # three of them count how often papers are asked for
        fetched(api, account, "xlsx")
