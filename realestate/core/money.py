"""Money is Decimal, rounded once, half up, to the currency's minor unit (R0)."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

MINOR_DIGITS = {"INR": 2, "AED": 2, "GBP": 2, "USD": 2, "EUR": 2, "JPY": 0}
DEFAULT_CURRENCY = "INR"
MAX_DIGITS = 15  # a double carries 15 digits exactly, so JSON numbers stay right to the cent
ZERO = Decimal("0.00")


def quantum(currency: str = DEFAULT_CURRENCY) -> Decimal:
    """The currency's minor unit q (R0): 0.01 for INR, 1 for JPY."""
    return Decimal(1).scaleb(-MINOR_DIGITS[currency])


def round_money(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> Decimal:
    """round(x) of R0: half up, away from zero on ties, also for negatives."""
    return _signed(amount.quantize(quantum(currency), rounding=ROUND_HALF_UP))


def floor_money(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> Decimal:
    """floor(x) of R0: towards zero; only for caps and limits, so that a limit is never exceeded."""
    return _signed(amount.quantize(quantum(currency), rounding=ROUND_DOWN))


def _signed(amount: Decimal) -> Decimal:
    return amount + 0  # Decimal knows a negative zero; people do not


def has_minor_precision(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> bool:
    """Whether an amount can be paid in this currency without rounding."""
    return amount == round_money(amount, currency)
