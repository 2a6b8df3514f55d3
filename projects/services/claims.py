"""Claims: who occupies a unit, and until when (R4). Nobody else writes them.

Claims come before units: a trigger writes the unit of each claim that ends (adr 15), so taking locks what has lapsed
before it locks the units. Who has units waits for no claim: what lapses meanwhile is ended unless somebody else is at
it, and then the unit is not available yet. Where two meet, compare-and-set decides:
a lapsed claim is released only ``WHERE released_at IS NULL AND expires_at <= now``, a live one changes only ``WHERE
released_at IS NULL AND expires_at > now``. Whatever happens, the partial unique index ``one_live_claim_per_unit`` has
the last word.

The clock is asked after the lock: whoever waited for it decides by what is true now.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from accounts.models import User
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.events import ClaimReleased, ClaimsLapsed, ClaimTaken, UnitsChanged
from projects.models import Claim, Unit
from projects.querysets import live
from projects.rules import CLAIM_STAGES
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock, lock_all
from realestate.core.states import advance
from realestate.core.transactions import service

LAPSES_PER_RUN = 5_000


class UnitNotAvailable(DomainError):
    """This unit is not available."""  # never says who holds it

    code, status = "unit_not_available", 409


class ClaimHasEnded(DomainError):
    """This claim on the unit has ended."""

    code, status = "claim_ended", 409


register_conflict("one_live_claim_per_unit", UnitNotAvailable)


@service
def take_claims(
    *, actor: User | None, unit_ids: Sequence[int], customer_id: int | None, minutes: int
) -> list[Claim]:
    """Hold units for a customer (or for nobody), all or none, for a number of minutes (R4.3, R4.7).

    Raises UnitNotAvailable (409), also for units that do not exist.
    """
    taken = take_if_free(actor=actor, unit_ids=unit_ids, customer_id=customer_id, minutes=minutes)
    if not taken:
        raise UnitNotAvailable
    return taken


@service
def take_if_free(
    *, actor: User | None, unit_ids: Sequence[int], customer_id: int | None, minutes: int
) -> list[Claim]:
    """As ``take_claims``, for whoever goes on when the units are not to be had: nothing is taken then."""
    units = lock_for_taking(unit_ids)
    now = clock.now()
    until = now + timedelta(minutes=minutes)
    _release_lapsed(Claim.objects.filter(unit__in=units), now)
    # Also none that has lapsed and that somebody else is ending at this moment.
    claimed = Claim.objects.filter(unit__in=units, released_at=None).values("unit")
    free = Unit.objects.filter(pk__in=[unit.pk for unit in units]).exclude(pk__in=claimed)
    if not units or free.claimable(now).count() != len(set(unit_ids)):
        return []
    return [
        _take(actor=actor, unit=unit, customer_id=customer_id, now=now, until=until)
        for unit in units
    ]


def lock_for_taking(unit_ids: Sequence[int]) -> list[Unit]:
    """The units, locked, for whoever is about to take them; before them what has lapsed there.

    That is only locked, not ended: what ends takes its unit, and the units are taken once, all by their keys.
    """
    _lock_lapsed(Claim.objects.filter(unit__in=unit_ids), clock.now(), is_patient=True)
    return lock_all(Unit.objects.select_related("project"), unit_ids)


def _take(
    *, actor: User | None, unit: Unit, customer_id: int | None, now: datetime, until: datetime
) -> Claim:
    claim = Claim.objects.create(
        unit=unit,
        kind=ClaimKind.HOLD,
        stage=ClaimStage.HELD,
        customer_id=customer_id,
        taken_by=actor,
        taken_at=now,
        expires_at=until,
    )
    if customer_id is not None:
        claim.parties.add(customer_id)
    audit.record(actor, claim, "taken", after={"unit": unit.pk, "expires_at": until})
    publish(ClaimTaken(claim_id=claim.pk, unit_id=unit.pk))
    return claim


@service
def extend_claim(*, actor: User | None, claim_id: int, until: datetime) -> Claim:
    """Let a live hold live until a later instant (R4.5). Raises ClaimHasEnded (409), InvalidValue (400)."""
    claim, now = _live(claim_id)
    before = claim.expires_at
    if before is None:  # a booking's claim has no end to move
        raise ClaimHasEnded
    if until <= before:
        raise InvalidValue("A hold can only be made longer.")
    _change(claim, live(now), expires_at=until)
    audit.record(
        actor, claim, "extended", before={"expires_at": before}, after={"expires_at": until}
    )
    return claim


@service
def advance_claim(*, claim_id: int, stage: ClaimStage) -> Claim:
    """Make a live claim firmer: held → booked → sold → handed over; a booked claim no longer expires.

    A claim that has the stage already stays as it is. Raises ClaimHasEnded (409), InvalidTransition (409).
    """
    claim, now = _live(claim_id)
    if claim.stage == stage:
        return claim
    if claim.stage == ClaimStage.HELD and stage == ClaimStage.BOOKED:
        # One statement: see the constraint only_holds_expire.
        _change(claim, live(now), kind=ClaimKind.BOOKING, stage=stage, expires_at=None)
    else:
        advance(claim, CLAIM_STAGES, stage, field="stage")
    publish(UnitsChanged(unit_ids=(claim.unit_id,)))
    return claim


@service
def set_parties(*, claim_id: int, customer_id: int, others: Iterable[int] = ()) -> Claim:
    """Say whose claim it is: the buyer, and co-applicants with an account. Raises ClaimHasEnded (409)."""
    claim, now = _live(claim_id)
    _change(claim, live(now), customer_id=customer_id)
    claim.parties.set({customer_id, *others})
    return claim


@service
def release_claim(*, actor: User | None, claim_id: int, reason: ReleaseReason) -> Claim:
    """End a claim; the unit is free again. A lapsed hold ends at its expiry. Raises ClaimHasEnded (409)."""
    claim = lock(Claim.objects.all(), claim_id)
    now = clock.now()
    if claim.expires_at is not None and claim.expires_at <= now:
        now, reason = claim.expires_at, ReleaseReason.EXPIRED
    _change(claim, Q(released_at=None), released_at=now, release_reason=reason)
    audit.record(actor, claim, "released", after={"reason": reason})
    publish(ClaimReleased(claim_id=claim.pk, unit_id=claim.unit_id, reason=reason))
    return claim


@service
def expire_claims() -> int:
    """Record holds that have lapsed; returns how many. Nothing depends on it (R4.4): expiry is a comparison.

    At most LAPSES_PER_RUN; the next run takes the rest, and the rows that somebody is changing at this moment.
    """
    return _release_lapsed(Claim.objects.all(), clock.now())


def _release_lapsed(claims: QuerySet[Claim], now: datetime) -> int:
    """End those that have lapsed, but for what somebody else is ending; returns how many."""
    rows = _lock_lapsed(claims, now, is_patient=False)
    units = tuple(row.unit_id for row in rows)
    if not units:
        return 0
    # The trigger takes the units as they come; others, several at once, by their keys.
    lock_all(Unit.objects.all(), units)
    ended = Claim.objects.lapsed(now).filter(pk__in=[row.pk for row in rows])
    count = ended.update(released_at=F("expires_at"), release_reason=ReleaseReason.EXPIRED)
    same = audit.Change(after={"release_reason": ReleaseReason.EXPIRED})
    audit.record_all(audit.SYSTEM, Claim, "released", {row.pk: same for row in rows})
    publish(ClaimsLapsed(unit_ids=units))
    return count


def _lock_lapsed(claims: QuerySet[Claim], now: datetime, *, is_patient: bool) -> list[Claim]:
    """Those that have lapsed and are unreleased, locked; the patient wait for whoever ends the same."""
    # Not through ``lock``: claims come before units, and who has units already waits for nobody.
    lapsed = claims.filter(released_at=None, expires_at__lte=now)
    locked = lapsed.select_for_update(no_key=True, skip_locked=not is_patient)
    return list(locked.order_by("pk")[:LAPSES_PER_RUN])


def _live(claim_id: int) -> tuple[Claim, datetime]:
    """The claim, locked, and the instant at which it is live. Raises ClaimHasEnded (409)."""
    claim = lock(Claim.objects.all(), claim_id)
    now = clock.now()
    if not claim.is_live(now):
        raise ClaimHasEnded
    return claim, now


def _change(claim: Claim, while_: Q, **values: object) -> None:
    """Compare-and-set: the lock is a convention, the WHERE is a fact. Raises ClaimHasEnded (409)."""
    if not Claim.objects.filter(while_, pk=claim.pk).update(**values):
        raise ClaimHasEnded
    for name, value in values.items():
        setattr(claim, name, value)
