"""A purchase that is about to end: Asha's signed booking for 8,000,000, with money, demands and late interest."""

from datetime import UTC, date, datetime
from decimal import Decimal

from bookings.enums import BookingState
from bookings.models import Booking
from payments import services
from payments.enums import DemandKind, Initiator, PaymentMethod, PaymentType, SettlementAction
from payments.services.demands import Wanted, raise_demand
from payments.services.ledger import balance_of
from payments.services.replay import replay
from projects.enums import TaxClass
from realestate.core import audit
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory

D = Decimal
BOOKED = datetime(2025, 6, 1, 6, tzinfo=UTC)
PRICE = D(8_000_000)


def purchase(cast, **facts) -> Booking:
    """Asha's booking, agreement signed, so that no cap holds."""
    return BookingFactory(
        paid=True,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        **{
            "state": BookingState.AGREEMENT_SIGNED,
            "agreement_value": PRICE,
            "booking_date": BOOKED,
            **facts,
        },
    )


def pay(cast, booking, amount, day=date(2025, 7, 1)):
    """A cleared receipt."""
    return services.record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type=PaymentType.INSTALLMENT,
        amount=D(amount),
        payment_method=PaymentMethod.BANK_TRANSFER,
        transaction_id=f"UTR-{booking.pk}-{amount}-{day}",
        paid_date=day,
    )


@service
def demand(
    booking, principal, *, tax=0, kind=DemandKind.SCHEDULE, day=date(2025, 6, 15), counts=True
):
    """A demand of one line, due on the day it was issued."""
    wanted = Wanted(
        label="Instalment",
        principal=D(principal),
        tax=D(tax),
        tax_class=TaxClass.EXEMPT,
        in_consideration=counts and kind == DemandKind.SCHEDULE,
    )
    raised = raise_demand(
        actor=audit.SYSTEM, booking=booking, kind=kind, lines=[wanted], issued_on=day, due_on=day
    )
    replay(audit.SYSTEM, booking)
    return raised


def vector(cast, **facts) -> Booking:
    """R11's vector: A 8,000,000, P 1,250,000, U 980.20."""
    booking = purchase(cast, **facts)
    demand(booking, 1_250_000)
    pay(cast, booking, 1_250_000)
    demand(booking, "980.20", kind=DemandKind.INTEREST, day=date(2025, 8, 1))
    return booking


def account(booking) -> tuple[Decimal, Decimal, Decimal]:
    """Balance, what is open, and advances; the first is always the second less the third (R10.4)."""
    stand = services.standing(booking)
    assert stand.balance == stand.open - stand.advances == balance_of(booking)
    return stand.balance, stand.open, stand.advances


def propose(cast, booking, *, actor=None, initiator=Initiator.BUYER, **facts):
    """A draft of the settlement."""
    return services.propose_settlement(
        actor=actor or cast.meera,
        booking_id=booking.pk,
        initiator=initiator,
        reason="The buyer withdraws.",
        **facts,
    )


def approve(cast, settlement, *, actor=None):
    """By somebody else than who proposed it."""
    return services.decide_settlement(
        actor=actor or cast.sana, settlement_id=settlement.pk, action=SettlementAction.APPROVE
    )


def amounts(settlement):
    """Its lines: code and amount."""
    return {line["code"]: D(line["amount"]) for line in settlement.lines}
