"""What the tables refuse whoever writes: one claim per unit, ranges in order, known words, rows that others need."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.models import Claim, Project, Tower, Unit
from realestate.core import clock
from tests.constraints import violated
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("project_type_is_known", {"project_type": "castle"}),
        ("project_status_is_known", {"status": "ongoing"}),
        ("project_price_min_not_negative", {"price_range_min": -1}),
        ("project_area_not_negative", {"project_area": -1}),
        ("project_price_range_in_order", {"price_range_min": 2, "price_range_max": 1}),
        (
            "project_dates_in_order",
            {"start_date": "2026-01-02", "expected_completion_date": "2026-01-01"},
        ),
        ("latitude_on_earth", {"latitude": 91}),
        ("longitude_on_earth", {"longitude": -181}),
        ("project_has_a_name", {"project_name": ""}),
        ("", {"price_range_min": None, "price_range_max": 1, "start_date": "2026-01-02"}),
    ],
)
def test_a_project_that_cannot_be(constraint, values):
    project = ProjectFactory()
    assert violated(lambda: Project.objects.filter(pk=project.pk).update(**values)) == constraint


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("unit_type_is_known", {"unit_type": "2bhk"}),
        ("unit_facing_is_known", {"facing": "up"}),
        ("unit_area_positive", {"area_sqft": 0}),
        ("unit_price_positive", {"price": 0}),
        ("unit_has_a_number", {"unit_number": ""}),
        ("", {"facing": "", "floor_number": -2}),
    ],
)
def test_a_unit_that_cannot_be(constraint, values):
    unit = UnitFactory()
    assert violated(lambda: Unit.objects.filter(pk=unit.pk).update(**values)) == constraint


def test_numbers_and_names_are_unique_within_a_project():
    unit, tower = UnitFactory(), TowerFactory()
    again = {"project": unit.project, "unit_number": unit.unit_number}
    assert violated(lambda: UnitFactory(**again)) == "one_unit_per_number"
    UnitFactory(unit_number=unit.unit_number)
    assert (
        violated(lambda: TowerFactory(project=tower.project, name=tower.name))
        == "one_tower_per_name"
    )
    TowerFactory(name=tower.name)


def test_R4_1_at_most_one_claim_of_a_unit_is_not_released():
    claim = ClaimFactory()
    assert violated(lambda: ClaimFactory(unit=claim.unit)) == "one_live_claim_per_unit"
    # Not even a lapsed one: it is released first.
    long_over = {"taken_at": LONG_AGO, "expires_at": LONG_AGO + timedelta(minutes=1)}
    assert violated(lambda: ClaimFactory(unit=claim.unit, **long_over)) == "one_live_claim_per_unit"
    Claim.objects.update(released_at=clock.now(), release_reason=ReleaseReason.RELEASED)
    assert violated(lambda: ClaimFactory(unit=claim.unit)) == ""


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("only_holds_expire", {"expires_at": None}),
        ("only_holds_expire", {"stage": ClaimStage.BOOKED}),
        ("only_holds_expire", {"kind": ClaimKind.BOOKING}),
        ("only_holds_expire", {"kind": ClaimKind.BOOKING, "stage": ClaimStage.BOOKED}),
        ("only_holds_expire", {"kind": ClaimKind.BOOKING, "expires_at": None}),
        ("", {"kind": ClaimKind.BOOKING, "stage": ClaimStage.SOLD, "expires_at": None}),
        ("release_has_a_reason", {"release_reason": ReleaseReason.EXPIRED}),
        ("release_has_a_reason", {"released_at": LONG_AGO, "release_reason": "released"}),
    ],
)
def test_a_claim_that_cannot_be(constraint, values):
    claim = ClaimFactory()
    assert violated(lambda: Claim.objects.filter(pk=claim.pk).update(**values)) == constraint


def test_a_release_without_a_reason_cannot_be():
    claim = ClaimFactory()
    release = {"released_at": claim.taken_at}
    assert (
        violated(lambda: Claim.objects.filter(pk=claim.pk).update(**release))
        == "release_has_a_reason"
    )


def test_rows_that_others_need_stay():
    claim = ClaimFactory(customer=CustomerFactory())
    tower = TowerFactory(project=claim.unit.project)
    Unit.objects.filter(pk=claim.unit_id).update(tower=tower)
    model = Model3DFactory(project=claim.unit.project)
    for row in (claim.unit, claim.unit.project, tower, model.project.builder, claim.customer):
        with pytest.raises(ProtectedError):
            row.delete()
    assert (Unit.objects.count(), Tower.objects.count(), Claim.objects.count()) == (1, 1, 1)


def test_a_location_is_one_line_without_its_blanks():
    project = ProjectFactory.build(location_address="", location_city="Pune", location_state="MH")
    assert project.location == "Pune, MH"
    assert str(project) == project.project_name


def test_R4_2_a_hold_is_dead_at_exactly_its_expiry(noon):
    claim = ClaimFactory.build(unit=None, taken_at=noon(), expires_at=noon(minutes=30))
    assert claim.is_live(noon())
    assert claim.is_live(noon(minutes=30) - timedelta(microseconds=1))
    assert not claim.is_live(noon(minutes=30))
    claim.expires_at = None
    assert claim.is_live(noon(days=9_999))
    claim.released_at = noon()
    assert not claim.is_live(noon())


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//x.example/a", "x"])
@pytest.mark.parametrize("field", ["images", "floor_plans"])
def test_lists_of_links_hold_links(field, link):
    """The API has its own check; this one is for the back office's forms."""
    project = ProjectFactory(**{field: ["https://x.example/a", "/api/files/7"]})
    project.clean_fields()
    setattr(project, field, ["https://x.example/a", link])
    with pytest.raises(ValidationError) as refusal:
        project.clean_fields()
    assert list(refusal.value.message_dict) == [field]
