"""Words that clients use, and what they mean here."""

from bookings.enums import (
    ChangeState,
    ChangeType,
    PaidShare,
    PaymentPlan,
    QuoteState,
    SignatureMethod,
)
from realestate.core.vocabulary import Vocabulary

PLAN_WORDS = Vocabulary(
    PaymentPlan,
    {
        "one_time": PaymentPlan.FULL_PAYMENT,
        "full": PaymentPlan.FULL_PAYMENT,
        "installment": PaymentPlan.INSTALLMENTS,
        "instalments": PaymentPlan.INSTALLMENTS,
    },
)
TYPE_WORDS = Vocabulary(ChangeType)
QUOTE_WORDS = Vocabulary(
    QuoteState, {"pending": QuoteState.APPROVAL_PENDING, "rejected": QuoteState.REFUSED}
)
METHOD_WORDS = Vocabulary(SignatureMethod)
PAID_WORDS = Vocabulary(
    PaidShare,
    {"paid": PaidShare.COMPLETED, "unpaid": PaidShare.PENDING, "partially_paid": PaidShare.PARTIAL},
)
C = ChangeState
CHANGE_WORDS = Vocabulary(
    C, {"pending": C.SUBMITTED, "in_review": C.UNDER_REVIEW, "reviewing": C.UNDER_REVIEW}
)


def booking_number(key: int) -> str:
    """The number that people quote of the booking with a key."""
    return f"BK-{key:06d}"
