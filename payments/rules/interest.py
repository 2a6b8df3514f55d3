"""R9: simple late interest per day, evaluated by segments of constant balance and rate and rounded once."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from payments.enums import InterestMode
from payments.rules.facts import Accrual, Rate, Segment
from realestate.core.money import ZERO, round_money

DAY = timedelta(days=1)
YEAR = Decimal(36500)  # percent times days: always 365, also in leap years


def accrue(  # what interest depends on, all by name
    *,
    amount: Decimal,
    due_on: date,
    falls: Iterable[tuple[date, Decimal]],
    rates: Sequence[Rate],
    grace_days: int,
    mode: InterestMode,
    until: date,
    currency: str,
) -> Accrual:
    """Interest on one item up to and including a day, in the currency, rounded once (R9).

    ``falls`` are payments of its principal by value date: a payment of day v lowers the balance from day v + 1. In the
    mode ``from_due`` what is paid inside the grace period counts as paid on the due date. ``rates`` are dated, oldest
    first; days before the first bear nothing.
    """
    grace_ends = due_on + timedelta(days=grace_days)
    if until <= grace_ends:
        return Accrual(segments=(), unrounded=ZERO, amount=ZERO)
    start = due_on if mode == InterestMode.FROM_DUE else grace_ends
    paid = [(min(day, start) if day <= grace_ends else day, part) for day, part in falls]
    segments, products = [], ZERO
    for first, last in _spans(start + DAY, until, paid, rates):
        balance = amount - sum((part for day, part in paid if day < first), ZERO)
        percent = _rate_on(rates, first)
        if balance <= 0 or percent == 0:
            continue
        days = (last - first).days + 1
        product = balance * percent * days
        products += product
        segments.append(
            Segment(
                first=first,
                last=last,
                days=days,
                balance=balance,
                percent=percent,
                interest=product / YEAR,
            )
        )
    unrounded = products / YEAR
    return Accrual(
        segments=tuple(segments), unrounded=unrounded, amount=round_money(unrounded, currency)
    )


def delay_interest(
    *,
    receipts: Iterable[tuple[date, Decimal]],
    promised_on: date,
    offered_on: date,
    rates: Sequence[Rate],
    currency: str,
) -> Accrual:
    """What a builder who is late owes on cleared consideration receipts (value date, amount), rounded once (R9).

    From the later of value date and promised date to the offer of possession; R11 uses it for a builder's default
    with the value date alone (``promised_on`` before the first receipt).
    """
    segments: list[Segment] = []
    for value_on, amount in receipts:
        start = max(value_on, promised_on)
        part = accrue(
            amount=amount,
            due_on=start,
            falls=(),
            rates=rates,
            grace_days=0,
            mode=InterestMode.FROM_DUE,
            until=offered_on,
            currency=currency,
        )
        segments += part.segments
    unrounded = sum((s.balance * s.percent * s.days for s in segments), ZERO) / YEAR
    return Accrual(
        segments=tuple(segments), unrounded=unrounded, amount=round_money(unrounded, currency)
    )


def _spans(
    first: date, last: date, paid: Iterable[tuple[date, Decimal]], rates: Iterable[Rate]
) -> list[tuple[date, date]]:
    """First and last days of spans in which neither balance nor rate changes."""
    starts = {first}
    starts |= {day + DAY for day, _ in paid if first <= day < last}
    starts |= {rate.valid_from for rate in rates if first < rate.valid_from <= last}
    ordered = sorted(starts)
    return [
        (begin, following - DAY)
        for begin, following in zip(ordered, [*ordered[1:], last + DAY], strict=True)
    ]


def _rate_on(rates: Iterable[Rate], day: date) -> Decimal:
    held = [rate for rate in rates if rate.valid_from <= day]
    return max(held, key=lambda rate: rate.valid_from).percent if held else ZERO
