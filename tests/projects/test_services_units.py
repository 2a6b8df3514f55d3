"""Towers and units: numbers, release and block, prices, and generating a whole tower at once."""

from decimal import Decimal

import pytest

from projects import services
from projects.models import Claim, Project, Tower, Unit
from projects.services import TooManyUnits, TowerNameTaken, UnitNumberTaken
from realestate.core.errors import InvalidValue
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db
UNIT = {
    "unit_number": "B-201",
    "unit_type": "2BHK",
    "floor_number": 2,
    "area_sqft": Decimal("1045.50"),
    "price": Decimal(7_500_000),
}
TEMPLATES = [
    {
        "suffix": "01",
        "unit_type": "2BHK",
        "area_sqft": Decimal(1000),
        "price": Decimal(100),
        "bathrooms": 2,
        "facing": "north",
    },
    {"suffix": "02", "unit_type": "3BHK", "area_sqft": Decimal(1500), "price": Decimal(200)},
]


@pytest.fixture
def own(cast):
    """Meera, in her project."""
    return {"actor": cast.meera, "project_id": cast.meera_project.pk}


def change(cast, **changes):
    return services.change_unit(actor=cast.meera, unit_id=cast.meera_unit.pk, **changes)


# --- towers ----------------------------------------------------------------------------------------------------------


def test_a_tower(own, trail):
    tower = services.add_tower(**own, name="North", floors=14)
    assert Tower.objects.values_list("project", "name", "floors").get() == (
        own["project_id"],
        "North",
        14,
    )
    assert trail(tower) == [("created", {}, {"name": "North"})]


def test_a_tower_has_a_name_of_its_own(own, stored):
    TowerFactory(name="North")
    services.add_tower(**own, name="North")
    before = stored()
    with pytest.raises(TowerNameTaken) as refusal:
        services.add_tower(**own, name="North")
    assert (refusal.value.code, refusal.value.status) == ("tower_name_taken", 409)
    assert stored() == before


# --- units -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "released", "blocked"),
    [
        ({}, True, False),
        ({"is_released": False}, False, False),
        ({"is_blocked": True, "block_reason": "Show flat"}, True, True),
    ],
)
def test_a_unit_is_for_sale_at_once_unless_said_otherwise(
    own, noon, trail, flags, released, blocked
):
    tower = TowerFactory(project_id=own["project_id"])
    unit = services.add_unit(**own, **UNIT, **flags, tower_id=tower.pk)
    unit.refresh_from_db()
    assert unit.released_at == (noon() if released else None)
    assert unit.blocked_at == (noon() if blocked else None)
    assert {name: getattr(unit, name) for name in UNIT} == UNIT
    assert (unit.tower, unit.project_id) == (tower, own["project_id"])
    assert trail(unit) == [("created", {}, {"unit_number": "B-201", "price": "7500000"})]


def test_a_number_is_given_once_in_a_project(cast, own, stored):
    services.add_unit(**own, **UNIT)
    services.add_unit(actor=cast.kiran, project_id=cast.kiran_project.pk, **UNIT)
    before = stored()
    with pytest.raises(UnitNumberTaken) as refusal:
        services.add_unit(**own, **UNIT)
    assert (refusal.value.code, refusal.value.status) == ("unit_number_taken", 409)
    assert stored() == before


def test_a_tower_of_another_project_is_none(cast, own, stored):
    foreign = TowerFactory(project=cast.kiran_project)
    generated = {"floors": [1], "templates": TEMPLATES}
    before = stored()
    for call in (
        lambda: services.add_unit(**own, **UNIT, tower_id=foreign.pk),
        lambda: services.generate_units(**own, **generated, tower_id=foreign.pk),
        lambda: change(cast, tower_id=foreign.pk),
        lambda: change(cast, tower_id=10**12),
    ):
        with pytest.raises(InvalidValue) as refusal:
            call()
        assert list(refusal.value.errors) == ["tower_id"]
    assert stored() == before


def test_R21_only_the_builder_and_staff_make_units(cast, stored):
    before = stored()
    target = {"project_id": cast.meera_project.pk}
    for actor in (cast.kiran, cast.asha):
        for call in (
            lambda a: services.add_unit(actor=a, **target, **UNIT),
            lambda a: services.add_tower(actor=a, **target, name="North"),
            lambda a: services.generate_units(
                actor=a, **target, tower_id=None, floors=[1], templates=TEMPLATES
            ),
        ):
            with pytest.raises(Project.DoesNotExist):
                call(actor)
        with pytest.raises(Unit.DoesNotExist):
            services.change_unit(actor=actor, unit_id=cast.meera_unit.pk, price=Decimal(1))
    assert stored() == before
    assert services.add_unit(actor=cast.sana, **target, **UNIT)


@pytest.mark.parametrize(
    "price", [Decimal("0.5"), Decimal("100.01")], ids=["half a yen", "a hundredth"]
)
def test_R0_a_price_is_whole_minor_units(cast, stored, price):
    project = ProjectFactory(builder=cast.meera.builder, currency="JPY")
    unit = UnitFactory(project=project, price=100)
    before = stored()
    own = {"actor": cast.meera, "project_id": project.pk}
    half = [TEMPLATES[0], TEMPLATES[1] | {"price": price}]
    bulk = {**own, "tower_id": None, "floors": [1, 2]}
    for field, call in (
        ("price", lambda: services.add_unit(**own, **UNIT | {"price": price})),
        (
            "price",
            lambda: services.change_unit(actor=cast.meera, unit_id=unit.pk, price=price),
        ),
        ("templates.1.price", lambda: services.generate_units(**bulk, templates=half)),
        (
            "price_rise_per_floor",
            lambda: services.generate_units(
                **bulk, templates=TEMPLATES, price_rise_per_floor=price
            ),
        ),
    ):
        with pytest.raises(InvalidValue) as refusal:
            call()
        assert list(refusal.value.errors) == [field]
    assert stored() == before


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_unit_is_blocked_with_a_reason_and_free_again_without_one(cast, noon, trail):
    change(cast, is_blocked=True, block_reason="Show flat")
    cast.meera_unit.refresh_from_db()
    assert (cast.meera_unit.blocked_at, cast.meera_unit.block_reason) == (noon(), "Show flat")
    noon(hours=1)
    change(cast, is_blocked=True)
    cast.meera_unit.refresh_from_db()
    assert cast.meera_unit.blocked_at == noon()
    change(cast, is_blocked=False)
    cast.meera_unit.refresh_from_db()
    assert (cast.meera_unit.blocked_at, cast.meera_unit.block_reason) == (None, "")
    assert [action for action, _before, _after in trail(cast.meera_unit)] == ["updated"] * 2


def test_a_reason_without_a_block_says_nothing(cast, stored):
    before = stored()
    change(cast, block_reason="Why?")
    assert stored() == before


def test_a_unit_is_kept_back_and_released(cast, noon):
    assert change(cast, is_released=False).released_at is None
    assert change(cast, is_released=True).released_at == noon()
    noon(hours=1)
    assert change(cast, is_released=True).released_at == noon()


def test_what_was_not_sent_stays(cast, trail):
    before = Unit.objects.filter(pk=cast.meera_unit.pk).values().get()
    change(cast, price=Decimal("7600000.00"), unit_number="A-101", tower_id=None)
    after = Unit.objects.filter(pk=cast.meera_unit.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"price", "updated_at"}
    assert trail(cast.meera_unit) == [
        ("updated", {"price": "7500000.00"}, {"price": "7600000.00"}),
    ]


def test_R1_a_new_price_does_not_touch_live_claims(cast):
    claim = ClaimFactory(unit=cast.meera_unit)
    before = Claim.objects.filter(pk=claim.pk).values().get()
    change(cast, price=Decimal(1))
    assert Claim.objects.filter(pk=claim.pk).values().get() == before


def test_a_number_that_is_taken_is_not_given_again(cast, stored):
    UnitFactory(project=cast.meera_project, unit_number="A-102")
    UnitFactory(project=cast.kiran_project, unit_number="A-103")
    before = stored()
    with pytest.raises(UnitNumberTaken):
        change(cast, unit_number="A-102")
    assert stored() == before
    assert change(cast, unit_number="A-103").unit_number == "A-103"


def test_a_unit_moves_to_another_tower(cast):
    tower = TowerFactory(project=cast.meera_project)
    assert change(cast, tower_id=tower.pk).tower == tower
    assert change(cast, tower_id=None).tower is None


# --- generating ------------------------------------------------------------------------------------------------------


def test_the_same_positions_on_every_floor_dearer_floor_by_floor(own, noon):
    tower = TowerFactory(project_id=own["project_id"])
    made = services.generate_units(
        **own,
        tower_id=tower.pk,
        prefix="N-",
        floors=range(-1, 2),
        templates=TEMPLATES,
        price_rise_per_floor=Decimal("10.50"),
    )
    rows = Unit.objects.filter(tower=tower, released_at=noon()).order_by("floor_number", "pk")
    shown = ("unit_number", "unit_type", "floor_number", "price", "facing", "bathrooms")
    assert list(rows.values_list(*shown)) == [
        ("N--101", "2BHK", -1, Decimal("100.00"), "north", 2),
        ("N--102", "3BHK", -1, Decimal("200.00"), "", 0),
        ("N-001", "2BHK", 0, Decimal("110.50"), "north", 2),
        ("N-002", "3BHK", 0, Decimal("210.50"), "", 0),
        ("N-101", "2BHK", 1, Decimal("121.00"), "north", 2),
        ("N-102", "3BHK", 1, Decimal("221.00"), "", 0),
    ]
    assert [unit.pk for unit in made] == [unit.pk for unit in rows]


def test_generated_units_may_be_kept_back(own):
    services.generate_units(
        **own, tower_id=None, floors=[9], templates=TEMPLATES, is_released=False
    )
    assert list(Unit.objects.filter(floor_number=9).values_list("released_at", "tower")) == [
        (None, None),
        (None, None),
    ]


def test_generating_is_one_line_in_the_audit_trail(cast, own, trail):
    services.generate_units(**own, tower_id=None, floors=[8, 9], templates=TEMPLATES)
    assert trail(cast.meera_project) == [("units_generated", {}, {"units": 4, "first": "801"})]


@pytest.mark.parametrize(("floors", "made"), [(2_000, 2_000), (2_001, None)])
def test_two_thousand_at_once_and_not_one_more(own, stored, floors, made):
    template = TEMPLATES[:1]
    before = stored()
    generated = {**own, "tower_id": None, "floors": range(floors), "templates": template}
    if made:
        assert len(services.generate_units(**generated)) == made
        return
    with pytest.raises(TooManyUnits) as refusal:
        services.generate_units(**generated)
    assert (refusal.value.code, refusal.value.status) == ("too_many_units", 422)
    assert "2000" in refusal.value.detail
    assert stored() == before


@pytest.mark.parametrize("floors", [10, 1_000])
def test_any_number_of_units_costs_the_same_statements(own, django_assert_num_queries, floors):
    # Two for the savepoint, project, twins, rows, audit; three to tell browsers.
    with django_assert_num_queries(9):
        services.generate_units(**own, tower_id=None, floors=range(floors), templates=TEMPLATES[:1])


def test_all_or_none_when_numbers_are_taken(cast, own, stored):
    for number in ("302", "301"):
        UnitFactory(project=cast.meera_project, unit_number=number)
    UnitFactory(project=cast.kiran_project, unit_number="201")
    before = stored()
    with pytest.raises(UnitNumberTaken) as refusal:
        services.generate_units(**own, tower_id=None, floors=[2, 3], templates=TEMPLATES)
    assert refusal.value.extra == {"numbers": ["301", "302"]}
    assert stored() == before


def test_two_positions_cannot_have_one_number(own, stored):
    before = stored()
    for floors, suffixes in (([1], ["01", "01"]), ([1, 11], ["11", "1"])):
        templates = [TEMPLATES[0] | {"suffix": suffix} for suffix in suffixes]
        with pytest.raises(UnitNumberTaken):
            services.generate_units(**own, tower_id=None, floors=floors, templates=templates)
    assert stored() == before


@pytest.mark.parametrize(("price", "rise"), [("9999999999999.99", "0.01"), ("1", "10000000000000")])
def test_a_price_that_no_table_holds_is_refused_politely(own, stored, price, rise):
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        services.generate_units(
            **own,
            tower_id=None,
            floors=[1, 2],
            templates=[TEMPLATES[0] | {"price": Decimal(price)}],
            price_rise_per_floor=Decimal(rise),
        )
    assert list(refusal.value.errors) == ["price_rise_per_floor"]
    assert stored() == before


def test_blocked_units_can_be_generated_around(cast, own):
    """A unit that is there already is refused even when it is blocked or kept back."""
    UnitFactory(project=cast.meera_project, unit_number="301", blocked_at=LONG_AGO)
    with pytest.raises(UnitNumberTaken):
        services.generate_units(**own, tower_id=None, floors=[3], templates=TEMPLATES)
