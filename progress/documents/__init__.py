"""Documents of progress: data in, PDF out; no decisions."""

from progress.documents.report import progress_report

__all__ = ["progress_report"]
