"""R1 and R3: cost sheets and taxes, with the vectors as they stand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.enums import ChargeBasis as B
from projects.enums import ChargeKind as K
from projects.rules import ChargeSpec, Discount, PricingError, UnitFacts, cost_sheet, tax

D = Decimal
UNIT = UnitFacts(area=D("1045.50"), floor=12, unit_type="3BHK", price=D(9_000_000))
BASE = ChargeSpec(code="BASE", label="Base", kind=K.BASE, basis=B.PER_AREA, value=D(7250))
RISE = ChargeSpec(
    code="RISE",
    label="Floor rise",
    kind=K.FLOOR_RISE,
    basis=B.PER_AREA,
    value=D(40),
    rise_from_floor=4,
)
PLC = ChargeSpec(
    code="PLC",
    label="Garden view",
    kind=K.PREFERENTIAL,
    basis=B.PERCENT_OF,
    value=D(3),
    percent_of=("BASE",),
)
PARKING = ChargeSpec(code="PARK", label="Parking", kind=K.CHARGE, basis=B.FLAT, value=D(350_000))
CLUB = ChargeSpec(code="CLUB", label="Club", kind=K.CHARGE, basis=B.FLAT, value=D(150_000))
ALL = (BASE, RISE, PLC, PARKING, CLUB)


def test_R1_vector():
    sheet = cost_sheet(UNIT, ALL, Discount(percent=D(2)))
    assert [line.amount for line in sheet.lines] == [
        D("7579875.00"),
        D("334560.00"),
        D("227396.25"),
        D("350000.00"),
        D("150000.00"),
    ]
    assert sheet.discount_amount == D("162836.63")
    assert sheet.agreement_value == D("8478994.62")
    assert sum(line.discount for line in sheet.lines) == D("162836.63")


def test_R1_what_is_outside_the_consideration_is_not_in_A():
    sheet = cost_sheet(UNIT, (BASE, replace(CLUB, in_consideration=False)))
    assert (sheet.agreement_value, sheet.other_charges) == (D("7579875.00"), D("150000.00"))


def test_R1_a_unit_below_the_first_floor_of_the_rise_pays_none():
    sheet = cost_sheet(replace(UNIT, floor=3), (BASE, RISE))
    assert sheet.lines[1].amount == 0


@pytest.mark.parametrize(
    "charges",
    [
        (),
        (RISE,),
        (BASE, replace(BASE, code="B2")),
        (BASE, BASE),
        (PLC, BASE),
        (BASE, replace(PLC, percent_of=())),
        (BASE, replace(PLC, percent_of=("PARK",))),
        (BASE, replace(PLC, value=D(101))),
        (BASE, replace(RISE, rise_from_floor=None)),
        (replace(BASE, value=D(0)),),
        (replace(BASE, value=D("1e14")),),
        (replace(BASE, basis=B.PERCENT_OF, percent_of=("X",)),),
        (BASE, replace(PARKING, rise_from_floor=2)),
    ],
)
def test_R1_what_is_no_price_list(charges):
    with pytest.raises(PricingError):
        cost_sheet(UNIT, charges)


@pytest.mark.parametrize(
    "discount",
    [
        {"percent": D(-1)},
        {"amount": D(-1)},
        {},
        {"percent": D(1), "amount": D(1)},
        {"percent": D("NaN")},
    ],
)
def test_R1_what_is_no_discount(discount):
    with pytest.raises(PricingError):
        Discount(**discount)


def test_R1_a_discount_is_never_more_than_what_it_is_taken_off():
    with pytest.raises(PricingError):
        cost_sheet(UNIT, (BASE, PARKING), Discount(amount=D("7579875.01")))
    sheet = cost_sheet(UNIT, (BASE, PARKING), Discount(amount=D("7579875.00")))
    assert sheet.agreement_value == D("350000.00")


@given(st.integers(1, 10**9), st.integers(0, 1_000_000))
def test_R1_the_shares_of_a_discount_add_up(price, percent):
    unit = replace(UNIT, price=D(price).scaleb(-2))
    base = ChargeSpec(code="BASE", label="Base", kind=K.BASE, basis=B.UNIT_PRICE)
    try:
        sheet = cost_sheet(
            unit, (base, PLC, RISE, PARKING), Discount(percent=D(percent) * D("0.0001"))
        )
    except PricingError:
        return
    assert sum(line.discount for line in sheet.lines) == sheet.discount_amount
    assert sum(line.taxable for line in sheet.lines) == sheet.agreement_value


HALVES = [("CGST", D("2.5")), ("SGST", D("2.5"))]


@pytest.mark.parametrize(
    ("taxable", "each", "total"),
    [("333333.33", "8333.33", "16666.66"), ("750000.10", "18750.00", "37500.00")],
)
def test_R3_1_vectors_each_component_is_rounded_by_itself(taxable, each, total):
    result = tax(D(taxable), HALVES, "INR")
    assert [part.working.amount for part in result.components] == [D(each), D(each)]
    assert result.total == D(total)


def test_R3_without_a_rate_there_is_no_tax():
    assert tax(D(100), [], "INR").total == 0


def test_R13_vector_of_taxes():
    assert tax(D("38164.25"), [("CGST", D(9)), ("SGST", D(9))], "INR").total == D("6869.56")
