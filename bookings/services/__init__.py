"""Every write of bookings: quotes, holds, bookings and their states, applicants, agreements, change requests."""

from bookings.services.agreements import generate_agreement, keep_agreement_pdf, state_plan
from bookings.services.applicants import (
    ApplicantsFrozen,
    ApplicantTwice,
    KycMissing,
    OnePrimary,
    SharesNot100,
    set_applicants,
    set_kyc,
)
from bookings.services.booking import (
    LoanOutOfRange,
    PriceChanged,
    TokenOutOfRange,
    book_unit,
    cancel_booking,
    expire_booking,
    move_booking,
    pay_token,
    set_status,
)
from bookings.services.changes import (
    QuoteExpired,
    QuoteIsFixed,
    QuoteSuperseded,
    answer_change,
    approve_quote,
    decline_quote,
    lapse_change,
    request_change,
    withdraw_change,
)
from bookings.services.cutoffs import CategoryClosed, StageIsCutoff, refuse_lost_cutoff, set_cutoffs
from bookings.services.documents import AlreadyFiled, file_document
from bookings.services.edits import PlanFrozen, RatingTooEarly, update_booking
from bookings.services.holds import (
    HoldCooldown,
    HoldHasBooking,
    HoldHasEnded,
    HoldLimit,
    extend_hold,
    hold_unit,
    release_hold,
)
from bookings.services.inquiries import open_inquiry, plan_visit
from bookings.services.lapses import record_lapses
from bookings.services.objections import SettlementRequired, TokenNotPaid, UpfrontNotPaid
from bookings.services.offers import decide_change_quote, explain_offer, quote_change
from bookings.services.promises import ProposalOpen, answer_date, promised_on, propose_date
from bookings.services.quotes import OwnQuote, QuoteNotApproved, decide_quote, make_quote
from bookings.services.retaking import retake_claim
from bookings.services.signatures import (
    AgreementSuperseded,
    AlreadySigned,
    RegistrationNumberMissing,
    SignaturesMissing,
    missing_parties,
    sign_agreement,
)
from bookings.services.standing import lock_booking, refuse_dead, state_at
from bookings.services.warnings import plan_warning, warn_of_lapse

__all__ = [
    "AgreementSuperseded",
    "AlreadyFiled",
    "AlreadySigned",
    "ApplicantTwice",
    "ApplicantsFrozen",
    "CategoryClosed",
    "HoldCooldown",
    "HoldHasBooking",
    "HoldHasEnded",
    "HoldLimit",
    "KycMissing",
    "LoanOutOfRange",
    "OnePrimary",
    "OwnQuote",
    "PlanFrozen",
    "PriceChanged",
    "ProposalOpen",
    "QuoteExpired",
    "QuoteIsFixed",
    "QuoteNotApproved",
    "QuoteSuperseded",
    "RatingTooEarly",
    "RegistrationNumberMissing",
    "SettlementRequired",
    "SharesNot100",
    "SignaturesMissing",
    "StageIsCutoff",
    "TokenNotPaid",
    "TokenOutOfRange",
    "UpfrontNotPaid",
    "answer_change",
    "answer_date",
    "approve_quote",
    "book_unit",
    "cancel_booking",
    "decide_change_quote",
    "decide_quote",
    "decline_quote",
    "expire_booking",
    "explain_offer",
    "extend_hold",
    "file_document",
    "generate_agreement",
    "hold_unit",
    "keep_agreement_pdf",
    "lapse_change",
    "lock_booking",
    "make_quote",
    "missing_parties",
    "move_booking",
    "open_inquiry",
    "pay_token",
    "plan_visit",
    "plan_warning",
    "promised_on",
    "propose_date",
    "quote_change",
    "record_lapses",
    "refuse_dead",
    "refuse_lost_cutoff",
    "release_hold",
    "request_change",
    "retake_claim",
    "set_applicants",
    "set_cutoffs",
    "set_kyc",
    "set_status",
    "sign_agreement",
    "state_at",
    "state_plan",
    "update_booking",
    "warn_of_lapse",
    "withdraw_change",
]
