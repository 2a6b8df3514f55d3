"""A booking with money for the tests of documents, and what stands in a PDF or a spreadsheet."""

import io
import re
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from bookings.models import Booking
from payments import services
from payments.enums import DemandKind, PaymentMethod, PaymentType
from payments.models import Demand, InterestRate, Terms
from payments.services.booked import lock_any
from payments.services.demands import Wanted, raise_demand
from payments.services.replay import replay
from projects.enums import TaxClass
from projects.models import TaxRate
from realestate.core.transactions import service

needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="reads PDFs with poppler's pdftotext"
)


def text_of(pdf: bytes) -> str:
    """The text of all pages as it stands on them, every kind of space as one."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],  # noqa: S607  # wherever poppler is installed
        input=pdf,
        capture_output=True,
        check=True,
    )
    return re.sub(r"[ \N{NO-BREAK SPACE}]+", " ", done.stdout.decode())


def pages_of(pdf: bytes) -> list[str]:
    """The same, page by page."""
    return text_of(pdf).split("\f")[:-1]


def book_of(content: bytes) -> Workbook:
    """A workbook, with its formulas as they stand in the cells."""
    return load_workbook(io.BytesIO(content))


@service
def demanded(
    *,
    booking: Booking,
    amount: str = "500000",
    on: date,
    label: str = "On completion of the plinth",
    lines: int = 1,
    kind: DemandKind = DemandKind.SCHEDULE,
    due_on: date | None = None,
) -> Demand:
    """A demand that no schedule knows, raised and posted as all are."""
    locked = lock_any(booking.pk)
    wanted = [
        Wanted(
            label=label if lines == 1 else f"{label} {number}",
            principal=Decimal(amount),
            tax_class=TaxClass.RESIDENTIAL,
        )
        for number in range(1, lines + 1)
    ]
    demand = raise_demand(
        actor=None, booking=locked, kind=kind, lines=wanted, issued_on=on, due_on=due_on
    )
    replay(None, locked)
    return demand


def taxed(day: date = date(2025, 4, 1)) -> None:
    """Two halves of 2.5 % and a yearly rate of interest of 10 %."""
    for component in ("CGST", "SGST"):
        TaxRate.objects.get_or_create(
            tax_class=TaxClass.RESIDENTIAL,
            component=component,
            valid_from=day,
            defaults={"percent": Decimal("2.5")},
        )
    InterestRate.objects.get_or_create(
        project=None, valid_from=day, defaults={"percent": Decimal(10)}
    )


def uncapped(booking: Booking) -> None:
    """Terms without a cap, so that money may come before the agreement."""
    services.terms_of(booking)
    Terms.objects.filter(booking=booking).update(cap_percent=None)


def paid(builder, booking: Booking, amount: str, on: date, **facts):
    """Money that has arrived."""
    return services.record_payment(
        actor=builder,
        booking_id=booking.pk,
        payment_type=PaymentType.INSTALLMENT,
        amount=Decimal(amount),
        payment_method=PaymentMethod.BANK_TRANSFER,
        paid_date=on,
        **facts,
    )


def busy(builder, booking: Booking, times: int = 30, first: date = date(2025, 6, 1)) -> None:
    """Two entries each time: a demand, and money for it some days later."""
    for number in range(times):
        on = first + timedelta(days=7 * number)
        label = f"Instalment {number + 1} of {times}, on completion of floor {number + 1}"
        demanded(booking=booking, amount="100000.10", on=on, label=label)
        paid(
            builder,
            booking,
            f"{90_000 + number}.55",
            on + timedelta(days=3),
            transaction_id=f"UTR-{number:04d}",
        )
