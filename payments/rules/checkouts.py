"""How an attempt to pay online moves: success is the last word, whenever it comes."""

from payments.enums import CheckoutAction, CheckoutState

CHECKOUT_TRANSITIONS: dict[str, dict[str, str]] = {
    CheckoutState.OPEN: {
        CheckoutAction.SUCCEED: CheckoutState.SUCCEEDED,
        CheckoutAction.FAIL: CheckoutState.FAILED,
    },
    # A card that was declined may be followed by one that is not, and news arrive in any order.
    CheckoutState.FAILED: {CheckoutAction.SUCCEED: CheckoutState.SUCCEEDED},
    CheckoutState.SUCCEEDED: {},
}
