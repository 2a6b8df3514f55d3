"""What clients send about receipts: decisions, proofs, reversals (R8.1)."""

from rest_framework import serializers

from payments.rules.words import METHOD_WORDS
from realestate.core.api.serializers import PositiveMoneyField, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID


class ClearWrite(WriteSerializer):
    """The money has arrived."""

    aliases = {"payment_date": "paid_date"}
    example = {"paid_date": "2026-01-05"}

    paid_date = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="Value date, if it differs from the recorded one.",
    )


class RejectWrite(WriteSerializer):
    """Why a proof or a recorded payment is refused."""

    example = {"reason": "The transfer has not arrived."}

    reason = serializers.CharField(max_length=500)


class WithholdingCertificateWrite(WriteSerializer):
    """The certificate of tax that the buyer withheld (R3.5)."""

    example = {"certificate_number": "26QB/AB1234567"}

    certificate_number = serializers.CharField(max_length=100)


class ReverseWrite(WriteSerializer):
    """Why money that had arrived is gone again (R8.6)."""

    example = {"reason": "The cheque was returned unpaid.", "with_charge": True}

    reason = serializers.CharField(max_length=500)
    with_charge = serializers.BooleanField(
        default=True, help_text="Whether the agreed bounce charge becomes a debit."
    )


class ProofWrite(WriteSerializer):
    """A buyer's own statement that it paid; a transaction number or an uploaded file is needed."""

    aliases = {"payment_date": "paid_date"}
    example = {
        "amount": 250000,
        "payment_method": "neft",
        "transaction_id": "UTR-202601050078",
        "payment_date": "2026-01-05",
    }

    amount = PositiveMoneyField(help_text="In the booking's currency.")
    payment_method = WordField(METHOD_WORDS)
    transaction_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    paid_date = serializers.DateField(required=False, allow_null=True)
    proof_id = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=BIGGEST_ID,
        help_text="Of a file that you sent to files.",
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
