"""The benchmark's money: terms, receipts with their numbers, and the ledger's entries for them."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.enums import EntryKind, PaymentMethod, ReceiptState
from payments.models import LedgerEntry, Payment, Terms
from payments.services import number_of, terms_for
from projects.models import Project
from realestate.core.models import NumberSeries
from realestate.core.numbering import financial_year
from realestate.management.benchmark.loading import Loader
from realestate.management.benchmark.town import Sale, payments_of


@dataclass(frozen=True, kw_only=True)
class Sold:
    """A booking with the keys of what it hangs on."""

    booking: int
    project: int
    builder: int
    sale: Sale


@dataclass(frozen=True, kw_only=True)
class Paid:
    """A receipt that is about to be loaded."""

    sold: Sold
    kind: str
    amount: Decimal
    day: date
    period: str
    serial: int

    @property
    def number(self) -> str:
        """Its receipt number."""
        return number_of("receipt", self.sold.project, self.period, self.serial)


def write_money(loader: Loader, sold: Sequence[Sold], rng: random.Random) -> range:
    """Terms for every booking, then what was paid; returns the keys of the receipts."""
    if sold:
        terms = terms_for(Project.objects.get(pk=sold[0].project))
        rows = ((each.booking, *terms.values()) for each in sold)
        loader.load(Terms, ("booking_id", *terms), rows)
    paid = list(_paid(sold, rng))
    keys = loader.keys(Payment, len(paid))
    names = (
        "id booking_id project_id recorded_by_id payment_type amount paid_date payment_method state"
    )
    names += " transaction_id period serial receipt_number"
    method, state = PaymentMethod.BANK_TRANSFER.value, ReceiptState.CLEARED.value
    loader.load(
        Payment,
        names.split(),
        (
            (
                *(key, each.sold.booking, each.sold.project, each.sold.builder),
                *(each.kind, each.amount, each.day, method, state),
                *(f"B{key}", each.period, each.serial, each.number),
            )
            for key, each in zip(keys, paid, strict=True)
        ),
    )
    names = "booking_id value_on kind credit label reference payment_id posted_at"
    loader.load(
        LedgerEntry,
        names.split(),
        (
            (
                *(each.sold.booking, each.day, EntryKind.RECEIPT.value, each.amount),
                *("Payment received", each.number, key, each.sold.sale.day),
            )
            for key, each in zip(keys, paid, strict=True)
        ),
    )
    last = Counter((each.sold.project, each.period) for each in paid)
    loader.load(
        NumberSeries,
        ("series", "scope_id", "period", "last"),
        (("receipt", project, period, count) for (project, period), count in last.items()),
    )
    return keys


def _paid(sold: Sequence[Sold], rng: random.Random) -> Iterator[Paid]:
    given: Counter[tuple[int, str]] = Counter()
    for each in sold:
        for kind, amount, day in payments_of(each.sale, rng):
            period = financial_year(day)
            given[each.project, period] += 1
            yield Paid(
                sold=each,
                kind=kind,
                amount=amount,
                day=day,
                period=period,
                serial=given[each.project, period],
            )
