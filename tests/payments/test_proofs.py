"""R8.1: proofs of payment, and what becomes of them."""

from datetime import date

import pytest

from payments import services
from payments.enums import ReceiptState
from payments.models import Payment
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from tests.payments.account import D, reconciled

pytestmark = pytest.mark.django_db


def _proof(cast, account, **facts):
    return services.submit_proof(
        actor=cast.asha,
        booking_id=account.pk,
        **{
            "amount": D(1000),
            "payment_method": "bank_transfer",
            "transaction_id": "UTR-P1",
            "paid_date": date(2025, 2, 20),
            **facts,
        },
    )


def test_R8_1_a_proof_counts_once_it_is_cleared(cast, account, two):
    proof = _proof(cast, account)
    assert (proof.state, proof.receipt_number, reconciled(account)) == (
        ReceiptState.SUBMITTED,
        "",
        D(315000),
    )
    services.clear_payment(actor=cast.meera, payment_id=proof.pk, paid_date=date(2025, 2, 21))
    proof.refresh_from_db()
    assert (proof.state, proof.paid_date, reconciled(account)) == (
        ReceiptState.CLEARED,
        date(2025, 2, 21),
        D(314000),
    )
    with pytest.raises(InvalidTransition):
        services.clear_payment(actor=cast.meera, payment_id=proof.pk)


def test_R8_1_a_rejected_proof_may_be_sent_again(cast, account):
    proof = _proof(cast, account)
    with pytest.raises(services.ReasonMissing):
        services.reject_payment(actor=cast.meera, payment_id=proof.pk, reason=" ")
    with pytest.raises(NotAllowed):
        services.clear_payment(actor=cast.asha, payment_id=proof.pk)
    services.reject_payment(actor=cast.meera, payment_id=proof.pk, reason="Not found")
    assert _proof(cast, account).pk != proof.pk
    with pytest.raises(InvalidTransition):
        services.reverse_payment(actor=cast.meera, payment_id=proof.pk, reason="No")


def test_a_proof_needs_something_to_look_at(cast, account):
    with pytest.raises(InvalidValue):
        _proof(cast, account, transaction_id="")
    with pytest.raises(InvalidValue):
        _proof(cast, account, proof_id=12345)
    with pytest.raises(NotAllowed):
        services.submit_proof(
            actor=cast.meera,
            booking_id=account.pk,
            amount=D(1),
            payment_method="cash",
            transaction_id="x",
        )
    assert not Payment.objects.exists()
