"""R7.1-2: stages of construction, certified in their order, with photos, by somebody who may."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist

from progress import services
from progress.enums import MilestoneState
from progress.events import MilestoneCertified
from progress.models import Certificate, Milestone
from realestate.core import events
from realestate.core.errors import InvalidTransition, InvalidValue
from realestate.core.files import keep_upload
from realestate.core.models import AuditEntry
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import TowerFactory
from tests.pictures import PNG
from tests.races.support import losers, run_together

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)
PHOTO = "https://cdn.example.com/plinth.jpg"


@pytest.fixture
def stage(cast, time_machine):
    time_machine.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    return MilestoneFactory(project=cast.meera_project, sequence=2, code="slab-1", reported=True)


def certify(cast, stage, *, by=None, **facts):
    return services.certify_milestone(
        actor=by or cast.meera,
        milestone_id=stage.pk,
        **{"certified_on": TODAY, "photos": [PHOTO], "certifier_name": "A. Kulkarni", **facts},
    )


def test_R7_1_a_stage_is_reported_then_certified(cast, stage, monkeypatch):
    news = []
    monkeypatch.setitem(events._handlers, MilestoneCertified, [news.append])
    planned = services.add_milestone(
        actor=cast.meera, project_id=cast.meera_project.pk, code="roof", name="Roof"
    )
    assert (planned.state, planned.sequence) == (MilestoneState.PENDING, 3)
    with pytest.raises(InvalidTransition):
        certify(cast, planned, override_reason="x", by=cast.sana)
    row = certify(cast, stage)
    row.refresh_from_db()
    assert (row.state, row.certified_on, row.certified_by_id, row.photos, row.certifier_name) == (
        MilestoneState.CERTIFIED,
        TODAY,
        cast.meera.pk,
        [PHOTO],
        "A. Kulkarni",
    )
    assert news == [MilestoneCertified(milestone_id=row.pk, project_id=row.project_id)]
    assert AuditEntry.objects.filter(action="certified").count() == 1
    with pytest.raises(InvalidTransition):
        certify(cast, stage)
    assert len(news) == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"certified_on": date(2026, 1, 6)}, InvalidValue),
        ({"certified_on": date(2019, 1, 1)}, InvalidValue),
        ({"photos": []}, services.PhotosMissing),
        ({"photo_ids": [999_999]}, InvalidValue),
        ({"certificate_id": 999_999}, InvalidValue),
    ],
)
def test_R7_1_what_a_certification_needs(cast, stage, facts, refusal):
    cast.meera_project.start_date = date(2020, 1, 1)
    cast.meera_project.save()
    with pytest.raises(refusal):
        certify(cast, stage, **facts)
    stage.refresh_from_db()
    assert stage.state == MilestoneState.REPORTED


def test_R7_1_a_photo_that_was_sent_is_shown_to_everybody(cast, stage):
    photo = keep_upload(actor=cast.meera, name="plinth.png", content=PNG)
    scan = keep_upload(actor=cast.meera, name="certificate.pdf", content=b"%PDF-1.7")
    row = certify(cast, stage, photos=[], photo_ids=[photo.pk], certificate_id=scan.pk)
    photo.refresh_from_db()
    scan.refresh_from_db()
    assert (row.photos, photo.visibility, scan.visibility) == (
        [f"/api/files/{photo.pk}"],
        "public",
        "private",
    )
    row.refresh_from_db()
    assert row.certificate == scan


def test_R7_1_a_file_of_somebody_else_is_no_photo(cast, stage):
    photo = keep_upload(actor=cast.kiran, name="plinth.png", content=PNG)
    with pytest.raises(InvalidValue):
        certify(cast, stage, photo_ids=[photo.pk])
    photo.refresh_from_db()
    assert photo.visibility == "private"


def test_R7_2_stages_are_certified_in_their_order(cast, stage):
    first = MilestoneFactory(project=cast.meera_project, sequence=1, code="plinth", reported=True)
    MilestoneFactory(project=cast.kiran_project, sequence=1)
    MilestoneFactory(
        project=cast.meera_project, sequence=1, tower=TowerFactory(project=cast.meera_project)
    )
    with pytest.raises(services.MilestoneOutOfOrder) as refusal:
        certify(cast, stage)
    assert refusal.value.extra == {"waiting_for": ["plinth"]}
    certify(cast, first)
    assert certify(cast, stage).state == MilestoneState.CERTIFIED


def test_R7_2_a_stage_that_bills_nothing_holds_nobody_up(cast, stage):
    MilestoneFactory(project=cast.meera_project, sequence=1, is_billable=False)
    row = certify(cast, stage, override_reason="not needed")
    assert (row.state, row.override_reason) == (MilestoneState.CERTIFIED, "")


def test_R7_2_R21_an_override_takes_a_reason_and_a_second_person(cast, stage):
    MilestoneFactory(project=cast.meera_project, sequence=1, code="plinth")
    with pytest.raises(services.OverrideNeedsAnother):
        certify(cast, stage, override_reason="Built from the other side")
    row = certify(cast, stage, by=cast.sana, override_reason="Built from the other side")
    row.refresh_from_db()
    assert row.override_reason == "Built from the other side"


def test_certified_stages_do_not_change(cast, stage):
    services.change_milestone(actor=cast.meera, milestone_id=stage.pk, name="Slab of floor 1")
    certify(cast, stage)
    with pytest.raises(services.MilestoneIsCertified):
        services.change_milestone(actor=cast.meera, milestone_id=stage.pk, name="Other")
    assert Milestone.objects.get(pk=stage.pk).name == "Slab of floor 1"


def test_codes_and_places_are_taken_once(cast, stage):
    for values in ({"code": "slab-1", "sequence": 9}, {"code": "other", "sequence": 2}):
        with pytest.raises(services.MilestoneExists):
            services.add_milestone(
                actor=cast.meera, project_id=cast.meera_project.pk, name="x", **values
            )
    assert Milestone.objects.count() == 1


def test_R21_strangers_neither_plan_nor_certify(cast, stage):
    tower = TowerFactory(project=cast.kiran_project)
    for call in (
        lambda: certify(cast, stage, by=cast.kiran),
        lambda: certify(cast, stage, by=cast.asha),
        lambda: services.report_milestone(actor=cast.kiran, milestone_id=stage.pk),
        lambda: services.change_milestone(actor=cast.asha, milestone_id=stage.pk, name="x"),
        lambda: services.add_milestone(
            actor=cast.kiran, project_id=cast.meera_project.pk, code="x", name="x"
        ),
        lambda: services.add_milestone(
            actor=cast.meera,
            project_id=cast.meera_project.pk,
            tower_id=tower.pk,
            code="x",
            name="x",
        ),
    ):
        with pytest.raises(ObjectDoesNotExist):
            call()


def test_R5_7_certificates_are_recorded_once(cast, stage):
    facts = {
        "actor": cast.meera,
        "project_id": cast.meera_project.pk,
        "kind": "occupancy",
        "number": "OC/2026/118",
        "issued_on": TODAY,
    }
    services.record_certificate(**facts)
    with pytest.raises(services.CertificateExists):
        services.record_certificate(**facts)
    with pytest.raises(InvalidValue):
        services.record_certificate(**{**facts, "number": "2", "issued_on": date(2026, 1, 6)})
    assert Certificate.objects.count() == 1


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_the_shape_of_a_milestone(as_, cast, stage):
    reply = as_(cast.meera).post(
        f"/api/milestones/{stage.pk}/certify", {"certified_on": "2026-01-04", "photos": [PHOTO]}
    )
    assert reply.status_code == 200, reply.content
    rows = as_(None).get(f"/api/projects/{cast.meera_project.pk}/milestones").json()
    assert rows == [
        {
            "id": stage.pk,
            "project_id": cast.meera_project.pk,
            "tower_id": None,
            "sequence": 2,
            "code": "slab-1",
            "name": stage.name,
            "description": "",
            "is_billable": True,
            "planned_on": None,
            "state": "certified",
            "photos": [PHOTO],
            "reported_at": rows[0]["reported_at"],
            "certified_on": "2026-01-04",
            "certified_at": rows[0]["certified_at"],
            "certifier_name": "",
            "certificate_url": None,
            "override_reason": "",
        }
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_as_many_queries_for_one_row_as_for_three(
    as_, cast, django_assert_num_queries, rows
):
    MilestoneFactory.create_batch(rows, project=cast.meera_project)
    with django_assert_num_queries(2):
        body = as_(None).get(f"/api/projects/{cast.meera_project.pk}/milestones").json()
    assert len(body) == rows


@pytest.mark.django_db(transaction=True)
def test_two_certifications_at_once_are_one(cast):
    stage = MilestoneFactory(project=cast.meera_project, sequence=1, reported=True)

    def certify_it(_index):
        return services.certify_milestone(
            actor=cast.meera,
            milestone_id=stage.pk,
            certified_on=date(2026, 1, 4),
            photos=[PHOTO],
        )

    refused = losers(run_together(4, certify_it))
    assert [type(refusal) for refusal in refused] == [InvalidTransition] * 3
    assert AuditEntry.objects.filter(action="certified").count() == 1
