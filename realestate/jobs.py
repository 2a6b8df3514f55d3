"""Jobs that belong to no app."""

import logging

from realestate.core.files import clean_files
from realestate.core.imports import check_import, perform_import
from realestate.core.jobs import job

log = logging.getLogger(__name__)


@job("realestate.clean_files", cron="40 2 * * *")
def clean_files_at_night(**_unknown: object) -> None:
    """Every night: take away uploads that nothing uses and bytes without a row."""
    sweep = clean_files()
    log.info("files cleaned: %d rows, %d stored names", len(sweep.rows), len(sweep.names))


@job("realestate.check_import")
def check_long_import(*, run_id: int, **_unknown: object) -> None:
    """The dry run of a long spreadsheet."""
    check_import(run_id=run_id)


@job("realestate.apply_import")
def apply_long_import(*, run_id: int, attempt: int, **_unknown: object) -> None:
    """Writing what a long spreadsheet holds, all of it or nothing."""
    perform_import(run_id=run_id, attempt=attempt)
