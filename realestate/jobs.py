"""Jobs that belong to no app."""

import logging

from django.contrib import admin

from realestate.core.admin.bulk import resume_bulk
from realestate.core.files import clean_files
from realestate.core.imports import check_import, perform_import, purge_imports
from realestate.core.jobs import Alarm, job, take_up_stalled_jobs
from realestate.core.retrying import MOST_FAILURES
from realestate.core.runs import purge_done_jobs, purge_job_runs
from realestate.integrity import run_checks
from realestate.sealing import newest_digests, seal_all

log = logging.getLogger(__name__)


@job("realestate.clean_files", cron="40 2 * * *")
def clean_files_at_night(**_unknown: object) -> str:
    """Every night: take away uploads that nothing uses and bytes without a row."""
    sweep = clean_files()
    log.info("files cleaned: %d rows, %d stored names", len(sweep.rows), len(sweep.names))
    return f"files: {len(sweep.rows)}, stored names: {len(sweep.names)}"


@job("realestate.take_up_stalled_jobs", cron="* * * * *")
def take_up_jobs(**_unknown: object) -> str:
    """Every minute: give jobs whose worker has died in the middle to another one (C6)."""
    again, given_up = take_up_stalled_jobs()
    if given_up:
        raise Alarm(
            f"jobs given up after {MOST_FAILURES} attempts that ended their workers: {given_up}"
        )
    return f"jobs taken up again: {again}"


@job("realestate.purge_job_runs", cron="23 3 * * *")
def purge_old_runs(**_unknown: object) -> str:
    """Daily: delete all but the newest hundred runs of each job, and jobs that the queue did a week ago."""
    return f"runs deleted: {purge_job_runs()}, jobs deleted: {purge_done_jobs()}"


@job("realestate.purge_imports", cron="27 3 * * *")
def purge_old_imports(**_unknown: object) -> str:
    """Daily: delete imports that were sent ninety days ago."""
    return f"imports deleted: {purge_imports()}"


@job("realestate.seal_records", cron="*/15 * * * *")
def seal_records(**_unknown: object) -> str:
    """Every quarter of an hour: seal what is final in the audit trail, the changes of rows and the ledger."""
    sealed, digests = seal_all(), newest_digests()
    said = [
        f"{stream}: {count} rows, newest seal {digests.get(stream, 'none')}"
        for stream, count in sealed.items()
    ]
    log.info("records sealed: %s", "; ".join(said))  # the log is the anchor outside of the database
    return "\n".join(said)


@job("realestate.check_integrity", cron="30 4 * * *")
def check_integrity_at_night(**_unknown: object) -> str:
    """Every night: recount every derived figure; what does not add up is a failed run."""
    findings = list(run_checks())
    wrong = [finding.check.name for finding in findings if not finding.is_good]
    if wrong:
        log.error("integrity: %s", ", ".join(wrong))
        raise Alarm(f"{len(wrong)} of {len(findings)} checks failed: {', '.join(wrong)}")
    return f"{len(findings)} checks, all good"


@job("realestate.check_import")
def check_long_import(*, run_id: int, **_unknown: object) -> None:
    """The dry run of a long spreadsheet."""
    check_import(run_id=run_id)


@job("realestate.apply_import")
def apply_long_import(*, run_id: int, attempt: int, **_unknown: object) -> None:
    """Writing what a long spreadsheet holds, all of it or nothing."""
    perform_import(run_id=run_id, attempt=attempt)


@job("realestate.run_bulk")
def run_bulk(*, run_id: int, **_unknown: object) -> None:
    """An action of the back office on many rows; whatever of it still waits."""
    resume_bulk(admin.site, run_id)
