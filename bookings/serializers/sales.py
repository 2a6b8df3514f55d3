"""Quotes, applicants and signatures: what clients send and get."""

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.enums import KycState, QuoteState, SignatureMethod
from bookings.models import Quote, Signature
from bookings.rules import METHOD_WORDS
from bookings.serializers.workings import WorkingRead
from bookings.serializers.writes import id_field
from projects.enums import TaxClass
from realestate.core.api.serializers import (
    MoneyField,
    PageRead,
    PositiveMoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)

REASON = 300  # characters
MOST_APPLICANTS = 20


class SharesField(serializers.DecimalField):
    """A share in percent, at most 2 decimals."""

    def __init__(self, **options: Any) -> None:  # DRF field options
        """Above 0, at most 100."""
        super().__init__(
            max_digits=5,
            decimal_places=2,
            min_value=Decimal("0.01"),
            max_value=Decimal(100),
            **options,
        )


class TaxRead(ReadSerializer):
    """A component of a line's tax."""

    figure = serializers.CharField()
    percent = serializers.DecimalField(7, 4)
    amount = MoneyField()


class SheetLineRead(ReadSerializer):
    """A line of a cost sheet, before and after its share of the discount."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the wire's name; DRF's own is not used
    kind = serializers.CharField()
    amount = MoneyField(help_text="Before discount and tax.")
    discount = MoneyField()
    taxable = MoneyField()
    tax_class = serializers.ChoiceField(TaxClass.choices)
    tax_amount = MoneyField()
    taxes = TaxRead(many=True)
    in_consideration = serializers.BooleanField(help_text="Part of the agreement value.")
    in_plan = serializers.BooleanField(help_text="Spread over the payment plan.")


class QuoteRead(ReadSerializer):
    """What a unit costs a customer until ``valid_until``."""

    related = ("unit",)
    order = ("-created_at", "-pk")

    id = serializers.IntegerField()
    quote_number = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_number = serializers.CharField(source="unit.unit_number")
    project_id = serializers.IntegerField()
    customer_id = serializers.IntegerField(allow_null=True)
    hold_id = serializers.IntegerField(source="claim_id", allow_null=True)
    price_list_id = serializers.IntegerField(allow_null=True)
    tax_class = serializers.ChoiceField(TaxClass.choices)
    lines = SheetLineRead(many=True)
    discount_percent = serializers.DecimalField(7, 4, allow_null=True)
    discount_amount = MoneyField()
    discount_reason = serializers.CharField()
    agreement_value = MoneyField(help_text="The price before tax, less the discount.")
    other_charges = MoneyField(help_text="Charges outside the price, before tax.")
    tax_amount = MoneyField(help_text="At the rates of the quote's day.")
    total_amount = MoneyField()
    currency = serializers.CharField(help_text="ISO 4217.")
    status = serializers.ChoiceField(QuoteState.choices, source="state")
    is_usable = serializers.SerializerMethodField(help_text="Whether it can become a booking now.")
    valid_until = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    workings = serializers.SerializerMethodField(
        help_text="How each figure came about; null without explain=1."
    )

    def get_is_usable(self, quote: Quote) -> bool:
        """Approved, and not over."""
        return quote.state == QuoteState.APPROVED and quote.valid_until > self.context["now"]

    @extend_schema_field(WorkingRead(many=True, allow_null=True))
    def get_workings(self, quote: Quote) -> list[dict[str, object]] | None:
        """Each figure's rule, formula, inputs, unrounded and rounded value: lines, their taxes, discount, total."""
        if not self.context.get("explain"):
            return None
        taxes = [part for line in quote.lines for part in line["taxes"]]
        found = [*quote.lines, *quote.workings, *taxes]
        return [dict(WorkingRead(working).data) for working in found]


class QuotePageRead(PageRead):
    """A page of quotes."""

    quotes = QuoteRead(many=True)


class SaleQuoteWrite(WriteSerializer):
    """Ask for a quote; builders and staff may grant a discount, as a percent or an amount."""

    blank_is_null = ("discount_percent", "discount_amount")
    example = {"unit_id": 12, "customer_id": 41, "discount_percent": 2, "discount_reason": "Launch"}

    unit_id = id_field()
    customer_id = id_field(
        required=False,
        allow_null=True,
        help_text="Builders and staff: for whom; nobody yet when left out. Ignored from customers.",
    )
    discount_percent = serializers.DecimalField(
        7, 4, min_value=Decimal(0), max_value=Decimal(100), required=False, allow_null=True
    )
    discount_amount = PositiveMoneyField(required=False, allow_null=True)
    discount_reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON)
    valid_days = serializers.IntegerField(
        min_value=1, max_value=365, required=False, help_text="The usual time when left out."
    )


class QuoteDecisionWrite(WriteSerializer):
    """Why; the body may be empty."""

    example = {"reason": "Agreed with the family."}

    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON)


class ApplicantRead(ReadSerializer):
    """Somebody who buys."""

    order = ("-is_primary", "pk")

    id = serializers.IntegerField()
    booking_id = serializers.IntegerField()
    customer_id = serializers.IntegerField(allow_null=True)
    full_name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    is_primary = serializers.BooleanField()
    share = serializers.DecimalField(5, 2, help_text="Percent.")
    kyc_status = serializers.ChoiceField(KycState.choices, source="kyc_state")


class PersonWrite(WriteSerializer):
    """An applicant: by the account, or by name; details of an account come from the account."""

    example = {"full_name": "Vikram Rao", "email": "vikram@example.com", "share": 40}

    customer_id = id_field(required=False, allow_null=True)
    full_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=30)
    is_primary = serializers.BooleanField(required=False)
    share = SharesField()


class ApplicantsWrite(WriteSerializer):
    """All applicants of a booking; they replace those that there were."""

    example = {
        "applicants": [
            {"is_primary": True, "share": 60},
            {"full_name": "Vikram Rao", "email": "vikram@example.com", "share": 40},
        ]
    }

    applicants = serializers.ListField(
        child=PersonWrite(), allow_empty=False, max_length=MOST_APPLICANTS
    )


class SignatureRead(ReadSerializer):
    """Who signed, when and how."""

    id = serializers.IntegerField()
    applicant_id = serializers.IntegerField(allow_null=True, help_text="Null: the builder.")
    name = serializers.CharField()
    method = serializers.ChoiceField(SignatureMethod.choices)
    signed_at = serializers.DateTimeField()
    has_scan = serializers.SerializerMethodField()

    def get_has_scan(self, row: Signature) -> bool:
        """Whether a scanned page was added."""
        return row.scan_id is not None


class SignedAgreementRead(ReadSerializer):
    """A version of a booking's agreement with its signatures."""

    prefetch = (Prefetch("signatures", Signature.objects.order_by("pk")),)
    order = ("-version", "-pk")

    id = serializers.IntegerField()
    agreement_number = serializers.CharField()
    booking_id = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    signatures = SignatureRead(many=True, help_text="In the order of signing.")


class SignatureWrite(WriteSerializer):
    """Sign, or record a signature; ``applicant_id`` null is the builder."""

    example = {"applicant_id": 3, "name": "Asha Rao", "method": "electronic"}

    applicant_id = id_field(required=False, allow_null=True)
    name = serializers.CharField(required=False, max_length=200, help_text="As signed.")
    method = WordField(METHOD_WORDS, required=False)
    scan_id = id_field(
        required=False, allow_null=True, help_text="A file that you have sent: the signed page."
    )


class PromiseWrite(WriteSerializer):
    """Another date for the buyer to agree to."""

    example = {"promised_on": "2028-06-30", "reason": "The monsoon took six weeks."}

    promised_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)
