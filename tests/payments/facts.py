"""Facts of an account for pure rules: R8's two demands and three receipts, R9's rate and due day, and any others."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from payments.enums import InterestMode, Part
from payments.rules.facts import Item, Money, Rate
from payments.rules.interest import accrue

D = Decimal
LATER = date(2030, 1, 1)


def a_demand(number, principal, tax, issued, due):
    """Its two items: tax first."""

    def part(which, amount):
        return Item(
            line=number,
            part=which,
            issued_on=issued,
            due_on=due,
            demand=number,
            sequence=1,
            amount=D(amount),
        )

    return [part(Part.TAX, tax), part(Part.PRINCIPAL, principal)]


def a_note(number, amount, on):
    """Late interest, as an item that is due at once."""
    return Item(
        line=number,
        part=Part.PRINCIPAL,
        issued_on=on,
        due_on=on,
        demand=number,
        sequence=1,
        amount=D(amount),
        is_interest=True,
    )


def a_receipt(number, amount, on, *targets):
    """Money that arrived; ``targets`` say by hand what it pays."""
    return Money(
        key=("payment", number), value_on=on, number=number, amount=D(amount), targets=targets
    )


def a_credit(number, amount, on, *targets):
    """A credit note for these lines."""
    return Money(
        key=("credit", number), value_on=on, number=number, amount=D(amount), targets=targets
    )


D1 = a_demand(1, "100000", "5000", date(2024, 12, 26), date(2025, 1, 10))
D2 = a_demand(2, "200000", "10000", date(2025, 1, 26), date(2025, 2, 10))
NOTE = a_note(3, "1430.44", date(2025, 3, 1))
R1 = a_receipt(1, "60000", date(2025, 1, 8))
R2 = a_receipt(2, "150000", date(2025, 2, 20))
R3 = a_receipt(3, "120000", date(2025, 3, 1))

# Any days and amounts, for what holds whatever the facts are.
days = st.integers(0, 60).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
cents = st.integers(1, 50_000).map(lambda n: D(n).scaleb(-2))

RATE = (Rate(valid_from=date(2000, 1, 1), percent=D("10.90")),)
DUE = date(2025, 1, 15)
AFTER = InterestMode.AFTER_GRACE


def late_interest(  # keyword-only but for the day, which every test says
    until,
    *,
    falls=(),
    rates=RATE,
    grace=0,
    mode=InterestMode.FROM_DUE,
    due=DUE,
    amount="1000000",
):
    """Late interest up to a day, on R9's item unless a test says otherwise."""
    return accrue(
        amount=D(amount),
        due_on=due,
        falls=[(day, D(part)) for day, part in falls],
        rates=rates,
        grace_days=grace,
        mode=mode,
        until=until,
        currency="INR",
    ).amount
