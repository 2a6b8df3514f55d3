"""What payments does: every write of money."""

from payments.services.adjustments import (
    ApproverIsRequester,
    MoreThanOpen,
    decide_adjustment,
    request_allocation,
    request_waiver,
)
from payments.services.caps import PreAgreementCap, room_under_cap
from payments.services.charges import (
    InterestIsDerived,
    charge_change,
    charge_interest,
    correct_demand,
    post_monthly_interest,
)
from payments.services.credits import NothingToCredit
from payments.services.demands import DemandedAlready
from payments.services.due import (
    Raised,
    bookings_without_schedule,
    raise_booking_demands,
    raise_dated_demands,
    raise_due,
    raise_milestone_demands,
    start_plan,
)
from payments.services.endings import NothingToSettle
from payments.services.facts import OUTSIDE_THE_ACCOUNT
from payments.services.installments import Installment, installments
from payments.services.ledger import PostedAlready, Standing, standing
from payments.services.letters import (
    LETTER_TEXT,
    ON_LETTER,
    NoLetters,
    TooManyLetters,
    allotment_of,
    applied_of,
    demands_of,
    fail_letters,
    finish_letters,
    for_letters,
    report_letters,
    request_letters,
    waiting_batch,
)
from payments.services.notices import NoticesMissing, NoticeTooEarly, send_notice
from payments.services.numbers import receipt_number
from payments.services.online import receive_online, release_held
from payments.services.plans import (
    PlanExists,
    PlanNotValid,
    PlanRetired,
    add_plan,
    change_plan,
    preview,
    retire_plan,
    specs,
)
from payments.services.proofs import submit_proof
from payments.services.rates import RateExists, add_rate
from payments.services.receipts import (
    DuplicatePayment,
    ReasonMissing,
    clear_payment,
    paid_for,
    record_payment,
    reject_payment,
    reverse_payment,
)
from payments.services.refunds import PayerIsRequester, late_interest, pay_refund, rate_table
from payments.services.reminders import (
    OpenDemand,
    RemindedAlready,
    bookings_to_remind,
    note_channel,
    open_demands,
    remind_buyer,
)
from payments.services.replay import working_of
from payments.services.schedules import (
    CHANGE_PAID_FIRST,
    NoSchedule,
    PlanNotApplicable,
    ScheduleExists,
    revise_schedule,
)
from payments.services.settlements import (
    ForfeitBeyondTerms,
    ReceiptsPending,
    SettlementStale,
    SettlementSuperseded,
    decide_settlement,
    propose_settlement,
    withdrawal_is_settled,
)
from payments.services.stages import StagePaid, demands_of_stage, uncertify_stage
from payments.services.statements import interest_of, statement_of
from payments.services.terms import terms_for, terms_of
from payments.services.withholding import (
    CertificateVerified,
    NothingWithheld,
    flag_shortfall,
    verify_certificate,
    withholding_of,
)

__all__ = [
    "CHANGE_PAID_FIRST",
    "LETTER_TEXT",
    "ON_LETTER",
    "OUTSIDE_THE_ACCOUNT",
    "ApproverIsRequester",
    "CertificateVerified",
    "DemandedAlready",
    "DuplicatePayment",
    "ForfeitBeyondTerms",
    "Installment",
    "InterestIsDerived",
    "MoreThanOpen",
    "NoLetters",
    "NoSchedule",
    "NothingToCredit",
    "NothingToSettle",
    "NothingWithheld",
    "NoticeTooEarly",
    "NoticesMissing",
    "OpenDemand",
    "PayerIsRequester",
    "PlanExists",
    "PlanNotApplicable",
    "PlanNotValid",
    "PlanRetired",
    "PostedAlready",
    "PreAgreementCap",
    "Raised",
    "RateExists",
    "ReasonMissing",
    "ReceiptsPending",
    "RemindedAlready",
    "ScheduleExists",
    "SettlementStale",
    "SettlementSuperseded",
    "StagePaid",
    "Standing",
    "TooManyLetters",
    "add_plan",
    "add_rate",
    "allotment_of",
    "applied_of",
    "bookings_to_remind",
    "bookings_without_schedule",
    "change_plan",
    "charge_change",
    "charge_interest",
    "clear_payment",
    "correct_demand",
    "decide_adjustment",
    "decide_settlement",
    "demands_of",
    "demands_of_stage",
    "fail_letters",
    "finish_letters",
    "flag_shortfall",
    "for_letters",
    "installments",
    "interest_of",
    "late_interest",
    "note_channel",
    "open_demands",
    "paid_for",
    "pay_refund",
    "post_monthly_interest",
    "preview",
    "propose_settlement",
    "raise_booking_demands",
    "raise_dated_demands",
    "raise_due",
    "raise_milestone_demands",
    "rate_table",
    "receipt_number",
    "receive_online",
    "record_payment",
    "reject_payment",
    "release_held",
    "remind_buyer",
    "report_letters",
    "request_allocation",
    "request_letters",
    "request_waiver",
    "retire_plan",
    "reverse_payment",
    "revise_schedule",
    "room_under_cap",
    "send_notice",
    "specs",
    "standing",
    "start_plan",
    "statement_of",
    "submit_proof",
    "terms_for",
    "terms_of",
    "uncertify_stage",
    "verify_certificate",
    "waiting_batch",
    "withdrawal_is_settled",
    "withholding_of",
    "working_of",
]
