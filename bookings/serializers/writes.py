"""What clients may send; form only, the services check truth."""

from decimal import Decimal

from rest_framework import serializers

from bookings.rules import (
    CHANGE_WORDS,
    PLAN_WORDS,
    TYPE_WORDS,
    targets_of,
)
from realestate.core.api.links import links
from realestate.core.api.serializers import (
    MoneyField,
    PositiveMoneyField,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID

LONG = 5_000  # characters


def id_field(**options: object) -> serializers.IntegerField:
    """An id: a positive integer that fits the key."""
    return serializers.IntegerField(min_value=1, max_value=BIGGEST_ID, **options)  # type: ignore[arg-type]  # DRF field options


class HoldWrite(WriteSerializer):
    """Hold a unit; the body may be empty."""

    example = {"customer_id": 41}

    customer_id = id_field(
        required=False,
        allow_null=True,
        help_text="Builders and staff: for whom; nobody when left out.",
    )


class ExtendWrite(WriteSerializer):
    """Extend a hold; the body may be empty."""

    example = {"minutes": 15}

    minutes = serializers.IntegerField(
        min_value=1, max_value=43_200, required=False, help_text="The usual time when left out."
    )


class BookingWrite(WriteSerializer):
    """Book a unit. Price, project and (for customers) the customer come from the server."""

    aliases = {"notes": "special_requests"}
    blank_is_null = ("expected_registration_date", "loan_amount", "token_amount")
    example = {
        "unit_id": 12,
        "payment_plan": "construction_linked",
        "notes": "East-facing, please.",
    }

    unit_id = id_field()
    quote_id = id_field(
        required=False,
        allow_null=True,
        help_text="Book by this quote; left out: by the hold's, or the best one that you have.",
    )
    customer_id = id_field(
        required=False,
        allow_null=True,
        help_text="Builders and staff: who books. Ignored from customers.",
    )
    payment_plan = WordField(PLAN_WORDS, required=False)
    token_amount = PositiveMoneyField(required=False, allow_null=True)
    total_amount = MoneyField(
        required=False, allow_null=True, help_text="If sent, it must be the server's total."
    )
    loan_amount = MoneyField(min_value=Decimal(0), required=False, allow_null=True)
    special_requests = serializers.CharField(required=False, allow_blank=True, max_length=LONG)
    expected_registration_date = serializers.DateField(required=False, allow_null=True)


class InquiryWrite(WriteSerializer):
    """Be interested in a project; the project stands in the path (R5.1)."""

    aliases = {"notes": "special_requests"}
    example = {"notes": "Two bedrooms, please, above the tenth floor."}

    customer_id = id_field(
        required=False,
        allow_null=True,
        help_text="Builders and staff: who is interested. Ignored from customers.",
    )
    special_requests = serializers.CharField(required=False, allow_blank=True, max_length=LONG)


class BookingPatch(WriteSerializer):
    """Edit a booking. Customers: requests, rating, loan amount, registration date; builders: all but the rating."""

    aliases = {"notes": "special_requests"}
    blank_is_null = ("expected_registration_date", "actual_registration_date", "loan_amount")
    example = {"special_requests": "Please call before the site visit."}

    special_requests = serializers.CharField(allow_blank=True, max_length=LONG)
    rating = serializers.IntegerField(min_value=1, max_value=5, help_text="Stars for the builder.")
    loan_amount = MoneyField(min_value=Decimal(0), allow_null=True)
    loan_approved = serializers.BooleanField()
    payment_plan = WordField(PLAN_WORDS)
    expected_registration_date = serializers.DateField(allow_null=True)
    actual_registration_date = serializers.DateField(allow_null=True)
    registration_number = serializers.CharField(
        allow_blank=True, max_length=100, help_text="Of the signed agreement."
    )
    agent_id = id_field(allow_null=True)
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that you saw; 412 when it has changed.",
    )


class StatusWrite(WriteSerializer):
    """Move a booking to a status: a lifecycle word or a booking status, in any of the usual spellings."""

    aliases = {"booking_status": "status"}
    example = {"status": "cancelled", "reason": "The buyer did not come back."}

    status = serializers.CharField(max_length=50)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)

    def validate_status(self, word: str) -> str:
        """Refuse words that mean no status at all."""
        if targets_of(word) is None:
            raise serializers.ValidationError(f'"{word}" is not a valid choice.')
        return word


class ReasonWrite(WriteSerializer):
    """Why; the body may be empty."""

    aliases = {"cancellation_reason": "reason"}
    example = {"reason": "We found a home elsewhere."}

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ChangeWrite(WriteSerializer):
    """Ask for a change."""

    example = {
        "booking_id": 7,
        "request_type": "electrical",
        "request_title": "Sockets in the kitchen",
        "request_description": "Two more beside the window.",
    }

    booking_id = id_field()
    request_type = WordField(TYPE_WORDS)
    request_title = serializers.CharField(max_length=200)
    request_description = serializers.CharField(max_length=LONG)
    current_specification = serializers.CharField(required=False, allow_blank=True, max_length=LONG)
    requested_specification = serializers.CharField(
        required=False, allow_blank=True, max_length=LONG
    )
    attachments = links(
        required=False, max_length=20, help_text="Web addresses, or files that you sent to files."
    )


class ChangePatch(WriteSerializer):
    """The builder's answer. Approval and completion dates are set by the server at their step."""

    aliases = {"state": "status"}
    blank_is_null = ("estimated_cost", "estimated_timeline_days", "final_cost")
    example = {"status": "under_review", "builder_response": "We are asking our electrician."}

    status = WordField(CHANGE_WORDS)
    estimated_cost = MoneyField(allow_null=True)
    estimated_timeline_days = serializers.IntegerField(
        min_value=0, max_value=3_650, allow_null=True
    )
    builder_response = serializers.CharField(allow_blank=True, max_length=LONG)
    rejection_reason = serializers.CharField(allow_blank=True, max_length=LONG)
    final_cost = MoneyField(allow_null=True)


class OfferLineWrite(WriteSerializer):
    """A line of an offer; what is omitted has a negative quantity."""

    example = {"description": "Sockets", "quantity": 12, "rate": 4350}

    description = serializers.CharField(max_length=200)
    quantity = serializers.DecimalField(12, 3, min_value=-9_999_999, max_value=9_999_999)
    rate = MoneyField(help_text="Per piece, in the booking's currency.")

    def validate_rate(self, rate: Decimal) -> Decimal:
        """An omission shows in the quantity."""
        if rate < 0:
            raise serializers.ValidationError("Must not be below zero.")  # for the field
        return rate


class CutoffWrite(WriteSerializer):
    """Until which stage a kind of change can be agreed."""

    example = {"request_type": "electrical", "milestone_code": "slab-3"}

    request_type = WordField(TYPE_WORDS)
    milestone_code = serializers.CharField(max_length=30)


class CutoffsWrite(WriteSerializer):
    """All cut-offs of a project; kinds that are not named have none."""

    example = {"cutoffs": [CutoffWrite.example]}

    cutoffs = CutoffWrite(many=True, max_length=50)  # type: ignore[call-arg]  # of the list


class QuoteWrite(WriteSerializer):
    """An offer for a change."""

    blank_is_null = ("valid_until",)
    example = {
        "lines": [
            {"description": "Sockets", "quantity": 12, "rate": 4350},
            {"description": "Omitted: one door", "quantity": -1, "rate": 18500},
        ],
        "timeline_days": 14,
        "description": "12 sockets, wiring, plaster.",
    }

    lines = OfferLineWrite(many=True, required=False, max_length=200)  # type: ignore[call-arg]  # of the list
    net_amount = MoneyField(
        required=False,
        help_text="Instead of lines: one amount for the whole; negative for an omission.",
    )
    tax_amount = MoneyField(
        required=False, help_text="That of extra work on the day when left out."
    )
    timeline_days = serializers.IntegerField(min_value=0, max_value=3_650, required=False)
    description = serializers.CharField(required=False, allow_blank=True, max_length=LONG)
    valid_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Ten days from now when left out."
    )


class ApproveWrite(WriteSerializer):
    """Accept one version of the offer."""

    example = {"version": 1}

    version = serializers.IntegerField(min_value=1, max_value=32_767)


class DeclineWrite(WriteSerializer):
    """Refuse the offer; the body may be empty."""

    example = {"reason": "Too expensive."}

    version = serializers.IntegerField(min_value=1, max_value=32_767, required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)
