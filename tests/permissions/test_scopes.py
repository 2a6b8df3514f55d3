"""R21: who reads and changes a row of each kind, asked of the querysets themselves.

The rows are Asha's, or Meera's, or of Asha's booking with Meera. Nina buys with Asha, Lata is of Meera's team; Ravi and
Kiran are another buyer and another builder.
"""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Builder, Customer, User
from accounts.services import relate
from projects.enums import AccessLevel
from realestate.core import clock
from realestate.core.enums import SettingScope
from realestate.core.models import SystemSetting
from tests.factories import accounts, progress
from tests.factories import projects as stock
from tests.permissions.scopes import (
    OF_ALL,
    OF_ASHA,
    OF_BOTH_SIDES,
    OF_SOME,
    OF_THE_OFFICE,
    OF_THE_PARTIES,
    Side,
)

HERS = {"asha"}
OFFICE = {"meera", "lata", "sana"}
BOTH_SIDES = OFFICE | {"asha"}
PARTIES = BOTH_SIDES | {"nina"}
CUSTOMERS = {"asha", "nina", "ravi"}
ALL = {"nobody", "kiran", *CUSTOMERS, *OFFICE}
MAKE = OF_THE_PARTIES | OF_BOTH_SIDES | OF_ALL | OF_THE_OFFICE | OF_ASHA | OF_SOME
READERS = {
    **dict.fromkeys(OF_THE_PARTIES, PARTIES),
    **dict.fromkeys(OF_BOTH_SIDES, BOTH_SIDES),
    **dict.fromkeys(OF_ALL, ALL),
    **dict.fromkeys(OF_THE_OFFICE, OFFICE),
    **dict.fromkeys(OF_ASHA, HERS),
    "3D model for buyers": OFFICE | {"asha"},
    "3D model for customers": OFFICE | CUSTOMERS,
    "plan": OFFICE | CUSTOMERS,
    "line of a plan": OFFICE | CUSTOMERS,
    "setting of the platform": {"sana"},
    "user": {"asha", "sana"},
    "action on many": {"meera"},
}
CHANGED_BY = {  # other kinds of rows do not say
    **dict.fromkeys(("project", "tower", "unit", "phase", "update for all", "stage"), OFFICE),
    **dict.fromkeys(("3D model", "3D model for buyers", "3D model for customers"), OFFICE),
    **dict.fromkeys(("certificate", "promised completion", "hours", "holiday", "cut-off"), OFFICE),
    "builder": OFFICE,
    "customer": {"asha", "sana"},
}
# Public rows of which the back office shows one's own only; of all others what their readers find.
IN_THE_OFFICE = {
    **{kind: who for kind, who in CHANGED_BY.items() if kind != "customer"},
    "own rate of interest": OFFICE,
    "rate of interest for all": ALL,
    "tax rate": {"sana"},
}
# Of a project that is not published, or not sold any more: nobody but those who may change it.
SHOWN_WITH_THE_PROJECT = (
    *("project", "tower", "unit", "3D model", "3D model for customers", "phase"),
    *("stage", "certificate", "promised completion", "hours", "holiday", "cut-off"),
    *("plan", "line of a plan"),
)


@pytest.fixture
def people(cast):
    return {
        "nobody": AnonymousUser(),
        "asha": cast.asha,
        "nina": accounts.CustomerFactory().user,
        "ravi": cast.ravi,
        "meera": cast.meera,
        "lata": User.objects.get(
            pk=accounts.MemberFactory(employer=cast.meera.builder, name="Lata").pk
        ),
        "kiran": cast.kiran,
        "sana": cast.sana,
    }


@pytest.fixture
def side(cast, people):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    return Side(cast, cast.meera_project, people["nina"].customer)


def take_off(project, fault):
    """It is not published, or archived."""
    value = None if fault == "published_at" else clock.now()
    type(project).objects.filter(pk=project.pk).update(**{fault: value})


def finders(row, method, people):
    """Who finds the row, once, by a method of its queryset."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    found = {name: list(getattr(rows, method)(user)) for name, user in people.items()}
    assert all(each in ([], [row]) for each in found.values())
    return {name for name, each in found.items() if each}


@pytest.mark.parametrize("kind", MAKE)
def test_R21_who_finds_whose(side, people, kind):
    row = MAKE[kind](side)
    for method, expected in (
        ("for_user", READERS),
        ("for_office", IN_THE_OFFICE),
        ("editable_by", CHANGED_BY),
    ):
        assert hasattr(type(row)._default_manager, method) is (kind in expected), method
        if kind in expected:
            assert finders(row, method, people) == expected[kind], method


@pytest.mark.parametrize("fault", ["published_at", "archived_at"])
@pytest.mark.parametrize("kind", SHOWN_WITH_THE_PROJECT)
def test_R21_what_is_not_on_offer_is_for_the_office(side, people, kind, fault):
    row = MAKE[kind](side)
    take_off(side.project, fault)
    assert finders(row, "for_user", people) == OFFICE


@pytest.mark.parametrize("fault", ["published_at", "archived_at"])
def test_R21_who_has_bought_goes_on_reading_the_news(side, people, fault):
    row = MAKE["update for all"](side)
    take_off(side.project, fault)
    assert finders(row, "for_user", people) == OFFICE | {"asha"}


@pytest.mark.parametrize(
    ("facts", "readers"),
    [
        ({"is_public": False}, OFFICE | {"asha"}),
        ({"is_public": True, "published_at": None}, OFFICE),
        ({"is_public": False, "published_at": None}, OFFICE),
    ],
)
def test_R21_news_for_buyers_and_drafts(side, people, facts, readers):
    assert (
        finders(progress.UpdateFactory(project=side.project, **facts), "for_user", people)
        == readers
    )


@pytest.mark.parametrize("level", AccessLevel)
def test_R21_a_3d_model_that_was_taken_off_is_for_the_office(side, people, level):
    row = stock.Model3DFactory(project=side.project, access_level=level, is_active=False)
    assert finders(row, "for_user", people) == OFFICE


def test_R21_a_phase_that_buyers_are_not_shown(side, people):
    row = progress.PhaseFactory(project=side.project, customer_visible=False)
    assert finders(row, "for_user", people) == OFFICE


def test_R21_a_builder_that_was_shut_out_is_for_staff(side, people):
    User.objects.filter(pk=side.builder.pk).update(is_active=False)
    assert finders(side.builder, "for_user", people) == {"sana"}
    assert finders(Builder.objects.get(user__email="kiran@example.com"), "for_user", people) == ALL


def test_R21_a_customer_whom_the_builder_has_never_dealt_with(side, people):
    stranger = Customer.objects.get(pk=people["ravi"].pk)
    assert finders(stranger, "for_user", people) == {"ravi", "sana"}


def test_R21_a_setting_of_a_project_that_has_a_builders_key(side, people):
    """Keys of projects and of builders are different things, also when they are the same number."""
    for scope, key in (
        (SettingScope.PROJECT, side.builder.pk),
        (SettingScope.BUILDER, side.project.pk),
    ):
        row = SystemSetting.objects.create(
            key="payments.quiet_from", value=20, scope=scope, scope_id=key
        )
        assert finders(row, "for_user", people) == {"sana"}
