"""The life of an import: sent and checked, then applied as a whole or not at all.

Checking writes nothing. Applying checks again, because rows may have changed meanwhile, and does everything in one
transaction; its last statement says that it is applied. A run that is applied stays so: asking again changes nothing.
"""

import io
import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from realestate.core import audit, clock
from realestate.core.enums import FilePurpose, ImportState
from realestate.core.errors import DomainError, NotAllowed, ServiceUnavailable
from realestate.core.files import open_file, refuse_infected, store_file
from realestate.core.imports.checking import NOT_FOUND, Outcome, RowRefused, check, planned
from realestate.core.imports.kinds import kind_of, refuse_others
from realestate.core.imports.progress import Progress
from realestate.core.imports.tables import table_of
from realestate.core.imports.words import Plan, Problem
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.models import ImportRun, StoredFile
from realestate.core.sheets import CSV_TYPE, XLSX_TYPE, Sheet, read_sheet
from realestate.core.transactions import service

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=30)  # after which a run whose process died may be applied again
PLAIN_CSV = CSV_TYPE.partition(";")[0]


class ImportIsBusy(DomainError):
    """This import is being worked on; ask again shortly."""

    code, status, retry_after = "import_busy", 409, 2


class ImportHasProblems(DomainError):
    """This import has errors; correct the file and send it again."""

    code, status = "import_has_problems", 422


class _Refused(Exception):  # says why nothing was written, inside this module only
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def start_import(*, actor: Any, kind: str, scope_id: int, name: str, content: bytes) -> ImportRun:
    """Take a file and check it, at once or, when it is long, in the worker. Nothing of ours changes.

    A scanner looks at the file before it is opened. Raises NotFound (404) for an unknown kind and for projects of
    others, NotAllowed (403), FileInfected, SheetNotReadable and SheetTooLarge (422), ScannerUnavailable (503).
    """
    wanted = kind_of(kind)
    refuse_others(actor, wanted)
    wanted.scope_name(actor, scope_id)
    refuse_infected(io.BytesIO(content), actor=actor)
    sheet = read_sheet(name, content)
    file = store_file(
        actor=actor,
        name=name,
        content=content,
        content_type=XLSX_TYPE if content.startswith(b"PK") else PLAIN_CSV,
        purpose=FilePurpose.ATTACHMENT,  # goes when nothing names it any more
    )
    table = store_file(
        actor=actor,
        name=f"{file.name}.json",
        content=sheet.packed(),
        content_type="application/json",
        purpose=FilePurpose.ATTACHMENT,
    )
    run = _open(
        actor=actor,
        kind=kind,
        scope_id=scope_id if wanted.in_project else 0,
        files=(file, table),
        rows=len(sheet.lines),
    )
    if run.rows <= wanted.at_once:
        try:
            check_import(run_id=run.pk)
        except ServiceUnavailable:  # the worker tries until the file can be had
            _check_later(run)
        run.refresh_from_db()
    return run


def check_import(*, run_id: int) -> None:
    """The dry run of a run that was opened; does nothing for one that was checked already.

    Raises ServiceUnavailable (503) while its file cannot be had; it stays open.
    """
    run = ImportRun.objects.select_related("table", "made_by").get(pk=run_id)
    if run.state != ImportState.CHECKING:
        return
    kind = kind_of(run.kind)
    try:
        with Progress(run.pk) as tell:
            outcome = check(kind, run.made_by, run.scope_id, _sheet(run.table), tell=tell)
    except ServiceUnavailable:  # says nothing of the sheet
        raise
    except (DomainError, ObjectDoesNotExist) as refusal:
        outcome = _whole(run, refusal)
    except Exception:
        _end(run_id=run.pk, was=ImportState.CHECKING, attempt=run.attempt, failed=True)
        raise
    _end(run_id=run.pk, was=ImportState.CHECKING, attempt=run.attempt, outcome=outcome)


def apply_import(*, actor: Any, run_id: int) -> ImportRun:
    """Do what the check said, all of it or nothing; at once or, when it is long, in the worker.

    A run that was applied stays as it is. What is wrong by now is in the run's report, and nothing was changed.
    Raises ImportHasProblems (422), ImportIsBusy (409), NotAllowed (403); ImportRun.DoesNotExist for strangers.
    """
    run = _begin(actor=actor, run_id=run_id)
    if run.state == ImportState.APPLYING and run.rows <= kind_of(run.kind).at_once:
        try:
            perform_import(run_id=run.pk, attempt=run.attempt)
        except ServiceUnavailable:  # the worker tries until the file can be had
            _apply_later(run)
    run.refresh_from_db()
    return run


def perform_import(*, run_id: int, attempt: int) -> None:
    """Write what a run that was begun holds; does nothing for one that ended or that somebody began again.

    Raises ServiceUnavailable (503) while its file cannot be had; it stays begun.
    """
    run = ImportRun.objects.select_related("table", "applied_by").get(pk=run_id)
    if run.state != ImportState.APPLYING or run.attempt != attempt:
        return
    try:
        with Progress(run.pk) as tell:
            _write(run=run, sheet=_sheet(run.table), tell=tell)
    except _Refused as refused:
        outcome = refused.outcome
    except ServiceUnavailable:  # says nothing of the sheet
        raise
    except (DomainError, ObjectDoesNotExist) as refusal:
        outcome = _whole(run, refusal)
    except Exception:
        _end(run_id=run.pk, was=ImportState.APPLYING, attempt=attempt, failed=True)
        raise
    else:
        return
    _end(run_id=run.pk, was=ImportState.APPLYING, attempt=attempt, outcome=outcome)


@service
def _check_later(run: ImportRun) -> None:
    defer("realestate.check_import", run_id=run.pk)


@service
def _apply_later(run: ImportRun) -> None:
    defer("realestate.apply_import", run_id=run.pk, attempt=run.attempt)


@service
def _open(
    *, actor: Any, kind: str, scope_id: int, files: tuple[StoredFile, StoredFile], rows: int
) -> ImportRun:
    file, table = files
    run = ImportRun.objects.create(
        kind=kind, scope_id=scope_id, file=file, table=table, made_by=actor, rows=rows
    )
    audit.record(actor, run, "sent", after={"kind": kind, "file": file.name, "rows": rows})
    if rows > kind_of(kind).at_once:
        _check_later(run)
    return run


@service
def _begin(*, actor: Any, run_id: int) -> ImportRun:
    """Claim the run for an attempt, in a short transaction of its own, so that its progress can be seen."""
    run = lock(ImportRun.objects.for_user(actor), run_id)
    kind = kind_of(run.kind)
    refuse_others(actor, kind)
    if run.state == ImportState.APPLIED:
        return run
    now = clock.now()
    is_over = run.lease_until is not None and run.lease_until <= now
    if run.state == ImportState.CHECKING or (run.state == ImportState.APPLYING and not is_over):
        raise ImportIsBusy
    if run.state == ImportState.REFUSED:
        raise ImportHasProblems
    run.state, run.attempt, run.done = ImportState.APPLYING, run.attempt + 1, 0
    run.applied_by, run.lease_until = actor, now + LEASE
    run.save(update_fields=["state", "attempt", "done", "applied_by", "lease_until", "updated_at"])
    if run.rows > kind.at_once:
        _apply_later(run)
    return run


@service
def _write(*, run: ImportRun, sheet: Sheet, tell: Progress) -> None:
    """The whole sheet in one transaction, checked again."""
    actor: Any = run.applied_by
    if actor is None or not actor.is_active:
        raise NotAllowed
    kind = kind_of(run.kind)
    refuse_others(actor, kind)
    kind.scope_name(actor, run.scope_id)
    table = table_of(kind, sheet)
    outcome = Outcome(planned(kind, actor, run.scope_id, table), table.ignored, len(sheet.lines))
    if not outcome.is_clean:
        raise _Refused(outcome)
    try:
        kind.write(actor, run.scope_id, outcome.plan, tell)
    except RowRefused as refusal:
        plan = Plan(outcome.plan.items, [refusal.problem])
        raise _Refused(Outcome(plan, table.ignored, outcome.rows)) from refusal
    counts = outcome.counts()
    ended = ImportRun.objects.filter(
        pk=run.pk, state=ImportState.APPLYING, attempt=run.attempt
    ).update(
        state=ImportState.APPLIED,
        counts=counts,
        report=outcome.report(),
        done=run.rows,
        applied_at=clock.now(),
        lease_until=None,
    )
    if not ended:  # somebody else began it again after the lease
        raise ImportIsBusy
    audit.record(actor, run, "applied", after=counts)


@service
def _end(
    *,
    run_id: int,
    was: ImportState,
    attempt: int,
    outcome: Outcome | None = None,
    failed: bool = False,
) -> None:
    """Say what came of a check, or why nothing was written; only for the attempt that asks."""
    values: dict[str, Any] = {"lease_until": None, "updated_at": clock.now()}
    if failed or outcome is None:
        values |= {"state": ImportState.FAILED}
    else:
        state = ImportState.READY if outcome.is_clean else ImportState.REFUSED
        values |= {"state": state, "counts": outcome.counts(), "report": outcome.report()}
    ImportRun.objects.filter(pk=run_id, state=was, attempt=attempt).update(**values)


def _whole(run: ImportRun, refusal: Exception) -> Outcome:
    """A refusal that no row is to blame for."""
    text = refusal.detail if isinstance(refusal, DomainError) else NOT_FOUND
    return Outcome(Plan([], [Problem(0, "", text)]), [], run.rows)


def _sheet(file: StoredFile) -> Sheet:
    content, _type = open_file(file)
    with content:
        return Sheet.unpacked(content.read())
