"""Construction updates: a draft until it is published, told each time it becomes readable, kept in the audit trail."""

import pytest

from progress import services
from progress.events import UpdatePosted
from progress.models import ConstructionUpdate
from projects.models import Project
from tests.factories.progress import UpdateFactory
from tests.factories.projects import LONG_AGO

TEXT = {"update_title": "Slab poured", "update_content": "Floor 4 is curing."}


def change(actor, update, **changes):
    return services.change_update(actor=actor, update_id=update.pk, **changes)


def test_an_update_is_published_at_once_and_told(own, noon, told, trail):
    update = services.post_update(**own, **TEXT)
    update.refresh_from_db()
    assert (update.published_at, update.posted_by) == (noon(), own["actor"])
    assert (update.update_type, update.priority, update.is_public) == ("general", "medium", False)
    assert told == [UpdatePosted(update_id=update.pk, project_id=own["project_id"])]
    after = {"update_title": "Slab poured"}
    assert trail(ConstructionUpdate, update.pk) == [("created", {}, after)]


def test_a_draft_is_told_when_it_is_published_and_not_before(cast, own, noon, told):
    draft = services.post_update(**own, **TEXT, is_published=False)
    change(cast.meera, draft, update_title="Slab of floor 4")
    change(cast.meera, draft, is_published=False)
    assert (draft.published_at, told) == (None, [])
    now = noon(hours=1)
    assert change(cast.meera, draft, is_published=True).published_at == now
    posted = UpdatePosted(update_id=draft.pk, project_id=own["project_id"])
    assert told == [posted]
    noon(hours=2)
    assert change(cast.meera, draft, is_published=True, priority="high").published_at == now
    assert told == [posted], "once is enough"


def test_an_update_is_taken_back_and_published_again(cast, own, noon, told):
    update = services.post_update(**own, **TEXT)
    told.clear()
    assert change(cast.meera, update, is_published=False).published_at is None
    assert told == []
    later = noon(hours=1)
    assert change(cast.meera, update, is_published=True).published_at == later
    assert len(told) == 1


@pytest.mark.parametrize("name", ["asha", "kiran"])
def test_a_strangers_project_does_not_exist(cast, own, stored, told, name):
    update = UpdateFactory(project=cast.meera_project)
    before = stored()
    stranger = getattr(cast, name)
    with pytest.raises(Project.DoesNotExist):
        services.post_update(**own | {"actor": stranger}, **TEXT)
    with pytest.raises(ConstructionUpdate.DoesNotExist):
        change(stranger, update, update_title="x")
    with pytest.raises(ConstructionUpdate.DoesNotExist):
        services.remove_update(actor=stranger, update_id=update.pk)
    assert (stored(), told) == (before, [])


def test_an_archived_project_gets_no_news(cast, own, stored, told):
    Project.objects.filter(pk=cast.meera_project.pk).update(archived_at=LONG_AGO)
    before = stored()
    with pytest.raises(Project.DoesNotExist):
        services.post_update(**own, **TEXT)
    assert (stored(), told) == (before, [])


def test_staff_post_in_their_own_name(cast, own):
    assert services.post_update(**own | {"actor": cast.sana}, **TEXT).posted_by == cast.sana


def test_only_what_was_sent_changes(cast, own, trail):
    update = services.post_update(**own, **TEXT)
    before = ConstructionUpdate.objects.filter(pk=update.pk).values().get()
    change(cast.meera, update, tags=["slab"], update_title="Slab poured")
    after = ConstructionUpdate.objects.filter(pk=update.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"tags", "updated_at"}
    assert [action for action, _before, _after in trail(ConstructionUpdate, update.pk)] == [
        "created",
        "updated",
    ]


def test_what_was_removed_is_in_the_audit_trail(cast, own, trail):
    update = services.post_update(**own, **TEXT)
    pk = update.pk
    services.remove_update(actor=cast.meera, update_id=pk)
    assert not ConstructionUpdate.objects.exists()
    assert trail(ConstructionUpdate, pk)[1:] == [("removed", TEXT, {})]
    with pytest.raises(ConstructionUpdate.DoesNotExist):
        services.remove_update(actor=cast.meera, update_id=pk)
