"""What was said is never unsaid, also not by SQL: demands, credit notes, quotes and price lists (R1, R7.5, R13)."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from bookings.models import ChangeQuote, Quote
from payments import services
from payments.models import CreditLine, CreditNote, Demand, DemandLine
from projects.models import ChargeLine, PriceList
from projects.services import add_price_list
from realestate.core import clock
from tests.factories.bookings import ChangeQuoteFactory, QuoteFactory
from tests.payments.account import D, demand, signed

pytestmark = pytest.mark.django_db
DEMANDS = (Demand, DemandLine, CreditNote, CreditLine)
PRICES = (PriceList, ChargeLine)
BASE = {"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price", "value": D(0)}


@pytest.fixture
def issued(cast):
    """A demand, what credits it, quotes of both kinds and a price list."""
    booking = signed(cast)
    row = demand(booking, "100000", "5000", issued=date(2025, 12, 1), due=date(2025, 12, 16))
    services.correct_demand(actor=cast.meera, demand_id=row.pk, reason="Wrong tower")
    add_price_list(actor=cast.meera, project_id=cast.meera_project.pk, lines=[BASE])
    QuoteFactory(unit=cast.meera_unit, created_by=cast.meera)
    ChangeQuoteFactory(change_request__booking=booking)


def refused(statement: str) -> bool:
    """Whether the database refuses it; what it does not is undone."""
    before = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    finally:
        transaction.savepoint_rollback(before)
    return False


def columns(model) -> list[str]:
    """Those that a row stores: what the database computes changes with the others."""
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def changed(model) -> list[str]:
    """The columns that SQL may change."""
    table = model._meta.db_table
    return [
        column
        for column in columns(model)
        # To itself is no change, so a value of its type that differs: null, or what its text comes to.
        if not refused(f"UPDATE {table} SET {column} = {other(model, column)}")  # noqa: S608  # our own names
    ]


def other(model, column) -> str:
    kind = model._meta.get_field(column.removesuffix("_id")).db_type(connection)
    if kind.startswith("varchar") or kind == "text":
        return f"{column} || 'x'"
    if kind == "jsonb":
        return "'[1]'::jsonb"
    if kind == "boolean":
        return f"NOT {column}"
    if kind.startswith("timestamp"):
        return f"coalesce({column}, now()) + interval '1 day'"
    if kind.endswith("[]"):
        return f"{column} || '{{x}}'"
    return f"coalesce({column}, 0) + 1"


@pytest.mark.parametrize("model", [*DEMANDS, *PRICES], ids=lambda model: model.__name__)
def test_R7_5_no_column_of_a_document_changes_and_no_row_goes(issued, model):
    table = model._meta.db_table
    assert changed(model) == []
    assert refused(f"DELETE FROM {table}")  # noqa: S608  # our own names
    assert refused(f"UPDATE {table} SET id = id")  # noqa: S608  # our own names
    assert model.objects.exists()


@pytest.mark.parametrize("model", [Quote, ChangeQuote], ids=lambda model: model.__name__)
def test_R1_a_quote_is_decided_and_prolonged_and_else_stays_what_it_is(issued, model):
    table = model._meta.db_table
    assert set(changed(model)) <= {
        "customer_id",
        "claim_id",
        "state",
        "valid_until",
        "decided_at",
        "decided_by_id",
        "decision_reason",
    }
    assert refused(f"DELETE FROM {table}")  # noqa: S608  # our own names
    row = model.objects.get()
    row.valid_until, row.decision_reason, row.decided_at = clock.now(), "Agreed", clock.now()
    row.save(update_fields=["valid_until", "decision_reason", "decided_at"])
    row.refresh_from_db()
    assert (row.valid_until, row.decision_reason) == (clock.now(), "Agreed")
