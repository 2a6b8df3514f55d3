"""What paying online looks like on the wire."""

from rest_framework import serializers

from payments.enums import CheckoutState, Gateway
from payments.models import Checkout
from payments.rules.words import GATEWAY_WORDS
from realestate.core.api.serializers import (
    MoneyField,
    PositiveMoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID


class CheckoutRead(ReadSerializer):
    """An attempt to pay online."""

    id = serializers.IntegerField()
    booking_id = serializers.IntegerField()
    demand_id = serializers.IntegerField(allow_null=True)
    gateway = serializers.ChoiceField(Gateway.choices)
    amount = MoneyField()
    currency = serializers.CharField(help_text="ISO 4217.")
    state = serializers.ChoiceField(CheckoutState.choices)
    url = serializers.SerializerMethodField(
        help_text="Where the customer pays; null when the attempt is over."
    )
    failure = serializers.CharField(help_text="Why it failed.")
    payment_id = serializers.IntegerField(allow_null=True, help_text="Once the money has arrived.")
    begun_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, checkout: Checkout) -> str | None:
        """Nobody shall pay where it is over."""
        return checkout.url if checkout.state == CheckoutState.OPEN and checkout.url else None


class CheckoutWrite(WriteSerializer):
    """Begin to pay online; with nothing said, what is missing of the token of a hold."""

    example = {"demand_id": 12, "gateway": "stripe"}

    demand_id = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=BIGGEST_ID,
        help_text="The demand to pay; without an amount all that is open of it.",
    )
    amount = PositiveMoneyField(
        required=False, allow_null=True, help_text="In the booking's currency."
    )
    gateway = WordField(
        GATEWAY_WORDS,
        required=False,
        allow_null=True,
        help_text="The first that fits, if left out.",
    )
