"""Many letters at once: asked for over HTTP, made by the worker into one file, once (R7, R21)."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from procrastinate.contrib.django.models import ProcrastinateJob

from payments import jobs, services
from payments.documents import letters
from payments.enums import LetterState
from payments.models import LetterBatch, ScheduleLine, ScheduleRevision
from payments.services import letters as letter_services
from progress.models import Milestone
from realestate.core import clock
from realestate.core.documents import DocumentFailed
from realestate.core.errors import ServiceUnavailable
from realestate.core.models import AuditEntry, StoredFile
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory, DemandLineFactory
from tests.links import ON_OUR_PAGE
from tests.payments.papers import needs_pdftotext, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def demands(cast):
    """Three of Meera's project, in three months, and one of Kiran's."""
    DemandFactory(booking=BookingFactory(paid=True, unit__project=cast.kiran_project))
    return [
        DemandFactory(
            booking=BookingFactory(paid=True, unit__project=cast.meera_project),
            issued_on=date(2025, month, 1),
        )
        for month in (6, 7, 8)
    ]


def asked(api, cast, **facts):
    return api.post("/api/demand-letters", {"project_id": cast.meera_project.pk, **facts})


def packed(batch: LetterBatch) -> dict[str, bytes]:
    with default_storage.open(batch.file.path) as stored:
        archive = zipfile.ZipFile(io.BytesIO(stored.read()))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def test_the_answer_and_the_job(as_, cast, demands):
    reply = asked(as_(cast.meera), cast)
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert body == {
        "id": body["id"],
        "project_id": cast.meera_project.pk,
        "milestone_id": None,
        "issued_from": None,
        "issued_to": None,
        "state": "waiting",
        "done": 0,
        "total": 3,
        "file_url": None,
        "requested_at": "2026-01-05T12:00:00Z",
        "finished_at": None,
    }
    job = ProcrastinateJob.objects.get(task_name="payments.make_letters")
    assert (job.args, job.lock) == ({"batch_id": body["id"]}, f"letters-{body['id']}")


@needs_pdftotext
def test_the_worker_makes_one_file_of_all_letters(as_, cast, demands, monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    told = []
    report = services.report_letters
    monkeypatch.setattr(
        jobs, "report_letters", lambda **told_: (told.append(told_["done"]), report(**told_))
    )
    api = as_(cast.meera)
    key = asked(api, cast).json()["id"]
    jobs.make_letters_now(batch_id=key, something_new=1)
    batch = LetterBatch.objects.get(pk=key)
    assert told == [2, 3]
    assert (batch.state, batch.done, batch.total) == (LetterState.FINISHED, 3, 3)
    files = packed(batch)
    assert list(files) == [f"{demand.number.replace('/', '-')}.pdf" for demand in demands]
    for demand, content in zip(demands, files.values(), strict=True):
        assert demand.number in text_of(content)
        alone = api.get(f"/api/demands/{demand.pk}/letter").content
        assert alone == content
    body = api.get(f"/api/demand-letters/{key}").json()
    assert (body["state"], body["done"], body["finished_at"]) == (
        "finished",
        3,
        "2026-01-05T12:00:00Z",
    )
    reply = as_(None).get(body["file_url"], headers=ON_OUR_PAGE)
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/zip")
    assert as_(cast.kiran).get(body["file_url"]).status_code == 404  # made for Meera
    assert b"".join(reply.streaming_content)[:4] == b"PK\x03\x04"
    actions = AuditEntry.objects.filter(object_type="payments.letterbatch").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["requested", "finished"]


def test_a_repeated_job_stores_nothing_more(cast, demands):
    batch = services.request_letters(actor=cast.meera, project_id=cast.meera_project.pk)
    jobs.make_letters_now(batch_id=batch.pk)
    jobs.make_letters_now(batch_id=batch.pk)
    late = services.finish_letters(actor=None, batch_id=batch.pk, content=b"another")
    assert late.state == LetterState.FINISHED
    assert StoredFile.objects.count() == 1
    jobs.make_letters_now(batch_id=999_999)


def test_a_job_that_was_cut_off_begins_anew(cast, demands, monkeypatch):
    batch = services.request_letters(actor=cast.meera, project_id=cast.meera_project.pk)
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    whole, calls = letters.render_pdfs, []

    def breaks(*given):
        calls.append(given)
        if len(calls) == 2:
            raise ServiceUnavailable
        return whole(*given)

    monkeypatch.setattr(letters, "render_pdfs", breaks)
    with pytest.raises(ServiceUnavailable):
        jobs.make_letters_now(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.file) == (LetterState.WAITING, 2, None)
    jobs.make_letters_now(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.done, len(packed(batch))) == (LetterState.FINISHED, 3, 3)


def test_letters_that_cannot_be_made_are_given_up_and_may_be_asked_for_again(
    as_, cast, demands, monkeypatch
):
    api = as_(cast.meera)
    key = asked(api, cast).json()["id"]

    def broken(*_given):
        raise DocumentFailed("no such font")

    monkeypatch.setattr(letters, "render_pdfs", broken)
    with pytest.raises(DocumentFailed):
        jobs.make_letters_now(batch_id=key)
    body = api.get(f"/api/demand-letters/{key}").json()
    assert (body["state"], body["file_url"]) == ("failed", None)
    jobs.make_letters_now(batch_id=key)  # the queue's retry
    services.fail_letters(actor=None, batch_id=key, reason="again")
    assert AuditEntry.objects.filter(object_id=key, action="failed").count() == 1
    assert asked(api, cast).json()["id"] != key


def test_asked_twice_within_the_hour_it_is_the_same_batch(as_, cast, demands, time_machine):
    api = as_(cast.meera)
    first = asked(api, cast).json()["id"]
    assert asked(api, cast).json()["id"] == first
    assert asked(as_(cast.sana), cast).json()["id"] != first  # her own
    assert asked(api, cast, issued_from="2025-07-01").json()["id"] != first
    time_machine.move_to(clock.now() + timedelta(hours=1), tick=False)
    assert asked(api, cast).json()["id"] != first
    assert ProcrastinateJob.objects.count() == LetterBatch.objects.count() == 4


def test_a_repeated_key_is_answered_again(as_, cast, demands):
    api = as_(cast.meera)
    body = {"project_id": cast.meera_project.pk}
    first = api.post("/api/demand-letters", body, HTTP_IDEMPOTENCY_KEY="k")
    again = api.post("/api/demand-letters", body, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, again.json()) == (201, first.json())
    body["issued_to"] = "2025-06-30"
    other = api.post("/api/demand-letters", body, HTTP_IDEMPOTENCY_KEY="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert LetterBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "months"),
    [
        ({"issued_from": "2025-07-01"}, [7, 8]),
        ({"issued_to": "2025-07-01"}, [6, 7]),
        ({"issued_from": "2025-07-01", "issued_to": "2025-07-31"}, [7]),
        ({"issued_from": "", "issued_to": None}, [6, 7, 8]),
    ],
)
def test_letters_of_some_days(as_, cast, demands, days, months):
    key = asked(as_(cast.meera), cast, **days).json()["id"]
    chosen = [demand.pk for demand in demands if demand.issued_on.month in months]
    assert LetterBatch.objects.get(pk=key).demands == chosen


def test_letters_of_a_stage(as_, cast, demands):
    milestone = Milestone.objects.create(
        project=cast.meera_project, sequence=1, code="plinth", name="Plinth"
    )
    of_stage = demands[1]
    revision = ScheduleRevision.objects.create(
        booking=of_stage.booking, number=1, created_at=clock.now()
    )
    line = ScheduleLine.objects.create(
        booking=of_stage.booking,
        revision=revision,
        sequence=1,
        label="Plinth",
        kind="percent",
        percent=10,
        trigger="milestone",
        milestone=milestone,
        amount=100_000,
    )
    DemandLineFactory(demand=of_stage, sequence=2, schedule_line=line)
    body = asked(as_(cast.meera), cast, milestone_id=milestone.pk).json()
    assert LetterBatch.objects.get(pk=body["id"]).demands == [of_stage.pk]
    elsewhere = Milestone.objects.create(
        project=cast.kiran_project, sequence=1, code="plinth", name="Plinth"
    )
    assert asked(as_(cast.meera), cast, milestone_id=elsewhere.pk).status_code == 404


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"issued_from": "2026-01-01"}, 422, "no_letters"),
        ({"issued_from": "2025-07-02", "issued_to": "2025-07-01"}, 400, "invalid"),
        ({"issued_from": "soon"}, 400, "invalid"),
        ({"milestone_id": "NaN"}, 400, "invalid"),
        ({"milestone_id": 1e400}, 400, None),
        ({"milestone_id": 999_999}, 404, "not_found"),
        ({"project_id": None}, 400, "invalid"),
        ({"project_id": "\x00"}, 400, "invalid"),
        ({"project_id": 999_999}, 404, "not_found"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(as_, cast, demands, facts, status, code):
    if facts.get("milestone_id") == float("inf"):
        reply = as_(cast.meera).post(
            "/api/demand-letters",
            f'{{"project_id": {cast.meera_project.pk}, "milestone_id": 1e400}}',
            content_type="application/json",
        )
    else:
        reply = asked(as_(cast.meera), cast, **facts)
    assert reply.status_code == status, reply.content
    assert code is None or reply.json()["code"] == code
    assert not LetterBatch.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_more_than_one_file_holds_is_refused(as_, cast, demands, monkeypatch):
    monkeypatch.setattr(letter_services, "MOST_LETTERS", 2)
    reply = asked(as_(cast.meera), cast)
    assert (reply.status_code, reply.json()["code"]) == (422, "too_many_letters")
    assert not LetterBatch.objects.exists()


def test_R21_batches_are_the_builders(as_, cast, demands):
    for who, status in (("asha", 403), ("kiran", 404), (None, 401)):
        person = getattr(cast, who) if who else None
        assert asked(as_(person), cast).status_code == status
    key = asked(as_(cast.meera), cast).json()["id"]
    for who, status in (("asha", 403), ("kiran", 404), ("meera", 200), ("sana", 200)):
        assert as_(getattr(cast, who)).get(f"/api/demand-letters/{key}").status_code == status
    for who, total in (("meera", 1), ("kiran", 0), ("sana", 1)):
        assert as_(getattr(cast, who)).get("/api/demand-letters").json()["total"] == total


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_two_queries(as_, cast, demands, django_assert_num_queries, rows):
    for demand in demands[:rows]:
        services.request_letters(
            actor=cast.meera, project_id=cast.meera_project.pk, first_on=demand.issued_on
        )
    with django_assert_num_queries(2):
        body = as_(cast.meera).get("/api/demand-letters").json()
    assert len(body["letter_batches"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_letters_take_the_same_queries_however_many(cast, demands, django_assert_num_queries, rows):
    with django_assert_num_queries(4):  # demands, lines, applicants, how to pay
        letters.demand_letters(services.demands_of([demand.pk for demand in demands[:rows]]))
    assert letters.demand_letters([]) == []
