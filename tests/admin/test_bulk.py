"""One action on many rows: asked first, done one by one through the services, and said what came of each."""

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.enums import TeamRole
from bookings.models import Agreement
from payments.enums import ReceiptState
from payments.models import LetterBatch, Payment
from payments.services import NothingToRemindOf, remind_of_demand
from projects.models import Unit
from realestate.core import clock
from realestate.core.admin.bulk import resume_bulk
from realestate.core.bulk_runs import AT_ONCE, LEFT, do_line, start_bulk
from realestate.core.enums import BulkOutcome
from realestate.core.errors import Conflict, ServiceUnavailable
from realestate.core.jobs import app
from realestate.core.models import AuditEntry, BulkLine, BulkRun
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.progress import UpdateFactory
from tests.factories.projects import ProjectFactory, UnitFactory

UNITS = "/admin/projects/unit/"


def post(client: Client, url: str, action: str, rows, **more):
    form = {"action": f"bulk_{action}", "_selected_action": [row.pk for row in rows], **more}
    return client.post(url, form)


def done(client: Client, url: str, action: str, rows, **more) -> BulkRun:
    """Chosen, asked, confirmed: the run."""
    page = post(client, url, action, rows)
    assert page.status_code == 200, page.headers
    reply = post(client, url, action, rows, confirmed=page.context["count"], **more)
    run = BulkRun.objects.latest("pk")
    assert reply.headers["Location"] == f"/admin/core/bulkrun/{run.pk}/change/"
    return run


def lines(run: BulkRun) -> list[tuple[str, str, str]]:
    return list(run.lines.order_by("pk").values_list("name", "outcome", "detail"))


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_it_asks_first_and_names_the_rows(staff):
    units = [UnitFactory(released_at=None, unit_number=f"QX-{n}") for n in range(2)]
    page = post(staff, UNITS, "release", units)
    assert [str(row) for row in page.context["rows"]] == ["QX-0", "QX-1"]
    assert "Put on sale" in page.content.decode()
    assert not Unit.objects.filter(released_at__isnull=False).exists()
    assert not BulkRun.objects.exists()


def test_each_row_is_done_by_itself_and_a_refusal_says_why(staff):
    waiting = UnitFactory(released_at=None, unit_number="QX-1")
    on_sale = UnitFactory(unit_number="QX-2")
    run = done(staff, UNITS, "release", [waiting, on_sale], reason="Launch")
    assert lines(run) == [
        ("QX-1", BulkOutcome.DONE, ""),
        ("QX-2", BulkOutcome.REFUSED, "This step is not possible in the present state."),
    ]
    assert run.finished_at is not None
    waiting.refresh_from_db()
    assert waiting.released_at is not None
    page = staff.get(f"/admin/core/bulkrun/{run.pk}/change/").content.decode()
    assert "1 done, 1 refused" in page
    assert page.index("✗ Refused") < page.index("✓ Done")
    assert f'href="/admin/projects/unit/{waiting.pk}/change/"' in page


def test_blocking_many_keeps_the_reason(staff):
    units = [UnitFactory(), UnitFactory()]
    done(staff, UNITS, "block", units, reason="Sample flats")
    assert list(Unit.objects.values_list("block_reason", flat=True)) == ["Sample flats"] * 2


def test_updates_are_published_and_agreements_made(staff):
    updates = UpdateFactory.create_batch(2, published_at=None)
    done(staff, "/admin/progress/constructionupdate/", "publish", updates)
    for update in updates:
        update.refresh_from_db()
        assert update.is_published
    bookings = [BookingFactory(paid=True), BookingFactory(paid=True)]
    done(staff, "/admin/bookings/booking/", "generate_agreement", bookings)
    assert Agreement.objects.count() == 2


def test_R8_1_proofs_that_buyers_sent_are_cleared_by_who_looks_after_money(cast):
    booking = BookingFactory(unit=cast.meera_unit, paid=True)
    finance = MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE)
    proof = PaymentFactory(
        booking=booking,
        state=ReceiptState.SUBMITTED,
        serial=None,
        receipt_number="",
        recorded_by=booking.customer.user,
    )
    run = done(logged_in(finance), "/admin/payments/payment/", "clear", [proof])
    assert [outcome for _name, outcome, _why in lines(run)] == [BulkOutcome.DONE]
    assert Payment.objects.get(pk=proof.pk).state == ReceiptState.CLEARED


def test_letters_of_chosen_demands_are_a_batch_for_each_project(staff):
    first, second = DemandFactory(), DemandFactory()
    third = DemandFactory(booking=first.booking)
    url = "/admin/payments/demand/"
    reply = post(staff, url, "letters", [first, second, third], confirmed=3)
    assert reply.status_code == 302
    made = LetterBatch.objects.order_by("pk").values_list("project", "demands")
    assert {project: sorted(keys) for project, keys in made} == {
        first.project_id: [first.pk, third.pk],
        second.project_id: [second.pk],
    }
    again = post(staff, url, "letters", [first, third], confirmed=2)
    assert again.status_code == 302
    assert LetterBatch.objects.count() == 2


def test_R20_reminding_by_hand_keeps_the_rules(staff):
    far = DemandFactory(issued_on="2025-01-01", due_on="2099-01-01")
    run = done(staff, "/admin/payments/demand/", "remind", [far])
    ((_name, outcome, why),) = lines(run)
    assert outcome == BulkOutcome.REFUSED
    assert why.startswith("The buyer is reminded of nothing today")
    with pytest.raises(NothingToRemindOf):
        remind_of_demand(actor=StaffFactory(), demand_id=far.pk)


# --- many ------------------------------------------------------------------------------------------------------------


def many(count: int) -> list[Unit]:
    project = ProjectFactory()
    return [
        UnitFactory(project=project, released_at=None, unit_number=f"QX-{n}") for n in range(count)
    ]


def test_more_than_one_waits_for_are_left_to_the_worker(staff):
    units = many(AT_ONCE + 1)
    run = done(staff, UNITS, "release", units)
    assert run.finished_at is None
    assert {outcome for _name, outcome, _why in lines(run)} == {BulkOutcome.WAITING}
    page = staff.get(f"/admin/core/bulkrun/{run.pk}/change/")
    assert "house/progress.js" in page.content.decode()
    ask = f"/admin/core/bulkrun/{run.pk}/progress/"
    assert staff.get(ask).json() == {"busy": True, "settled": 0, "total": AT_ONCE + 1}
    job = ProcrastinateJob.objects.get(task_name="realestate.run_bulk")
    app.tasks["realestate.run_bulk"].func(
        SimpleNamespace(job=SimpleNamespace(id=job.pk)), **job.args
    )
    assert staff.get(ask).json() == {"busy": False, "settled": AT_ONCE + 1, "total": AT_ONCE + 1}
    assert not Unit.objects.filter(released_at=None).exists()


def test_a_run_that_broke_off_goes_on_where_it_stopped(staff):
    units = many(3)
    run = done(staff, UNITS, "release", units[:2])
    BulkLine.objects.create(run=run, row_id=units[2].pk, name="QX-2")
    BulkRun.objects.filter(pk=run.pk).update(finished_at=None)
    changes = AuditEntry.objects.filter(object_type="projects.unit").count()
    resume_bulk(admin.site, run.pk)
    assert AuditEntry.objects.filter(object_type="projects.unit").count() == changes + 1
    assert [outcome for _name, outcome, _why in lines(run)] == [BulkOutcome.DONE] * 3
    resume_bulk(admin.site, run.pk)
    assert AuditEntry.objects.filter(object_type="projects.unit").count() == changes + 1


def test_a_line_is_settled_once_whoever_was_faster(staff):
    (unit,) = many(1)
    run = done(staff, UNITS, "release", [unit])
    with pytest.raises(Conflict):
        do_line(line_id=run.lines.get().pk, row_id=unit.pk, act=lambda pk: pk)


def test_a_fault_of_ours_stops_one_row_and_not_the_others(staff, monkeypatch):
    units = many(2)
    page = admin.site.get_model_admin(Unit)
    label, act = page.object_actions["release"]

    def breaks(actor, pk, reason):
        if pk == units[0].pk:
            raise ZeroDivisionError
        return act(actor, pk, reason)

    monkeypatch.setattr(page, "object_actions", {**page.object_actions, "release": (label, breaks)})
    run = done(staff, UNITS, "release", units)
    assert [outcome for _name, outcome, _why in lines(run)] == ["refused", "done"]
    assert lines(run)[0][2].startswith("An error of the platform")


def test_I8_rows_wait_for_what_is_away_and_are_done_when_it_is_back(staff, monkeypatch):
    units = many(3)
    page = admin.site.get_model_admin(Unit)
    label, act = page.object_actions["release"]
    gone = {units[1].pk}

    def needs_more(actor, pk, reason):
        if pk in gone:
            raise ServiceUnavailable
        return act(actor, pk, reason)

    actions = {**page.object_actions, "release": (label, needs_more)}
    monkeypatch.setattr(page, "object_actions", actions)
    run = done(staff, UNITS, "release", units)
    assert [outcome for _name, outcome, _why in lines(run)] == ["done", "waiting", "waiting"]
    assert run.finished_at is None
    text = staff.get(f"/admin/core/bulkrun/{run.pk}/change/").content.decode()
    assert "Something that this needs is away." in text
    job = ProcrastinateJob.objects.get(task_name="realestate.run_bulk")
    assert job.args == {"run_id": run.pk}
    assert clock.now() < job.scheduled_at <= clock.now() + LEFT
    with pytest.raises(ServiceUnavailable):  # so that the worker tries again
        resume_bulk(admin.site, run.pk)
    gone.clear()
    resume_bulk(admin.site, run.pk)
    run.refresh_from_db()
    assert [outcome for _name, outcome, _why in lines(run)] == ["done"] * 3
    assert run.finished_at is not None


def test_all_rows_of_a_list_are_those_that_were_confirmed(staff):
    units = many(2)
    form = {"select_across": "1", "confirmed": "2"}
    many(1)
    reply = post(staff, UNITS, "release", units[:1], **form)
    assert reply.status_code == 302
    assert reply.headers["Location"] == UNITS
    assert not BulkRun.objects.exists()


# --- who may ---------------------------------------------------------------------------------------------------------


def test_an_action_is_offered_and_done_by_duty(cast):
    unit = UnitFactory(project=cast.meera_project, released_at=None)
    team = {
        role: logged_in(MemberFactory(employer=cast.meera.builder, team_role=role))
        for role in (TeamRole.SALES, TeamRole.READ_ONLY)
    }
    for role, client in team.items():
        page = client.get(UNITS).content.decode()
        assert 'value="bulk_release"' not in page, role
        reply = post(client, UNITS, "release", [unit], confirmed=1)
        assert reply.status_code in {200, 302}
        assert not BulkRun.objects.exists(), role
    owner = logged_in(cast.meera)
    assert 'value="bulk_release"' in owner.get(UNITS).content.decode()
    done(owner, UNITS, "release", [unit])
    unit.refresh_from_db()
    assert unit.released_at is not None


def test_rows_of_others_are_not_among_those_that_are_chosen(cast):
    Unit.objects.update(released_at=None)
    rows = [cast.meera_unit, cast.kiran_unit]
    page = post(logged_in(cast.meera), UNITS, "release", rows)
    assert list(page.context["rows"]) == [cast.meera_unit]
    run = done(logged_in(cast.meera), UNITS, "release", rows)
    assert [name for name, _outcome, _why in lines(run)] == ["A-101"]
    kiran = logged_in(cast.kiran)
    for page_of_run in ("change", "progress"):
        reply = kiran.get(f"/admin/core/bulkrun/{run.pk}/{page_of_run}/")
        assert reply.status_code in {302, 404}


def test_a_right_that_was_taken_away_meanwhile_is_missing_in_the_worker(cast):
    unit = UnitFactory(project=cast.meera_project, released_at=None)
    run = start_bulk(
        actor=cast.meera,
        table="projects.unit",
        action="release",
        label="Put on sale",
        reason="",
        rows=[(unit.pk, str(unit)), (cast.kiran_unit.pk, "K-101")],
    )
    type(cast.meera).objects.filter(pk=cast.meera.pk).update(is_active=False)
    resume_bulk(admin.site, run.pk)
    assert [why for _name, _outcome, why in lines(run)] == ["You may not do this.", "Not found."]


def test_every_bulk_action_names_something_that_exists():
    for page in admin.site._registry.values():
        assert set(getattr(page, "bulk", ())) <= set(getattr(page, "object_actions", ())), page
