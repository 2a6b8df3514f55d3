"""Holding a unit for a while (R4.5-6). The claim itself is the business of ``projects``; limits and times are ours."""

from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from accounts.models import Customer, User
from bookings.events import HoldExtended
from bookings.models import Booking
from bookings.rules import in_cooldown, longest_end
from bookings.services.limits import (
    BUILDER_HOLD_MAX_MINUTES,
    BUILDER_HOLD_MINUTES,
    HOLD_COOLDOWN_MINUTES,
    HOLD_MAX_MINUTES,
    HOLD_MINUTES,
    HOLDS_PER_CUSTOMER,
)
from bookings.services.parties import buyer, claimable_units
from bookings.services.quotes import end_quote, quote_for_hold, stretch_quote
from projects.enums import ClaimKind, ReleaseReason
from projects.models import Claim, Project
from projects.querysets import live
from projects.services import extend_claim, release_claim, take_claims
from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.transactions import service


class HoldLimit(DomainError):
    """This is more than may be held."""

    code, status = "hold_limit", 422


class HoldCooldown(DomainError):
    """Your hold of this unit has just lapsed; you can hold it again a little later."""

    code, status = "hold_cooldown", 422


class HoldHasEnded(DomainError):
    """This hold has ended."""

    code, status = "hold_ended", 409


class HoldHasBooking(DomainError):
    """There is a booking on this hold; cancel the booking instead."""

    code, status = "hold_has_booking", 409


@service
def hold_unit(*, actor: User, unit_id: int, customer_id: int | None = None) -> Claim:
    """Hold a unit for a while (R4.3, R4.5): customers for themselves; builders and staff for a customer, or for nobody.

    The hold freezes the price: it is taken on a quote (R1). Raises UnitNotAvailable (409), HoldLimit, HoldCooldown and
    PriceListNotValid (422), DoesNotExist for strangers.
    """
    unit = claimable_units(actor).get(pk=unit_id)
    named = actor.user_type == Role.CUSTOMER or customer_id is not None
    customer = buyer(actor, customer_id) if named else None
    claim = claim_for(actor=actor, unit_id=unit.pk, project=unit.project, customer=customer)
    quote_for_hold(actor=actor, claim=claim, customer=customer, now=claim.taken_at)
    return claim


def claim_for(*, actor: User, unit_id: int, project: Project, customer: Customer | None) -> Claim:
    """Take a timed claim within the caller's service, and refuse it again when it goes beyond a limit."""
    now = clock.now()
    (claim,) = take_claims(
        actor=actor,
        unit_ids=[unit_id],
        customer_id=customer.pk if customer else None,
        minutes=minutes_of(actor, project),
    )
    if actor.user_type == Role.CUSTOMER:
        _refuse_too_many(actor, claim, project, now)
    return claim


@service
def extend_hold(*, actor: User, claim_id: int, minutes: int | None = None) -> Claim:
    """Let a live hold live longer (R4.5), by the usual time unless ``minutes`` says otherwise.

    Raises HoldHasEnded (409), HoldLimit (422, with ``latest``), DoesNotExist for strangers.
    """
    now = clock.now()
    claim = _live_hold(actor, claim_id, now)
    project = claim.unit.project
    longest = HOLD_MAX_MINUTES if actor.user_type == Role.CUSTOMER else BUILDER_HOLD_MAX_MINUTES
    latest = longest_end(claim.taken_at, longest.for_project(project))
    until = _end(claim) + timedelta(minutes=minutes or minutes_of(actor, project))
    if until > latest:
        raise HoldLimit("A hold cannot be extended beyond its longest life.", latest=latest)
    claim = extend_claim(actor=actor, claim_id=claim_id, until=until)
    stretch_quote(claim)
    publish(HoldExtended(claim_id=claim.pk))
    return claim


@service
def release_hold(*, actor: User, claim_id: int) -> None:
    """Give a held unit back before its time. Raises HoldHasEnded, HoldHasBooking (409); DoesNotExist for strangers."""
    claim = _live_hold(actor, claim_id, clock.now())
    if Booking.objects.filter(claim=claim).exists():
        raise HoldHasBooking
    release_claim(actor=actor, claim_id=claim_id, reason=ReleaseReason.RELEASED)
    end_quote(claim, clock.now())


def minutes_of(actor: User, project: Project) -> int:
    """How long a hold of this caller lives (R4.5)."""
    setting = HOLD_MINUTES if actor.user_type == Role.CUSTOMER else BUILDER_HOLD_MINUTES
    return setting.for_project(project)


def _live_hold(actor: User, claim_id: int, now: datetime) -> Claim:
    holds = (
        Claim.objects.for_user(actor).filter(kind=ClaimKind.HOLD).select_related("unit__project")
    )
    claim = lock(holds, claim_id)
    if not claim.is_live(now):
        raise HoldHasEnded
    return claim


def _end(claim: Claim) -> datetime:
    if claim.expires_at is None:  # pragma: no cover  # the constraint only_holds_expire
        raise HoldHasEnded
    return claim.expires_at


def _refuse_too_many(actor: User, claim: Claim, project: Project, now: datetime) -> None:
    """R4.6, for what customers take themselves; a builder decides for whom else it holds a unit.

    The customer's row is locked first, so that two requests cannot both be the last one allowed.
    """
    lock(Customer.objects.all(), actor.pk)
    mine = Claim.objects.filter(customer=actor.pk, taken_by=actor.pk, kind=ClaimKind.HOLD)
    lapsed = Q(unit=claim.unit_id, release_reason=ReleaseReason.EXPIRED)
    found = mine.aggregate(
        ended_at=Max("expires_at", filter=lapsed), live=Count("pk", filter=live(now))
    )
    ended_at, cooldown = found["ended_at"], HOLD_COOLDOWN_MINUTES.for_project(project)
    if ended_at is not None and in_cooldown(ended_at, now, cooldown):
        raise HoldCooldown(available_at=longest_end(ended_at, cooldown))
    maximum = HOLDS_PER_CUSTOMER.for_project(project)
    if found["live"] > maximum:
        raise HoldLimit(
            f"You may hold {maximum} units at the same time; release one or complete its booking.",
            maximum=maximum,
        )
