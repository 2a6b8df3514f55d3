"""What people do with money, a sentence each: proofs, settlements and waivers."""

from datetime import date
from decimal import Decimal

from payments import services
from payments.enums import AdjustmentAction, Initiator, Part, PaymentMethod, SettlementAction
from payments.models import DemandLine
from tests.payments.account import demand

D = Decimal


def submit(cast, account):
    return services.submit_proof(
        actor=cast.asha,
        booking_id=account.pk,
        amount=D(5000),
        payment_method=PaymentMethod.BANK_TRANSFER,
        transaction_id="UTR-1",
    )


def propose(actor, booking):
    return services.propose_settlement(
        actor=actor,
        booking_id=booking.pk,
        initiator=Initiator.BUYER,
        reason="The buyer withdraws.",
    )


def decide(actor, draft, action=SettlementAction.APPROVE, reason=""):
    return services.decide_settlement(
        actor=actor, settlement_id=draft.pk, action=action, reason=reason
    )


def plinth(account) -> DemandLine:
    return demand(account, "100000", issued=date(2025, 12, 1), due=date(2026, 1, 10)).lines.get()


def waive(actor, account, line):
    return services.request_waiver(
        actor=actor,
        booking_id=account.pk,
        demand_line_id=line.pk,
        amount=D(100),
        part=Part.PRINCIPAL,
        reason="Bank holiday.",
    )


def answer(actor, row, action=AdjustmentAction.APPROVE, reason=""):
    return services.decide_adjustment(
        actor=actor, adjustment_id=row.pk, action=action, reason=reason
    )
