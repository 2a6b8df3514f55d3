"""The account of a booking through the database: R8, R9 and R10, with money entered early, late and in any order."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection

from payments import services
from payments.enums import AdjustmentAction, DemandKind, Part
from payments.models import Allocation, CreditNote, Demand, DemandLine, LedgerEntry, Payment
from payments.services.posting import post
from realestate.core.errors import InvalidValue
from realestate.core.transactions import service
from tests.payments.account import D, demand, interest, lines, open_items, pay, reconciled

pytestmark = pytest.mark.django_db
LATER = date(2025, 12, 31)


def test_R8_R9_R10_vectors_through_the_database(cast, account, two):
    pay(cast, account, "60000", date(2025, 1, 8))
    pay(cast, account, "150000", date(2025, 2, 20))
    assert sorted(interest(cast, account, date(2025, 3, 1))) == [D("550.97"), D("879.47")]
    pay(cast, account, "120000", date(2025, 3, 1))
    assert lines(account, LATER) == [
        ("demand", D(105000)),
        ("receipt", D(45000)),
        ("demand", D(255000)),
        ("receipt", D(105000)),
        ("interest", D("106430.44")),
        ("receipt", D("-13569.56")),
    ]
    assert reconciled(account) == D("-13569.56")
    assert services.standing(account).advances == D("13569.56")
    assert open_items(account) == {}


def test_R9_entered_after_the_interest_the_same_receipt_gives_the_same_account(cast, account, two):
    pay(cast, account, "150000", date(2025, 2, 20))
    interest(cast, account, date(2025, 3, 1))
    pay(cast, account, "120000", date(2025, 3, 1))
    pay(cast, account, "60000", date(2025, 1, 8))  # back-dated
    assert reconciled(account) == D("-13569.56")
    net = _net_interest(account)
    assert net == {two[0].pk: D("550.97"), two[1].pk: D("879.47")}


def test_R9_posting_twice_posts_nothing(cast, account, two):
    assert interest(cast, account, date(2025, 3, 1))
    assert interest(cast, account, date(2025, 3, 1)) == []
    assert Demand.objects.filter(kind=DemandKind.INTEREST).count() == 1


def test_R9_posted_in_parts_there_is_no_drift(cast, account):
    demand(account, "1000000", issued=date(2025, 1, 1), due=date(2025, 1, 15))
    pay(cast, account, "400000", date(2025, 2, 14))
    pay(cast, account, "600000", date(2025, 3, 16))
    posted = [
        interest(cast, account, on)
        for on in (date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 16))
    ]
    assert posted == [[D("4778.08")], [D("6689.32")], [D("2866.85")]]


def test_R9_a_back_dated_receipt_takes_interest_back_on_the_notes_own_day(cast, account):
    demand(account, "1000000", issued=date(2025, 1, 1), due=date(2025, 1, 15))
    assert interest(cast, account, date(2025, 2, 28)) == [D("13139.73")]
    pay(cast, account, "1000000", date(2025, 2, 1))
    (note,) = CreditNote.objects.all()
    (line,) = note.lines.all()
    assert (note.issued_on, line.principal) == (date(2025, 2, 28), D("8063.02"))
    assert line.demand_line.demand.kind == DemandKind.INTEREST
    assert reconciled(account) == D("5076.71")


def test_R8_6_a_bounced_cheque_opens_what_it_paid_and_interest_follows(cast, account):
    first = demand(account, "1000000", issued=date(2025, 1, 1), due=date(2025, 1, 15))
    cheque = pay(cast, account, "1000000", date(2025, 1, 10))
    assert interest(cast, account, date(2025, 2, 28)) == []
    before = LedgerEntry.objects.count()
    services.reverse_payment(actor=cast.meera, payment_id=cheque.pk, reason="Returned unpaid")
    assert open_items(account) == {(first.pk, "principal"): D(1000000)}
    assert interest(cast, account, date(2025, 2, 28)) == [D("13139.73")]
    entry = LedgerEntry.objects.order_by("pk")[before]
    assert (entry.kind, entry.value_on, entry.debit) == (
        "reversal",
        date(2025, 1, 10),
        D(1000000),
    )
    assert reconciled(account) == D("1013139.73")


def test_R8_6_a_bounce_charge_is_a_debit_of_its_own(cast, account):
    services.terms_of(account).__class__.objects.filter(booking=account).update(bounce_charge=500)
    cheque = pay(cast, account, "1000", date(2025, 1, 10))
    services.reverse_payment(actor=cast.meera, payment_id=cheque.pk, reason="Returned unpaid")
    charge = Demand.objects.get(kind=DemandKind.CHARGE)
    assert (charge.lines.get().principal, charge.issued_on) == (D(500), date(2026, 1, 5))
    assert reconciled(account) == D(500)


def test_R8_6_nothing_is_charged_when_nobody_is_to_blame(cast, account):
    services.terms_of(account).__class__.objects.filter(booking=account).update(bounce_charge=500)
    cheque = pay(cast, account, "1000", date(2025, 1, 10))
    services.reverse_payment(
        actor=cast.meera, payment_id=cheque.pk, reason="Entered twice", with_charge=False
    )
    assert reconciled(account) == 0


def test_R8_5_superseded_allocations_stay_readable(cast, account, two):
    pay(cast, account, "105000", date(2025, 2, 20))
    first = set(Allocation.objects.values_list("pk", flat=True))
    pay(cast, account, "105000", date(2025, 1, 8))
    old = Allocation.objects.filter(pk__in=first)
    assert all(row.superseded_at for row in old)
    live = Allocation.objects.live()
    assert {(r.payment.paid_date, r.demand_line.demand_id) for r in live} == {
        (date(2025, 1, 8), two[0].pk),
        (date(2025, 2, 20), two[1].pk),
    }


def test_R22_6_reversal_of_everything_returns_to_the_start(cast, account, two):
    start = (open_items(account), reconciled(account))
    paid = [pay(cast, account, amount, LATER) for amount in ("60000", "150000", "1")]
    interest(cast, account, LATER)
    for payment in paid:
        services.reverse_payment(actor=cast.meera, payment_id=payment.pk, reason="Entered twice")
    for row in DemandLine.objects.filter(demand__kind=DemandKind.INTEREST):
        asked = services.request_waiver(
            actor=cast.meera,
            booking_id=account.pk,
            demand_line_id=row.pk,
            amount=row.principal,
            part=Part.PRINCIPAL,
            reason="Undone",
        )
        services.decide_adjustment(
            actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
        )
    assert (open_items(account), reconciled(account)) == start


def _net_interest(account) -> dict[int, Decimal]:
    net: dict[int, Decimal] = {}
    for row in DemandLine.objects.filter(of_line__demand__booking=account).select_related(
        "of_line"
    ):
        taken = sum((line.principal for line in row.credits.all()), D(0))
        key = row.of_line.demand_id
        net[key] = net.get(key, D(0)) + row.principal - taken
    return net


# --- statement --------------------------------------------------------------------------------------------------------


def test_R10_3_below_the_line(cast, account, two):
    pay(cast, account, "60000", date(2025, 1, 8))
    statement = services.statement_of(account, first_on=None, last_on=date(2025, 2, 20))
    assert (
        statement.closing,
        statement.advance,
        statement.next_due_on,
        statement.accrued_interest,
    ) == (D(255000), 0, None, D("1148.23"))
    assert vars(statement.ageing) == {
        "not_due": 0,
        "days_1_30": D(210000),
        "days_31_60": D(45000),
        "days_61_90": 0,
        "over_90": 0,
        "advances": 0,
    }


def test_R10_a_statement_of_the_past_knows_nothing_of_the_present(cast, account, two):
    pay(cast, account, "60000", date(2025, 1, 8))
    before = services.statement_of(account, first_on=None, last_on=date(2025, 1, 31))
    pay(cast, account, "150000", date(2025, 2, 20))
    interest(cast, account, date(2025, 3, 1))
    assert services.statement_of(account, first_on=None, last_on=date(2025, 1, 31)) == before
    assert (before.next_due_on, before.next_due_amount) == (date(2025, 2, 10), D(210000))


def test_R10_2_a_period_begins_with_what_went_before(cast, account, two):
    pay(cast, account, "60000", date(2025, 1, 8))
    statement = services.statement_of(account, first_on=date(2025, 1, 26), last_on=date(2025, 2, 1))
    assert (statement.brought_forward, len(statement.lines)) == (D(45000), 1)


# --- the ledger -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET debit = debit + 1",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry",
    ],
)
def test_the_ledger_is_only_ever_added_to(account, two, statement):
    with pytest.raises(DatabaseError):
        _execute(statement)
    assert LedgerEntry.objects.count() == 2


def test_a_document_is_posted_once(account, two):
    entry = LedgerEntry.objects.first()
    with pytest.raises(services.PostedAlready):
        _post_again(account, entry)
    assert LedgerEntry.objects.count() == 2


def test_R8_1_receipt_numbers_have_no_gaps_and_begin_anew_each_year(cast, account):
    pay(cast, account, "1", date(2025, 3, 31))
    with pytest.raises(InvalidValue):
        pay(cast, account, "0.001", date(2025, 3, 31))
    pay(cast, account, "2", date(2025, 3, 30))
    pay(cast, account, "3", date(2025, 4, 1))
    numbers = list(Payment.objects.order_by("pk").values_list("receipt_number", flat=True))
    project = account.project_id
    assert numbers == [
        f"RC-{project}/2024-25/00001",
        f"RC-{project}/2024-25/00002",
        f"RC-{project}/2025-26/00001",
    ]


@service
def _execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@service
def _post_again(account, entry):
    post(
        booking=account,
        value_on=entry.value_on,
        kind=entry.kind,
        label="again",
        reference=entry.reference,
        debit=entry.debit,
        demand=entry.demand,
    )
