"""Jobs that run by themselves: a row per run, a command of the same name, a button; failures that say why."""

from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core import clock
from realestate.core.admin.maintenance import standing
from realestate.core.commands import MaintenanceCommand
from realestate.core.enums import RunOutcome, RunTrigger
from realestate.core.errors import Conflict, NotAllowed, NotFound, ServiceUnavailable
from realestate.core.jobs import Alarm, app, defer, job, periodic_jobs, run_now
from realestate.core.maintenance import retry_job, start_job
from realestate.core.models import AuditEntry, JobRun, RateCounter
from realestate.core.retrying import MOST_FAILURES
from realestate.core.runs import KEPT, latest_runs, purge_done_jobs, purge_job_runs
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/core/jobrun/"
OTHER_COMMANDS = {"clean_files", "check_integrity"}  # with options of their own


def work(name: str, queue_id: int = 7, attempts: int = 0, **given) -> None:
    """What the worker does with a job."""
    app.tasks[name].func(
        SimpleNamespace(job=SimpleNamespace(id=queue_id, attempts=attempts)), **given
    )


def runs(name: str) -> list[tuple[str, str, str]]:
    rows = JobRun.objects.filter(name=name).order_by("pk")
    return [(run.trigger, run.outcome, run.did) for run in rows]


def made_to_fail(error: Exception, *, cron: str | None = "5 4 * * *") -> str:
    @job("test.breaks", cron=cron)
    def breaks(**_more) -> str:
        raise error

    return "test.breaks"


# --- one code, two ways ----------------------------------------------------------------------------------------------


def maintenance_commands() -> dict[str, str]:
    """The job of each command of maintenance."""
    ours = {
        name: load_command_class(place, name)
        for name, place in get_commands().items()
        if isinstance(place, str) and not place.startswith(("django", "procrastinate", "rest_"))
    }
    return {
        name: command.job
        for name, command in ours.items()
        if isinstance(command, MaintenanceCommand)
    }


def test_every_periodic_job_has_a_command_of_its_name_and_the_other_way_round():
    commands = maintenance_commands()
    assert {name: periodic_jobs()[of].command for name, of in commands.items()} == {
        name: name for name in commands
    }
    assert {known.command for known in periodic_jobs().values()} == {*commands, *OTHER_COMMANDS}
    assert set(get_commands()) > OTHER_COMMANDS
    assert len({known.command for known in periodic_jobs().values()}) == len(periodic_jobs())


def test_every_periodic_job_explains_itself_and_says_what_it_did():
    for known in periodic_jobs().values():
        assert known.says.endswith((".", "again.")), known.name
        assert known.function.__annotations__["return"] is str, known.name


@pytest.mark.parametrize("command", sorted(maintenance_commands()))
def test_a_command_runs_its_job_and_prints_what_it_did(command):
    out = StringIO()
    call_command(command, stdout=out)
    run = JobRun.objects.get()
    assert (run.name.partition(".")[2], run.trigger, run.outcome) == (command, "command", "done")
    assert out.getvalue() == f"{run.did}\n" != "\n"


def test_a_command_that_fails_says_why(own_registry):
    command = MaintenanceCommand()
    command.job = made_to_fail(ValueError("no such day"))
    with pytest.raises(CommandError, match="ValueError: no such day") as refusal:
        command.handle()
    assert refusal.value.returncode == 1
    assert runs("test.breaks") == [("command", "failed", "ValueError: no such day")]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_a_run_by_the_clock_has_a_row_with_times_and_result(time_machine):
    time_machine.move_to(clock.now(), tick=False)
    RateCounter.objects.create(key="old", uses=[], last_used_at=clock.now() - timedelta(days=3))
    work("accounts.purge_rate_counters", timestamp=1, unknown="x")
    run = JobRun.objects.get()
    assert runs(run.name) == [("schedule", "done", "counters deleted: 1")]
    assert (run.started_at, run.finished_at, run.queue_id) == (clock.now(), clock.now(), 7)


def test_a_run_that_fails_keeps_the_reason_and_is_tried_again_by_the_queue(own_registry):
    name = made_to_fail(ValueError("no such day"))
    with pytest.raises(ValueError, match="no such day"):
        work(name, timestamp=1)
    assert runs(name) == [("schedule", "failed", "ValueError: no such day")]


def test_an_alarm_is_a_failed_run_but_no_reason_to_try_again(own_registry):
    name = made_to_fail(Alarm("2 of 9 checks failed"))
    work(name, timestamp=1)
    assert runs(name) == [("schedule", "failed", "2 of 9 checks failed")]
    with pytest.raises(Alarm):
        run_now(name)


def test_other_jobs_have_rows_only_when_they_fail(own_registry):
    @job("test.works")
    def works(**_more) -> None:
        """Nothing to say."""

    work("test.works")
    with pytest.raises(KeyError):
        work(made_to_fail(KeyError("x"), cron=None))
    assert JobRun.objects.count() == 1
    assert runs("test.breaks") == [("event", "failed", "KeyError: 'x'")]


@pytest.mark.parametrize(
    ("error", "attempts", "rows"),
    [
        (ServiceUnavailable(), 0, 1),
        (ServiceUnavailable(), MOST_FAILURES, 0),
        (KeyError("x"), MOST_FAILURES, 1),
    ],
)
def test_I8_an_outage_is_told_of_at_first_and_not_each_minute_of_a_day(
    own_registry, error, attempts, rows
):
    with pytest.raises(type(error)):
        work(made_to_fail(error, cron=None), attempts=attempts)
    assert JobRun.objects.count() == rows


def test_integrity_is_checked_at_night():
    work("realestate.check_integrity", timestamp=1)
    assert runs("realestate.check_integrity")[0][:2] == ("schedule", "done")


def test_the_newest_hundred_runs_of_each_job_are_kept():
    now = clock.now()
    JobRun.objects.bulk_create(
        JobRun(name=name, outcome="done", trigger="schedule", started_at=now, finished_at=now)
        for name in ("a", "b")
        for _ in range(KEPT + (3 if name == "a" else 0))
    )
    oldest = list(JobRun.objects.filter(name="a").order_by("pk").values_list("pk", flat=True)[:3])
    assert purge_job_runs() == 3
    assert not JobRun.objects.filter(pk__in=oldest).exists()
    assert JobRun.objects.count() == 2 * KEPT


@pytest.mark.parametrize(
    ("minutes", "outcome", "says"),
    [
        (59, "running", "▶ Running"),
        (61, "running", "✗ No result; its worker may have died"),
        (61, "waiting", "… Waiting for a worker"),
    ],
)
def test_a_run_whose_worker_died_does_not_look_as_if_it_were_running(minutes, outcome, says):
    begun = clock.now() - timedelta(minutes=minutes)
    run = JobRun(name="a", outcome=outcome, trigger="schedule", started_at=begun)
    assert standing(run) == says


def test_jobs_that_were_done_a_week_ago_leave_the_queue(given_up):
    for user_id in (2, 3):
        defer("accounts.mail_invitation", user_id=user_id)
    old, new = ProcrastinateJob.objects.exclude(pk=given_up.pk).order_by("pk")
    week = clock.now() - timedelta(days=7, seconds=1)
    with connection.cursor() as cursor:
        done = "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)"
        cursor.execute(done, [[old.pk, new.pk]])
        past = "UPDATE procrastinate_events SET at = %s WHERE job_id = ANY(%s)"
        cursor.execute(past, [week, [old.pk, given_up.pk]])
    assert purge_done_jobs() == 1
    left = ProcrastinateJob.objects.order_by("pk").values_list("pk", flat=True)
    assert list(left) == [given_up.pk, new.pk]


def test_the_latest_run_of_each_job_is_found_in_one_query(django_assert_num_queries):
    for name in ("a", "a", "b"):
        now = clock.now()
        last = JobRun.objects.create(
            name=name, outcome="done", trigger="schedule", started_at=now, finished_at=now
        )
    with django_assert_num_queries(1):
        found = latest_runs()
    assert (set(found), found["b"]) == ({"a", "b"}, last)


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sana():
    return StaffFactory(email="sana@example.com")


@pytest.fixture
def browser(sana) -> Client:
    client = Client()
    client.force_login(sana)
    return client


def test_a_job_is_started_by_hand_with_a_row_that_waits_and_an_audit_entry(browser, sana):
    name = "accounts.purge_sessions"
    browser.post(f"{PAGE}start/{name}/")
    waiting = JobRun.objects.get()
    assert (waiting.outcome, waiting.triggered_by) == (RunOutcome.WAITING, sana)
    queued = ProcrastinateJob.objects.get(task_name=name)
    assert queued.args == {"run_id": waiting.pk}
    entry = AuditEntry.objects.get(action="job_started")
    assert (entry.actor, entry.after) == (sana, {"job": name})
    work(name, queued.pk, **queued.args)
    assert runs(name) == [("hand", "done", "sessions deleted: 0")]
    page = browser.get(PAGE).content.decode()
    assert ("sessions deleted: 0" in page, "by sana@example.com" in page) == (True, True)


def test_a_second_try_of_a_job_by_hand_has_a_row_of_its_own(sana):
    run = start_job(actor=sana, name="accounts.purge_sessions")
    for _ in range(2):
        work("accounts.purge_sessions", run_id=run.pk)
    assert [row[0] for row in runs(run.name)] == ["hand", "schedule"]


def test_starting_twice_while_it_waits_is_refused(sana):
    start_job(actor=sana, name="accounts.purge_sessions")
    with pytest.raises(Conflict):
        start_job(actor=sana, name="accounts.purge_sessions")
    with pytest.raises(NotFound):
        start_job(actor=sana, name="accounts.mail_invitation")  # it needs an id


def test_only_who_may_starts_jobs_or_tries_again(sana):
    clerk = StaffFactory(is_superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_jobrun"))
    client = Client()
    client.force_login(clerk)
    page = client.get(PAGE)
    assert f'action="{PAGE}start/' not in page.content.decode()
    client.post(f"{PAGE}start/accounts.purge_sessions/")
    assert JobRun.objects.count() == 0
    for refused in (
        lambda: start_job(actor=clerk, name="accounts.purge_sessions"),
        lambda: retry_job(actor=clerk, job_id=1),
    ):
        with pytest.raises(NotAllowed):
            refused()
    clerk.user_permissions.add(Permission.objects.get(codename="start_job"))
    client.post(f"{PAGE}start/accounts.purge_sessions/")
    assert JobRun.objects.get().triggered_by == clerk


def test_the_page_lists_every_job_with_its_clock(browser):
    page = browser.get(PAGE).content.decode()
    for known in periodic_jobs().values():
        assert known.name in page
        assert f"<code>{known.cron}</code>" in page


def test_who_may_not_see_it_sees_no_maintenance():
    client = Client()
    client.force_login(StaffFactory(is_superuser=False))
    assert client.get(PAGE).status_code == 403


# --- what the queue gave up ------------------------------------------------------------------------------------------


@pytest.fixture
def given_up() -> ProcrastinateJob:
    defer("accounts.mail_invitation", user_id=1)
    row = ProcrastinateJob.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed', priority = %s WHERE id = %s",
            [-MOST_FAILURES, row.pk],
        )
    now = clock.now()
    for error in ("first", "OSError: no route to host"):
        JobRun.objects.create(
            name=row.task_name,
            queue_id=row.pk,
            outcome="failed",
            trigger=RunTrigger.EVENT,
            started_at=now,
            finished_at=now,
            did=error,
        )
    row.refresh_from_db()
    return row


QUEUE = "/admin/procrastinate/procrastinatejob/"


def test_a_failed_job_shows_its_last_error_and_is_tried_again(browser, sana, given_up):
    page = browser.get(QUEUE, {"status__exact": "failed"})
    assert [row.error for row in page.context["cl"].result_list] == ["OSError: no route to host"]
    browser.post(f"{QUEUE}{given_up.pk}/do/retry/", {"reason": "Mail is back"})
    given_up.refresh_from_db()
    assert (given_up.status, given_up.priority) == ("todo", 0)  # as a new one, with all its tries
    entry = AuditEntry.objects.get(action="job_retried")
    assert (entry.actor, entry.object_id, entry.reason) == (sana, given_up.pk, "Mail is back")
    with pytest.raises(Conflict):
        retry_job(actor=sana, job_id=given_up.pk)
    with pytest.raises(NotFound):
        retry_job(actor=sana, job_id=0)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_for_one_job_and_for_three(
    browser, rows, django_assert_num_queries
):
    for number in range(rows):
        defer("accounts.mail_invitation", user_id=number)
    with django_assert_num_queries(5):
        assert browser.get(QUEUE).status_code == 200


def test_the_queue_s_page_reads_only(browser, given_up):
    assert browser.get(f"{QUEUE}add/").status_code == 403
    assert browser.post(f"{QUEUE}{given_up.pk}/delete/").status_code == 403
    actions = browser.get(QUEUE).context["cl"].model_admin.actions
    assert list(actions or ()) == []
