"""The statement of account as a spreadsheet: real dates and numbers, balances as formulas (R10)."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bookings.models import Booking
from payments.documents.paper import names_of
from payments.documents.statement import BUCKETS, SIGNS, period
from payments.rules.statement import Statement
from realestate.core.money import MINOR_DIGITS, quantum
from realestate.core.sheets import neutral

HEAD = ("Date", "Document", "Kind", "Particulars", "Debit", "Credit", "Balance")
WIDTHS = (13, 26, 16, 58, 18, 18, 18)
DEBIT, CREDIT, BALANCE = "E", "F", "G"
LABEL, FIGURE = 4, 7  # columns of what stands below the entries
DAY = "dd mmm yyyy"
ACCENT, TINT = "0F4C5C", "F0F6F7"
CRORE, LAKH = 10_000_000, 100_000
Value = str | Decimal | date | None


def statement_xlsx(booking: Booking, statement: Statement) -> bytes:
    """The bytes of the workbook; the booking comes with its parties and its project."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "Statement"
    book.properties.title = f"Statement of account {booking.booking_number}"
    book.properties.creator = booking.project.builder.company_name
    _Writer(sheet, booking.currency).write(booking, statement)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


class _Writer:
    """Fills the sheet from top to bottom."""

    def __init__(self, sheet: Worksheet, currency: str) -> None:
        self.sheet, self.currency = sheet, currency
        self.row = 0

    def write(self, booking: Booking, statement: Statement) -> None:
        """Everything, then how it is shown and printed."""
        self.title(booking, statement)
        head = self.head()
        closing = self.entries(statement)
        self.checks(statement, closing)
        self.below(statement, closing)
        self.look(head)

    def title(self, booking: Booking, statement: Statement) -> None:
        """What it is, whose, and of when."""
        self.put(self.next(), 1, "Statement of account").font = Font(
            size=16, bold=True, color=ACCENT
        )
        self.put(self.next(), 1, booking.project.builder.company_name).font = Font(bold=True)
        unit = booking.unit
        facts: Sequence[tuple[str, Value]] = (
            ("Booking", booking.booking_number),
            ("Buyer", names_of(booking)),
            ("Unit", unit.unit_number if unit else ""),
            ("Project", booking.project.project_name),
            ("Period", period(statement)),
            ("Currency", self.currency),
        )
        for name, value in facts:
            self.put(self.next(), 1, name).font = Font(color="6B7280")
            self.put(self.row, 2, value)
        self.next()

    def head(self) -> int:
        """The columns' names; says in which row."""
        row = self.next()
        for column, name in enumerate(HEAD, start=1):
            cell = self.put(row, column, name)
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=ACCENT)
            side = "right" if column >= HEAD.index("Debit") + 1 else "left"
            cell.alignment = Alignment(horizontal=side)
        return row

    def entries(self, statement: Statement) -> int:
        """Brought forward, the entries and the totals; says in which row the totals stand."""
        first = self.next()
        self.put(first, LABEL, "Balance brought forward")
        self.put(first, FIGURE, statement.brought_forward)
        for line in statement.lines:
            row = self.next()
            kind = line.kind.replace("_", " ").capitalize()
            values: tuple[Value, ...] = (line.value_on, line.reference, kind, line.label)
            for column, text in enumerate(values, start=1):
                self.put(row, column, text)
            self.put(row, 5, line.debit or None)
            self.put(row, 6, line.credit or None)
            self.formula(row, FIGURE, f"={BALANCE}{row - 1}+{DEBIT}{row}-{CREDIT}{row}")
        last, totals = self.row, self.next()
        self.put(totals, LABEL, "Closing balance")
        for column, letter in ((5, DEBIT), (6, CREDIT)):
            self.formula(totals, column, f"=SUM({letter}{first}:{letter}{last})")
        self.formula(totals, FIGURE, f"={BALANCE}{last}")
        for column in range(1, len(HEAD) + 1):
            cell = self.sheet.cell(totals, column)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=TINT)
            cell.border = Border(top=Side("thin", color=ACCENT))
        return totals

    def checks(self, statement: Statement, closing: int) -> None:
        """The sums against the ledger's own: OK, or by how much they differ."""
        self.put(self.next(), LABEL, "Closing balance by the ledger")
        self.put(self.row, FIGURE, statement.closing)
        ledger, check = self.row, self.next()
        self.put(check, LABEL, "Check")
        places = MINOR_DIGITS.get(self.currency, 2)
        difference = f"ROUND({BALANCE}{closing}-{BALANCE}{ledger},{places})"
        cell = self.formula(check, FIGURE, f'=IF({difference}=0,"OK",{difference})')
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="right")
        self.put(self.next(), LABEL, SIGNS).font = Font(italic=True, color="6B7280")

    def below(self, statement: Statement, closing: int) -> None:
        """What is not part of the balance, and what is open by days past its due date."""
        self.next()
        self.put(self.next(), LABEL, "Not part of the balance").font = Font(bold=True, color=ACCENT)
        figures: Sequence[tuple[str, Value]] = (
            ("Interest that has run up and is not posted yet", statement.accrued_interest),
            ("Still to be demanded under the plan, before tax", statement.undemanded),
            ("Advance held", statement.advance),
            ("Next payment due on", statement.next_due_on),
            ("Next payment", statement.next_due_amount),
        )
        for name, value in figures:
            self.put(self.next(), LABEL, name)
            self.put(self.row, FIGURE, value)
        self.next()
        title = "What is open, by days past its due date"
        self.put(self.next(), LABEL, title).font = Font(bold=True, color=ACCENT)
        first = self.row + 1
        for name, field in BUCKETS:
            self.put(self.next(), LABEL, name)
            self.put(self.row, FIGURE, getattr(statement.ageing, field))
        last = self.row
        self.put(self.next(), LABEL, "Open less advances")
        span = f"SUM({BALANCE}{first}:{BALANCE}{last - 1})-{BALANCE}{last}"
        self.formula(self.row, FIGURE, f"={span}").font = Font(bold=True)
        self.withheld(statement)

    def withheld(self, statement: Statement) -> None:
        """Tax that the buyers withhold, where they must (R3.4-6)."""
        found = statement.withholding
        if found is None:
            return
        self.next()
        self.put(self.next(), LABEL, "Tax withheld by the buyer").font = Font(
            bold=True, color=ACCENT
        )
        figures: Sequence[tuple[str, Value]] = (
            ("Percent", found.percent),
            ("Consideration paid, gross of what was withheld", found.consideration_paid),
            ("To be withheld from it", found.expected),
            *((f"of it {name}, {share} %", part) for name, share, part in found.by_applicant),
            ("Withheld, certificate verified", found.verified),
            ("Withheld, certificate awaited", found.declared),
            ("Not withheld so far", found.shortfall),
            *(("Certificate overdue", number) for number in found.late),
        )
        for name, value in figures:
            self.put(self.next(), LABEL, name)
            self.put(self.row, FIGURE, value)

    def look(self, head: int) -> None:
        """Widths, what stays in sight, and paper."""
        sheet = self.sheet
        for letter, width in zip("ABCDEFG", WIDTHS, strict=True):
            sheet.column_dimensions[letter].width = width
        sheet.freeze_panes = f"A{head + 1}"
        sheet.sheet_view.showGridLines = False
        sheet.print_title_rows = f"{head}:{head}"
        sheet.print_area = f"A1:G{self.row}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = "9"  # A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(text="&F"), right=_HeaderFooterPart(text="Page &P of &N")
        )
        sheet.print_options.horizontalCentered = True
        if self.currency == "INR":
            for limit, form in ((CRORE, _indian(CRORE)), (LAKH, _indian(LAKH))):
                self.group_negatives(limit, form)

    def group_negatives(self, limit: int, form: str) -> None:
        """A number format has room for two limits; those below zero come as conditional formats."""
        style = DifferentialStyle(numFmt=NumberFormat(numFmtId=200 + len(form), formatCode=form))
        rule = Rule(type="cellIs", operator="lessThanOrEqual", formula=[str(-limit)], dxf=style)
        rule.stopIfTrue = True
        self.sheet.conditional_formatting.add(f"G1:G{self.row}", rule)

    def next(self) -> int:
        """The number of the next row, which is then the present one."""
        self.row += 1
        return self.row

    def cell(self, row: int, column: int) -> Cell:
        """A cell of its own; we merge none."""
        cell = self.sheet.cell(row, column)
        if not isinstance(cell, Cell):  # pragma: no cover  # nothing is merged
            raise TypeError
        return cell

    def put(self, row: int, column: int, value: Value) -> Cell:
        """A value as what it is; a text is never a formula, whatever it begins with."""
        cell = self.cell(row, column)
        if isinstance(value, str):
            cell.value = neutral(value)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=column == LABEL, vertical="top")
        elif isinstance(value, Decimal):
            cell.value = value.quantize(quantum(self.currency))
            cell.number_format = figures_of(self.currency)
        elif value is not None:
            cell.value, cell.number_format = value, DAY
            cell.alignment = Alignment(
                horizontal="left" if column == 1 else "right", vertical="top"
            )
        return cell

    def formula(self, row: int, column: int, text: str) -> Cell:
        """A formula of ours, shown as an amount."""
        cell = self.cell(row, column)
        cell.value, cell.number_format = text, figures_of(self.currency)
        return cell


def figures_of(currency: str) -> str:
    """The number format of a currency: lakhs and crores for INR, thousands elsewhere."""
    plain = f"#,##0{_places(currency)}"
    if currency != "INR":
        return plain
    return f"[>={CRORE}]{_indian(CRORE)};[>={LAKH}]{_indian(LAKH)};{plain}"


def _indian(limit: int) -> str:
    groups = r"##\,##\,##\,##0" if limit == CRORE else r"##\,##\,##0"
    return f"{groups}{_places('INR')}"


def _places(currency: str) -> str:
    digits = MINOR_DIGITS.get(currency, 2)
    return f".{'0' * digits}" if digits else ""
