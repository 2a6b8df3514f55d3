"""Further callers of the matrix, whose cells follow from those of others.

Who buys with Asha, staff with the rights of a group, and people who were shut out while they were logged in.
"""

from django.contrib.auth.models import Group
from django.db.models import F

from accounts.models import Customer, User
from bookings.models import Booking
from realestate.core.enums import Duty
from realestate.rights import keep_groups
from tests.cast import Cast
from tests.factories.accounts import CustomerFactory, StaffFactory
from tests.factories.bookings import ApplicantFactory

# Caller of the table -> the group of the platform's staff, and the duties that its rights are good for.
STAFF = {
    "sana_reads": ("Platform read-only", set()),
    "sana_support": ("Platform support", {Duty.SALES, Duty.SITE, Duty.SETUP, Duty.PAPERS}),
    "sana_finance": ("Platform finance", {Duty.FINANCE}),
}
# Logged in as the buyer and as the builder, who are shut out before they ask: their rows are their own no more.
SHUT_OUT = {"asha_out": "asha", "meera_out": "meera"}
OTHERS = ("nina", *STAFF, *SHUT_OUT)


def make_others(cast: Cast) -> dict[str, User]:
    """The people, by their names in the table."""
    if not Group.objects.filter(
        name="Platform finance"
    ).exists():  # emptied by a transactional test
        keep_groups()
    found = {"nina": CustomerFactory(user__email="nina@example.com").user}
    for name, (group, _duties) in STAFF.items():
        found[name] = StaffFactory(email=f"{name}@example.com", is_superuser=False)
        found[name].groups.add(Group.objects.get(name=group))
    return found | {name: getattr(cast, who) for name, who in SHUT_OUT.items()}


def join(second: Customer, first: Customer) -> None:
    """Let somebody buy with somebody else whatever this one has booked (R18)."""
    for booking in Booking.objects.filter(customer=first).exclude(applicants__customer=second):
        booking.applicants.filter(is_primary=True).update(share=F("share") - 1)
        ApplicantFactory(booking=booking, customer=second, share=1)


# What belongs to a booking: Nina reads it as Asha does, and whatever else Asha may do there she may not (R18).
JOINT = {
    "agreements_sign",
    "applicants_kyc_submit",
    "bookings_agreements_list",
    "bookings_allotment_letter",
    "bookings_applicants_list",
    "bookings_applicants_replace",
    "bookings_cancel",
    "bookings_checkouts_create",
    "bookings_documents_list",
    "bookings_download_agreement",
    "bookings_list",
    "bookings_notices_list",
    "bookings_payment_proofs_create",
    "bookings_payments",
    "bookings_promised_dates_list",
    "bookings_retrieve",
    "bookings_schedule",
    "bookings_statement",
    "bookings_statement_pdf",
    "bookings_statement_xlsx",
    "bookings_update",
    "change_requests_approve",
    "change_requests_create",
    "change_requests_decline",
    "change_requests_list",
    "change_requests_retrieve",
    "change_requests_withdraw",
    "checkouts_retrieve",
    "credit_notes_list",
    "credit_notes_pdf",
    "credit_notes_retrieve",
    "demands_letter",
    "demands_list",
    "demands_retrieve",
    "payments_list",
    "payments_receipt",
    "payments_retrieve",
    "promised_dates_accept",
    "promised_dates_decline",
    "refunds_list",
    "refunds_retrieve",
    "settlements_list",
    "settlements_pdf",
    "settlements_retrieve",
}
# Drafts are nobody's but the builder's, whoever buys.
UNPUBLISHED = {"settlements_retrieve: a draft"}
# Of these nobody asks who is calling, so whoever was shut out is answered as a visitor.
NO_CALLER = {
    "auth_login",
    "auth_password_reset",
    "auth_password_reset_confirm",
    "auth_refresh",
    "auth_register",
    "auth_verify_email_confirm",
    "webhooks_receive",
}


def expected(line: str, method: str, duty: str | None, of_cast: dict[str, int]) -> dict[str, int]:
    """Caller -> status, from what the cast hears."""
    name = line.partition(":")[0]
    is_read = method == "get" or name in NO_CALLER
    found = {"nina": of_cast["ravi"]}
    if name in JOINT and line not in UNPUBLISHED:
        found["nina"] = of_cast["asha"] if is_read else 403
    for caller, (_group, duties) in STAFF.items():
        is_theirs = is_read or (duty is not None and Duty(duty) in {*duties, Duty.PERSONAL})
        found[caller] = of_cast["sana"] if is_theirs else 403
    for caller in SHUT_OUT:
        found[caller] = of_cast["anonymous"] if name in NO_CALLER else 401
    return found


def may_read(caller: str, line: str, readers: set[str]) -> bool:
    """Whether a text that is for some people may stand in the answer to a caller."""
    if caller == "nina":
        return "asha" in readers and "meera" in readers and line.partition(":")[0] in JOINT
    return caller.partition("_")[0] in readers and caller not in SHUT_OUT
