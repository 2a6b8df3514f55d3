"""Jobs that belong to no app."""

import logging

from realestate.core.files import clean_files
from realestate.core.jobs import job

log = logging.getLogger(__name__)


@job("realestate.clean_files", cron="40 2 * * *")
def clean_files_at_night(**_unknown: object) -> None:
    """Every night: take away uploads that nothing uses and bytes without a row."""
    sweep = clean_files()
    log.info("files cleaned: %d rows, %d stored names", len(sweep.rows), len(sweep.names))
