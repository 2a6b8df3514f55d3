"""Words of the payments app; the wire values of payments are the contract's (8.1), the rest is domain.md's."""

from django.db.models import TextChoices


class PaymentType(TextChoices):
    """What a payment is for."""

    TOKEN = "token", "Token"
    INSTALLMENT = "installment", "Instalment"
    FINAL = "final", "Final payment"
    MAINTENANCE = "maintenance", "Maintenance"
    PENALTY = "penalty", "Penalty"
    OTHER = "other", "Other"


class PaymentMethod(TextChoices):
    """How it was paid."""

    CASH = "cash", "Cash"
    CHEQUE = "cheque", "Cheque"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ONLINE = "online", "Online"
    LOAN = "loan", "Loan"
    WITHHOLDING = "withholding", "Tax withheld by the buyer"


class PaymentStatus(TextChoices):
    """Whether the money has arrived."""

    PENDING = "pending", "Pending"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    REFUNDED = "refunded", "Refunded"


class ReceiptState(TextChoices):
    """R8.1: where a receipt stands; only ``cleared`` counts."""

    SUBMITTED = "submitted", "Proof submitted"
    RECORDED = "recorded", "Recorded"
    CLEARED = "cleared", "Cleared"
    REJECTED = "rejected", "Rejected"
    REVERSED = "reversed", "Reversed"


class ReceiptAction(TextChoices):
    """R8.1: what moves a receipt."""

    CLEAR = "clear", "Clear"
    REJECT = "reject", "Reject"
    REVERSE = "reverse", "Reverse"


class PlanKind(TextChoices):
    """R2.5: checked labels of payment plans."""

    CONSTRUCTION_LINKED = "construction_linked", "Construction-linked"
    TIME_LINKED = "time_linked", "Time-linked"
    POSSESSION_LINKED = "possession_linked", "Possession-linked"
    DOWN_PAYMENT = "down_payment", "Down payment"
    CUSTOM = "custom", "Custom"


class LineKind(TextChoices):
    """R2: how a plan line's amount is found."""

    PERCENT = "percent", "Percent of the agreement value"
    FIXED = "fixed", "Fixed amount"


class Trigger(TextChoices):
    """R2: what makes a plan line due."""

    ON_BOOKING = "on_booking", "On confirmation of the booking"
    ON_AGREEMENT = "on_agreement", "On signing the agreement"
    DAYS_AFTER_BOOKING = "days_after_booking", "Days after booking"
    MONTHS_AFTER_BOOKING = "months_after_booking", "Months after booking"
    FIXED_DATE = "fixed_date", "On a date"
    MILESTONE = "milestone", "When a milestone is certified"
    ON_POSSESSION_OFFER = "on_possession_offer", "On offer of possession"


class Skip(TextChoices):
    """R7.3: why a line whose trigger has happened is not demanded yet."""

    OUT_OF_ORDER = "out_of_order", "An earlier stage of this booking is not demanded yet"
    AWAITING_AGREEMENT = (
        "awaiting_agreement",
        "Before the agreement only the capped part may be asked",
    )


class DemandKind(TextChoices):
    """What a demand asks for."""

    SCHEDULE = "schedule", "Payment plan"
    CHANGE = "change", "Change request"
    CHARGE = "charge", "Charge"
    INTEREST = "interest", "Late interest"


class CreditKind(TextChoices):
    """Why a buyer owes less without having paid."""

    CORRECTION = "correction", "Correction"
    INTEREST = "interest", "Correction of interest"
    WAIVER = "waiver", "Waiver"
    CANCELLATION = "cancellation", "Cancellation"
    OMISSION = "omission", "Omitted work"
    DELAY = "delay", "Interest owed by the builder"


class Part(TextChoices):
    """R8.3: the two parts of a demand line, each an open item of its own."""

    TAX = "tax", "Tax"
    PRINCIPAL = "principal", "Principal"


class EntryKind(TextChoices):
    """R10.1: kinds of ledger entries."""

    DEMAND = "demand", "Demand"
    INTEREST = "interest", "Late interest"
    CHARGE = "charge", "Charge"
    REVERSAL = "reversal", "Reversal of a receipt"
    REFUND = "refund", "Refund"
    FORFEIT = "forfeit", "Kept on cancellation"
    RECEIPT = "receipt", "Receipt"
    WITHHOLDING = "withholding", "Tax withheld by the buyer"
    CREDIT_NOTE = "credit_note", "Credit note"
    WAIVER = "waiver", "Waiver"


class AllocationPreset(TextChoices):
    """R8.3: in which order a receipt pays open items."""

    OLDEST_DUE = "oldest_due", "Oldest due first"
    CONTRACT_IN = "contract_in", "Taxes, then interest, then principal"
    INTEREST_FIRST = "interest_first", "Interest first"


class InterestMode(TextChoices):
    """R9: from when late interest runs once grace is over."""

    FROM_DUE = "from_due", "From the due date"
    AFTER_GRACE = "after_grace", "After the grace period"


class Initiator(TextChoices):
    """R11: who ends a booking."""

    BUYER = "buyer", "Buyer withdraws"
    BUYER_DEFAULT = "buyer_default", "Builder, for the buyer's default"
    BUILDER_DEFAULT = "builder_default", "Builder's default"
    MUTUAL = "mutual", "By agreement"


class SettlementState(TextChoices):
    """R11: where a settlement stands."""

    DRAFT = "draft", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class SettlementAction(TextChoices):
    """R11: what decides about a settlement."""

    APPROVE = "approve", "Approve"
    REFUSE = "refuse", "Refuse"


class AdjustmentKind(TextChoices):
    """R21: what two people must agree on."""

    WAIVER = "waiver", "Waiver"
    ALLOCATION = "allocation", "Allocation by hand"


class AdjustmentState(TextChoices):
    """Where such a request stands."""

    REQUESTED = "requested", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class AdjustmentAction(TextChoices):
    """What decides about it."""

    APPROVE = "approve", "Approve"
    REFUSE = "refuse", "Refuse"


class RefundState(TextChoices):
    """R11: where a refund stands."""

    DUE = "due", "Due"
    PAID = "paid", "Paid"


class RefundAction(TextChoices):
    """R11: what moves a refund."""

    PAY = "pay", "Record the payment"


class Gateway(TextChoices):
    """Where a customer can pay online."""

    FAKE = "fake", "Test gateway"
    STRIPE = "stripe", "Stripe"
    RAZORPAY = "razorpay", "Razorpay"


class CheckoutState(TextChoices):
    """Where an online payment stands."""

    OPEN = "open", "Open"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class CheckoutAction(TextChoices):
    """What a gateway tells about an online payment."""

    SUCCEED = "succeed", "Succeeded"
    FAIL = "fail", "Failed"


class EventOutcome(TextChoices):
    """What became of a gateway's event."""

    WAITING = "waiting", "Waiting"
    APPLIED = "applied", "Applied"
    IGNORED = "ignored", "Ignored"


class Surprise(TextChoices):
    """Why nobody expected what a gateway brought."""

    BOOKING_OVER = "booking_over", "For a booking that is over"
    PAID_TWICE = "paid_twice", "Paid a second time"
    ANOTHER_AMOUNT = "another_amount", "Another amount than was asked for"
    NOTHING_OPEN = "nothing_open", "For a demand that was paid meanwhile"
    UNREADABLE = "unreadable", "No amount that the booking could have"


class LetterState(TextChoices):
    """Where a batch of letters stands."""

    WAITING = "waiting", "Being made"
    FINISHED = "finished", "Ready"
    FAILED = "failed", "Failed"


class LetterAction(TextChoices):
    """What the worker says about a batch of letters."""

    FINISH = "finish", "Store the file"
    FAIL = "fail", "Give up"


class ReminderChannel(TextChoices):
    """R20: how a reminder reaches the buyer."""

    IN_APP = "in_app", "In the app"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"


NOT_FOR_THE_PRICE = frozenset({PaymentType.MAINTENANCE, PaymentType.PENALTY})
