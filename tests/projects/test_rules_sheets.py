"""R1: which lines a unit bears, each basis, what is taxed and planned, and what is refused at its very limit."""

from dataclasses import replace
from decimal import Decimal

import pytest

from projects.enums import ChargeBasis as B
from projects.enums import ChargeKind as K
from projects.rules import Discount, PricingError, cost_sheet, tax
from projects.rules.pricing import check_charges
from tests.projects.test_rules_prices import ALL, BASE, CLUB, PARKING, PLC, RISE, UNIT

D = Decimal
OWN_PRICE = replace(BASE, basis=B.UNIT_PRICE, value=D(0))
FLAT_BASE = replace(BASE, basis=B.FLAT, value=D(1000))


def amounts(*charges, unit=UNIT):
    """By the codes of the lines."""
    return {line.code: line.amount for line in cost_sheet(unit, charges).lines}


@pytest.mark.parametrize(
    ("wanted", "is_borne"),
    [
        ({}, True),
        ({"unit_types": ("3BHK",)}, True),
        ({"unit_types": ("2BHK", "3BHK")}, True),
        ({"unit_types": ("2BHK",)}, False),
        ({"feature": "garden view"}, True),
        ({"feature": "EAST"}, True),
        ({"feature": "sea view"}, False),
        ({"unit_types": ("3BHK",), "feature": "garden view"}, True),
        ({"unit_types": ("3BHK",), "feature": "sea view"}, False),
        ({"unit_types": ("2BHK",), "feature": "garden view"}, False),
    ],
)
def test_R1_a_unit_bears_the_lines_of_its_type_features_and_facing(wanted, is_borne):
    unit = replace(UNIT, features=("Garden View", "Corner"), facing="East")
    assert ("PARK" in amounts(BASE, replace(PARKING, **wanted), unit=unit)) is is_borne


@pytest.mark.parametrize(
    ("floor", "per_area", "flat"),
    [(4, "0.00", "0.00"), (5, "41820.00", "25000.00"), (12, "334560.00", "200000.00")],
)
def test_R1_the_floor_rise_by_area_and_by_floor(floor, per_area, flat):
    unit = replace(UNIT, floor=floor)
    by_floor = replace(RISE, basis=B.FLAT, value=D(25_000))
    assert amounts(BASE, RISE, unit=unit)["RISE"] == D(per_area)
    assert amounts(BASE, by_floor, unit=unit)["RISE"] == D(flat)


def test_R1_a_line_says_what_it_is_and_how_it_was_computed():
    plc = replace(PLC, value=D("3.3333"), tax_class="commercial")
    line = cost_sheet(UNIT, (BASE, plc)).lines[1]
    assert (line.code, line.label, line.kind, line.tax_class) == (
        "PLC",
        "Garden view",
        K.PREFERENTIAL,
        "commercial",
    )
    assert (line.unrounded, line.amount) == (D("252659.973375"), D("252659.97"))
    assert line.working.formula == "(BASE) × percent / 100"
    assert line.working.inputs == {"BASE": D("7579875.00"), "percent": D("3.3333")}


def test_R1_a_rise_from_the_ground_floor_counts_every_floor():
    assert amounts(BASE, replace(RISE, rise_from_floor=0))["RISE"] == D("501840.00")


def test_R1_the_other_bases_of_a_line():
    found = amounts(
        OWN_PRICE,
        RISE,
        replace(PLC, percent_of=("BASE", "RISE")),
        replace(PLC, code="VIEW", basis=B.PER_AREA, value=D(10), percent_of=()),
        replace(PARKING, basis=B.PERCENT_OF, value=D("0.5"), percent_of=("BASE",)),
    )
    assert found == {
        "BASE": D("9000000.00"),
        "RISE": D("334560.00"),
        "PLC": D("280036.80"),  # 3 % of 9,334,560.00
        "VIEW": D("10455.00"),
        "PARK": D("45000.00"),
    }


def test_R1_a_percentage_of_a_line_that_the_unit_does_not_bear_counts_nothing():
    club = replace(CLUB, unit_types=("2BHK",))
    share = replace(PARKING, basis=B.PERCENT_OF, value=D(10), percent_of=("CLUB",))
    both = replace(share, percent_of=("BASE", "CLUB"))
    nothing = cost_sheet(UNIT, (FLAT_BASE, club, share)).lines[1]
    assert (nothing.amount, nothing.working.formula) == (0, "(0) × percent / 100")
    assert amounts(FLAT_BASE, club, both)["PARK"] == D("100.00")


# --- discount, tax and plan ------------------------------------------------------------------------------------------


def test_R1_the_discount_is_shared_by_what_it_is_taken_off_and_the_rest_is_taxed():
    sheet = cost_sheet(UNIT, ALL, Discount(percent=D(2)))
    assert sheet.discount_base == D("8141831.25")
    assert {line.code: (line.discount, line.taxable) for line in sheet.lines} == {
        "BASE": (D("151597.50"), D("7428277.50")),
        "RISE": (D("6691.20"), D("327868.80")),
        "PLC": (D("4547.93"), D("222848.32")),
        "PARK": (0, D("350000.00")),
        "CLUB": (0, D("150000.00")),
    }


def test_R1_what_is_outside_the_consideration_bears_no_discount():
    plc = replace(PLC, basis=B.FLAT, value=D(500), percent_of=(), in_consideration=False)
    sheet = cost_sheet(UNIT, (FLAT_BASE, plc), Discount(percent=D(10)))
    assert (sheet.discount_base, sheet.discount_amount) == (D(1000), D(100))
    assert [line.discount for line in sheet.lines] == [D(100), 0]
    assert (sheet.agreement_value, sheet.other_charges, sheet.gross) == (D(900), D(500), D(1400))


@pytest.mark.parametrize(
    ("discount", "off", "inputs"),
    [
        (None, "0.00", {}),
        ({"percent": D(0)}, "0.00", {"percent": D(0)}),
        ({"percent": D("12.5")}, "125.00", {"percent": D("12.5")}),
        ({"amount": D("0.00")}, "0.00", {"flat": D("0.00")}),
        ({"amount": D("99.99")}, "99.99", {"flat": D("99.99")}),
    ],
)
def test_R1_a_discount_says_how_it_was_computed(discount, off, inputs):
    sheet = cost_sheet(UNIT, (FLAT_BASE,), None if discount is None else Discount(**discount))
    assert (sheet.discount_amount, sheet.agreement_value) == (D(off), 1000 - D(off))
    assert sheet.discount.inputs == {"discount_base": D(1000), **inputs}


def test_R1_the_plan_spreads_what_is_in_it_and_in_the_consideration():
    sheet = cost_sheet(
        UNIT,
        (FLAT_BASE, replace(PARKING, in_plan=False), replace(CLUB, in_consideration=False)),
        Discount(amount=D(200)),
    )
    assert [line.in_plan for line in sheet.lines] == [True, False, False]
    assert sheet.plan_value == D(800)
    assert sheet.agreement_value == D("350800.00")
    assert sheet.value_working.inputs == {"BASE": D(1000), "PARK": D(350_000), "discount": D(200)}
    assert sheet.value_working.amount == sheet.value_working.unrounded == D("350800.00")


def test_R3_1_a_component_says_what_it_was_computed_from():
    (part,) = tax(D("333333.33"), [("CGST", D("2.5"))], "INR").components
    assert (part.component, part.percent, part.amount) == ("CGST", D("2.5"), D("8333.33"))
    assert part.working.unrounded == D("8333.33325")
    assert part.working.inputs == {"taxable": D("333333.33"), "percent": D("2.5")}


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charges", "code", "sentence"),
    [
        ((BASE, replace(PARKING, code="BASE")), "BASE", "two lines with this code"),
        ((BASE, replace(PARKING, kind=K.BASE, basis=B.PERCENT_OF)), "PARK", "on this basis"),
        ((BASE, replace(PARKING, kind="unknown")), "PARK", "on this basis"),
        ((BASE, replace(PARKING, value=D(0))), "PARK", "above zero"),
        ((BASE, replace(PARKING, value=D("-0.01"))), "PARK", "above zero"),
        ((replace(OWN_PRICE, value=D("0.01")),), "BASE", "needs no value"),
        ((BASE, replace(PLC, value=D("100.0001"))), "PLC", "at most 100"),
        ((BASE, replace(PLC, percent_of=())), "PLC", "names the lines"),
        ((BASE, replace(PARKING, percent_of=("BASE",))), "PARK", "names the lines"),
        ((BASE, replace(PLC, percent_of=("BASE", "X"))), "PLC", "does not exist"),
        ((BASE, replace(PLC, percent_of=("PARK",)), PARKING), "PLC", "lines before it"),
        ((BASE, replace(PLC, percent_of=("PLC",))), "PLC", "lines before it"),
        ((BASE, replace(RISE, rise_from_floor=None)), "RISE", "from which floor"),
        ((BASE, replace(PARKING, rise_from_floor=2)), "PARK", "from which floor"),
    ],
)
def test_R1_a_wrong_line_is_named_with_what_is_wrong(charges, code, sentence):
    with pytest.raises(PricingError, match=sentence) as refusal:
        check_charges(charges)
    assert refusal.value.code == code


def test_R1_the_last_values_that_are_allowed():
    check_charges([BASE, replace(PLC, value=D(100)), replace(RISE, rise_from_floor=0)])
    check_charges([OWN_PRICE, replace(PARKING, value=D("0.01"))])


def test_R1_a_discount_of_nothing_and_of_everything_it_can_be_taken_off():
    assert Discount(percent=D(0)).percent == Discount(amount=D(0)).amount == 0
    sheet = cost_sheet(UNIT, (FLAT_BASE, PARKING), Discount(percent=D(100)))
    assert (sheet.discount_amount, sheet.agreement_value) == (D(1000), D(350_000))


def test_R1_an_agreement_value_of_nothing_is_refused_and_a_cent_is_enough():
    with pytest.raises(PricingError, match="above zero"):
        cost_sheet(UNIT, (FLAT_BASE,), Discount(amount=D(1000)))
    sheet = cost_sheet(UNIT, (FLAT_BASE,), Discount(amount=D("999.99")))
    assert sheet.agreement_value == sheet.plan_value == D("0.01")


def test_R1_some_part_must_be_spread_over_the_plan():
    aside = replace(FLAT_BASE, in_plan=False)
    with pytest.raises(PricingError, match="payment plan"):
        cost_sheet(UNIT, (aside,))
    assert cost_sheet(UNIT, (aside, replace(PARKING, value=D("0.01")))).plan_value == D("0.01")


@pytest.mark.parametrize("code", ["BASE", "PARK"])
def test_R1_amounts_end_where_a_column_ends(code):
    """Thirteen digits before the point: 9,999,999,999,999.99 is the last amount of a line."""
    largest = D("9999999999999.99")
    base, extra = (FLAT_BASE, replace(PARKING, in_consideration=False))
    lines = [replace(each, value=D("0.01")) for each in (base, extra)]
    place = [line.code for line in lines].index(code)

    def sheet(value):
        return cost_sheet(
            UNIT, [*lines[:place], replace(lines[place], value=value), *lines[place + 1 :]]
        )

    assert sheet(largest - D("0.01")).gross == largest
    with pytest.raises(PricingError, match="too large") as together:
        sheet(largest)
    assert together.value.code == ""
    with pytest.raises(PricingError, match="too large") as alone:
        sheet(largest + D("0.01"))
    assert alone.value.code == code


def test_R1_a_unit_has_exactly_one_base_line_of_those_that_it_bears():
    small = replace(BASE, code="SMALL", unit_types=("2BHK",))
    assert list(amounts(BASE, small)) == ["BASE"]
    with pytest.raises(PricingError, match="exactly one base"):
        cost_sheet(UNIT, (small,))
    with pytest.raises(PricingError, match="exactly one base"):
        cost_sheet(UNIT, (BASE, replace(BASE, code="TWICE")))
