"""What demands, credit notes, interest and adjustments look like on the wire."""

from typing import Any

from rest_framework import serializers

from payments import services
from payments.enums import AdjustmentKind, AdjustmentState, CreditKind, DemandKind, Part, Skip
from payments.models import CreditNote, Demand, DemandLine
from realestate.core.api.links import reader_in
from realestate.core.api.pdf import document_link
from realestate.core.api.serializers import (
    MoneyField,
    PageRead,
    PositiveMoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.vocabulary import Vocabulary

PART_WORDS = Vocabulary(Part)


class DemandLineRead(ReadSerializer):
    """A line of a demand, with its own tax (R3.1). Amounts are in the demand's currency."""

    id = serializers.IntegerField()
    sequence = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    principal = MoneyField(help_text="Before tax.")
    tax = MoneyField()
    total = MoneyField()
    tax_class = serializers.CharField()
    open_principal = MoneyField()
    open_tax = MoneyField()
    schedule_line_id = serializers.IntegerField(allow_null=True)
    working = serializers.SerializerMethodField(
        help_text="How tax or interest was computed; null without explain=1."
    )

    def get_working(self, line: DemandLine) -> dict[str, Any] | None:
        """Inputs, rule, unrounded and rounded values."""
        return line.working if self.context.get("explain") else None


class DemandRead(ReadSerializer):
    """Something to be paid by a day (R7)."""

    related = ("booking",)
    order = ("-issued_on", "-pk")

    id = serializers.IntegerField()
    number = serializers.CharField()
    booking_id = serializers.IntegerField()
    booking_number = serializers.CharField(source="booking.booking_number")
    kind = serializers.ChoiceField(DemandKind.choices)
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.CharField(help_text="ISO 4217.")
    principal = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    open_amount = MoneyField(help_text="Principal and tax that nothing has paid yet.")
    note = serializers.CharField()
    letter_url = serializers.SerializerMethodField(
        help_text="Opens the letter without a login for ten minutes."
    )
    lines = DemandLineRead(many=True, source="shown_lines")
    created_at = serializers.DateTimeField()

    def get_letter_url(self, demand: Demand) -> str:
        """A fresh link for whoever reads."""
        return document_link(f"/api/demands/{demand.pk}/letter", reader_in(self.context))


class DemandPageRead(PageRead):
    """A page of demands."""

    demands = DemandRead(many=True)


class SkippedRead(ReadSerializer):
    """A line whose trigger has happened and that is not demanded yet."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    reason = serializers.ChoiceField(Skip.choices)


class RaisedRead(ReadSerializer):
    """What a certified stage came to for one booking (R7.3)."""

    booking_id = serializers.IntegerField()
    demand_id = serializers.IntegerField(allow_null=True)
    demand_number = serializers.CharField(allow_null=True)
    skipped = SkippedRead(many=True)


class CreditNoteRead(ReadSerializer):
    """Why a buyer owes less without having paid."""

    order = ("-issued_on", "-pk")

    id = serializers.IntegerField()
    number = serializers.CharField()
    booking_id = serializers.IntegerField()
    kind = serializers.ChoiceField(CreditKind.choices)
    issued_on = serializers.DateField()
    currency = serializers.CharField(help_text="ISO 4217.")
    amount = MoneyField()
    reason = serializers.CharField()
    working = serializers.SerializerMethodField(
        help_text="From which demand lines it takes how much; null without explain=1."
    )

    def get_working(self, note: CreditNote) -> dict[str, Any] | None:
        """Its lines, with the demand that interest was about."""
        return services.explain_credit(note).as_json() if self.context.get("explain") else None


class CreditNotePageRead(PageRead):
    """A page of credit notes."""

    credit_notes = CreditNoteRead(many=True)


class CreditNoteWrite(WriteSerializer):
    """Take a wrong demand back (R7.5)."""

    example = {"reason": "Raised for the wrong tower."}

    reason = serializers.CharField(max_length=500)
    reissue = serializers.BooleanField(
        default=True, help_text="Whether what is still due is demanded again at once."
    )


class UncertifyWrite(WriteSerializer):
    """Take the certification of a stage back (R7.9)."""

    example = {"reason": "Certified for the wrong tower."}

    reason = serializers.CharField(max_length=500)


class InterestWrite(WriteSerializer):
    """Post late interest up to a day (R9)."""

    example = {"until": "2026-01-31"}

    until = serializers.DateField(help_text="In the project's time zone; not in the future.")


class InterestPostedRead(ReadSerializer):
    """What a posting of interest wrote; an empty list when nothing was missing."""

    demand_line_id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    posted_on = serializers.DateField()
    amount = MoneyField(help_text="Negative: taken back by a credit note.")


class AdjustmentRead(ReadSerializer):
    """A waiver or an allocation by hand, with who asked and who decided (R21)."""

    order = ("-pk",)

    id = serializers.IntegerField()
    booking_id = serializers.IntegerField()
    kind = serializers.ChoiceField(AdjustmentKind.choices)
    demand_line_id = serializers.IntegerField()
    part = serializers.ChoiceField(Part.choices)
    payment_id = serializers.IntegerField(allow_null=True)
    amount = MoneyField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(AdjustmentState.choices)
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    credit_note_id = serializers.IntegerField(allow_null=True)


class AdjustmentPageRead(PageRead):
    """A page of adjustments."""

    adjustments = AdjustmentRead(many=True)


class WaiverWrite(WriteSerializer):
    """Ask that a part of an open item be waived."""

    example = {"demand_line_id": 31, "amount": 1430.44, "reason": "Bank holiday on the due date."}

    demand_line_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    amount = PositiveMoneyField(help_text="In the booking's currency.")
    part = WordField(PART_WORDS, default=Part.PRINCIPAL)
    reason = serializers.CharField(max_length=500)


class AllocationWrite(WaiverWrite):
    """Ask that a part of a receipt pay a certain item."""

    example = {
        "payment_id": 12,
        "demand_line_id": 31,
        "amount": 5000,
        "reason": "As the buyer wrote.",
    }

    payment_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)


class DecisionWrite(WriteSerializer):
    """Why; optional for an approval."""

    example = {"reason": "Agreed with the buyer."}

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class RateRead(ReadSerializer):
    """A yearly rate of late interest from a day on."""

    order = ("-valid_from", "-pk")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField(allow_null=True, help_text="Null: for all projects.")
    percent = serializers.DecimalField(7, 4, help_text="Per year.")
    valid_from = serializers.DateField()
    note = serializers.CharField()


class RateWrite(WriteSerializer):
    """A rate to be added."""

    example = {"project_id": 3, "percent": 10.9, "valid_from": "2026-04-01", "note": "8.90 + 2"}

    project_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=BIGGEST_ID
    )
    percent = serializers.DecimalField(7, 4, help_text="Per year, above 0 and at most 100.")
    valid_from = serializers.DateField(help_text="Not in the past.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)
