"""Stock that is written in one go: what is wrong with one row leaves all others unwritten (I14)."""

from decimal import Decimal

import pytest

from projects.models import Unit
from projects.services import UnitNumberTaken, store_units
from realestate.core.errors import InvalidValue
from tests.factories.projects import TowerFactory

pytestmark = pytest.mark.django_db


def row(number, **more):
    return {"unit_number": number, "price": Decimal(5_000_000), "unit_type": "2BHK", **more}


def store(cast, new=(), changes=None):
    return store_units(
        actor=cast.meera, project_id=cast.meera_project.pk, new=new, changes=changes or {}
    )


def test_a_number_that_is_taken_stops_all(cast):
    before = Unit.objects.count()
    with pytest.raises(UnitNumberTaken) as refusal:
        store(cast, [row("Z-1"), row(cast.meera_unit.unit_number)])
    assert refusal.value.extra["numbers"] == [cast.meera_unit.unit_number]
    assert Unit.objects.count() == before


def test_D3_a_unit_of_another_project_stops_all(cast):
    changes = {cast.meera_unit.pk: {"price": Decimal(1)}, cast.kiran_unit.pk: {"price": Decimal(1)}}
    with pytest.raises(Unit.DoesNotExist):
        store(cast, changes=changes)
    assert not Unit.objects.filter(price=1).exists()


def test_D3_a_tower_of_another_project_stops_all(cast):
    tower = TowerFactory(project=cast.kiran_project)
    with pytest.raises(InvalidValue) as refusal:
        store(cast, [row("Z-1", tower_id=tower.pk)])
    assert list(refusal.value.errors) == ["tower_id"]
    assert not Unit.objects.filter(unit_number="Z-1").exists()
