"""Words of the bookings app; the wire values are the contract's (0.6, 8.1)."""

from django.db.models import TextChoices


class BookingState(TextChoices):
    """R5: where a booking stands; ``booking_status`` on the wire."""

    INQUIRY = "inquiry", "Inquiry"
    SITE_VISIT_SCHEDULED = "site_visit_scheduled", "Site visit scheduled"
    ON_HOLD = "on_hold", "On hold"
    TOKEN_PAID = "token_paid", "Token paid"
    BOOKING_CONFIRMED = "booking_confirmed", "Confirmed"
    AGREEMENT_SIGNED = "agreement_signed", "Agreement signed"
    POSSESSION_OFFERED = "possession_offered", "Possession offered"
    HANDED_OVER = "handed_over", "Handed over"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    TRANSFERRED = "transferred", "Transferred"


class BookingAction(TextChoices):
    """R5: what moves a booking."""

    SCHEDULE_VISIT = "schedule_visit", "Schedule a site visit"
    HOLD = "hold", "Hold a unit"
    PAY_TOKEN = "pay_token", "Token paid"
    CONFIRM = "confirm", "Confirm"
    SIGN = "sign", "Agreement signed"
    OFFER_POSSESSION = "offer_possession", "Offer possession"
    HAND_OVER = "hand_over", "Hand over"
    EXPIRE = "expire", "Let the hold lapse"
    RETAKE = "retake", "Take the unit again for a late payment"
    CANCEL = "cancel", "Cancel"


class Lifecycle(TextChoices):
    """The short status that lists show; derived from the state (contract 0.6)."""

    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class Standing(TextChoices):
    """What of the short status does not depend on the clock; only a hold does, until it is recorded as over."""

    PENDING = "pending", "Pending"
    HELD = "held", "On hold: pending, or cancelled once the hold is over"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class PaidShare(TextChoices):
    """How much of a booking is paid; the ``payment_status`` filter of the builder's list (contract 8)."""

    PENDING = "pending", "Nothing paid"
    PARTIAL = "partial", "Partly paid"
    COMPLETED = "completed", "Fully paid"


class PaymentPlan(TextChoices):
    """How the customer means to pay."""

    FULL_PAYMENT = "full_payment", "Full payment"
    INSTALLMENTS = "installments", "Instalments"
    LOAN = "loan", "Loan"
    CONSTRUCTION_LINKED = "construction_linked", "Construction-linked"


class QuoteState(TextChoices):
    """R1: whether a quote may become a booking; that its time is over is a comparison."""

    APPROVAL_PENDING = "approval_pending", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class QuoteAction(TextChoices):
    """R1: what decides about a quote."""

    APPROVE = "approve", "Approve"
    REFUSE = "refuse", "Refuse"


class PromiseState(TextChoices):
    """R13.5: whether both sides agree to a date."""

    PROPOSED = "proposed", "Waits for the buyer"
    AGREED = "agreed", "Agreed"
    DECLINED = "declined", "Declined"


class PromiseAction(TextChoices):
    """R13.5: the buyer's answers."""

    AGREE = "agree", "Agree"
    DECLINE = "decline", "Decline"


class KycState(TextChoices):
    """R18: how far the check of an applicant's identity is."""

    MISSING = "missing", "Missing"
    SUBMITTED = "submitted", "Submitted"
    VERIFIED = "verified", "Verified"
    REJECTED = "rejected", "Rejected"


class KycAction(TextChoices):
    """R18: what moves the check of an applicant's identity."""

    SUBMIT = "submit", "Submit"
    VERIFY = "verify", "Verify"
    REJECT = "reject", "Reject"


class SignatureMethod(TextChoices):
    """How an agreement was signed."""

    ELECTRONIC = "electronic", "Signed in the platform"
    WET_INK = "wet_ink", "Signed on paper"


class ChangeType(TextChoices):
    """What a change request is about."""

    LAYOUT = "layout", "Layout"
    FIXTURES = "fixtures", "Fixtures"
    FINISHES = "finishes", "Finishes"
    ELECTRICAL = "electrical", "Electrical"
    PLUMBING = "plumbing", "Plumbing"
    OTHER = "other", "Other"


class ChangeState(TextChoices):
    """R13: where a change request stands."""

    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    QUOTED = "quoted", "Quoted"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Lapsed"
    REJECTED = "rejected", "Rejected"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ChangeAction(TextChoices):
    """R13: what moves a change request."""

    REVIEW = "review", "Take under review"
    QUOTE = "quote", "Send a quote"
    APPROVE = "approve", "Approve"
    DECLINE = "decline", "Decline"
    LAPSE = "lapse", "Let the quote lapse"
    REJECT = "reject", "Reject"
    START = "start", "Start the work"
    COMPLETE = "complete", "Complete"
    WITHDRAW = "withdraw", "Withdraw"


S = BookingState
OPEN = frozenset(
    {
        S.INQUIRY,
        S.SITE_VISIT_SCHEDULED,
        S.ON_HOLD,
        S.TOKEN_PAID,
        S.BOOKING_CONFIRMED,
        S.AGREEMENT_SIGNED,
        S.POSSESSION_OFFERED,
    }
)
# Changes whose quote the buyer accepted.
ACCEPTED_CHANGES = frozenset({ChangeState.APPROVED, ChangeState.IN_PROGRESS, ChangeState.COMPLETED})
FIRM = frozenset(
    {S.TOKEN_PAID, S.BOOKING_CONFIRMED, S.AGREEMENT_SIGNED, S.POSSESSION_OFFERED, S.HANDED_OVER}
)
TERMINAL = frozenset({S.HANDED_OVER, S.CANCELLED, S.EXPIRED, S.TRANSFERRED})


class DocumentVisibility(TextChoices):
    """Who finds a document among those of a booking."""

    BUYER = "buyer", "Buyer and builder"
    BUILDER = "builder", "Builder only"
