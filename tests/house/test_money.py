"""B12: no amount is ever a float, and JSON keeps it to the cent."""

import ast
import json
from decimal import Decimal
from pathlib import Path

from django.apps import apps
from django.db.models import FloatField
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate.core.api.renderers import JSONRenderer
from tests.house.shape import APPS, ROOT

MONEY = ("payments", "bookings", "projects")
# Where ``float`` stands in these apps, and is no amount.
NO_AMOUNTS = {"payments/gateways/base.py": "seconds since 1970, as gateways send them"}
LARGEST = Decimal("9999999999999.99")
cents = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda n: Decimal(n).scaleb(-2))


def calls_of_float(path: Path) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_B12_no_column_is_a_float():
    models = [model for model in apps.get_models() if model._meta.app_label in APPS]
    assert len(models) > 60
    assert [
        field for model in models for field in model._meta.fields if isinstance(field, FloatField)
    ] == []


def test_B12_nothing_that_reckons_with_money_makes_a_float():
    files = [path for app in MONEY for path in (ROOT / app).rglob("*.py")]
    assert len(files) > 100
    found = {str(path.relative_to(ROOT)) for path in files if calls_of_float(path)}
    assert found == NO_AMOUNTS.keys()


@settings(max_examples=500)
@given(cents)
def test_B12_an_amount_comes_back_from_json_to_the_cent(amount):
    body = JSONRenderer().render({"amount": amount})
    assert json.loads(body, parse_float=Decimal, parse_int=Decimal) == {"amount": amount}


def test_B12_the_largest_amount_is_read_and_written_as_it_is():
    body = JSONRenderer().render([LARGEST, -LARGEST, Decimal("0.01")])
    assert body == b"[9999999999999.99,-9999999999999.99,0.01]"
    assert json.loads(body, parse_float=Decimal) == [LARGEST, -LARGEST, Decimal("0.01")]
