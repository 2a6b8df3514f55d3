"""R4: a unit's state, and what is done with one claim, does not depend on claims of other units, times and people."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from projects import services
from projects.enums import ClaimKind, ClaimStage, ReleaseReason, UnitStatus
from projects.models import Claim, Unit
from tests.factories.projects import LONG_AGO, ClaimFactory, UnitFactory

SOLD = {"kind": ClaimKind.BOOKING, "stage": ClaimStage.SOLD}
STATES = {  # the owner's word and everybody's
    "free": ("available", "available"),
    "freed": ("available", "available"),
    "lapsed": ("available", "available"),
    "held": ("reserved", "reserved"),
    "booked": ("booked", "booked"),
    "sold": ("sold", "sold"),
    "blocked": ("blocked", "reserved"),
    "blocked after a hold": ("blocked", "reserved"),
    "blocked and held": ("reserved", "reserved"),
    "blocked and sold": ("sold", "sold"),
    "not released": ("not_released", "reserved"),
}


@pytest.fixture
def units(cast, noon):
    """One in each state at noon."""
    now = noon()
    over = {"taken_at": now - timedelta(hours=2), "expires_at": now}
    freed = {"released_at": now, "release_reason": ReleaseReason.RELEASED}

    def unit(**facts):
        return UnitFactory(project=cast.meera_project, **facts)

    def claimed(claim, **facts):
        return ClaimFactory(unit=unit(**facts), **claim).unit

    blocked = {"blocked_at": LONG_AGO}
    booked = {"kind": ClaimKind.BOOKING, "stage": ClaimStage.BOOKED}
    return {
        "free": unit(),
        "freed": claimed({"taken_at": now} | freed),
        "lapsed": claimed(over),
        "held": claimed({"taken_at": now}),
        "booked": claimed(booked),
        "sold": claimed(SOLD),
        "blocked": unit(**blocked),
        "blocked after a hold": claimed(over, **blocked),
        "blocked and held": claimed({"taken_at": now}, **blocked),
        "blocked and sold": claimed(SOLD, **blocked),
        "not released": unit(released_at=None),
    }


@pytest.mark.parametrize(
    ("name", "is_owner"), [("meera", True), ("sana", True), ("kiran", False), ("", False)]
)
def test_R4_1_each_state_as_each_reader_sees_it(cast, units, noon, name, is_owner):
    user = getattr(cast, name, None) or AnonymousUser()
    words = {key: word[0 if is_owner else 1] for key, word in STATES.items()}
    rows = Unit.objects.filter(pk__in=[unit.pk for unit in units.values()])
    rows = rows.with_status(noon()).with_seen_status(user)
    seen = dict(rows.values_list("pk", "seen_status"))
    assert {key: seen[unit.pk] for key, unit in units.items()} == words
    for status in UnitStatus:
        found = set(rows.seen_as(status, user, noon()).values_list("pk", flat=True))
        expected = {key for key, word in words.items() if word == status}
        assert {key for key, unit in units.items() if unit.pk in found} == expected, status


def test_R4_2_who_asks_for_free_units_gets_those_that_are_available(units, noon):
    free = {units[key].pk for key in ("free", "freed", "lapsed")}
    for rows in (Unit.objects.free(noon()), Unit.objects.available(noon())):
        found = set(rows.filter(pk__in=[unit.pk for unit in units.values()]))
        assert {unit.pk for unit in found} == free


@pytest.mark.unaudited("claims are moved within the services of bookings, which write the entry")
def test_R4_3_a_claim_that_was_given_back_keeps_its_own_end(cast, noon):
    def take():
        return services.take_claims(
            actor=cast.asha, unit_ids=[cast.meera_unit.pk], customer_id=cast.asha.pk, minutes=30
        )[0]

    first = take()
    given_back = noon(minutes=5)
    services.release_claim(actor=cast.asha, claim_id=first.pk, reason=ReleaseReason.RELEASED)
    noon(hours=1)
    take()
    assert services.expire_claims() == 0
    row = Claim.objects.get(pk=first.pk)
    assert (row.released_at, row.release_reason) == (given_back, ReleaseReason.RELEASED)
