"""R11: the vectors as they stand, each kind of rule, and that nothing is lost whatever is settled (R22.8)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.enums import Initiator
from payments.rules.facts import Accrual, Rate
from payments.rules.interest import delay_interest
from payments.rules.settlement import (
    Account,
    Band,
    Bands,
    Conditions,
    Costs,
    Flat,
    PercentOfPaid,
    PercentOfPrice,
    forfeit,
    settle,
)

D = Decimal
# Presets are data: these stand here because the vectors of R11 are about them.
DUBAI = Bands(
    bands=(
        Band(completion=D(80), above_only=True, share=PercentOfPrice(percent=D(40))),
        Band(completion=D(60), share=PercentOfPrice(percent=D(40))),
        Band(completion=D(0), above_only=True, share=PercentOfPrice(percent=D(25))),
        Band(completion=D(0), share=PercentOfPaid(percent=D(30))),
    )
)


def conditions(rule, initiator=Initiator.BUYER, **more):
    return Conditions(initiator=initiator, currency="INR", forfeit=rule, **more)


def amounts(settled):
    return {line.code: line.amount for line in settled.lines}


@pytest.mark.parametrize(
    ("percent", "kept", "refund"),
    [(10, D("800000.00"), D("449019.80")), (2, D("160000.00"), D("1089019.80"))],
)
def test_R11_vector_a_buyer_withdraws(percent, kept, refund):
    account = Account(price=D(8_000_000), consideration=D(1_250_000), unpaid_interest=D("980.20"))
    settled = settle(account, conditions(PercentOfPrice(percent=D(percent))))
    assert (settled.refund, amounts(settled)) == (
        refund,
        {"forfeit": kept, "unpaid_interest": D("980.20")},
    )


@pytest.mark.parametrize(
    ("completion", "kept", "refund"),
    [
        ("85", 800_000, 100_000),
        ("80", 800_000, 100_000),
        ("60", 800_000, 100_000),
        ("59.99", 500_000, 400_000),
        ("0.01", 500_000, 400_000),
        ("0", 270_000, 630_000),
    ],
)
def test_R11_vector_a_table_by_certified_completion(completion, kept, refund):
    account = Account(price=D(2_000_000), consideration=D(900_000))
    terms = conditions(DUBAI, Initiator.BUYER_DEFAULT, completion=D(completion))
    settled = settle(account, terms)
    assert (amounts(settled), settled.refund) == ({"forfeit": kept}, refund)


@pytest.mark.parametrize(("disclosed", "refund"), [(D(300), D(225)), (None, D(500))])
def test_R11_vector_only_costs_that_were_disclosed(disclosed, refund):
    account = Account(price=D(300_000), consideration=D(500))
    rule = Costs(items=(D(180), D(95)), disclosed=disclosed)
    assert settle(account, conditions(rule)).refund == refund


def test_R11_costs_are_limited_by_what_was_disclosed():
    account = Account(price=D(300_000), consideration=D(500))
    rule = Costs(items=(D(280), D(95)), disclosed=D(300))
    assert settle(account, conditions(rule)).refund == D(200)


def test_R11_no_band_means_nothing_is_kept():
    rule = Bands(bands=(Band(completion=D(50), share=Flat(amount=D(10))),))
    account = Account(price=D(100), consideration=D(50))
    assert settle(account, conditions(rule, completion=D("49.99"))).refund == D(50)


def test_R11_never_more_than_the_cap_or_what_was_paid():
    account = Account(price=D(1_000), consideration=D(80))
    rule = PercentOfPrice(percent=D(10))
    assert forfeit(account, conditions(rule)).amount == D(80)
    assert forfeit(account, conditions(rule, forfeit_cap=D(60))).amount == D(60)
    assert forfeit(account, conditions(Flat(amount=D(70)))).amount == D(70)


def test_R0_the_forfeit_is_rounded_once():
    account = Account(price=D("100.05"), consideration=D(80))
    figure = forfeit(account, conditions(PercentOfPrice(percent=D(10))))
    assert (figure.unrounded, figure.amount) == (D("10.005"), D("10.01"))
    assert figure.as_json() == {
        "figure": "Kept of the price",
        "rule": "R11",
        "formula": "min(A × percent / 100, cap, P)",
        "inputs": {"A": "100.05", "percent": "10", "P": "80"},
        "unrounded": "10.005",
        "amount": "10.01",
    }


# Less money than what is deducted.
SHORT = Account(
    price=D(1_000),
    consideration=D(110),
    tax=D(9),
    unpaid_interest=D(8),
    work=D(7),
    brokerage=D(6),
)


def test_R11_deductions_end_where_the_money_ends():
    settled = settle(SHORT, conditions(PercentOfPrice(percent=D(10))))
    assert (amounts(settled), settled.refund) == (
        {"forfeit": D(100), "unpaid_interest": D(8), "work": D(2), "tax": D(9)},
        D(0),
    )


def test_R11_tax_interest_and_charges_stand_as_lines():
    account = Account(
        price=D(1_000), consideration=D(500), tax=D(25), interest=D(3), charges=D(40), held=D(11)
    )
    settled = settle(account, conditions(PercentOfPrice(percent=D(10))))
    assert (amounts(settled), settled.refund) == (
        {"forfeit": D(100), "tax": D(25), "interest": D(3), "charges": D(40)},
        D(411),
    )
    free_tax = settle(account, conditions(PercentOfPrice(percent=D(10)), tax_is_refundable=True))
    assert (amounts(free_tax), free_tax.refund) == (
        {"forfeit": D(100), "interest": D(3), "charges": D(40)},
        D(436),
    )


def test_R11_inside_cooling_off_everything_is_returned():
    account = Account(
        price=D(1_000),
        consideration=D(500),
        tax=D(25),
        interest=D(3),
        charges=D(40),
        unpaid_interest=D(9),
        work=D(9),
    )
    settled = settle(account, conditions(PercentOfPrice(percent=D(10)), is_free=True))
    assert (settled.lines, settled.refund) == ((), D(568))


def test_R11_a_builders_default_costs_the_buyer_nothing_and_adds_interest():
    """R9: 2,000,000 for 181 days and 500,000 for 140 days at 10.90 %."""
    owed = delay_interest(
        receipts=[(date(2024, 12, 31), D(2_000_000)), (date(2025, 2, 10), D(500_000))],
        promised_on=date.min,
        offered_on=date(2025, 6, 30),
        rates=[Rate(valid_from=date(2020, 1, 1), percent=D("10.90"))],
        currency="INR",
    )
    account = Account(
        price=D(8_000_000),
        consideration=D(2_400_000),
        tax=D(60_000),
        charges=D(40_000),
        unpaid_interest=D(500),
    )
    rule = PercentOfPrice(percent=D(10))
    settled = settle(account, conditions(rule, Initiator.BUILDER_DEFAULT, interest_owed=owed))
    assert owed.amount == D("129008.22")
    assert (amounts(settled), settled.refund) == (
        {"tax": D(60_000), "delay_interest": D("-129008.22")},
        D("2569008.22"),
    )
    assert settled.lines[-1].working.inputs["segments"] == [
        "2000000.00 × 10.90 % × 181 days (2025-01-01 to 2025-06-30)",
        "500000.00 × 10.90 % × 140 days (2025-02-11 to 2025-06-30)",
    ]


# --- properties ------------------------------------------------------------------------------------------------------

money = st.decimals(min_value=0, max_value=10**9, places=2)
percents = st.decimals(min_value=0, max_value=100, places=4)
shares = st.one_of(
    st.builds(PercentOfPrice, percent=percents),
    st.builds(PercentOfPaid, percent=percents),
    st.builds(Flat, amount=money),
    st.builds(Costs, items=st.lists(money, max_size=4).map(tuple), disclosed=st.none() | money),
)
bands = st.builds(Band, completion=percents, share=shares, above_only=st.booleans())
rules = shares | st.builds(Bands, bands=st.lists(bands, max_size=4).map(tuple))
accounts = st.builds(
    Account,
    price=money,
    consideration=money,
    tax=money,
    interest=money,
    charges=money,
    held=money,
    unpaid_interest=money,
    work=money,
    brokerage=money,
)
accruals = money.map(lambda amount: Accrual(segments=(), unrounded=amount, amount=amount))
all_conditions = st.builds(
    Conditions,
    initiator=st.sampled_from(Initiator),
    currency=st.just("INR"),
    forfeit=rules,
    forfeit_cap=st.none() | money,
    completion=percents,
    is_free=st.booleans(),
    tax_is_refundable=st.booleans(),
    interest_owed=st.none() | accruals,
)


@given(account=accounts, terms=all_conditions)
def test_R22_8_refund_and_lines_are_the_money_received(account, terms):
    settled = settle(account, terms)
    owed = terms.interest_owed
    added = owed.amount if owed and terms.initiator == Initiator.BUILDER_DEFAULT else D(0)
    kept = [line.amount for line in settled.lines if line.code != "delay_interest"]
    assert settled.refund + sum(kept) == account.received + added
    assert settled.refund + sum(line.amount for line in settled.lines) == account.received
    assert all(amount > 0 for amount in kept)
    assert account.held + added <= settled.refund <= account.received + added


@given(account=accounts, terms=all_conditions)
def test_R11_the_forfeit_is_never_more_than_was_paid(account, terms):
    figure = forfeit(account, terms)
    limit = account.consideration if terms.forfeit_cap is None else terms.forfeit_cap
    assert D(0) <= figure.amount <= min(limit, account.consideration)
