"""Signing the agreement (R5.6): every applicant and the builder, once each, on its newest version."""

from typing import TypedDict, Unpack

from accounts.models import User
from bookings.enums import BookingState, SignatureMethod
from bookings.events import SignatureGiven
from bookings.models import Agreement, Applicant, Booking, Signature
from bookings.rules import TRANSITIONS
from bookings.services.applicants import applicants_of
from bookings.services.limits import REGISTRATION_NUMBER_REQUIRED
from bookings.services.standing import lock_booking
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.jobs import defer
from realestate.core.models import StoredFile
from realestate.core.states import allowed_actions
from realestate.core.transactions import service

BUILDER = "builder"  # how the party without an applicant is called


class AgreementSuperseded(DomainError):
    """This agreement is no longer the one to sign; look at the newest, or have a new one made."""

    code, status = "agreement_superseded", 409


class AlreadySigned(DomainError):
    """This party has signed already."""

    code, status = "already_signed", 409


class SignaturesMissing(DomainError):
    """The agreement has not been signed by everybody."""

    code, status = "signatures_missing", 422


class RegistrationNumberMissing(DomainError):
    """The agreement's registration number is missing."""

    code, status = "registration_number_missing", 422


register_conflict("one_signature_per_party", AlreadySigned)


class Hand(TypedDict, total=False):
    """How somebody signed; all of it optional."""

    name: str
    method: str
    scan_id: int | None


@service
def sign_agreement(
    *, actor: User, agreement_id: int, applicant_id: int | None = None, **hand: Unpack[Hand]
) -> Signature:
    """Record a party's signature of a confirmed booking's agreement (R5.6); ``applicant_id`` None is the builder.

    A customer signs electronically and for itself; builders and staff record their own and everybody else's. The PDF is
    drawn anew, with the signature; ``scan_id`` is a file that the caller uploaded. Raises NotAllowed (403),
    InvalidValue (400), AgreementSuperseded, AlreadySigned and InvalidTransition (409), DoesNotExist for strangers.
    """
    rows = Agreement.objects.for_user(actor)
    booking_id = rows.values_list("booking_id", flat=True).get(pk=agreement_id)
    # All signatures of a booking wait for each other here.
    booking = lock_booking(actor, booking_id, for_oneself=True)
    if booking.state != BookingState.BOOKING_CONFIRMED:
        allowed = allowed_actions(TRANSITIONS, booking.state)
        raise InvalidTransition(state=booking.state, allowed=allowed)
    applicant = booking.applicants.get(pk=applicant_id) if applicant_id is not None else None
    method = hand.get("method", SignatureMethod.ELECTRONIC)
    _refuse_hand_of_another(actor, applicant, method)
    agreement = rows.get(pk=agreement_id)
    _refuse_superseded(booking, agreement)
    if agreement.signatures.filter(applicant=applicant).exists():
        raise AlreadySigned
    signature = Signature.objects.create(
        agreement=agreement,
        applicant=applicant,
        name=hand.get("name") or _name(booking, applicant),
        method=method,
        signed_at=clock.now(),
        recorded_by=actor,
        scan_id=_scan(actor, hand.get("scan_id")),
    )
    agreement.file = None  # drawn before this signature
    agreement.save(update_fields=["file"])
    defer("bookings.draw_agreement", agreement_id=agreement.pk)
    party = applicant.full_name if applicant else BUILDER
    audit.record(actor, agreement, "signed", after={"party": party, "method": method})
    publish(SignatureGiven(signature_id=signature.pk, booking_id=booking.pk))
    return signature


def refuse_unsigned(booking: Booking) -> None:
    """R5.6: raises SignaturesMissing, with the parties, and RegistrationNumberMissing (422)."""
    missing = missing_parties(booking)
    if missing:
        raise SignaturesMissing(missing=missing)
    if not booking.registration_number and REGISTRATION_NUMBER_REQUIRED.for_project(
        booking.project
    ):
        raise RegistrationNumberMissing


def missing_parties(booking: Booking) -> list[str]:
    """Who has not signed the newest agreement: applicants by name, then ``builder``; everybody without one."""
    agreement = newest_agreement(booking)
    signed = set(agreement.signatures.values_list("applicant", flat=True)) if agreement else set()
    names = [row.full_name for row in applicants_of(booking) if row.pk not in signed]
    return names if None in signed else [*names, BUILDER]


def newest_agreement(booking: Booking) -> Agreement | None:
    """The version that counts; None before there is any."""
    return booking.agreements.order_by("-version").first()


def named_buyers(booking: Booking) -> list[dict[str, object]]:
    """The applicants as an agreement names them."""
    return [
        {
            "id": row.pk,
            "name": row.full_name,
            "email": row.email,
            "phone": row.phone,
            "share": str(row.share),
        }
        for row in applicants_of(booking)
    ]


def _refuse_superseded(booking: Booking, agreement: Agreement) -> None:
    """The newest version only, and only while it names those who buy."""
    named = agreement.content.get("applicants")
    is_stale = named is not None and named != named_buyers(booking)
    if agreement != newest_agreement(booking) or is_stale:
        raise AgreementSuperseded


def _refuse_hand_of_another(actor: User, applicant: Applicant | None, method: str) -> None:
    if actor.user_type != Role.CUSTOMER:
        return
    if applicant is None or applicant.customer_id != actor.pk:
        raise NotAllowed("You can sign for yourself only.")
    if method != SignatureMethod.ELECTRONIC:
        raise NotAllowed("Only the builder records a signature on paper.")


def _scan(actor: User, file_id: int | None) -> int | None:
    if file_id is not None and not StoredFile.objects.filter(pk=file_id, owner=actor).exists():
        raise InvalidValue(errors={"scan_id": ["There is no such file of yours."]})
    return file_id


def _name(booking: Booking, applicant: Applicant | None) -> str:
    return applicant.full_name if applicant else booking.project.builder.company_name
