"""The statement of account on the wire (R10)."""

from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers

from payments.enums import EntryKind
from payments.rules.statement import StatementLine
from payments.rules.withholding import Withholding
from realestate.core.api.serializers import MoneyField, ReadSerializer

CENT = Decimal("0.01")


class BalanceField(MoneyField):
    """A sum of many amounts: 2 decimals, JSON number."""

    def __init__(self, **options: object) -> None:
        """Wider than one amount."""
        super().__init__(**options)
        self.max_digits = 20


class StatementLineRead(ReadSerializer):
    """An entry of the ledger and the balance after it; positive: the buyer owes."""

    value_on = serializers.DateField()
    kind = serializers.ChoiceField(EntryKind.choices)
    reference = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    debit = BalanceField()
    credit = BalanceField()
    balance = BalanceField()

    def to_representation(self, instance: StatementLine) -> dict[str, Any]:
        """The same as field by field, which would take most of the time of a long account."""
        return {
            "value_on": instance.value_on.isoformat(),
            "kind": str(instance.kind),
            "reference": instance.reference,
            "label": instance.label,
            "debit": instance.debit.quantize(CENT),
            "credit": instance.credit.quantize(CENT),
            "balance": instance.balance.quantize(CENT),
        }


class AgeingRead(ReadSerializer):
    """What is open by days past its due date; advances stand apart (R10.5)."""

    not_due = BalanceField()
    days_1_30 = BalanceField()
    days_31_60 = BalanceField()
    days_61_90 = BalanceField()
    over_90 = BalanceField()
    advances = BalanceField()


class ApplicantPartRead(ReadSerializer):
    """What one of the buyers should have withheld: by share, whole units, the remainder with the last (R3.4)."""

    name = serializers.CharField()
    share = serializers.DecimalField(5, 2, help_text="Percent.")
    expected = BalanceField()


class WithholdingRead(ReadSerializer):
    """Tax that the buyers withhold from what they pay and hand to the authority themselves (R3.4-6)."""

    percent = serializers.DecimalField(7, 4)
    threshold = BalanceField(help_text="From this contract value on, before tax.")
    contract_value = BalanceField(help_text="With the changes that were accepted, before tax.")
    consideration_paid = BalanceField(help_text="Gross: received and withheld, before tax.")
    expected = BalanceField()
    declared = BalanceField(help_text="Credited, without a certificate so far.")
    verified = BalanceField()
    shortfall = BalanceField(help_text="Expected and not credited; it is never deducted silently.")
    by_applicant = serializers.SerializerMethodField()
    late = serializers.ListField(
        child=serializers.CharField(), help_text="Receipts past their filing day, not verified."
    )
    working = serializers.SerializerMethodField(help_text="Null without explain=1.")

    def get_by_applicant(self, found: Withholding) -> list[dict[str, Any]]:
        """In the order of the shares on the agreement, the primary buyer first."""
        names = ("name", "share", "expected")
        rows = [dict(zip(names, part, strict=True)) for part in found.by_applicant]
        return list(ApplicantPartRead(rows, many=True).data)

    def get_working(self, found: Withholding) -> dict[str, Any] | None:
        """How ``expected`` came about."""
        return found.working.as_json() if self.context.get("explain") else None


class ItemInterestRead(ReadSerializer):
    """Late interest of one demand line, with the segments that it adds up from (R9)."""

    demand_line_id = serializers.IntegerField()
    working = serializers.DictField()


class StatementRead(ReadSerializer):
    """The account of a booking over some days, in its currency."""

    booking_id = serializers.IntegerField(source="booking.pk")
    booking_number = serializers.CharField(source="booking.booking_number")
    currency = serializers.CharField(source="booking.currency", help_text="ISO 4217.")
    first_on = serializers.DateField(source="statement.first_on", allow_null=True)
    last_on = serializers.DateField(source="statement.last_on")
    brought_forward = BalanceField(source="statement.brought_forward")
    lines = StatementLineRead(many=True, source="statement.lines")
    closing = BalanceField(
        source="statement.closing", help_text="Positive: the buyer owes; negative: an advance."
    )
    accrued_interest = BalanceField(
        source="statement.accrued_interest", help_text="Not posted yet, so not in the balance."
    )
    undemanded = BalanceField(
        source="statement.undemanded", help_text="What the plan will still ask for, before tax."
    )
    advance = BalanceField(source="statement.advance")
    next_due_on = serializers.DateField(source="statement.next_due_on", allow_null=True)
    next_due_amount = BalanceField(source="statement.next_due_amount")
    ageing = AgeingRead(source="statement.ageing")
    withholding = WithholdingRead(
        source="statement.withholding",
        allow_null=True,
        help_text="Null: nothing is to be withheld.",
    )
    interest = ItemInterestRead(many=True, allow_null=True, help_text="Only with explain=1.")
    workings = serializers.ListField(
        child=serializers.DictField(),
        allow_null=True,
        help_text="How balance, interest not posted, advance, ageing and the rest came about; null without explain=1.",
    )
    pdf_url = serializers.CharField(help_text="Opens without a login for ten minutes.")
    xlsx_url = serializers.CharField(help_text="Opens without a login for ten minutes.")


@cache
def statement_shape(*, explain: bool) -> StatementRead:
    """The shape, made once: it is the same for everybody, and making it costs as much as a short account."""
    return StatementRead(context={"explain": explain})
