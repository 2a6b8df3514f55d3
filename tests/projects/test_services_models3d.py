"""3D models: whose, of what, which version, and gone without being erased."""

import pytest

from projects import services
from projects.models import Model3D, Project
from realestate.core.errors import InvalidValue
from realestate.core.models import SystemSetting
from tests.factories.projects import Model3DFactory

pytestmark = pytest.mark.django_db
MODEL = {
    "model_name": "Lobby",
    "model_type": "amenities",
    "file_format": "glb",
    "file_url": "https://files.example.com/lobby.glb",
}


@pytest.fixture
def model(cast):
    """A model of Meera's project, as she added it."""
    return services.add_model(actor=cast.meera, project_id=cast.meera_project.pk, **MODEL)


def change(cast, model, **changes):
    return services.change_model(actor=cast.meera, model_id=model.pk, **changes)


def test_a_model_of_a_project(cast, model, trail):
    model.refresh_from_db()
    assert {name: getattr(model, name) for name in MODEL} == MODEL
    assert (model.project, model.unit, model.version, model.is_active) == (
        cast.meera_project,
        None,
        1,
        True,
    )
    assert trail(model) == [("created", {}, {"model_name": "Lobby"})]


def test_a_model_of_a_unit(cast):
    own = {"actor": cast.meera, "project_id": cast.meera_project.pk}
    model = services.add_model(**own, **MODEL, unit_id=cast.meera_unit.pk)
    assert model.unit_id == cast.meera_unit.pk


@pytest.mark.parametrize("unit", ["kiran_unit", None])
def test_a_unit_of_another_project_is_none(cast, stored, unit):
    unit_id = getattr(cast, unit).pk if unit else 10**12
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        services.add_model(
            actor=cast.meera, project_id=cast.meera_project.pk, unit_id=unit_id, **MODEL
        )
    assert list(refusal.value.errors) == ["unit_id"]
    assert stored() == before


def test_another_file_is_another_version(cast, model, trail):
    changed = change(cast, model, file_url="https://files.example.com/2.glb", version=77)
    assert changed.version == 2
    assert change(cast, model, file_url="https://files.example.com/2.glb").version == 2
    assert change(cast, model, model_name="Hall").version == 2
    actions = trail(model)
    assert [after for _action, _before, after in actions[1:]] == [
        {"file_url": "https://files.example.com/2.glb", "version": 2},
        {"model_name": "Hall"},
    ]


def test_a_removed_model_stays_for_the_record(cast, model, trail):
    services.remove_model(actor=cast.meera, model_id=model.pk)
    model.refresh_from_db()
    assert not model.is_active
    assert not Model3D.objects.for_user(cast.asha).exists()
    assert trail(model)[1:] == [("removed", {"is_active": True}, {"is_active": False})]
    with pytest.raises(Model3D.DoesNotExist):
        services.remove_model(actor=cast.meera, model_id=model.pk)
    assert change(cast, model, is_active=True).is_active


def test_a_model_without_settings_opens_as_its_project_says(cast):
    night = {"environment": "night", "shadows": False}
    SystemSetting.objects.create(
        key="projects.viewer_defaults",
        scope="builder",
        scope_id=cast.meera.pk,
        value=night,
    )
    own = {"actor": cast.meera, "project_id": cast.meera_project.pk}
    plain = {name: value for name, value in MODEL.items() if name != "viewer_settings"}
    assert services.add_model(**own, **plain).viewer_settings == night
    said = services.add_model(**own, **plain, viewer_settings={"exposure": 2})
    assert said.viewer_settings == {"exposure": 2}


@pytest.mark.parametrize("name", ["kiran", "asha"])
def test_R21_strangers_touch_nothing(cast, stored, name):
    model, actor = Model3DFactory(project=cast.meera_project), getattr(cast, name)
    before = stored()
    with pytest.raises(Project.DoesNotExist):
        services.add_model(actor=actor, project_id=cast.meera_project.pk, **MODEL)
    for call in (services.change_model, services.remove_model):
        with pytest.raises(Model3D.DoesNotExist):
            call(actor=actor, model_id=model.pk)
    assert stored() == before
