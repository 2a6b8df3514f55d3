"""D6: the stage of a unit's claim is kept for lists, in the statement that changes it and by nobody else."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection

from projects.enums import ClaimKind, ClaimStage, ReleaseReason, UnitStatus
from projects.models import Claim, Unit
from realestate.core import clock
from realestate.core.models import RowChange
from realestate.core.transactions import service
from tests.factories.projects import ClaimFactory, UnitFactory

pytestmark = pytest.mark.django_db
SOLD = {"kind": ClaimKind.BOOKING, "stage": ClaimStage.SOLD, "expires_at": None}


def claimed_as(unit):
    return Unit.objects.get(pk=unit.pk).claimed_as


def test_the_stage_of_the_open_claim_is_kept():
    unit, other = UnitFactory(), UnitFactory()
    assert claimed_as(unit) == ""
    claim = ClaimFactory(unit=unit)
    assert (claimed_as(unit), claimed_as(other)) == ("held", "")
    Claim.objects.update(**SOLD)
    assert claimed_as(unit) == "sold"
    Claim.objects.update(unit=other)
    assert (claimed_as(unit), claimed_as(other)) == ("", "sold")
    claim.refresh_from_db()
    ended = {"released_at": claim.taken_at, "release_reason": ReleaseReason.RELEASED}
    Claim.objects.update(**ended)
    assert claimed_as(other) == ""
    ClaimFactory(unit=other)
    assert claimed_as(other) == "held"
    Claim.parties.through.objects.all().delete()
    Claim.objects.filter(unit=other, released_at=None).delete()
    assert claimed_as(other) == ""


def test_nobody_else_changes_it_and_no_history_is_told():
    unit = UnitFactory()
    ClaimFactory(unit=unit)
    with pytest.raises(DatabaseError, match="append-only"):
        service(lambda: Unit.objects.update(claimed_as="sold"))()
    told = RowChange.objects.filter(object_type="projects.unit", object_id=unit.pk)
    assert list(told.values_list("kind", flat=True)) == ["inserted"]


def test_it_can_be_counted_anew():
    unit, other = UnitFactory(), UnitFactory()
    ClaimFactory(unit=unit)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.recount = 'on'")
        Unit.objects.update(claimed_as="sold")
        cursor.execute("SET LOCAL house.recount = 'off'")
        cursor.execute("SELECT projects_recount()")
    assert (claimed_as(unit), claimed_as(other)) == ("held", "")


def test_R4_1_units_are_found_by_the_status_that_they_show(cast):
    now = clock.now()
    before = now - timedelta(days=1)
    kept_back = ({}, {"released_at": None}, {"blocked_at": before})
    claims = (None, {}, {"expires_at": now, "taken_at": before}, SOLD)
    booked = {**SOLD, "stage": ClaimStage.BOOKED}
    for project in (cast.meera_project, cast.kiran_project):
        for state in kept_back:
            for claim in (*claims, booked, {**SOLD, "stage": ClaimStage.HANDED_OVER}):
                unit = UnitFactory(project=project, **state)
                if claim is not None:
                    ClaimFactory(unit=unit, **claim)
    for user in (AnonymousUser(), cast.asha, cast.meera, cast.sana):
        rows = Unit.objects.with_status(now).with_seen_status(user)
        shown = dict(rows.values_list("pk", "seen_status"))
        for status in UnitStatus:
            found = set(Unit.objects.seen_as(status, user, now).values_list("pk", flat=True))
            assert found == {pk for pk, seen in shown.items() if seen == status}, (user, status)
