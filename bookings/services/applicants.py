"""Who buys: applicants with their shares, and the check of their identity (R18)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NotRequired, TypedDict

from accounts.models import Customer, User
from bookings.enums import BookingState, KycAction, KycState
from bookings.models import Applicant, Booking
from bookings.rules import (
    BUYERS_KYC_ACTIONS,
    KYC_ACTION_TO,
    KYC_TRANSITIONS,
    WHOLE,
    are_whole,
    is_share,
)
from bookings.services.limits import KYC_REQUIRED
from bookings.services.standing import lock_booking, refuse_co_applicants, refuse_dead
from projects.services import set_parties
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue, NotAllowed
from realestate.core.states import advance, allowed_actions
from realestate.core.transactions import service

OPEN_TO_CHANGE = frozenset(  # before booking_confirmed
    {
        BookingState.INQUIRY,
        BookingState.SITE_VISIT_SCHEDULED,
        BookingState.ON_HOLD,
        BookingState.TOKEN_PAID,
    }
)


class SharesNot100(DomainError):
    """The applicants' shares must total exactly 100.00 percent."""

    code, status = "shares_not_100", 422


class OnePrimary(DomainError):
    """Exactly one applicant is the primary one, and it is the customer who books."""

    code, status = "one_primary_applicant", 422


class ApplicantTwice(DomainError):
    """The same person can be an applicant only once."""

    code, status = "applicant_twice", 409


class ApplicantsFrozen(DomainError):
    """The applicants can no longer be changed; this booking is confirmed."""

    code, status = "applicants_frozen", 409


class KycMissing(DomainError):
    """The identity of every applicant must be verified first."""

    code, status = "kyc_missing", 422


register_conflict("one_primary_applicant", OnePrimary)
register_conflict("one_applicant_per_person", ApplicantTwice)


class Person(TypedDict):
    """An applicant as clients name it: by its account, or by name."""

    share: Decimal
    customer_id: NotRequired[int | None]
    full_name: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]
    is_primary: NotRequired[bool]


@service
def set_applicants(
    *, actor: User, booking_id: int, applicants: Sequence[Person]
) -> list[Applicant]:
    """Replace the applicants of a booking that is not confirmed yet (R18); who stays keeps the state of its check.

    Either party may. Raises SharesNot100 and OnePrimary (422), ApplicantTwice, ApplicantsFrozen and InvalidTransition
    (409), InvalidValue (400), DoesNotExist for strangers and for customers whom the caller does not know.
    """
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, clock.now())
    if booking.state not in OPEN_TO_CHANGE:
        raise ApplicantsFrozen
    wanted = [_applicant(actor, booking, person) for person in applicants]
    _refuse_list(booking, wanted)
    before = _shares(applicants_of(booking))
    _replace(booking, wanted)
    rows = applicants_of(booking)
    others = [row.customer_id for row in rows if row.customer_id and not row.is_primary]
    if booking.claim is not None:  # else an inquiry
        set_parties(claim_id=booking.claim.pk, customer_id=booking.customer_id, others=others)
    after = _shares(rows)
    audit.record(
        actor, booking, "applicants set", before={"shares": before}, after={"shares": after}
    )
    return rows


@service
def set_kyc(*, actor: User, applicant_id: int, state: str) -> Applicant:
    """Move the check of an applicant's identity (R18): the buyer submits, the builder's side verifies or rejects.

    A co-applicant submits its own. Raises NotAllowed (403) for the other side's step, InvalidTransition (409),
    DoesNotExist for strangers.
    """
    rows = Applicant.objects.for_user(actor)
    booking_id = rows.values_list("booking_id", flat=True).get(pk=applicant_id)
    booking = lock_booking(actor, booking_id, for_oneself=True)
    refuse_dead(booking, clock.now())
    row = rows.get(pk=applicant_id)
    if row.customer_id != actor.pk:
        refuse_co_applicants(actor, booking)
    action = KYC_ACTION_TO.get(state)
    if action is None:
        allowed = allowed_actions(KYC_TRANSITIONS, row.kyc_state)
        raise InvalidTransition(state=row.kyc_state, allowed=allowed)
    _refuse_other_side(actor, action)
    old, new = advance(row, KYC_TRANSITIONS, action, field="kyc_state")
    audit.record(actor, row, "kyc", before={"kyc_state": old}, after={"kyc_state": new})
    return row


def add_primary(booking: Booking) -> None:
    """Within the booking's service: its customer is the only applicant until somebody says otherwise."""
    Applicant.objects.create(
        booking=booking, is_primary=True, share=WHOLE, **_details(booking.customer)
    )


def applicants_of(booking: Booking) -> list[Applicant]:
    """All of them, the primary one first."""
    return list(booking.applicants.order_by("-is_primary", "pk"))


def refuse_incomplete(booking: Booking) -> None:
    """R5.5: what a confirmation asks of the applicants. Raises SharesNot100 and KycMissing (422)."""
    rows = applicants_of(booking)
    if not are_whole(row.share for row in rows):
        raise SharesNot100(total=sum((row.share for row in rows), Decimal(0)))
    missing = [row.full_name for row in rows if row.kyc_state != KycState.VERIFIED]
    if missing and KYC_REQUIRED.for_project(booking.project):
        raise KycMissing(missing=missing)


def _applicant(actor: User, booking: Booking, person: Person) -> Applicant:
    """A row that is not stored yet; details of an account come from the account."""
    is_primary = person.get("is_primary", False)
    customer_id = person.get("customer_id") or (booking.customer_id if is_primary else None)
    details: Mapping[str, object] = {
        name: str(person.get(name) or "").strip() for name in ("full_name", "email", "phone")
    }
    if customer_id == booking.customer_id:
        details = _details(booking.customer)
    elif customer_id is not None:
        details = _details(Customer.objects.for_user(actor).get(pk=customer_id))
    elif not details["full_name"]:
        raise InvalidValue(errors={"full_name": ["This field is required."]})
    if not is_share(person["share"]):
        raise InvalidValue(errors={"share": ["Must be above 0, at most 100, with 2 decimals."]})
    return Applicant(booking=booking, is_primary=is_primary, share=person["share"], **details)


def _details(customer: Customer) -> dict[str, object]:
    return {
        "customer": customer,
        "full_name": customer.full_name,
        "email": customer.user.email,
        "phone": customer.phone,
    }


def _refuse_list(booking: Booking, wanted: list[Applicant]) -> None:
    primary = [row.customer_id for row in wanted if row.is_primary]
    if primary != [booking.customer_id]:
        raise OnePrimary
    keys = [_key(row) for row in wanted]
    emails = [row.email.casefold() for row in wanted if row.email]
    if len(set(keys)) < len(keys) or len(set(emails)) < len(emails):
        raise ApplicantTwice
    if not are_whole(row.share for row in wanted):
        raise SharesNot100(total=sum((row.share for row in wanted), Decimal(0)))


def _key(row: Applicant) -> tuple[str, ...]:
    """Who somebody is: the account, else the address, else name and telephone."""
    if row.customer_id is not None:
        return ("account", str(row.customer_id))
    if row.email:
        return ("email", row.email.casefold())
    return ("name", " ".join(row.full_name.casefold().split()), row.phone)


def _replace(booking: Booking, wanted: list[Applicant]) -> None:
    known = {_key(row): row for row in applicants_of(booking)}
    for row in wanted:
        old = known.pop(_key(row), None)
        if old is not None:
            row.pk, row.created_at = old.pk, old.created_at
            if row.full_name == old.full_name:  # else another identity has to be checked
                row.kyc_state = old.kyc_state
    booking.applicants.filter(pk__in=[row.pk for row in known.values()]).delete()
    for row in wanted:
        row.save()


def _shares(rows: Sequence[Applicant]) -> list[str]:
    return [f"{row.full_name}: {row.share}" for row in rows]


def _refuse_other_side(actor: User, action: KycAction) -> None:
    is_buyer = actor.user_type == Role.CUSTOMER
    if is_buyer and action not in BUYERS_KYC_ACTIONS:
        raise NotAllowed("Only the builder verifies or rejects.")
    if not is_buyer and action in BUYERS_KYC_ACTIONS:
        raise NotAllowed("Only the buyer submits.")
