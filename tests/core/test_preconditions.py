"""A9: whoever names what it has seen changes nothing else, wherever answers carry an entity tag."""

import pytest

from projects.models import Project, Unit
from realestate.core.errors import StaleVersion
from tests.cast import make_cast
from tests.races.support import run_together

pytestmark = pytest.mark.django_db


def changed(api, path, seen, **body):
    return api.patch(path, body, HTTP_IF_MATCH=seen)


def test_A9_a_change_of_what_was_seen_is_made_and_of_anything_else_is_not(cast, as_):
    api, path = as_(cast.meera), f"/api/projects/{cast.meera_project.pk}"
    seen = api.get(path)["ETag"]
    assert changed(api, path, seen, name="First").status_code == 200
    refused = changed(api, path, seen, name="Second")
    assert (refused.status_code, refused.json()["code"]) == (412, StaleVersion.code)
    assert Project.objects.get(pk=cast.meera_project.pk).project_name == "First"
    assert changed(api, path, api.get(path)["ETag"], name="Third").status_code == 200


@pytest.mark.parametrize("seen", ['"nonsense"', "nonsense", "", 'W/"1"', "*, nonsense"])
def test_A9_what_is_no_tag_of_the_row_refuses(cast, as_, seen):
    path = f"/api/projects/{cast.meera_project.pk}"
    assert changed(as_(cast.meera), path, seen, name="New").status_code == 412


def test_A9_a_star_stands_for_whatever_there_is(cast, as_):
    path = f"/api/projects/{cast.meera_project.pk}"
    assert changed(as_(cast.meera), path, "*", name="New").status_code == 200


def test_A9_one_of_several_tags_is_enough(cast, as_):
    api, path = as_(cast.meera), f"/api/projects/{cast.meera_project.pk}"
    assert changed(api, path, f'"other", {api.get(path)["ETag"]}', name="New").status_code == 200


def test_A9_strangers_learn_nothing_from_a_tag(cast, as_):
    path = f"/api/projects/{cast.kiran_project.pk}"
    seen = as_(cast.kiran).get(path)["ETag"]
    with_tag = changed(as_(cast.meera), path, seen, name="Mine")
    without = as_(cast.meera).patch(path, {"name": "Mine"})
    assert with_tag.status_code == without.status_code


@pytest.mark.django_db(transaction=True)
def test_A9_of_two_who_saw_the_same_one_is_refused(as_):
    cast = make_cast()
    unit = Unit.objects.filter(project=cast.meera_project).first()
    path = f"/api/units/{unit.pk}"
    for number in range(5):
        seen = as_(cast.meera).get(path)["ETag"]
        prices = (5_000_000 + 2 * number, 5_000_001 + 2 * number)

        def change(index, seen=seen, prices=prices):
            return changed(as_(cast.meera), path, seen, price=prices[index])

        replies = run_together(2, change)
        assert sorted(reply.status_code for reply in replies) == [200, 412]
