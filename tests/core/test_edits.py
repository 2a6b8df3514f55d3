"""Plain edits: rows without rules of their own, made and changed with audit."""

import pytest

from projects.models import Project, Tower
from realestate.core.edits import create_row, update_row
from realestate.core.errors import Conflict
from realestate.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_new_row_is_stored_and_told(cast):
    tower = create_row(
        actor=cast.meera, row=Tower(project=cast.meera_project, name="North"), name="North"
    )
    assert Tower.objects.get() == tower
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.object_type, entry.object_id) == (
        cast.meera.pk,
        "created",
        "projects.tower",
        tower.pk,
    )
    assert (entry.before, entry.after) == ({}, {"name": "North"})


def test_a_new_row_never_replaces_an_old_one(cast):
    tower = create_row(actor=None, row=Tower(project=cast.meera_project, name="North"))
    with pytest.raises(Conflict):
        create_row(actor=None, row=Tower(pk=tower.pk, project=cast.meera_project, name="South"))
    assert Tower.objects.get().name == "North"


def edit(cast, changes, pk=None, **more):
    return update_row(
        actor=cast.meera,
        rows=Project.objects.editable_by(cast.meera),
        pk=pk or cast.meera_project.pk,
        changes=changes,
        **more,
    )


def test_only_named_fields_that_differ_are_written_and_told(cast, django_assert_num_queries):
    Project.objects.filter(pk=cast.meera_project.pk).update(location_city="Goa")
    before = Project.objects.get(pk=cast.meera_project.pk)
    edited = edit(cast, {"description": "New.", "project_name": "Meera Gardens"}, reason="Typo")
    stored = Project.objects.get(pk=cast.meera_project.pk)
    assert edited.description == stored.description == "New."
    assert stored.location_city == "Goa"
    assert stored.updated_at > before.updated_at
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason) == ("updated", "Typo")
    assert entry.before == {"description": "Homes with a view."}
    assert entry.after == {"description": "New."}


def test_an_edit_that_changes_nothing_leaves_no_trace(cast):
    before = Project.objects.get(pk=cast.meera_project.pk)
    edit(cast, {"project_name": "Meera Gardens"})
    assert Project.objects.get(pk=cast.meera_project.pk).updated_at == before.updated_at
    assert not AuditEntry.objects.exists()


def test_the_action_can_have_a_name_of_its_own(cast):
    edit(cast, {"description": "New."}, action="described")
    assert AuditEntry.objects.get().action == "described"


def test_R21_rows_of_others_do_not_exist(cast):
    with pytest.raises(Project.DoesNotExist):
        edit(cast, {"description": "Mine now."}, pk=cast.kiran_project.pk)
    assert Project.objects.get(pk=cast.kiran_project.pk).description == "Homes with a view."
