"""Who sees what (R21), and what state a unit is in at an instant (R4.1, R4.2)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from projects.enums import AccessLevel, ClaimKind, ClaimStage, ReleaseReason, UnitStatus
from projects.models import Claim, Model3D, Project, Tower, Unit
from realestate.core import clock
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

ANYBODY = {"public", "kirans"}
SEES = {
    "nobody": ANYBODY,
    "asha": ANYBODY,
    "meera": {"public", "draft", "archived", "kirans"},
    "kiran": ANYBODY,
    "sana": {"public", "draft", "archived", "kirans"},
}
MAY_CHANGE = {
    "nobody": set(),
    "asha": set(),
    "meera": {"public", "draft", "archived"},
    "kiran": {"kirans"},
    "sana": {"public", "draft", "archived", "kirans"},
}


def person(cast, name):
    return getattr(cast, name, None) or AnonymousUser()


@pytest.fixture
def projects(cast):
    """One that everybody sees, two of Meera that only she sees, and Kiran's."""
    meera = cast.meera.builder
    return {
        "public": cast.meera_project,
        "draft": ProjectFactory(builder=meera, published_at=None),
        "archived": ProjectFactory(builder=meera, archived_at=LONG_AGO),
        "kirans": cast.kiran_project,
    }


@pytest.mark.parametrize("name", SEES)
def test_R21_projects_with_all_that_is_theirs(cast, projects, name):
    user = person(cast, name)
    for project in projects.values():
        TowerFactory(project=project)
        UnitFactory(project=project)
    sees = {projects[key].pk for key in SEES[name]}
    changes = {projects[key].pk for key in MAY_CHANGE[name]}
    assert set(Project.objects.for_user(user).values_list("pk", flat=True)) == sees
    assert set(Project.objects.editable_by(user).values_list("pk", flat=True)) == changes
    for model in (Tower, Unit):
        found = model.objects.for_user(user).values_list("project", flat=True)
        assert set(found) == sees
        assert len(found) == len(set(found.values_list("pk", flat=True))), "each row once"
        found = model.objects.editable_by(user).values_list("project", flat=True)
        assert set(found) == changes


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("nobody", set()),
        ("asha", {"hers", "shared"}),
        ("ravi", {"shared"}),
        ("meera", {"hers", "shared"}),
        ("kiran", {"builders own"}),
        ("sana", {"hers", "shared", "builders own"}),
    ],
)
def test_R21_claims(cast, name, seen):
    asha, ravi = cast.asha.customer, cast.ravi.customer
    claims = {
        "hers": ClaimFactory(unit=cast.meera_unit, customer=asha),
        "shared": ClaimFactory(
            unit=UnitFactory(project=cast.meera_project), customer=asha, parties=[ravi]
        ),
        "builders own": ClaimFactory(unit=cast.kiran_unit),
    }
    found = list(Claim.objects.for_user(person(cast, name)).values_list("pk", flat=True))
    assert sorted(found) == sorted(claims[key].pk for key in seen)


# --- status ----------------------------------------------------------------------------------------------------------


def status_of(unit, now):
    return Unit.objects.with_status(now).get(pk=unit.pk).status


@pytest.mark.parametrize(
    ("status", "unit"),
    [
        (UnitStatus.AVAILABLE, {}),
        (UnitStatus.NOT_RELEASED, {"released_at": None}),
        (UnitStatus.BLOCKED, {"blocked_at": LONG_AGO}),
        (UnitStatus.NOT_RELEASED, {"released_at": None, "blocked_at": LONG_AGO}),
    ],
)
def test_R4_1_status_of_a_unit_that_nobody_claims(db, status, unit):
    assert status_of(UnitFactory(**unit), clock.now()) == status


@pytest.mark.parametrize("unit", [{}, {"released_at": None}, {"blocked_at": LONG_AGO}])
@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (ClaimStage.HELD, UnitStatus.RESERVED),
        (ClaimStage.BOOKED, UnitStatus.BOOKED),
        (ClaimStage.SOLD, UnitStatus.SOLD),
        (ClaimStage.HANDED_OVER, UnitStatus.HANDED_OVER),
    ],
)
def test_R4_1_status_of_a_claimed_unit(db, unit, stage, status):
    kind = ClaimKind.HOLD if stage == ClaimStage.HELD else ClaimKind.BOOKING
    claim = ClaimFactory(unit=UnitFactory(**unit), kind=kind, stage=stage)
    assert status_of(claim.unit, clock.now()) == status


def test_R4_2_a_hold_is_live_until_its_expiry_and_not_at_it(db, noon):
    now = noon()
    claim = ClaimFactory(taken_at=now, expires_at=now + timedelta(minutes=30))
    end = claim.expires_at
    for instant, live in ((now, 1), (end - timedelta(microseconds=1), 1), (end, 0)):
        assert Claim.objects.live(instant).count() == live
        assert Claim.objects.lapsed(instant).count() == 1 - live
        assert Unit.objects.available(instant).count() == 1 - live
        assert Unit.objects.claimable(instant).count() == 1 - live
        assert status_of(claim.unit, instant) == ("reserved" if live else "available")


def test_released_claims_of_the_past_neither_hide_nor_double_a_unit(db, noon):
    unit = UnitFactory()
    for reason in ReleaseReason:
        ClaimFactory(unit=unit, taken_at=noon(), released_at=noon(), release_reason=reason)
    assert [row.status for row in Unit.objects.with_status(noon())] == ["available"]
    ClaimFactory(unit=unit, taken_at=noon())
    assert [row.status for row in Unit.objects.with_status(noon())] == ["reserved"]
    assert not Claim.objects.lapsed(noon(days=1)).exclude(released_at=None).exists()


@pytest.mark.parametrize(
    ("project", "claimable"),
    [({}, True), ({"published_at": None}, False), ({"archived_at": LONG_AGO}, False)],
)
def test_R4_3_only_projects_that_sell_have_claimable_units(db, project, claimable):
    UnitFactory(project=ProjectFactory(**project))
    assert Unit.objects.available(clock.now()).exists()
    assert Unit.objects.claimable(clock.now()).exists() is claimable


HIDDEN_FROM = {"nobody": True, "asha": True, "kiran": True, "meera": False, "sana": False}


@pytest.mark.parametrize(("name", "hidden"), HIDDEN_FROM.items())
def test_units_as_a_reader_sees_them(cast, name, hidden):
    """Contract 8.1: what is blocked or not released looks reserved to the public."""
    units = {
        "free": cast.meera_unit,
        "held": ClaimFactory(unit=UnitFactory(project=cast.meera_project)).unit,
        "blocked": UnitFactory(project=cast.meera_project, blocked_at=LONG_AGO),
        "kept back": UnitFactory(project=cast.meera_project, released_at=None),
    }
    rows = Unit.objects.filter(project=cast.meera_project).with_status(clock.now())

    def seen(status):
        found = set(
            rows.seen_as(status, person(cast, name), clock.now()).values_list("pk", flat=True)
        )
        return {key for key, unit in units.items() if unit.pk in found}

    assert seen(UnitStatus.AVAILABLE) == {"free"}
    assert seen(UnitStatus.RESERVED) == {"held"} | ({"blocked", "kept back"} if hidden else set())
    assert seen(UnitStatus.BLOCKED) == (set() if hidden else {"blocked"})
    assert seen(UnitStatus.NOT_RELEASED) == (set() if hidden else {"kept back"})
    assert seen(UnitStatus.SOLD) == set()


# --- parties and 3D models -------------------------------------------------------------------------------------------


def test_projects_in_which_somebody_has_a_live_claim(cast, noon):
    asha = cast.asha.customer
    claim = ClaimFactory(unit=cast.meera_unit, customer=asha, taken_at=noon())
    other = UnitFactory(project=cast.meera_project)
    ClaimFactory(
        unit=other,
        kind=ClaimKind.BOOKING,
        stage=ClaimStage.BOOKED,
        customer=CustomerFactory(),
        parties=[asha],
        taken_at=noon(),
    )
    ClaimFactory(
        unit=cast.kiran_unit,
        customer=asha,
        taken_at=noon(),
        released_at=noon(),
        release_reason=ReleaseReason.CANCELLED,
    )
    assert list(Project.objects.with_live_party(asha.pk, noon())) == [cast.meera_project]
    Claim.objects.filter(pk=claim.pk).update(expires_at=noon())
    assert list(Project.objects.with_live_party(asha.pk, noon())) == [cast.meera_project]
    assert not Project.objects.with_live_party(cast.ravi.pk, noon()).exists()


MODELS = {
    "nobody": {"public"},
    "ravi": {"public", "customers"},
    "asha": {"public", "customers", "booked"},
    "meera": {"public", "customers", "booked", "inactive", "draft"},
    "kiran": {"public"},
    "sana": {"public", "customers", "booked", "inactive", "draft"},
}


@pytest.fixture
def models(cast):
    """One of each access level; one taken off; one of a project that is not published."""
    own = {"project": cast.meera_project}
    return {
        "public": Model3DFactory(**own),
        "customers": Model3DFactory(**own, access_level=AccessLevel.CUSTOMERS_ONLY),
        "booked": Model3DFactory(**own, access_level=AccessLevel.BOOKED_CUSTOMERS),
        "inactive": Model3DFactory(**own, is_active=False),
        "draft": Model3DFactory(
            project=ProjectFactory(builder=cast.meera.builder, published_at=None)
        ),
    }


@pytest.mark.parametrize(("name", "opens"), MODELS.items())
def test_3d_models_by_access_level(cast, models, name, opens):
    """Asha has a live hold in the project: that counts as booked while it lives (contract 8.1)."""
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=cast.asha.customer)
    user = person(cast, name)
    found = list(Model3D.objects.for_user(user).values_list("pk", flat=True))
    assert sorted(found) == sorted(models[key].pk for key in opens)
    own = set(models) if name in {"meera", "sana"} else set()
    assert set(Model3D.objects.editable_by(user)) == {models[key] for key in own}


def test_models_for_booked_customers_close_with_the_claim(cast, models, noon):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer, taken_at=noon())
    booked = Model3D.objects.filter(pk=models["booked"].pk)
    noon(minutes=29)
    assert booked.for_user(cast.asha).exists()
    noon(minutes=30)
    assert not booked.for_user(cast.asha).exists()
