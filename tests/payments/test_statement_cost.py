"""R10: what a statement of account costs, and that its short ways say what the long ones say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from rest_framework import serializers

from payments import services
from payments.models import CreditLine, LedgerEntry
from payments.serializers.statements import StatementLineRead
from payments.services.facts import facts_of, facts_of_all
from payments.services.numbers import number_of
from realestate.core.models import NumberSeries
from realestate.core.numbering import next_number, next_numbers
from realestate.core.transactions import service
from tests.factories.payments import CreditNoteFactory
from tests.factories.projects import UnitFactory
from tests.payments.account import demand, pay
from tests.payments.runs import buyer

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 5)


@pytest.fixture
def account(cast):
    """A signed booking without any money yet."""
    return buyer(cast.meera_unit)


def turn(cast, booking, number):
    """Something is asked for and paid."""
    day = FIRST + timedelta(days=number)
    demand(booking, "5000.50", "10", issued=day, due=day)
    pay(cast, booking, "5000", day)


@pytest.mark.parametrize("turns", [1, 4])
def test_R10_a_statement_takes_nine_statements_however_long_it_is(
    as_, cast, account, django_assert_num_queries, turns
):
    for number in range(turns):
        turn(cast, account, number)
    client, path = as_(cast.meera), f"/api/bookings/{account.pk}/statement"
    client.get(path)  # what is compiled once is compiled
    with django_assert_num_queries(9):
        answer = client.get(path)
    assert len(answer.json()["lines"]) == 2 * turns


def test_R10_a_line_is_shown_as_field_by_field(cast, account):
    turn(cast, account, 0)
    statement = services.statement_of(account, first_on=None, last_on=date(2025, 12, 31))
    for line in statement.lines:
        by_fields = serializers.Serializer.to_representation(StatementLineRead(), line)
        assert StatementLineRead().to_representation(line) == dict(by_fields)
    assert len(statement.lines) == 2


def test_R10_1_what_was_posted_late_stands_on_its_value_date(cast, account):
    for number in (3, 1):
        turn(cast, account, number)
    statement = services.statement_of(account, first_on=None, last_on=FIRST + timedelta(days=2))
    assert [(line.value_on, line.debit, line.credit) for line in statement.lines] == [
        (FIRST + timedelta(days=1), Decimal("5010.50"), Decimal("0.00")),
        (FIRST + timedelta(days=1), Decimal("0.00"), Decimal(5000)),
    ]
    assert LedgerEntry.objects.filter(booking=account).count() == 4


def test_R8_5_the_facts_of_many_are_those_of_each(cast, account):
    other, empty = (buyer(UnitFactory(project=cast.meera_project)) for _ in range(2))
    for booking in (account, other):
        for number in range(2):
            turn(cast, booking, number)
    note = CreditNoteFactory(booking=other, issued_on=FIRST)
    CreditLine.objects.create(
        credit_note=note, demand_line=facts_of(other).lines[0], principal=Decimal(700)
    )
    CreditNoteFactory(booking=other, issued_on=FIRST - timedelta(days=1))
    bookings = [other, empty, account]
    together = facts_of_all([booking.pk for booking in bookings])
    assert together == {booking.pk: facts_of(booking) for booking in bookings}
    assert [len(together[booking.pk].money) for booking in bookings] == [4, 0, 2]


def test_R7_5_several_numbers_follow_those_before_them(cast):
    series = {"scope_id": cast.meera_project.pk, "period": "2025-26"}
    taken = service(next_numbers)("demand", count=3, **series)
    assert list(taken) == [1, 2, 3]
    assert service(next_number)("demand", **series) == 4
    assert list(service(next_numbers)("demand", count=2, **series)) == [5, 6]
    assert NumberSeries.objects.get(**series, series="demand").last == 6
    with pytest.raises(RuntimeError, match="outside a transaction"):
        next_numbers("demand", count=1, **series)
    assert number_of("demand", 7, "2025-26", 5) == "DM-7/2025-26/00005"
